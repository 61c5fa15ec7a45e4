"""As what a caller may see rows: receiver, origin, owning office; each part is a condition of its own, since each has its own index."""

from ihala_kit.auth import Caller
from sqlalchemy import ColumnElement, and_, not_, true
from sqlmodel import col

from ihala_referral.competence import MOI_KINDS
from ihala_referral.fhir.asked import Asked
from ihala_referral.parties import COORDINATE, OPERATOR
from ihala_referral.tables import Referral

Condition = ColumnElement[bool]


def coordinates(caller: Caller) -> bool:
    """Tell whether placements are shown to the caller, as at their native address."""
    return caller.organization_kind == OPERATOR and COORDINATE in caller.scopes


def sides(caller: Caller, asked: Asked) -> list[tuple[Condition, bool]]:
    """Return the parts of a caller as conditions, and whether each is told every reason. An office's parts in a case are its own."""
    us = caller.organization_id
    mine = col(Referral.organization_id) == us
    asked_by_us = and_(col(Referral.origin_id) == us, col(Referral.origin_kind).not_in(sorted(MOI_KINDS)))
    owned = col(Referral.operator_id) == us
    narrowed = _narrowed(caller, asked)
    if asked.based_on is not None:  # to which placement it belongs is told to the owning office alone
        of_these = col(Referral.placement_id).in_(asked.based_on)
        return [(and_(owned, narrowed, of_these), True)] if caller.organization_kind == OPERATOR else []
    found = [(and_(mine, narrowed), True), (and_(asked_by_us, not_(mine), not_(owned), narrowed), False)]
    if caller.organization_kind == OPERATOR:
        found.append((and_(owned, narrowed), True))
    return found


def _narrowed(caller: Caller, asked: Asked) -> Condition:
    conditions: list[Condition] = [] if caller.cleared else [not_(col(Referral.restricted))]
    if asked.ids is not None:
        conditions.append(col(Referral.id).in_(asked.ids))
    if asked.owners is not None:
        conditions.append(col(Referral.organization_id).in_(asked.owners))
    return and_(true(), *conditions)


def placements_fit(caller: Caller, asked: Asked) -> bool:
    """Tell whether placements may be among what is searched for."""
    return coordinates(caller) and asked.based_on is None

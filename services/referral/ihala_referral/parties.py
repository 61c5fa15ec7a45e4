"""As whom a caller acts towards a referral or a placement: by its organisation, kind, roles and scopes."""

from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.problems import InsufficientScope

from ihala_referral.competence import MOI_KINDS
from ihala_referral.states import Party
from ihala_referral.tables import Placement, Referral

ANSWER, REFER, COORDINATE = "referral:answer", "referral:refer", "referral:coordinate"
COORDINATORS = frozenset({"coordinator", "directorate"})
ADMINISTRATORS = COORDINATORS | {"operator-administrator"}
DPO_ROLE = "dpo"
OPERATOR = "operator"


def parties(caller: Caller, about: Referral | Placement) -> frozenset[Party]:
    """Return what the caller is here and now; more than one when an operator's own service receives.

    The owning office acts as origin for whoever does not act itself (`acting_origin`), and for itself.
    """
    found: set[Party] = set()
    ours = caller.organization_kind == OPERATOR and caller.organization_id == about.operator_id
    if isinstance(about, Referral) and caller.organization_id == about.organization_id and ANSWER in caller.scopes:
        found.add(Party.PROVIDER)
    if ours and caller.roles & COORDINATORS and COORDINATE in caller.scopes:
        found.add(Party.COORDINATOR)
    if ours and DPO_ROLE in caller.roles:
        found.add(Party.DPO)
    if caller.organization_id == acting_origin(about) and REFER in caller.scopes:
        found.add(Party.ORIGIN)
    return frozenset(found)


def acting_origin(about: Referral | Placement) -> UUID:
    """Return who acts as origin: the owning office, for centres of the Ministry of Interior and for origins that were suspended or left."""
    away = about.origin_kind in MOI_KINDS or (isinstance(about, Referral) and about.origin_away)
    return about.operator_id if away else about.origin_id


def may_administer(caller: Caller) -> bool:
    """Tell whether the caller is one of those who set an operator's calendars, rosters and deadlines."""
    return caller.organization_kind == OPERATOR and bool(caller.roles & ADMINISTRATORS)


def may_redact(caller: Caller) -> bool:
    """Tell whether the caller is one of those who ask that a referral be emptied, and decide it."""
    return caller.organization_kind == OPERATOR and bool(caller.roles & {DPO_ROLE, *COORDINATORS})


def demanded(caller: Caller, about: Referral | Placement, *scopes: str) -> frozenset[Party]:
    """Return the caller's parties. Raises InsufficientScope (403) when it has none of the scopes that a move takes."""
    if not caller.scopes & set(scopes):
        raise InsufficientScope(needed=sorted(scopes))
    return parties(caller, about)

"""Which rows a caller may see, as conditions of queries: the first lock. The row policies of the database are the second."""

from ihala_contracts.intake_v1 import Sensitivity
from ihala_kit.auth import Caller
from sqlalchemy import ColumnElement, and_, not_, or_, true
from sqlmodel import col

from ihala_referral.competence import MOI_KINDS
from ihala_referral.tables import Placement, Referral


def referrals(caller: Caller) -> ColumnElement[bool]:
    """Return the condition for referrals: receiver, owning office and, unless it is a centre of the Ministry of Interior, origin."""
    if caller.is_system:
        return true()
    party = or_(
        col(Referral.organization_id) == caller.organization_id,
        col(Referral.operator_id) == caller.organization_id,
        and_(col(Referral.origin_id) == caller.organization_id, col(Referral.origin_kind).not_in(sorted(MOI_KINDS))),
    )
    return party if caller.cleared else and_(party, not_(col(Referral.restricted)))


def placements(caller: Caller) -> ColumnElement[bool]:
    """Return the condition for placements: those of the caller's operator; restricted ones for the cleared."""
    if caller.is_system:
        return true()
    ours = col(Placement.operator_id) == caller.organization_id
    return ours if caller.cleared else and_(ours, col(Placement.sensitivity) != Sensitivity.RESTRICTED)

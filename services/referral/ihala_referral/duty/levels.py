"""Who of the roster an emergency's level falls on: the clock asks when it tells somebody."""

from collections.abc import Iterable, Sequence

from ihala_contracts.intake_v1 import Urgency
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral.duty import store
from ihala_referral.duty.roles import DutyRole
from ihala_referral.guards import Situation
from ihala_referral.tables import DutyShift, Referral

_ROLES = {role.value: role for role in DutyRole} | {"office": DutyRole.COORDINATOR}  # the office acts for a centre by its coordinator


async def falls_on(tx: AsyncSession, situation: Situation, to: Iterable[str], referral: Referral | None = None) -> Sequence[DutyShift]:
    """Return the shifts of those who are told, now, for an emergency; nothing else goes by wall clock and has a roster.

    Now, not when it was due: after the clock was down those hear of it who are there. Of the providers' duties the receiver's alone.
    """
    placement = situation.placement
    roles = [_ROLES[name] for name in to if name in _ROLES]
    counted = {referral.urgency, referral.urgency_told} if referral else {placement.urgency}  # also of what became one while it was offered
    if Urgency.EMERGENCY not in counted or not roles:
        return []
    receiver = referral.organization_id if referral else None
    return await store.on_duty(tx, placement.operator_id, placement.governorate, roles, situation.now, receiver)


def ours(shifts: Iterable[DutyShift]) -> DutyShift | None:
    """Return the operator's own shift that a work item goes to: of several the one that began last."""
    return next((shift for shift in reversed(list(shifts)) if shift.role is not DutyRole.PROVIDER), None)

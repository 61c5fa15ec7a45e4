"""The one place where a need's state is written."""

from uuid import UUID

from ihala_contracts.intake_v1 import NeedState, NeedStateChanged
from ihala_kit.db import now
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import needs
from ihala_intake.needs import Act
from ihala_intake.tables import Need


def move(tx: AsyncSession, need: Need, act: Act, *, referral_id: UUID | None = None, reason: str | None = None) -> NeedState:
    """Apply `act` to a locked need and tell of it if the state is another; return the state. Raises needs.Impossible."""
    before = NeedState(need.state)
    after = needs.after(before, act)
    if after is before:
        return after
    need.state, need.changed_at, need.version = after.value, now(tx), need.version + 1
    need.closed_reason = (reason or act.value) if after is NeedState.CLOSED else None
    need.waits = need.waits and after is NeedState.OPEN
    emit(tx, NeedStateChanged(
        need_id=need.id, operator_id=need.operator_id, referral_id=referral_id, origin_id=need.origin_id, before=before, after=after,
        changed_at=need.changed_at,
    ))  # fmt: skip
    return after

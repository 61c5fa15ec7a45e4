"""Readers that stand for referral's own while it reads again what intake said since the backup. All others find things as they were left,
and notice that themselves; these would undo what came later, or say once more what was said.
"""

from datetime import timedelta
from uuid import UUID

from ihala_contracts import intake_v1
from ihala_kit.inbox import reads
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import sealing, store
from ihala_referral.commands import needs
from ihala_referral.restoring import ground
from ihala_referral.states import PlacementState, Step
from ihala_referral.statistics import noting
from ihala_referral.tables import Amendment, Movement
from ihala_referral.together import amending

DISPUTED = "disputed"
CLOCKS_DIFFER = timedelta(minutes=5)


@reads(intake_v1.NeedConsentChanged)
async def need_consent_changed(tx: AsyncSession, event: intake_v1.NeedConsentChanged) -> None:
    """Take the revision; whom the newest does not cover ends when the need is settled, not whom one in between did not."""
    situation = await store.of_need(tx, event.need_id)
    if situation is None or situation.placement.state is PlacementState.ENDED:
        await store.overtaken(tx, event, event.need_id, "ended" if situation else "unknown")
        return
    needs.take_consent(situation.placement, event.consent)


@reads(intake_v1.NeedChanged)
async def need_changed(tx: AsyncSession, event: intake_v1.NeedChanged) -> None:
    """Take what was corrected; whom the lost service told of it is not told again. Unreadable facts are asked for."""
    situation = await store.of_need(tx, event.need_id)
    told: set[UUID] = set()
    asked = False
    if situation is not None:
        about = (col(Amendment.at) >= event.changed_at - CLOCKS_DIFFER, col(Amendment.reason) == (event.reason or amending.SAID_BY_INTAKE))
        ours = col(Amendment.referral_id).in_([referral.id for referral in situation.open()])
        told = set((await tx.exec(select(Amendment.referral_id).where(ours, *about))).all())
        asked = any(one.requested_at >= event.changed_at for one in await store.attempts(tx, situation.placement.id))
    await needs.change(tx, event, told=told, asked=asked)
    _, readable = await sealing.received(tx, event.facts, event.need_id)
    if situation is not None and situation.placement.state is not PlacementState.ENDED and not readable:
        await ground.gone(tx, situation, None, ground.FACTS)


@reads(intake_v1.FollowUpRecorded)
async def follow_up_recorded(tx: AsyncSession, event: intake_v1.FollowUpRecorded) -> None:
    """Count it; a dispute that was heard before the loss is not heard again."""
    situation = await store.of_need(tx, event.need_id)
    heard = None
    if situation is not None and event.result == DISPUTED:
        ours = (col(Movement.placement_id) == situation.placement.id, col(Movement.act) == Step.TRIAGE, col(Movement.reason) == DISPUTED)
        heard = (await tx.exec(select(Movement.id).where(*ours, col(Movement.at) >= event.recorded_at - CLOCKS_DIFFER).limit(1))).first()
    if heard is None:
        await needs.follow_up(tx, event)
    else:
        await noting.follow_up(tx, event)

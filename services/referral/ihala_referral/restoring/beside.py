"""Own events beside the moves, applied again as far as they say what was; the rest is gone, and a coordinator is told what."""

from ihala_contracts import referral_v1 as v1
from ihala_contracts.referral_v1.base import ReferralEvent
from ihala_kit.ids import new_id
from ihala_kit.inbox import reads
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import work_items
from ihala_referral.guards import Situation
from ihala_referral.restoring import ground
from ihala_referral.tables import Amendment, Appointment, ContactTry, OneTimeLink, OnwardNeed, Referral
from ihala_referral.together.amending import SAID_BY_INTAKE

CLIENT = "restored"  # who did it is gone with the database


async def _of(tx: AsyncSession, event: ReferralEvent) -> tuple[Situation, Referral]:
    situation = await ground.placement_of(tx, event, event.moved_at, event.referral_id)
    referral = next((known for known in situation.referrals if known.id == event.referral_id), None)
    if referral is None:
        raise ground.NeedMissing(event.referral_id)
    referral.version = max(referral.version, event.referral_version)
    return situation, referral


@reads(v1.ContactTried)
async def tried(tx: AsyncSession, event: v1.ContactTried) -> None:
    """Somebody had tried to reach the person."""
    _, referral = await _of(tx, event)
    if await tx.get(ContactTry, event.try_id) is None:
        tx.add(ContactTry(
            id=event.try_id, referral_id=referral.id, operator_id=referral.operator_id, at=event.tried_at, way=event.way,
            reached=event.reached, organization_id=referral.organization_id, client_id=CLIENT, logged_at=event.moved_at,
        ))  # fmt: skip


@reads(v1.NoteShared)
async def noted(tx: AsyncSession, event: v1.NoteShared) -> None:
    """A note was shared, and is gone."""
    await ground.gone(tx, *await _of(tx, event), "note")


@reads(v1.ReferralFilesChanged)
async def filed(tx: AsyncSession, event: v1.ReferralFilesChanged) -> None:
    """Files were named, or taken back: which, is gone."""
    await ground.gone(tx, *await _of(tx, event), "files")


@reads(v1.AppointmentChanged)
async def met(tx: AsyncSession, event: v1.AppointmentChanged) -> None:
    """A time was proposed, put off, confirmed, kept, missed or cancelled; where and until when, is gone with one that is new."""
    situation, referral = await _of(tx, event)
    row = await tx.get(Appointment, event.appointment_id)
    if row is None:
        row = Appointment(
            id=event.appointment_id, referral_id=referral.id, operator_id=referral.operator_id,
            organization_id=referral.organization_id, state=event.appointment_state, starts_at=event.starts_at,
            proposed_at=event.moved_at, changed_at=event.moved_at,
        )  # fmt: skip
        tx.add(row)
        await ground.gone(tx, situation, referral, "appointment")
    row.state, row.starts_at, row.changed_at = event.appointment_state, event.starts_at, event.moved_at
    row.version += 1


@reads(v1.ReferralAmended)
async def amended(tx: AsyncSession, event: v1.ReferralAmended) -> None:
    """The offer was corrected: what intake says is read again, what somebody else said is gone."""
    situation, referral = await _of(tx, event)
    referral.need_changed = True
    tx.add(Amendment(
        id=new_id(), referral_id=referral.id, operator_id=referral.operator_id, fields=event.fields, reason=event.reason,
        at=event.moved_at, client_id=CLIENT,
    ))  # fmt: skip
    if event.reason != SAID_BY_INTAKE:
        await ground.gone(tx, situation, referral, "amendment")


@reads(v1.OnwardNeedAsked)
async def onward(tx: AsyncSession, event: v1.OnwardNeedAsked) -> None:
    """Another need was asked for."""
    _, referral = await _of(tx, event)
    if await tx.get(OnwardNeed, event.onward_id) is None:
        tx.add(OnwardNeed(
            id=event.onward_id, referral_id=referral.id, operator_id=referral.operator_id,
            organization_id=referral.organization_id, need_code=event.need_code, urgency=event.urgency, state="asked",
            asked_at=event.moved_at, client_id=CLIENT,
        ))  # fmt: skip


@reads(v1.OneTimeLinkIssued)
async def link_issued(tx: AsyncSession, event: v1.OneTimeLinkIssued) -> None:
    """A link was given out; its secret is gone, so it opens nothing: another one is issued by hand."""
    if await tx.get(OneTimeLink, event.link_id) is None:
        situation = await ground.placement_of(tx, event, event.issued_at, event.referral_id)
        referral = next((known for known in situation.referrals if known.id == event.referral_id), None)
        await ground.gone(tx, situation, referral, "link")


@reads(v1.OneTimeLinkEnded)
async def link_ended(tx: AsyncSession, event: v1.OneTimeLinkEnded) -> None:
    """A link was over, and stays so."""
    row = await tx.get(OneTimeLink, event.link_id)
    if row is not None and row.ended_at is None:
        row.end_reason, row.ended_at = event.reason, event.ended_at


@reads(v1.CalendarChanged)
async def calendar_changed(tx: AsyncSession, event: v1.CalendarChanged) -> None:
    """Working time was set, and is entered again."""
    if event.operator_id is not None:
        await work_items.open_restored(tx, event.operator_id, event.organization_id, event.what)


@reads(v1.CompetenceChanged)
async def competence_changed(tx: AsyncSession, event: v1.CompetenceChanged) -> None:
    """Rows were set, and are entered again."""
    await work_items.open_restored(tx, event.operator_id, event.competence_id, "competence")


@reads(v1.DutyRosterChanged)
async def roster_changed(tx: AsyncSession, event: v1.DutyRosterChanged) -> None:
    """Shifts were set, and are entered again: who is on duty no event says."""
    await work_items.open_restored(tx, event.operator_id, event.roster_id, "duty_roster")

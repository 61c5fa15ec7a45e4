"""Asking the person whether help came: planned at completion, due by the clock, recorded by the office, never by the provider."""

from datetime import timedelta
from uuid import UUID

from ihala_contracts.intake_v1 import FollowUpDue, FollowUpRecorded, NeedState, Sensitivity, Urgency
from ihala_contracts.referral_v1 import ReferralCompleted
from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.due import schedule
from ihala_kit.etag import Stale
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys, store
from ihala_intake.commands.moves import move
from ihala_intake.details import FollowUpDetails
from ihala_intake.errors import FollowUpNotDue, FollowUpNotFound, ProviderMayNotVerify
from ihala_intake.models.follow_ups import Result, ResultIn
from ihala_intake.needs import Act
from ihala_intake.policy import FOLLOW_UP_LAPSES_AFTER, TRIES_UNTIL_UNVERIFIED, follow_up_after
from ihala_intake.tables import FollowUp, Need

DUE, LAPSES = "follow-up-due", "follow-up-lapses"
TRY_AGAIN_AFTER = timedelta(days=1)
_ACTS: dict[Result, Act] = {"confirmed": Act.CONFIRM, "disputed": Act.DISPUTE, "unreachable": Act.LOSE_SIGHT}


async def plan(tx: AsyncSession, need: Need, event: ReferralCompleted) -> None:
    """Plan the question for a served need."""
    person = await store.person(tx, need.person_id)
    due_at = event.moved_at + follow_up_after(Urgency(need.urgency), Sensitivity(need.sensitivity))
    follow_up = FollowUp(
        id=new_id(), need_id=need.id, referral_id=event.referral_id, operator_id=need.operator_id, origin_id=need.origin_id,
        organization_id=event.organization_id, key_id=need.key_id, sensitivity=need.sensitivity,
        by_origin=need.sensitivity == Sensitivity.RESTRICTED or person.identity_held_by == "origin",
        state="planned", due_at=due_at, next_at=due_at, tries=0, version=1,
    )  # fmt: skip
    tx.add(follow_up)
    await schedule(tx, DUE, follow_up.id, due_at)


async def become_due(tx: AsyncSession, follow_up_id: UUID) -> None:
    """Put a planned follow-up before the office, unless the need went elsewhere meanwhile; emits FollowUpDue."""
    need, follow_up = await _locked(tx, Caller.system("clock"), follow_up_id)
    if follow_up.state != "planned":
        return
    if need.state != NeedState.SERVED:
        _end(tx, follow_up, "lapsed")
        return
    lapses_at = now(tx) + FOLLOW_UP_LAPSES_AFTER
    follow_up.state, follow_up.next_at, follow_up.version = "due", lapses_at, follow_up.version + 1
    await schedule(tx, LAPSES, follow_up.id, lapses_at)
    emit(tx, FollowUpDue(
        need_id=need.id, operator_id=need.operator_id, follow_up_id=follow_up.id, referral_id=follow_up.referral_id,
        due_at=follow_up.due_at,
    ))  # fmt: skip


async def lapse(tx: AsyncSession, follow_up_id: UUID) -> None:
    """End a question that nobody put: the need becomes unverified; emits FollowUpRecorded (unreachable)."""
    need, follow_up = await _locked(tx, Caller.system("clock"), follow_up_id)
    if follow_up.state != "due":
        return
    _end(tx, follow_up, "lapsed")
    if need.state == NeedState.SERVED:
        follow_up.result = "unreachable"
        move(tx, need, Act.LOSE_SIGHT, referral_id=follow_up.referral_id)
        _tell(tx, need, follow_up, "unreachable")


async def record(tx: AsyncSession, caller: Caller, follow_up_id: UUID, version: int, body: ResultIn) -> tuple[FollowUp, Need]:
    """Write down what the person said; emits FollowUpRecorded and, but for a try that failed and is followed by others, NeedStateChanged.

    Raises FollowUpNotFound (404), ProviderMayNotVerify (403), Stale (412), FollowUpNotDue (409).
    """
    known = await store.follow_up_of(tx, caller, follow_up_id)
    if known is None:
        raise FollowUpNotFound()
    if known.organization_id == caller.organization_id:
        raise ProviderMayNotVerify()
    need, follow_up = await _locked(tx, caller, follow_up_id)
    if follow_up.version != version:
        raise Stale()
    if follow_up.state != "due" or need.state != NeedState.SERVED:
        raise FollowUpNotDue()
    await _write_down(tx, follow_up, body)
    if follow_up.state == "recorded":
        move(tx, need, _ACTS[body.result], referral_id=follow_up.referral_id)
    _tell(tx, need, follow_up, body.result)
    return follow_up, need


async def _write_down(tx: AsyncSession, follow_up: FollowUp, body: ResultIn) -> None:
    key = await keys.of(tx, follow_up.key_id)
    follow_up.details = key.seal(FollowUpDetails(by=body.by), f"follow_up.details/{follow_up.id}")
    follow_up.tries += body.tries if body.result == "unreachable" else 0
    if body.result == "unreachable" and follow_up.tries < TRIES_UNTIL_UNVERIFIED:
        follow_up.version += 1
        return
    follow_up.result, follow_up.recorded_at = body.result, now(tx)
    _end(tx, follow_up, "recorded")


def _end(tx: AsyncSession, follow_up: FollowUp, state: str) -> None:
    follow_up.state, follow_up.next_at, follow_up.version = state, None, follow_up.version + 1


def _tell(tx: AsyncSession, need: Need, follow_up: FollowUp, result: Result) -> None:
    emit(tx, FollowUpRecorded(
        need_id=need.id, operator_id=need.operator_id, follow_up_id=follow_up.id, referral_id=follow_up.referral_id, result=result,
        need_state=NeedState(need.state), recorded_at=now(tx),
    ))  # fmt: skip


async def _locked(tx: AsyncSession, caller: Caller, follow_up_id: UUID) -> tuple[Need, FollowUp]:
    """Return the need and its follow-up, locked in this order. Raises FollowUpNotFound (404)."""
    known = await tx.get(FollowUp, follow_up_id)
    need = await store.locked_need(tx, caller, known.need_id) if known else None
    if need is None:
        raise FollowUpNotFound()
    return need, await store.locked_follow_up(tx, follow_up_id)

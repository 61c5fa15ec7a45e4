"""Asking the person whether help came: planned when a need was served, due by the clock, recorded by the office, never by the provider."""

from uuid import UUID

from ihala_contracts.intake_v1 import FollowUpDue, FollowUpRecorded, NeedState, Sensitivity, Urgency
from ihala_contracts.referral_v1 import ReferralCompleted
from ihala_kit.auth import Caller
from ihala_kit.db import act_for, caller_of, now
from ihala_kit.due import cancel, schedule
from ihala_kit.etag import Stale
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys, store
from ihala_intake.casework import store as casework
from ihala_intake.commands.cases import begin_again
from ihala_intake.commands.moves import move
from ihala_intake.commands.retell import retell_opened_again
from ihala_intake.details import FollowUpDetails
from ihala_intake.errors import FollowUpNotDue, FollowUpNotFound, ProviderMayNotVerify
from ihala_intake.following import policy
from ihala_intake.following import store as following
from ihala_intake.following.errors import NotHerWorker, TriedToday, WayNotAllowed
from ihala_intake.models.follow_ups import Result, ResultIn
from ihala_intake.needs import Act
from ihala_intake.tables import CaseFile, FollowUp, FollowUpTry, Need

DUE, LAPSES = "follow-up-due", "follow-up-lapses"
_ACTS: dict[Result, Act] = {"confirmed": Act.CONFIRM, "disputed": Act.DISPUTE, "unreached": Act.LOSE_SIGHT}


def terms_of(need: Need, version: int | None = None) -> policy.Terms:
    """Return what holds for the follow-ups of a need, by a version of the policy."""
    return policy.terms(need.code, Urgency(need.urgency), Sensitivity(need.sensitivity), version)


async def plan(tx: AsyncSession, need: Need, event: ReferralCompleted) -> None:
    """Plan the question for a served need."""
    person = await store.person(tx, need.person_id)
    first = FollowUp(
        need_id=need.id, referral_id=event.referral_id, number=1, policy=terms_of(need).version, served_at=event.moved_at,
        operator_id=need.operator_id, origin_id=need.origin_id, organization_id=event.organization_id, key_id=need.key_id,
        sensitivity=need.sensitivity, by_origin=need.sensitivity == Sensitivity.RESTRICTED or person.identity_held_by == "origin",
    )  # fmt: skip
    await _plan(tx, need, first)


async def _plan(tx: AsyncSession, need: Need, follow_up: FollowUp) -> None:
    due_at = terms_of(need, follow_up.policy).due_at(follow_up.served_at, follow_up.number)
    if due_at is None:
        return
    follow_up.id, follow_up.state, follow_up.tries, follow_up.version = new_id(), "planned", 0, 1
    follow_up.due_at = follow_up.next_at = due_at
    tx.add(follow_up)
    await schedule(tx, DUE, follow_up.id, due_at)


async def become_due(tx: AsyncSession, follow_up_id: UUID) -> None:
    """Put a planned follow-up before the office, unless the need went elsewhere meanwhile; emits FollowUpDue."""
    need, follow_up = await _locked(tx, Caller.system("clock"), follow_up_id)
    if follow_up.state != "planned":
        return
    if not policy.may_be_asked(NeedState(need.state), follow_up.number) or await _taken_back(tx, need):
        _end(follow_up, "lapsed")
        return
    lapses_at = now(tx) + terms_of(need, follow_up.policy).lapses_after
    follow_up.state, follow_up.next_at, follow_up.version = "due", lapses_at, follow_up.version + 1
    await schedule(tx, LAPSES, follow_up.id, lapses_at)
    emit(tx, FollowUpDue(
        need_id=need.id, operator_id=need.operator_id, follow_up_id=follow_up.id, referral_id=follow_up.referral_id,
        due_at=follow_up.due_at,
    ))  # fmt: skip


async def lapse(tx: AsyncSession, follow_up_id: UUID) -> None:
    """End a question that nobody put: a need that was never confirmed becomes unverified; emits FollowUpRecorded (unreached)."""
    need, follow_up = await _locked(tx, Caller.system("clock"), follow_up_id)
    if follow_up.state != "due":
        return
    _end(follow_up, "lapsed")
    if policy.may_be_asked(NeedState(need.state), follow_up.number):
        follow_up.result = "unreached"
        await _follow(tx, need, follow_up, "unreached")


async def record(tx: AsyncSession, caller: Caller, follow_up_id: UUID, version: int, body: ResultIn) -> tuple[FollowUp, Need]:
    """Write down what the person said, or a try that failed; emits FollowUpRecorded and, when it changes the need, NeedStateChanged.

    A dispute opens the need again, and its case; how need and consent stand by now is told again. Somebody who comes forward after all is
    heard while the need is unverified. Whoever took the consent back asks anew for what did not come: nothing could be done for a need
    that was opened without one.
    Raises FollowUpNotFound (404), ProviderMayNotVerify, NotHerWorker (403), Stale (412), FollowUpNotDue, TriedToday (409),
    WayNotAllowed (422), PersonErased (410).
    """
    known = await store.follow_up_of(tx, caller, follow_up_id)
    if known is None:
        raise FollowUpNotFound()
    if known.organization_id == caller.organization_id:
        raise ProviderMayNotVerify()
    need, follow_up = await _locked(tx, caller, follow_up_id)
    await _refuse(tx, caller, need, follow_up, body)
    if follow_up.version != version:
        raise Stale()
    if not _may_be_recorded(need, follow_up, body.result) or (body.result == "disputed" and await _taken_back(tx, need)):
        raise FollowUpNotDue()
    if body.result == "unreached" and await _try_counted(tx, need, follow_up, body):
        return follow_up, need
    key = await keys.of(tx, follow_up.key_id)
    follow_up.details = key.seal(FollowUpDetails(by=body.by, note=body.note), f"follow_up.details/{follow_up.id}")
    follow_up.result, follow_up.way, follow_up.recorded_at = body.result, body.way, now(tx)
    _end(follow_up, "recorded")
    await cancel(tx, LAPSES, follow_up.id)
    await _follow(tx, need, follow_up, body.result)
    return follow_up, need


async def _refuse(tx: AsyncSession, caller: Caller, need: Need, follow_up: FollowUp, body: ResultIn) -> None:
    """Raise NotHerWorker (403) or WayNotAllowed (422): whoever lives with violence is asked by somebody she knows, and never called."""
    terms = terms_of(need, follow_up.policy)
    if terms.own_worker:
        case = await tx.get(CaseFile, need.case_id)
        officer = case.officer if case else None
        if not policy.is_own_worker(caller, operator_id=need.operator_id, origin_id=need.origin_id, officer=officer):
            raise NotHerWorker()
    if body.way not in terms.ways and (terms.own_worker or body.way is not None):
        raise WayNotAllowed(pointer="#/way", ways=list(terms.ways))


async def let_go(tx: AsyncSession, need: Need) -> None:
    """End all questions about a locked need whose consent is taken back."""
    for follow_up in await following.open_ones(tx, need.id, "planned", "due"):
        _end(follow_up, "lapsed")
        for kind in (DUE, LAPSES):
            await cancel(tx, kind, follow_up.id)


async def _taken_back(tx: AsyncSession, need: Need) -> bool:
    consents = await store.consents(tx, {need.consent_id})
    apart, _ = await store.withdrawn_parts(tx, need.consent_id)
    return need.id in apart or any(consent.state == "withdrawn" for consent in consents)


def _may_be_recorded(need: Need, follow_up: FollowUp, result: Result) -> bool:
    if follow_up.state == "due":
        return policy.may_be_asked(NeedState(need.state), follow_up.number)
    heard_at_last = follow_up.result == "unreached" and result != "unreached"
    return heard_at_last and need.state == NeedState.UNVERIFIED


async def _try_counted(tx: AsyncSession, need: Need, follow_up: FollowUp, body: ResultIn) -> bool:
    """Write down a failed try; return whether others follow. Raises TriedToday (409)."""
    if follow_up.tried_at is not None and policy.same_day(follow_up.tried_at, now(tx)):
        raise TriedToday()
    key, try_id, caller = await keys.of(tx, follow_up.key_id), new_id(), caller_of(tx)
    tx.add(FollowUpTry(
        id=try_id, follow_up_id=follow_up.id, need_id=need.id, operator_id=need.operator_id, origin_id=need.origin_id, key_id=key.id,
        sensitivity=need.sensitivity, way=body.way,
        details=key.seal(FollowUpDetails(by=body.by, note=body.note), f"follow_up_try.details/{try_id}"),
        organization_id=caller.organization_id, client_id=caller.client_id, acting_officer=caller.acting_officer, at=now(tx),
    ))  # fmt: skip
    follow_up.tries, follow_up.tried_at = follow_up.tries + 1, now(tx)
    if follow_up.tries >= terms_of(need, follow_up.policy).tries:
        return False
    follow_up.version += 1
    _tell(tx, need, follow_up, "unreached")
    return True


async def _follow(tx: AsyncSession, need: Need, follow_up: FollowUp, result: Result) -> None:
    """Do what an answer, or the end of all tries, means for the need, its case and what else is planned."""
    if result != "unreached" or need.state == NeedState.SERVED:
        move(tx, need, _ACTS[result], referral_id=follow_up.referral_id)
    if result == "disputed":
        await _open_again(tx, need)
    elif not await following.is_planned(tx, follow_up.referral_id, follow_up.number + 1):
        await _plan(tx, need, _next(follow_up))
    _tell(tx, need, follow_up, result)
    if result == "disputed":
        await retell_opened_again(tx, need)  # only now: referral opens its placement again when it reads what was just told


def _next(follow_up: FollowUp) -> FollowUp:
    kept = {
        "need_id", "referral_id", "policy", "served_at", "operator_id", "origin_id", "organization_id", "key_id", "sensitivity",
        "by_origin",
    }  # fmt: skip
    return FollowUp(**follow_up.model_dump(include=kept), number=follow_up.number + 1)


async def _open_again(tx: AsyncSession, need: Need) -> None:
    """Nothing that was planned for a disputed need is asked; its case, if it was closed, is worked on again."""
    for other in await following.open_ones(tx, need.id, "planned"):
        _end(other, "lapsed")
        await cancel(tx, DUE, other.id)
    caller = caller_of(tx)
    await tx.flush()
    # The case is the operator's, and a centre may hear the dispute: the system opens it, the step names who heard.
    await act_for(tx, Caller.system("follow-up"))
    case = await casework.locked_case(tx, caller_of(tx), need.case_id)
    tx.info["caller"] = caller
    if case is not None and case.state == "closed":
        await begin_again(tx, case, "disputed")
    await tx.flush()
    await act_for(tx, caller)


def _end(follow_up: FollowUp, state: str) -> None:
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

"""Handing a case over to another operator: the person agrees, the other accepts or refuses, silence lapses."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from ihala_contracts import intake_v1
from ihala_contracts.intake_v1 import HandOverOffered, NeedState, Sensitivity, Urgency
from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.due import cancel, schedule
from ihala_kit.etag import Stale
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import needs, people_store
from ihala_intake.casework import rules, store
from ihala_intake.casework.details import HandOverDetails, StepDetails
from ihala_intake.casework.errors import (
    CaseIsClosed,
    CaseNotFound,
    CaseUnfinished,
    HandOverEnded,
    HandOverNotFound,
    OtherOperatorUnknown,
)
from ihala_intake.casework.rules import Step
from ihala_intake.commands import taking_over
from ihala_intake.commands.case_steps import key_of, write_step
from ihala_intake.commands.cases import locked
from ihala_intake.emergencies import commands as emergencies
from ihala_intake.errors import RoleNeeded
from ihala_intake.models.hand_overs import HandOverIn, HandOverRefusalIn, TakingOverIn
from ihala_intake.store import OPERATOR
from ihala_intake.tables import CaseFile, HandOver, Need, Organization

LAPSES = "hand-over-lapses"
LAPSES_AFTER = timedelta(days=14)
_URGENCIES = (Urgency.EMERGENCY, Urgency.URGENT, Urgency.ROUTINE)


async def offer(tx: AsyncSession, caller: Caller, case_id: UUID, version: int, body: HandOverIn) -> HandOver:
    """Offer a case to another operator, as its officer or a coordinator; emits HandOverOffered. The case stays until the other accepts.

    Raises CaseNotFound (404), Stale (412), CaseIsClosed, CaseUnfinished (409), RoleNeeded (403), OtherOperatorUnknown (422).
    """
    case = await locked(tx, caller, case_id, version)
    if case.state != "open":
        raise CaseIsClosed()
    if rules.COORDINATOR not in caller.roles and (caller.acting_officer is None or caller.acting_officer != case.officer):
        raise RoleNeeded(roles=[rules.COORDINATOR])
    await _refuse_other(tx, case, body.to_operator_id)
    if await store.offered(tx, case.id):
        raise CaseUnfinished(needs=0, hand_over=True)
    hand_over = await _offered(tx, case, body)
    case.version += 1
    await write_step(tx, case, Step.OFFERED, details=StepDetails(how=body.how, recorded_by=body.recorded_by))
    await schedule(tx, LAPSES, hand_over.id, now(tx) + LAPSES_AFTER)
    emit(tx, HandOverOffered(**_of(hand_over), offered_at=hand_over.offered_at, answer_by=hand_over.offered_at + LAPSES_AFTER))
    return hand_over


async def accept(tx: AsyncSession, caller: Caller, hand_over_id: UUID, version: int, body: TakingOverIn) -> HandOver:
    """Take an offered case, as a coordinator of the other operator.

    Emits HandOverEnded with CaseMoved and NeedChanged, or with CaseOpened and CaseClosed.
    Raises HandOverNotFound (404), RoleNeeded (403), Stale (412), HandOverEnded, CaseUnfinished, NoDutyRoster (409), PersonErased (410).
    """
    known = await _known(tx, caller, hand_over_id, side="to")
    if rules.COORDINATOR not in caller.roles:
        raise RoleNeeded(roles=[rules.COORDINATOR])
    # A case that is not the caller's yet is moved by the system; the offer, which is the caller's, says that it may.
    async with taking_over.as_system(tx, caller):
        case = await taking_over.locked_file(tx, known.case_id)
        hand_over = await _locked(tx, caller, hand_over_id, version)
        if hand_over.with_history:
            await emergencies.refuse_any_uncovered(tx, caller.organization_id, await people_store.locked_needs(tx, [case.person_id]))
        hand_over.to_office_id = body.office_id or hand_over.to_office_id
        _answer(tx, hand_over, "accepted")
        await (taking_over.with_history if hand_over.with_history else taking_over.without_history)(tx, case, hand_over, caller)
    await cancel(tx, LAPSES, hand_over_id)
    return hand_over


async def refuse(tx: AsyncSession, caller: Caller, hand_over_id: UUID, version: int, body: HandOverRefusalIn) -> HandOver:
    """Leave an offered case where it is; emits HandOverEnded.

    Raises HandOverNotFound (404), RoleNeeded (403), Stale (412), HandOverEnded (409).
    """
    await _known(tx, caller, hand_over_id, side="to")
    if rules.COORDINATOR not in caller.roles:
        raise RoleNeeded(roles=[rules.COORDINATOR])
    async with taking_over.as_system(tx, caller):
        return await _end(tx, caller, hand_over_id, version, "refused", Step.REFUSED, body.reason)


async def take_back(tx: AsyncSession, caller: Caller, hand_over_id: UUID, version: int) -> HandOver:
    """End an offer, because the person or the office thought better of it; emits HandOverEnded.

    Raises HandOverNotFound (404), Stale (412), HandOverEnded (409).
    """
    await _known(tx, caller, hand_over_id, side="from")
    return await _end(tx, caller, hand_over_id, version, "taken_back", Step.TAKEN_BACK)


async def lapse(tx: AsyncSession, hand_over_id: UUID) -> None:
    """End an offer that nobody answered; emits HandOverEnded. The case was with its operator all the time."""
    hand_over = await tx.get(HandOver, hand_over_id)
    if hand_over is not None and hand_over.state == "offered":
        await _end(tx, Caller.system("clock"), hand_over_id, hand_over.version, "lapsed", Step.LAPSED)


async def withdraw(tx: AsyncSession, case: CaseFile, reason: str) -> None:
    """End what is offered of a locked case whose person is erased, or took the consent back; emits HandOverEnded. The other operator is
    not told why."""
    known = await store.offered(tx, case.id)
    if known is None:
        return
    hand_over = await _locked(tx, Caller.system(reason), known.id, known.version)
    _answer(tx, hand_over, "taken_back")
    await write_step(tx, case, Step.TAKEN_BACK, reason=reason)
    await cancel(tx, LAPSES, hand_over.id)


async def _refuse_other(tx: AsyncSession, case: CaseFile, operator_id: UUID) -> None:
    """Raise OtherOperatorUnknown (422) unless it is another operator, active, and cleared where it has to be."""
    other = await tx.get(Organization, operator_id)
    known = other is not None and other.kind == OPERATOR and other.status == "active" and operator_id != case.operator_id
    if not known or (case.sensitivity == "restricted" and not (other and other.cleared)):
        raise OtherOperatorUnknown(pointer="#/to_operator_id")


async def _offered(tx: AsyncSession, case: CaseFile, body: HandOverIn) -> HandOver:
    hand_over_id, key = new_id(), await key_of(tx, case)
    details = HandOverDetails(how=body.how, recorded_by=body.recorded_by, note=body.note)
    left = [need for need in await store.needs_of_case(tx, case.id) if NeedState(need.state) in needs.UNFINISHED]
    hand_over = HandOver(
        id=hand_over_id, case_id=case.id, operator_id=case.operator_id, to_operator_id=body.to_operator_id,
        to_office_id=body.to_office_id, sensitivity=case.sensitivity, key_id=key.id, with_history=body.with_history,
        governorate=left[0].governorate if left and case.sensitivity != "restricted" else None, open_needs=len(left),
        urgency=_most_urgent(left), state="offered", details=key.seal(details, f"hand_over.details/{hand_over_id}"),
        offered_at=now(tx), next_at=now(tx) + LAPSES_AFTER, version=1,
    )  # fmt: skip
    tx.add(hand_over)
    return hand_over


def _most_urgent(left: list[Need]) -> str | None:
    return min((need.urgency for need in left), key=lambda urgency: _URGENCIES.index(Urgency(urgency)), default=None)


async def _known(tx: AsyncSession, caller: Caller, hand_over_id: UUID, *, side: str) -> HandOver:
    """Return an offer to the caller, or from the caller. Raises HandOverNotFound (404)."""
    known = await store.hand_over_of(tx, caller, hand_over_id)
    if known is None or caller.organization_id != (known.to_operator_id if side == "to" else known.operator_id):
        raise HandOverNotFound()
    return known


async def _locked(tx: AsyncSession, caller: Caller, hand_over_id: UUID, version: int) -> HandOver:
    hand_over = await store.locked_hand_over(tx, caller, hand_over_id)
    if hand_over is None:
        raise HandOverNotFound()
    if hand_over.version != version:
        raise Stale()
    if hand_over.state != "offered":
        raise HandOverEnded()
    return hand_over


def _answer(tx: AsyncSession, hand_over: HandOver, state: str, reason: str | None = None) -> None:
    hand_over.state, hand_over.reason, hand_over.next_at, hand_over.answered_at = state, reason, None, now(tx)
    hand_over.version += 1
    emit(tx, intake_v1.HandOverEnded.model_validate(_of(hand_over) | {"state": state, "ended_at": now(tx)}))


def _of(hand_over: HandOver) -> dict[str, Any]:
    """Return what both events say of an offer."""
    return {
        "hand_over_id": hand_over.id, "operator_id": hand_over.operator_id, "to_operator_id": hand_over.to_operator_id,
        "sensitivity": Sensitivity(hand_over.sensitivity),
    }  # fmt: skip


async def _end(
    tx: AsyncSession, caller: Caller, hand_over_id: UUID, version: int, state: str, step: Step, reason: str | None = None
) -> HandOver:
    """End an offer without a move, and write that into the case's history."""
    known = await tx.get_one(HandOver, hand_over_id)
    case = await store.locked_case(tx, Caller.system("hand-over") if caller.organization_id != known.operator_id else caller, known.case_id)
    if case is None:
        raise CaseNotFound()
    hand_over = await _locked(tx, caller, hand_over_id, version)
    _answer(tx, hand_over, state, reason)
    case.version += 1
    await write_step(tx, case, step, reason=reason)
    await cancel(tx, LAPSES, hand_over_id)
    return hand_over

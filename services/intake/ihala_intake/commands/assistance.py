"""Writing down what people were given or promised, what was paid of it, and that nothing more is given."""

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

from ihala_contracts.intake_v1 import Sensitivity
from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.etag import Stale
from ihala_kit.ids import new_id
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import codes, store
from ihala_intake.casework.errors import CaseIsClosed, CaseNotFound
from ihala_intake.codes import RESTRICTED_CODE
from ihala_intake.commands.case_steps import key_of
from ihala_intake.commands.checks import CLOCKS_DIFFER_BY, malformed
from ihala_intake.commands.doubled import look_for
from ihala_intake.errors import NeedNotFound, UnknownNeedCode
from ihala_intake.following.policy import HERE
from ihala_intake.giving import rules
from ihala_intake.giving import store as giving
from ihala_intake.giving.details import GivenDetails, ItemDetails, PartDetails
from ihala_intake.giving.errors import (
    AssistanceNotFound,
    AssistanceOver,
    InstalmentNotFound,
    InstalmentsDoNotAddUp,
    OwnCaseNeeded,
    UnknownCurrency,
)
from ihala_intake.keys import Key
from ihala_intake.models.assistance import AssistanceIn, CancellationIn, PaymentIn
from ihala_intake.plans import store as plans
from ihala_intake.plans.errors import PlanPartNotFound
from ihala_intake.tables import Assistance, CaseFile, Instalment


async def give(tx: AsyncSession, caller: Caller, body: AssistanceIn) -> Assistance:
    """Write down help in a case that the caller brought or owns; what may be double becomes a silent task of the operator.

    Raises CaseNotFound, NeedNotFound, PlanPartNotFound (404), CaseIsClosed (409), UnknownNeedCode, OwnCaseNeeded, UnknownCurrency,
    InstalmentsDoNotAddUp, MalformedRequest (422), PersonErased (410).
    """
    case = await giving.case_for(tx, caller, body.case_id)
    if case is None:
        raise CaseNotFound()
    if case.state != "open":
        raise CaseIsClosed()
    sensitivity = _sensitivity(case, body.code)
    _refuse_amounts(body)
    _refuse_future(tx, body.given_at, "#/given_at")
    await _refuse_need(tx, caller, case, body.need_id)
    if body.step_id is not None and await plans.step_of_case(tx, caller, case.id, body.step_id) is None:
        raise PlanPartNotFound(pointer="#/step_id")
    given = await _add(tx, caller, case, body, sensitivity)
    if sensitivity is not Sensitivity.RESTRICTED:
        await look_for(tx, given, case.person_id)
    return given


async def pay(tx: AsyncSession, caller: Caller, assistance_id: UUID, n: int, version: int, body: PaymentIn) -> Assistance:
    """Write down that an instalment was paid, as who gives it or as the operator.

    Raises AssistanceNotFound, InstalmentNotFound (404), Stale (412), AssistanceOver (409), MalformedRequest (422), PersonErased (410).
    """
    _refuse_future(tx, body.paid_at, "#/paid_at")
    given = await _locked(tx, caller, assistance_id, version)
    parts = await giving.parts_of(tx, [given.id])
    part = next((one for one in parts if one.n == n), None)
    if part is None:
        raise InstalmentNotFound()
    if part.state != "planned":
        raise AssistanceOver()
    case = await tx.get_one(CaseFile, given.case_id)
    key, about = await key_of(tx, case), _about(part.id)
    known = key.open(PartDetails, part.details, about)
    part.details = key.seal(known.model_copy(update={"recorded_by": body.recorded_by}), about)
    part.state, part.paid_at = "paid", body.paid_at
    _settle(given, parts)
    return given


async def cancel(tx: AsyncSession, caller: Caller, assistance_id: UUID, version: int, body: CancellationIn) -> Assistance:
    """Give nothing more; what was paid stays paid. Raises AssistanceNotFound (404), Stale (412), AssistanceOver (409)."""
    given = await _locked(tx, caller, assistance_id, version)
    parts = await giving.parts_of(tx, [given.id])
    if given.state in ("given", "cancelled") and body.reason != "entered_in_error":
        raise AssistanceOver()
    for part in parts:
        part.state = "cancelled" if part.state == "planned" else part.state
    given.cancelled_reason = body.reason
    _settle(given, parts)
    if body.reason == "entered_in_error":
        given.state = "cancelled"
    return given


def _settle(given: Assistance, parts: Sequence[Instalment]) -> None:
    given.state, given.version = rules.state_after([part.state for part in parts]), given.version + 1


async def _locked(tx: AsyncSession, caller: Caller, assistance_id: UUID, version: int) -> Assistance:
    given = await giving.assistance_of(tx, caller, assistance_id, lock=True)
    if given is None:
        raise AssistanceNotFound()
    if given.version != version:
        raise Stale()
    return given


def _sensitivity(case: CaseFile, code: str) -> Sensitivity:
    """Return how sensitive the help is. Raises UnknownNeedCode, OwnCaseNeeded (422)."""
    of_code = codes.sensitivity_of(code)
    if of_code is None:
        raise UnknownNeedCode(pointer="#/code")
    if case.sensitivity == "restricted":
        return Sensitivity.RESTRICTED
    if of_code is Sensitivity.RESTRICTED:
        raise OwnCaseNeeded(pointer="#/code")
    return of_code


def _refuse_amounts(body: AssistanceIn) -> None:
    """Raise UnknownCurrency or InstalmentsDoNotAddUp (422)."""
    parts = [part.amount for part in body.instalments]
    if body.amount is None or body.currency is None:
        return
    if not all(rules.fits(amount, body.currency) for amount in (body.amount, *parts)):
        raise UnknownCurrency(pointer="#/currency")
    if parts and not rules.adds_up(body.amount, parts):
        raise InstalmentsDoNotAddUp(pointer="#/instalments")


def _refuse_future(tx: AsyncSession, at: datetime | None, pointer: str) -> None:
    """Raise MalformedRequest (422): what is still to come is promised, by instalments."""
    if at is not None and at > now(tx) + CLOCKS_DIFFER_BY:
        raise malformed(pointer, "in_the_future")


async def _refuse_need(tx: AsyncSession, caller: Caller, case: CaseFile, need_id: UUID | None) -> None:
    need = await store.need_of(tx, caller, need_id) if need_id else None
    if need_id is not None and (need is None or need.case_id != case.id):
        raise NeedNotFound(pointer="#/need_id")


async def _add(tx: AsyncSession, caller: Caller, case: CaseFile, body: AssistanceIn, sensitivity: Sensitivity) -> Assistance:
    assistance_id, key = new_id(), await key_of(tx, case)
    details = GivenDetails(
        code=body.code, amount=body.amount, currency=body.currency, items=[ItemDetails(**item.model_dump()) for item in body.items],
        note=body.note, recorded_by=body.recorded_by,
    )  # fmt: skip
    given = Assistance(
        id=assistance_id, operator_id=case.operator_id, origin_id=caller.organization_id, case_id=case.id, need_id=body.need_id,
        step_id=body.step_id, key_id=key.id, kind=body.kind, sensitivity=sensitivity.value,
        code=RESTRICTED_CODE if sensitivity is Sensitivity.RESTRICTED else body.code,
        state="promised" if body.instalments else "given", given_at=body.given_at or _first_due(body),
        details=key.seal(details, f"assistance.details/{assistance_id}"), version=1,
    )  # fmt: skip
    tx.add(given)
    for n, part in enumerate(sorted(body.instalments, key=lambda one: one.due_on), start=1):
        tx.add(_part(given, key, n, part.due_on, part.amount))
    await tx.flush()
    return given


def _part(given: Assistance, key: Key, n: int, due_on: date, amount: Decimal) -> Instalment:
    part_id = new_id()
    return Instalment(
        id=part_id, assistance_id=given.id, case_id=given.case_id, operator_id=given.operator_id, origin_id=given.origin_id,
        key_id=key.id, sensitivity=given.sensitivity, n=n, due_on=due_on, state="planned",
        details=key.seal(PartDetails(amount=amount), _about(part_id)),
    )  # fmt: skip


def _first_due(body: AssistanceIn) -> datetime:
    return datetime.combine(min(part.due_on for part in body.instalments), time(), HERE)


def _about(part_id: UUID) -> str:
    return f"instalment.details/{part_id}"

"""What an operator does with its cases: read, give to an officer or office, close, open again."""

from uuid import UUID

from ihala_contracts.intake_v1 import CaseClosed, CaseMoved, CaseReopened, NeedState, Sensitivity
from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.etag import Stale
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import needs
from ihala_intake.casework import rules, store
from ihala_intake.casework.details import StepDetails
from ihala_intake.casework.errors import CaseIsClosed, CaseIsOpen, CaseNotFound, CaseUnfinished, ClosingNotProposed
from ihala_intake.casework.rules import Step
from ihala_intake.commands.case_steps import write_step
from ihala_intake.commands.people import open_person
from ihala_intake.errors import PersonErased, RoleNeeded
from ihala_intake.ledger import log_access
from ihala_intake.models.cases import AssignmentIn, CaseClosureIn, CaseNeed, CaseView, OfficeIn, ReopeningIn
from ihala_intake.tables import CaseFile, Person


async def case_view(tx: AsyncSession, caller: Caller, case: CaseFile) -> CaseView:
    """Return a case as its operator sees it, and log that it was read."""
    offer = await store.offered(tx, case.id)
    found = await store.needs_of_case(tx, case.id)
    try:
        call_name = (await open_person(tx, await tx.get_one(Person, case.person_id))).call_name
    except PersonErased:
        call_name = None
    else:
        await log_access(tx, "case", person_id=case.person_id, operator_id=case.operator_id, categories=["identity"])
    return CaseView.model_validate(case.model_dump() | {
        "case_id": case.id, "call_name": call_name, "hand_over_id": offer.id if offer else None,
        "needs": [CaseNeed.model_validate(one.model_dump(exclude={"details"}) | {"need_id": one.id}) for one in found],
    })  # fmt: skip


async def owned_case(tx: AsyncSession, caller: Caller, case_id: UUID) -> CaseFile:
    """Return a case of the caller's as the operator. Raises CaseNotFound (404)."""
    case = await store.case_of(tx, caller, case_id)
    if case is None:
        raise CaseNotFound()
    return case


async def locked(tx: AsyncSession, caller: Caller, case_id: UUID, version: int) -> CaseFile:
    """Return the same, locked. Raises CaseNotFound (404), Stale (412)."""
    case = await store.locked_case(tx, caller, case_id)
    if case is None:
        raise CaseNotFound()
    if case.version != version:
        raise Stale()
    return case


async def assign(tx: AsyncSession, caller: Caller, case_id: UUID, version: int, body: AssignmentIn) -> CaseFile:
    """Give a case to an officer of the same operator; emits CaseMoved.

    Raises CaseNotFound (404), Stale (412), CaseIsClosed (409), RoleNeeded (403).
    """
    case = _open(await locked(tx, caller, case_id, version))
    if not rules.may_assign(caller.roles, caller.acting_officer, case.officer, body.officer):
        raise RoleNeeded(roles=[rules.COORDINATOR])
    case.officer = body.officer
    await _moved(tx, case, "officer", Step.ASSIGNED, reason=body.reason)
    return case


async def change_office(tx: AsyncSession, caller: Caller, case_id: UUID, version: int, body: OfficeIn) -> CaseFile:
    """Give a case to the office that the person chose, where nobody has it yet; emits CaseMoved.

    Raises CaseNotFound (404), Stale (412), CaseIsClosed (409), RoleNeeded (403).
    """
    case = _open(await locked(tx, caller, case_id, version))
    if rules.COORDINATOR not in caller.roles and caller.acting_officer != (case.officer or caller.acting_officer):
        raise RoleNeeded(roles=[rules.COORDINATOR])
    case.office_id, case.officer = body.office_id, None
    await _moved(tx, case, "office", Step.OFFICE, details=StepDetails(how=body.how, recorded_by=body.recorded_by))
    return case


async def close(tx: AsyncSession, caller: Caller, case_id: UUID, version: int, body: CaseClosureIn) -> CaseFile:
    """Close a case whose needs are all over, or propose it where another coordinator has to look; emits CaseClosed.

    Raises CaseNotFound (404), Stale (412), CaseIsClosed, CaseUnfinished (409).
    """
    await owned_case(tx, caller, case_id)
    await _refuse_unfinished(tx, case_id)
    case = _open(await locked(tx, caller, case_id, version))
    said = StepDetails(how=body.told, recorded_by=body.recorded_by)
    case.version += 1
    if not rules.may_close(caller.roles, caller.acting_officer, case.officer, case.closing_by):
        case.closing_reason, case.closing_by = body.reason, caller.acting_officer
        await write_step(tx, case, Step.CLOSING, reason=body.reason, details=said)
        return case
    await end(tx, case, body.reason, said)
    return case


async def end(tx: AsyncSession, case: CaseFile, reason: str, said: StepDetails | None = None) -> None:
    """Write down that a locked case is over; emits CaseClosed."""
    case.state, case.closed_at, case.closed_reason = "closed", now(tx), reason
    case.closing_reason = case.closing_by = None
    await write_step(tx, case, Step.CLOSED, reason=reason, details=said)
    emit(tx, CaseClosed(
        case_id=case.id, operator_id=case.operator_id, reason=reason, sensitivity=Sensitivity(case.sensitivity), closed_at=case.closed_at,
    ))  # fmt: skip


async def keep_open(tx: AsyncSession, caller: Caller, case_id: UUID, version: int) -> CaseFile:
    """Refuse to close a case that an officer proposed to close. Raises CaseNotFound (404), Stale (412), ClosingNotProposed, RoleNeeded."""
    case = await locked(tx, caller, case_id, version)
    if rules.COORDINATOR not in caller.roles:
        raise RoleNeeded(roles=[rules.COORDINATOR])
    if case.closing_reason is None:
        raise ClosingNotProposed()
    case.closing_reason = case.closing_by = None
    case.version += 1
    await write_step(tx, case, Step.CLOSING_REFUSED)
    return case


async def reopen(tx: AsyncSession, caller: Caller, case_id: UUID, version: int, body: ReopeningIn) -> CaseFile:
    """Work on a closed case again; emits CaseReopened. Raises CaseNotFound (404), Stale (412), CaseIsOpen (409)."""
    case = await locked(tx, caller, case_id, version)
    if case.state == "open":
        raise CaseIsOpen()
    await begin_again(tx, case, body.reason)
    return case


async def begin_again(tx: AsyncSession, case: CaseFile, reason: str) -> None:
    """Open a locked case again, for whom had it before; emits CaseReopened. Also for a need that a follow-up opens again."""
    case.state, case.closed_at, case.closed_reason = "open", None, None
    case.version += 1
    await write_step(tx, case, Step.REOPENED, reason=reason)
    emit(tx, CaseReopened(
        case_id=case.id, operator_id=case.operator_id, reason=reason, sensitivity=Sensitivity(case.sensitivity), reopened_at=now(tx),
    ))  # fmt: skip


async def _refuse_unfinished(tx: AsyncSession, case_id: UUID) -> None:
    """Lock the needs, then look: a need that is opened again at this moment waits, or is seen. Raises CaseUnfinished (409)."""
    unfinished = [need for need in await store.locked_needs_of_case(tx, case_id) if NeedState(need.state) in needs.UNFINISHED]
    offer = await store.offered(tx, case_id)
    if unfinished or offer:
        raise CaseUnfinished(needs=len(unfinished), hand_over=offer is not None)


def _open(case: CaseFile) -> CaseFile:
    if case.state != "open":
        raise CaseIsClosed()
    return case


async def _moved(
    tx: AsyncSession, case: CaseFile, to: str, step: Step, *, reason: str | None = None, details: StepDetails | None = None
) -> None:
    case.version += 1
    await write_step(tx, case, step, reason=reason, details=details)
    emit(tx, CaseMoved.model_validate({
        "case_id": case.id, "operator_id": case.operator_id, "office_id": case.office_id, "to": to,
        "sensitivity": case.sensitivity, "moved_at": now(tx),
    }))  # fmt: skip

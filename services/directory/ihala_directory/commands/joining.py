"""An organisation asks to take part; an officer checks and answers; approved, it joins."""

from uuid import UUID

from ihala_contracts.directory_v1 import ApplicationChecked, ApplicationRefused, ApplicationReturned, OrganizationApplied
from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.etag import Stale
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory import hours, rights
from ihala_directory import store as entries
from ihala_directory.commands import organizations
from ihala_directory.errors import OfficersOnly, OrganizationNotFound
from ihala_directory.joining import store
from ihala_directory.joining.demands import missing, newest
from ihala_directory.joining.errors import (
    AlreadyApplied,
    ApplicationIncomplete,
    ApplicationNotFound,
    ApplicationNotOpen,
    ApplicationReturnedToSender,
    UnknownOperator,
)
from ihala_directory.joining.tables import Application, ApplicationCheck
from ihala_directory.models.joining import ApplicationDraft, NewApplication, NewCheck, Review

OPEN = ("applied", "returned")


async def apply(tx: AsyncSession, caller: Caller, body: NewApplication) -> Application:
    """Ask to take part, for the caller's own organisation, or as an operator's office for another; emits OrganizationApplied.

    Raises OfficersOnly (403), AlreadyApplied (409), UnknownOperator (422).
    """
    organization_id = _organization(caller, body)
    operator_id = await _operator(tx, caller, body)
    if await store.has_applied(tx, organization_id) or await _takes_part(tx, organization_id):
        raise AlreadyApplied()
    draft = ApplicationDraft.model_validate(body.model_dump(include=set(ApplicationDraft.model_fields)))
    row = Application(
        id=new_id(), organization_id=organization_id, operator_id=operator_id, kind=draft.kind, draft=draft.model_dump(mode="json"),
        hidden=draft.hidden, status="applied", applied_by=caller.client_id, applied_at=now(tx), changed_at=now(tx),
    )  # fmt: skip
    await _insert(tx, row)
    _tell_applied(tx, row)
    return row


async def apply_again(tx: AsyncSession, caller: Caller, application_id: UUID, version: int, draft: ApplicationDraft) -> Application:
    """Send a changed application, also one that was returned; emits OrganizationApplied.

    Recorded checks stay; that of the registration counts no more if another one is named.

    Raises ApplicationNotFound (404), ApplicationNotOpen (409), Stale (412).
    """
    row = await _open(tx, application_id, version)
    at = now(tx)
    row.kind, row.draft, row.hidden = draft.kind, draft.model_dump(mode="json"), draft.hidden
    row.status, row.words, row.applied_by = "applied", {}, caller.client_id
    _touch(tx, row)
    row.applied_at = at  # it goes to the end of the list
    _tell_applied(tx, row)
    return row


async def check(tx: AsyncSession, caller: Caller, application_id: UUID, version: int, body: NewCheck) -> Application:
    """Record what an officer looked at; emits ApplicationChecked.

    Raises OfficersOnly (403), ApplicationNotFound (404), ApplicationNotOpen (409), Stale (412).
    """
    row = await _for_operator(tx, caller, application_id, version)
    draft = ApplicationDraft.model_validate(row.draft)
    tx.add(ApplicationCheck(
        id=new_id(), application_id=row.id, organization_id=row.organization_id, operator_id=row.operator_id, hidden=row.hidden,
        code=body.code, passed=body.passed, note=body.note, registration=draft.registration, checked_by=caller.client_id,
        acting_officer=caller.acting_officer, checked_at=now(tx),
    ))  # fmt: skip
    _touch(tx, row)
    emit(tx, ApplicationChecked(
        organization_id=row.organization_id, application_id=row.id, operator_id=row.operator_id, code=body.code, passed=body.passed,
        hidden=row.hidden, checked_at=now(tx),
    ))  # fmt: skip
    return row


async def review(tx: AsyncSession, caller: Caller, application_id: UUID, version: int, body: Review) -> Application:
    """Approve (emits OrganizationJoined), return (ApplicationReturned) or refuse (ApplicationRefused) an application.

    Raises OfficersOnly, ClearanceNeeded (403), ApplicationNotFound (404), ApplicationNotOpen, ApplicationReturnedToSender,
    ApplicationIncomplete, AlreadyExists (409), Stale (412).
    """
    row = await _for_operator(tx, caller, application_id, version)
    if row.status == "returned" and body.outcome != "refused":
        raise ApplicationReturnedToSender()
    at = now(tx)
    said = {"organization_id": row.organization_id, "application_id": row.id, "operator_id": row.operator_id, "hidden": row.hidden}
    if body.outcome == "approved":
        await _admit(tx, row, body)
    elif body.outcome == "returned":
        emit(tx, ApplicationReturned.model_validate(said | {"returned_at": at}))
    else:
        emit(tx, ApplicationRefused.model_validate(said | {"reason": body.reason, "refused_at": at}))
    row.status, row.words, row.refused_for = body.outcome, body.model_dump()["words"], body.reason
    row.reviewed_by, row.reviewed_at = caller.client_id, at
    _touch(tx, row)
    return row


async def _admit(tx: AsyncSession, row: Application, body: Review) -> None:
    """Let the organisation join, if all that its kind demands is there."""
    draft = ApplicationDraft.model_validate(row.draft)
    admitted = draft.admitted(body)
    passed = passing((await store.checks(tx, [row.id])).get(row.id, []), draft)
    lacking = missing(draft.model_copy(update={"agreement": admitted.agreement}), passed, hours.day_of(now(tx)))
    if lacking:
        raise ApplicationIncomplete(missing=lacking)
    await organizations.join(tx, row.operator_id, row.organization_id, admitted, checked=True)


def passing(checks: list[ApplicationCheck], draft: ApplicationDraft) -> set[str]:
    """Return the codes whose newest check was passed, and of the registration that the application names now."""
    return {code for code, passed in newest(checks, draft.registration).items() if passed}


def _organization(caller: Caller, body: NewApplication) -> UUID:
    """Return the id the organisation is to have: a client speaks for its own; its tokens then fit what joins."""
    if caller.organization_kind == "operator":
        return body.organization_id or new_id()
    if body.organization_id not in (None, caller.organization_id):
        raise OfficersOnly()
    return caller.organization_id


async def _operator(tx: AsyncSession, caller: Caller, body: NewApplication) -> UUID:
    """Return who is to review it. Raises OfficersOnly (403) for an office that would hand it to another, UnknownOperator (422)."""
    if caller.organization_kind == "operator":
        if body.operator_id not in (None, caller.organization_id):
            raise OfficersOnly()
        return caller.organization_id
    operator_id = body.operator_id or caller.operator_id
    try:
        found = await entries.organization(tx, operator_id) if operator_id else None
    except OrganizationNotFound:
        found = None
    if found is None or found.kind != "operator" or found.status != "active":
        raise UnknownOperator(pointer="#/operator_id")
    return found.id


async def _takes_part(tx: AsyncSession, organization_id: UUID) -> bool:
    try:
        await entries.organization(tx, organization_id)
    except OrganizationNotFound:
        return False
    return True


async def _open(tx: AsyncSession, application_id: UUID, version: int) -> Application:
    row = await store.application(tx, application_id, lock=True)
    if row.version != version:
        raise Stale()
    if row.status not in OPEN:
        raise ApplicationNotOpen()
    return row


async def _for_operator(tx: AsyncSession, caller: Caller, application_id: UUID, version: int) -> Application:
    """Lock an open application that the caller's office decides: an applicant gets 403, whoever it is none of 404."""
    operator_id = rights.office(caller)
    row = await _open(tx, application_id, version)
    if row.operator_id != operator_id:
        raise ApplicationNotFound()
    return row


async def _insert(tx: AsyncSession, row: Application) -> None:
    """Insert it unless the organisation applied, by another client, in the same moment."""
    try:
        async with tx.begin_nested():
            tx.add(row)
    except IntegrityError:
        raise AlreadyApplied() from None


def _touch(tx: AsyncSession, row: Application) -> None:
    row.version += 1
    row.changed_at = now(tx)


def _tell_applied(tx: AsyncSession, row: Application) -> None:
    emit(tx, OrganizationApplied(
        organization_id=row.organization_id, application_id=row.id, operator_id=row.operator_id, kind=row.kind, hidden=row.hidden,
        applied_at=now(tx),
    ))  # fmt: skip

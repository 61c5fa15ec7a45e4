"""Applications to take part.

Sent by a signed-in client for its own organisation, or by an operator's office for one that has none yet. There is no public form: the
gateway does not limit public routes, and an application that nobody can be asked about helps nobody; who has no client goes to a desk.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from ihala_kit.db import Transaction, now
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import responses
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from ihala_directory import hours
from ihala_directory.api.callers import Administering, Reading, Writing
from ihala_directory.commands import joining as commands
from ihala_directory.errors import AlreadyExists, ClearanceNeeded, OfficersOnly
from ihala_directory.joining import errors, store
from ihala_directory.joining.demands import missing
from ihala_directory.joining.tables import Application, ApplicationCheck
from ihala_directory.models import joining as models

router = APIRouter(prefix="/v1/applications", tags=["applications"])

_REFUSED = (OfficersOnly, errors.ApplicationNotFound, errors.ApplicationNotOpen)


@router.post(
    "",
    status_code=201,
    response_model=models.Application,
    responses=responses(OfficersOnly, errors.AlreadyApplied, errors.UnknownOperator),
)
async def apply(body: models.NewApplication, response: Response, caller: Writing, once: Once, tx: Transaction) -> models.Application:
    """Ask to take part. What is missing for an approval is named in the answer; it may be sent as it is, and completed later."""

    async def send() -> models.Application:
        return await _one(tx, response, await commands.apply(tx, caller, body))

    return await once(models.Application, send)


@router.get("", response_model=Page[models.Application])
async def list_applications(
    _: Reading, page: PageQuery, tx: Transaction, status: Annotated[models.ApplicationStatus, Query()] = "applied"
) -> Page[models.Application]:
    """Return an operator the applications that it decides, anybody else its own; in one state, the oldest first."""
    rows = page_of(await store.applications(tx, page, status), page, lambda row: (row.applied_at, row.id))
    checks = await store.checks(tx, [row.id for row in rows])
    return Page(items=[_shown(tx, row, checks.get(row.id, [])) for row in rows])


@router.get("/{application_id}", response_model=models.Application, responses=responses(errors.ApplicationNotFound))
async def get_application(application_id: UUID, response: Response, _: Reading, tx: Transaction) -> models.Application:
    """Return one application: to the organisation itself, and to the operator that decides it."""
    return await _one(tx, response, await store.application(tx, application_id))


@router.put(
    "/{application_id}",
    response_model=models.Application,
    responses=responses(errors.ApplicationNotFound, errors.ApplicationNotOpen),
)
async def apply_again(
    application_id: UUID, body: models.ApplicationDraft, response: Response, caller: Writing, if_match: IfMatch, tx: Transaction
) -> models.Application:
    """Change an application as a whole, before it is decided or after it was returned: it waits for the operator again."""
    return await _one(tx, response, await commands.apply_again(tx, caller, application_id, if_match, body))


@router.post("/{application_id}/checks", status_code=201, response_model=models.Application, responses=responses(*_REFUSED))
async def record_check(
    application_id: UUID,
    body: models.NewCheck,
    response: Response,
    caller: Administering,
    if_match: IfMatch,
    once: Once,
    tx: Transaction,
) -> models.Application:
    """Record what an officer looked at. An employer is not approved before its registration, no fee, no minors and terms are checked."""

    async def record() -> models.Application:
        return await _one(tx, response, await commands.check(tx, caller, application_id, if_match, body))

    return await once(models.Application, record)


@router.post(
    "/{application_id}/review",
    response_model=models.Application,
    responses=responses(*_REFUSED, ClearanceNeeded, errors.ApplicationReturnedToSender, errors.ApplicationIncomplete, AlreadyExists),
)
async def review(
    application_id: UUID,
    body: models.Review,
    response: Response,
    caller: Administering,
    if_match: IfMatch,
    once: Once,
    tx: Transaction,
) -> models.Application:
    """Approve an application (the organisation takes part from now on), return it with words, or refuse it with a reason."""

    async def answer() -> models.Application:
        return await _one(tx, response, await commands.review(tx, caller, application_id, if_match, body))

    return await once(models.Application, answer)


async def _one(tx: AsyncSession, response: Response, row: Application) -> models.Application:
    set_etag(response, row.version)
    return _shown(tx, row, (await store.checks(tx, [row.id])).get(row.id, []))


def _shown(tx: AsyncSession, row: Application, checks: list[ApplicationCheck]) -> models.Application:
    draft = models.ApplicationDraft.model_validate(row.draft)
    return models.Application(
        id=row.id, organization_id=row.organization_id, operator_id=row.operator_id, status=row.status, application=draft,
        missing=missing(draft, commands.passing(checks, draft), hours.day_of(now(tx))) if row.status in commands.OPEN else [],
        checks=[models.Check.model_validate(one) for one in checks], words=row.words, refused_for=row.refused_for,
        applied_at=row.applied_at, reviewed_at=row.reviewed_at, version=row.version,
    )  # fmt: skip

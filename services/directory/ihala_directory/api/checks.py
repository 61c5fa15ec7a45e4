"""What an officer looks at of an employer that takes part. Of who only applies it stands with the application."""

from uuid import UUID

from fastapi import APIRouter
from ihala_kit.auth import Caller
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.once import Once
from ihala_kit.problems import responses
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from ihala_directory import errors, store
from ihala_directory.api.callers import Administering, Reading
from ihala_directory.commands import checks as commands
from ihala_directory.joining import demands
from ihala_directory.joining import store as joining
from ihala_directory.joining.errors import OrganizationHasLeft
from ihala_directory.models import joining as models
from ihala_directory.tables import Organization

router = APIRouter(prefix="/v1/organizations", tags=["organizations"])


@router.post(
    "/{organization_id}/checks",
    status_code=201,
    response_model=models.OrganizationChecks,
    responses=responses(errors.OfficersOnly, errors.OrganizationNotFound, OrganizationHasLeft),
)
async def check_organization(
    organization_id: UUID,
    body: models.NewOrganizationCheck,
    response: Response,
    caller: Administering,
    if_match: IfMatch,
    once: Once,
    tx: Transaction,
) -> models.OrganizationChecks:
    """Record what an officer looked at. Another registration is taken only after it was; what is found wanting lets the offers rest."""

    async def record() -> models.OrganizationChecks:
        return await _shown(tx, response, await commands.record(tx, caller, organization_id, if_match, body))

    return await once(models.OrganizationChecks, record)


@router.get(
    "/{organization_id}/checks", response_model=models.OrganizationChecks, responses=responses(errors.OrganizationNotFound)
)  # fmt: skip
async def list_checks(organization_id: UUID, response: Response, caller: Reading, tx: Transaction) -> models.OrganizationChecks:
    """Return what was looked at: to the organisation itself, and to its operator."""
    row = await store.organization(tx, organization_id)
    if not _concerned(caller, row):
        raise errors.OrganizationNotFound()
    return await _shown(tx, response, row)


def _concerned(caller: Caller, row: Organization) -> bool:
    return caller.organization_id in (row.id, row.operator_id)


async def _shown(tx: AsyncSession, response: Response, row: Organization) -> models.OrganizationChecks:
    set_etag(response, row.version)
    found = await joining.checks_of_organization(tx, row.id)
    return models.OrganizationChecks(
        organization_id=row.id, checks=[models.Check.model_validate(one) for one in found],
        failed=demands.failed(row.kind, demands.newest(found, row.registration)),
    )  # fmt: skip

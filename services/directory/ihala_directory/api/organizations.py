"""Organisations: read by all who work here, kept by their operator."""

from uuid import UUID

from fastapi import APIRouter
from ihala_kit.auth import Caller
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.once import Once
from ihala_kit.problems import responses
from starlette.responses import Response

from ihala_directory import errors, facade, rights, store
from ihala_directory.api.callers import Administering, Reading
from ihala_directory.commands import organizations as commands
from ihala_directory.models import drafts, shown
from ihala_directory.tables import Organization

router = APIRouter(prefix="/v1/organizations", tags=["organizations"])

_REFUSED = (errors.OfficersOnly, errors.OrganizationNotFound)


@router.get("/{organization_id}", response_model=shown.Organization, responses=responses(errors.OrganizationNotFound))
async def get_organization(organization_id: UUID, response: Response, caller: Reading, tx: Transaction) -> shown.Organization:
    """Return one organisation."""
    return _shown(response, await store.organization(tx, organization_id), caller)


@router.post(
    "",
    status_code=201,
    response_model=shown.Organization,
    responses=responses(errors.OfficersOnly, errors.ClearanceNeeded, errors.AlreadyExists),
)
async def enter_organization(
    body: drafts.NewOrganization, response: Response, caller: Administering, once: Once, tx: Transaction
) -> shown.Organization:
    """Enter an organisation: it may take part from now on."""

    async def enter() -> shown.Organization:
        return _shown(response, await commands.join(tx, rights.office(caller), body.id, body), caller)

    return await once(shown.Organization, enter)


@router.put("/{organization_id}", response_model=shown.Organization, responses=responses(*_REFUSED, errors.ClearanceNeeded))
async def change_organization(
    organization_id: UUID, body: drafts.OrganizationDraft, response: Response, caller: Administering, if_match: IfMatch, tx: Transaction
) -> shown.Organization:
    """Change an organisation as a whole."""
    row = await commands.of_operator(tx, caller, organization_id, if_match)
    return _shown(response, await commands.change(tx, row, body), caller)


@router.post(
    "/{organization_id}/suspension",
    response_model=shown.Organization,
    responses=responses(*_REFUSED, errors.AlreadySuspended),
)
async def suspend_organization(
    organization_id: UUID,
    body: drafts.Suspension,
    response: Response,
    caller: Administering,
    if_match: IfMatch,
    once: Once,
    tx: Transaction,
) -> shown.Organization:
    """Give an organisation no offers from now on; places held there are taken back."""

    async def suspend() -> shown.Organization:
        return _shown(response, await commands.suspend(tx, caller, organization_id, if_match, body.reason), caller)

    return await once(shown.Organization, suspend)


@router.delete(
    "/{organization_id}/suspension",
    response_model=shown.Organization,
    responses=responses(*_REFUSED, errors.NotSuspended),
)
async def reinstate_organization(
    organization_id: UUID, response: Response, caller: Administering, if_match: IfMatch, tx: Transaction
) -> shown.Organization:
    """End a suspension."""
    return _shown(response, await commands.reinstate(tx, caller, organization_id, if_match), caller)


def _shown(response: Response, row: Organization, caller: Caller) -> shown.Organization:
    set_etag(response, row.version)
    return facade.organization(row, caller)

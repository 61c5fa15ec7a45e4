"""Organisations: read by all who work here, kept by their operator."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from ihala_kit.auth import Caller
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import responses
from starlette.responses import Response

from ihala_directory import errors, facade, rights, store
from ihala_directory.api.callers import Administering, Reading
from ihala_directory.commands import organizations as commands
from ihala_directory.joining import store as joining
from ihala_directory.joining.errors import ChecksMissing, OrganizationHasLeft
from ihala_directory.models import drafts, shown
from ihala_directory.models.joining import Departure
from ihala_directory.tables import Organization

router = APIRouter(prefix="/v1/organizations", tags=["organizations"])

_REFUSED = (errors.OfficersOnly, errors.OrganizationNotFound)
_UNCHANGED = (ChecksMissing, OrganizationHasLeft)


@router.get("", response_model=Page[shown.Organization], responses=responses(errors.OfficersOnly))
async def list_organizations(
    caller: Reading, page: PageQuery, tx: Transaction, status: Annotated[shown.OrganizationStatus, Query()] = "active"
) -> Page[shown.Organization]:
    """Return the operator's organisations in one state, by id. Who has only applied stands among the applications."""
    rows = page_of(await joining.organizations(tx, page, rights.office(caller), status), page, lambda row: (row.id,))
    return Page(items=[facade.organization(row, caller) for row in rows])


@router.get("/{organization_id}", response_model=shown.Organization, responses=responses(errors.OrganizationNotFound))
async def get_organization(organization_id: UUID, response: Response, caller: Reading, tx: Transaction) -> shown.Organization:
    """Return one organisation."""
    return _shown(response, await store.organization(tx, organization_id), caller)


@router.post(
    "",
    status_code=201,
    response_model=shown.Organization,
    responses=responses(errors.OfficersOnly, errors.ClearanceNeeded, errors.AlreadyExists, ChecksMissing),
)
async def enter_organization(
    body: drafts.NewOrganization, response: Response, caller: Administering, once: Once, tx: Transaction
) -> shown.Organization:
    """Enter an organisation: it may take part from now on."""

    async def enter() -> shown.Organization:
        return _shown(response, await commands.join(tx, rights.office(caller), body.id, body), caller)

    return await once(shown.Organization, enter)


@router.put("/{organization_id}", response_model=shown.Organization, responses=responses(*_REFUSED, *_UNCHANGED, errors.ClearanceNeeded))
async def change_organization(
    organization_id: UUID, body: drafts.OrganizationDraft, response: Response, caller: Administering, if_match: IfMatch, tx: Transaction
) -> shown.Organization:
    """Change an organisation as a whole."""
    row = await commands.of_operator(tx, caller, organization_id, if_match)
    return _shown(response, await commands.change(tx, row, body), caller)


@router.post(
    "/{organization_id}/suspension",
    response_model=shown.Organization,
    responses=responses(*_REFUSED, errors.AlreadySuspended, OrganizationHasLeft),
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
    responses=responses(*_REFUSED, errors.NotSuspended, ChecksMissing),
)
async def reinstate_organization(
    organization_id: UUID, response: Response, caller: Administering, if_match: IfMatch, tx: Transaction
) -> shown.Organization:
    """End a suspension. An employer of which a check was not passed is looked at again first."""
    return _shown(response, await commands.reinstate(tx, caller, organization_id, if_match), caller)


@router.post("/{organization_id}/departure", response_model=shown.Organization, responses=responses(*_REFUSED, OrganizationHasLeft))
async def let_leave(
    organization_id: UUID,
    body: Departure,
    response: Response,
    caller: Administering,
    if_match: IfMatch,
    once: Once,
    tx: Transaction,
) -> shown.Organization:
    """End an organisation's part for good: no offers, its services are closed, places held there are taken back. It cannot come back."""

    async def leave() -> shown.Organization:
        return _shown(response, await commands.leave(tx, caller, organization_id, if_match, body.reason), caller)

    return await once(shown.Organization, leave)


def _shown(response: Response, row: Organization, caller: Caller) -> shown.Organization:
    set_etag(response, row.version)
    return facade.organization(row, caller)

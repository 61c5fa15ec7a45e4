"""HTTP in: who called what, and how often. No rule and no query."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Security
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Transaction
from ihala_kit.instants import Instant, OnDay
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import responses

from ihala_gateway.clients.errors import RoleNeeded
from ihala_gateway.watching import models as v1
from ihala_gateway.watching import reading
from ihala_gateway.watching.reading import Wanted
from ihala_gateway.watching.usage import version_of

router = APIRouter(prefix="/v1", tags=["access log and usage"])
Auditing = Annotated[Caller, Security(caller, scopes=["gateway:audit"])]
ClientId = Annotated[str | None, Query(max_length=200, description="Of one client alone.")]
OrganizationId = Annotated[UUID | None, Query(description="Of one organisation alone.")]
Since = Annotated[OnDay | None, Query(description="From this day on (UTC); 30 days ago unless it is said.")]
Until = Annotated[OnDay | None, Query(description="Before this day (UTC); up to today with it unless it is said.")]
SHOWN_DAYS = 30
MOST_VERSIONS = 1_000


@router.get("/access-log", response_model=Page[v1.Call], responses=responses(RoleNeeded))
async def calls(
    caller: Auditing, tx: Transaction, page: PageQuery, client_id: ClientId = None, organization_id: OrganizationId = None,
    status: Annotated[int | None, Query(ge=0, le=599)] = None,
    since: Annotated[Instant | None, Query(description="From then on.")] = None,
    until: Annotated[Instant | None, Query(description="Before then.")] = None,
) -> Page[v1.Call]:  # fmt: skip
    """List calls, the newest first: your organisation's; for an operator's auditor also those of whom it admitted, and of nobody.

    `ihala audit verify gateway` checks that none is missing or altered.
    """
    wanted = Wanted(client_id=client_id, organization_id=organization_id, status=status)
    rows = page_of(await reading.calls(tx, caller, page, wanted, since, until), page, lambda row: (row.at, row.id))
    return Page(items=[v1.Call(**row.model_dump(), version=version_of(row.route or "")) for row in rows])


@router.get("/usage", response_model=Page[v1.UsageOfDay], responses=responses(RoleNeeded))
async def days(
    caller: Auditing, tx: Transaction, page: PageQuery, client_id: ClientId = None, organization_id: OrganizationId = None,
    service: str | None = None, version: str | None = None, deprecated: bool | None = None, since: Since = None, until: Until = None,
) -> Page[v1.UsageOfDay]:  # fmt: skip
    """List what was called, in sums by day, client and route. Yours; for an operator's auditor also that of whom it admitted."""
    wanted = Wanted(client_id=client_id, organization_id=organization_id, service=service, version=version, deprecated=deprecated)
    found = await reading.days(tx, caller, page, wanted, *_span(since, until))
    rows = page_of(found, page, lambda row: (row.day, row.client_id, reading.route_of(row)))
    return Page(items=[v1.UsageOfDay.model_validate(row, from_attributes=True) for row in rows])


@router.get("/usage/versions", response_model=Page[v1.UsageOfVersion], responses=responses(RoleNeeded))
async def versions(
    caller: Auditing, tx: Transaction, client_id: ClientId = None, organization_id: OrganizationId = None,
    service: str | None = None, version: str | None = None, deprecated: bool | None = None, since: Since = None, until: Until = None,
) -> Page[v1.UsageOfVersion]:  # fmt: skip
    """List who calls which version of what, the most called first; with `deprecated=true`, who still needs what is about to go."""
    wanted = Wanted(client_id=client_id, organization_id=organization_id, service=service, version=version, deprecated=deprecated)
    rows = await reading.versions(tx, caller, wanted, *_span(since, until), MOST_VERSIONS)
    return Page(items=[v1.UsageOfVersion.model_validate(row, from_attributes=True) for row in rows])


def _span(since: date | None, until: date | None) -> tuple[date, date]:
    """Return the days that are asked for: the first, and the one after the last."""
    today = datetime.now(UTC).date()
    return since or today - timedelta(days=SHOWN_DAYS), until or today + timedelta(days=1)

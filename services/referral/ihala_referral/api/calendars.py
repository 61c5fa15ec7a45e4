"""Whose working time counts: calendars, closures, the deadlines' policy, and services that promise to be sooner."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from ihala_kit.db import Transaction, now
from ihala_kit.etag import IfMatch, Stale, set_etag
from ihala_kit.instants import OnDay
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import responses
from starlette.responses import Response

from ihala_referral.api.rights import Reading, Scheduling
from ihala_referral.calendars import commands, errors, models, rights, store, views

router = APIRouter(prefix="/v1", tags=["working time"])


@router.get("/holiday-lists", response_model=models.HolidayLists)
async def list_holidays(caller: Reading) -> models.HolidayLists:
    """Return the lists of holidays that calendars may follow, for 2026 and 2027."""
    return views.holiday_lists()


@router.get("/calendars/{organization_id}", response_model=models.Calendar, responses=responses(errors.CalendarNotFound))
async def read_calendar(organization_id: UUID, caller: Reading, tx: Transaction, response: Response) -> models.Calendar:
    """Return when an organisation of the caller's works. Its ETag is "0" while it has no calendar of its own."""
    await rights.demand_ours(tx, caller, organization_id)
    own = await store.own(tx, caller, organization_id)
    operators = await store.own(tx, caller, caller.operator_id or caller.organization_id)
    set_etag(response, own.version if own else 0)
    return views.calendar(organization_id, own, operators)


@router.put(
    "/calendars/{organization_id}",
    response_model=models.Calendar,
    responses=responses(errors.CalendarNotFound, errors.AdministratorsOnly, Stale, errors.HolidayListUnknown, errors.WorkingTimeTooShort),
)
async def set_calendar(
    organization_id: UUID, body: models.NewCalendar, caller: Scheduling, if_match: IfMatch, tx: Transaction, response: Response
) -> models.Calendar:
    """Set when an organisation works. Open deadlines of working time are counted again, none of an emergency."""
    row = await commands.set_calendar(tx, caller, organization_id, if_match, body)
    set_etag(response, row.version)
    return views.calendar(organization_id, row, None)


@router.get("/closures", response_model=Page[models.Closure])
async def list_closures(
    caller: Reading, tx: Transaction, page: PageQuery,
    since: Annotated[OnDay | None, Query(description="those that last until this day or longer")] = None,
) -> Page[models.Closure]:  # fmt: skip
    """List the closures that stand and concern the caller's organisation, in the order in which they were declared."""
    rows = page_of(await store.closures(tx, caller, since, page), page, lambda row: (row.id,))
    return Page(items=[views.closure(row) for row in rows])


@router.post(
    "/closures",
    status_code=201,
    response_model=models.Closure,
    responses=responses(errors.CalendarNotFound, errors.AdministratorsOnly, errors.ClosureNotPossible),
)
async def declare_closure(body: models.NewClosure, caller: Scheduling, once: Once, tx: Transaction, response: Response) -> models.Closure:
    """Declare days on which somebody is closed, also the same morning. Open deadlines are counted again, and everybody is told."""

    async def run() -> models.Closure:
        row = await commands.declare(tx, caller, body)
        set_etag(response, row.version)
        return views.closure(row)

    return await once(models.Closure, run)


@router.get("/closures/{closure_id}", response_model=models.Closure, responses=responses(errors.ClosureNotFound))
async def read_closure(closure_id: UUID, caller: Reading, tx: Transaction, response: Response) -> models.Closure:
    """Return one closure."""
    row = await store.closure(tx, caller, closure_id)
    set_etag(response, row.version)
    return views.closure(row)


@router.post(
    "/closures/{closure_id}/withdrawal",
    response_model=models.Closure,
    responses=responses(errors.ClosureNotFound, errors.AdministratorsOnly, errors.ClosureEnded, Stale),
)
async def withdraw_closure(
    closure_id: UUID, caller: Scheduling, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> models.Closure:
    """Take a closure back; one that has begun ends today. Nobody has less than a working day left by that."""

    async def run() -> models.Closure:
        row = await commands.withdraw(tx, caller, closure_id, if_match)
        set_etag(response, row.version)
        return views.closure(row)

    return await once(models.Closure, run)


@router.get("/policies", response_model=models.Policies)
async def list_policies(caller: Reading, tx: Transaction) -> models.Policies:
    """Return every version of the deadlines, and which one holds today."""
    return views.policies(now(tx))


@router.get("/services/{service_id}/policy", response_model=models.ServicePolicy, responses=responses(errors.ServiceNotFound))
async def read_service_policy(service_id: UUID, caller: Reading, tx: Transaction, response: Response) -> models.ServicePolicy:
    """Return what a service of the caller's promises to do sooner. Its ETag is "0" while it promises nothing."""
    await rights.seen_service(tx, caller, service_id)
    shown = views.service_policy(service_id, await store.promises(tx, service_id), now(tx))
    set_etag(response, shown.version)
    return shown


@router.put(
    "/services/{service_id}/policy",
    response_model=models.ServicePolicy,
    responses=responses(errors.ServiceNotFound, errors.AdministratorsOnly, errors.PolicyLooser, errors.PolicyOutOfOrder, Stale),
)
async def set_service_policy(
    service_id: UUID, body: models.NewServicePolicy, caller: Scheduling, if_match: IfMatch, tx: Transaction, response: Response
) -> models.ServicePolicy:
    """Let a service be sooner than the policy, never later. Offers from now on get it and keep it."""
    await commands.promise(tx, caller, service_id, if_match, body)
    await tx.flush()
    shown = views.service_policy(service_id, await store.promises(tx, service_id), now(tx))
    set_etag(response, shown.version)
    return shown

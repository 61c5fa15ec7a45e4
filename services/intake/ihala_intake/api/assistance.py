"""What people were given: written down by whoever gave it, seen by them and the operator."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Security
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import responses
from starlette.responses import Response

from ihala_intake.casework.errors import CaseIsClosed, CaseNotFound
from ihala_intake.commands import assistance, doubled
from ihala_intake.commands.read_assistance import view, views
from ihala_intake.errors import NeedNotFound, PersonErased, UnknownNeedCode
from ihala_intake.giving import store
from ihala_intake.giving.errors import (
    AssistanceNotFound,
    AssistanceOver,
    DuplicateDecided,
    DuplicateNotFound,
    InstalmentNotFound,
    InstalmentsDoNotAddUp,
    OwnCaseNeeded,
    UnknownCurrency,
)
from ihala_intake.models.assistance import (
    AssistanceIn,
    AssistanceView,
    CancellationIn,
    DoubleDecisionIn,
    DoubleState,
    DoubleView,
    PartDue,
    PaymentIn,
)
from ihala_intake.models.base import Day
from ihala_intake.plans.errors import PlanPartNotFound
from ihala_intake.tables import AssistanceDouble

router = APIRouter(prefix="/v1/assistance", tags=["assistance"])
Giving = Annotated[Caller, Security(caller, scopes=["intake:assistance"])]
Deciding = Annotated[Caller, Security(caller, scopes=["intake:case"])]
GIVE_REFUSALS = responses(
    CaseNotFound, NeedNotFound, PlanPartNotFound, CaseIsClosed, UnknownNeedCode, OwnCaseNeeded, UnknownCurrency,
    InstalmentsDoNotAddUp, PersonErased,
)  # fmt: skip


@router.post("", status_code=201, response_model=AssistanceView, responses=GIVE_REFUSALS)
async def give(body: AssistanceIn, caller: Giving, once: Once, tx: Transaction, response: Response) -> AssistanceView:
    """Write down what was given or promised in a case."""

    async def run() -> AssistanceView:
        given = await assistance.give(tx, caller, body)
        set_etag(response, given.version)
        return await view(tx, caller, given)

    return await once(AssistanceView, run)


@router.get("", response_model=Page[AssistanceView], responses=responses(CaseNotFound))
async def find(case_id: Annotated[UUID, Query()], caller: Giving, tx: Transaction, page: PageQuery) -> Page[AssistanceView]:
    """Return what was given in a case: to the operator all, to others their own. Logged with the person."""
    case = await store.case_for(tx, caller, case_id)
    if case is None:
        raise CaseNotFound()
    after = page.after_as(UUID)
    rows = await store.of_case(tx, caller, case_id, after[0] if after else None, page.fetch)
    return Page(items=await views(tx, caller, case, page_of(rows, page, lambda row: (row.id,))))


@router.get("/instalments", response_model=Page[PartDue])
async def due(until: Annotated[Day, Query()], caller: Giving, tx: Transaction, page: PageQuery) -> Page[PartDue]:
    """Return the instalments to be paid until a day, the longest due first."""
    rows = await store.parts_due(tx, caller, until, page.after_as(date, UUID), page.fetch)
    return Page(items=[PartDue.model_validate(row) for row in page_of(rows, page, lambda row: (row.due_on, row.id))])


@router.get("/duplicates", response_model=Page[DoubleView])
async def doubles(caller: Deciding, tx: Transaction, page: PageQuery, state: Annotated[DoubleState, Query()] = "open") -> Page[DoubleView]:
    """Return what may have been given twice, the oldest first; for the operator alone."""
    after = page.after_as(UUID)
    rows = await store.doubles(tx, caller, state, after[0] if after else None, page.fetch)
    return Page(items=[_double(row) for row in page_of(rows, page, lambda row: (row.id,))])


@router.post("/duplicates/{duplicate_id}/decision", response_model=DoubleView, responses=responses(DuplicateNotFound, DuplicateDecided))
async def decide(
    duplicate_id: UUID, body: DoubleDecisionIn, caller: Deciding, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> DoubleView:
    """Say whether it was the same help twice."""

    async def run() -> DoubleView:
        found = await doubled.decide(tx, caller, duplicate_id, if_match, body)
        set_etag(response, found.version)
        return _double(found)

    return await once(DoubleView, run)


@router.get("/{assistance_id}", response_model=AssistanceView, responses=responses(AssistanceNotFound))
async def show(assistance_id: UUID, caller: Giving, tx: Transaction, response: Response) -> AssistanceView:
    """Return what was given, with its instalments. Logged with the person."""
    given = await store.assistance_of(tx, caller, assistance_id)
    if given is None:
        raise AssistanceNotFound()
    set_etag(response, given.version)
    return await view(tx, caller, given)


@router.post(
    "/{assistance_id}/instalments/{n}/payment", response_model=AssistanceView,
    responses=responses(AssistanceNotFound, InstalmentNotFound, AssistanceOver, PersonErased),
)  # fmt: skip
async def pay(
    assistance_id: UUID, n: int, body: PaymentIn, caller: Giving, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> AssistanceView:
    """Write down that an instalment was paid."""

    async def run() -> AssistanceView:
        given = await assistance.pay(tx, caller, assistance_id, n, if_match, body)
        set_etag(response, given.version)
        return await view(tx, caller, given)

    return await once(AssistanceView, run)


@router.post("/{assistance_id}/cancellation", response_model=AssistanceView, responses=responses(AssistanceNotFound, AssistanceOver))
async def cancel(
    assistance_id: UUID, body: CancellationIn, caller: Giving, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> AssistanceView:
    """Give nothing more, or take back what was entered in error."""

    async def run() -> AssistanceView:
        given = await assistance.cancel(tx, caller, assistance_id, if_match, body)
        set_etag(response, given.version)
        return await view(tx, caller, given)

    return await once(AssistanceView, run)


def _double(row: AssistanceDouble) -> DoubleView:
    return DoubleView.model_validate(row.model_dump() | {"duplicate_id": row.id})

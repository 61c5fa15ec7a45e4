"""Plans that return programmes made: they send them, the desks of the operator take them over."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Security
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import MalformedRequest, responses
from ihala_kit.words import language_of
from starlette.responses import Response

from ihala_intake.casework.errors import CaseIsClosed, CaseNotFound
from ihala_intake.commands import programme_plans
from ihala_intake.commands.read_plans import view
from ihala_intake.errors import PersonErased, UnknownNeedCode
from ihala_intake.giving.errors import OwnCaseNeeded
from ihala_intake.models.plans import PlanView
from ihala_intake.models.programme_plans import (
    AdoptionIn,
    ProgrammePlanIn,
    ProgrammePlanItem,
    ProgrammePlanRefusalIn,
    ProgrammePlanState,
    ProgrammePlanView,
)
from ihala_intake.models.waiting import Received
from ihala_intake.plans import programme_store as store
from ihala_intake.plans.errors import (
    PlanEnded,
    PlanExists,
    PlanOfAnotherCase,
    PlanOfAnotherPerson,
    ProgrammePlanNotFound,
    ProgrammePlanOver,
    ReferenceUnknown,
)

router = APIRouter(prefix="/v1/plans/programme", tags=["plans"])
Sending = Annotated[Caller, Security(caller, scopes=["intake:plan"])]
Reading = Annotated[Caller, Security(caller, scopes=["intake:read"])]
Working = Annotated[Caller, Security(caller, scopes=["intake:case"])]
State = Annotated[ProgrammePlanState, Query()]

ADOPTING = responses(
    ProgrammePlanNotFound, ProgrammePlanOver, PlanOfAnotherPerson, CaseNotFound, CaseIsClosed, PlanExists, PlanOfAnotherCase, PlanEnded,
    OwnCaseNeeded, PersonErased,
)  # fmt: skip


@router.post("", status_code=202, response_model=Received, responses=responses(UnknownNeedCode, ReferenceUnknown, MalformedRequest))
async def send(body: ProgrammePlanIn, caller: Sending, once: Once, tx: Transaction) -> Received:
    """Send the plan that was made with somebody who was announced or brought. There is no answer but that it was taken, now or before."""

    async def run() -> Received:
        await programme_plans.send(tx, caller, body)
        return Received()

    return await once(Received, run)


@router.get("", response_model=Page[ProgrammePlanItem])
async def find(caller: Reading, tx: Transaction, page: PageQuery, state: State = "waiting") -> Page[ProgrammePlanItem]:
    """Return the plans that programmes sent to the caller's desks, the longest first; without a word of what they say."""
    rows = await store.page(tx, caller, state, page.after_as(datetime, UUID), page.fetch)
    return Page(items=[programme_plans.item(row) for row in page_of(rows, page, lambda row: (row.received_at, row.id))])


@router.get("/{programme_plan_id}", response_model=ProgrammePlanView, responses=responses(ProgrammePlanNotFound))
async def show(programme_plan_id: UUID, caller: Reading, tx: Transaction, response: Response) -> ProgrammePlanView:
    """Return one with what it says, for the desk that takes it over. Logged with the person."""
    found = await programme_plans.show(tx, caller, programme_plan_id)
    set_etag(response, found.version)
    return found


@router.post("/{programme_plan_id}/adoption", status_code=201, response_model=PlanView, responses=ADOPTING)
async def adopt(
    programme_plan_id: UUID, body: AdoptionIn, caller: Working, if_match: IfMatch, once: Once, tx: Transaction, request: Request,
    response: Response,
) -> PlanView:  # fmt: skip
    """Take it over into a case as it is; 200 where it was taken over before and is brought up to date."""

    async def run() -> PlanView:
        plan, is_new = await programme_plans.adopt(tx, caller, programme_plan_id, if_match, body)
        response.status_code = 201 if is_new else 200
        set_etag(response, plan.version)
        return await view(tx, plan, language_of(request.headers.get("accept-language")))

    return await once(PlanView, run)


@router.post(
    "/{programme_plan_id}/refusal", response_model=ProgrammePlanItem, responses=responses(ProgrammePlanNotFound, ProgrammePlanOver)
)
async def refuse(
    programme_plan_id: UUID, body: ProgrammePlanRefusalIn, caller: Working, if_match: IfMatch, once: Once, tx: Transaction,
    response: Response,
) -> ProgrammePlanItem:  # fmt: skip
    """Do not take it over. What it says is destroyed."""

    async def run() -> ProgrammePlanItem:
        row = await programme_plans.refuse(tx, caller, programme_plan_id, if_match, body)
        set_etag(response, row.version)
        return programme_plans.item(row)

    return await once(ProgrammePlanItem, run)

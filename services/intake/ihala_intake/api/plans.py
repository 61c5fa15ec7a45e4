"""Reintegration plans, for the operator that has the case."""

from collections.abc import Awaitable
from datetime import date
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
from ihala_intake.commands import cases, plans
from ihala_intake.commands.read_plans import view
from ihala_intake.errors import NeedNotFound, PersonErased, UnknownNeedCode
from ihala_intake.giving.errors import OwnCaseNeeded
from ihala_intake.models.base import Day
from ihala_intake.models.plans import GoalIn, GoalResultIn, PlanEndIn, PlanIn, PlanView, StepDue, StepIn, StepResultIn
from ihala_intake.plans import store
from ihala_intake.plans.errors import PlanEnded, PlanExists, PlanNotFound, PlanOfAnotherCase, PlanPartNotFound
from ihala_intake.tables import Plan

router = APIRouter(prefix="/v1/plans", tags=["plans"])
Reading = Annotated[Caller, Security(caller, scopes=["intake:read"])]
Working = Annotated[Caller, Security(caller, scopes=["intake:case"])]
CODES = (NeedNotFound, UnknownNeedCode, OwnCaseNeeded, PersonErased, MalformedRequest)
PARTS = responses(PlanNotFound, PlanPartNotFound, PlanEnded, PersonErased, MalformedRequest)


@router.post(
    "",
    status_code=201,
    response_model=PlanView,
    responses=responses(CaseNotFound, CaseIsClosed, PlanExists, PlanOfAnotherCase, PlanEnded, *CODES),
)
async def agree(body: PlanIn, caller: Working, once: Once, tx: Transaction, request: Request, response: Response) -> PlanView:
    """Write down a plan, or take over one that a return programme made; 200 where that one was known and is brought up to date."""

    async def run() -> Plan:
        plan, is_new = await plans.agree(tx, caller, body)
        response.status_code = 201 if is_new else 200
        return plan

    return await once(PlanView, lambda: _view(tx, run(), request, response))


@router.get("", response_model=Page[PlanView], responses=responses(CaseNotFound))
async def find(case_id: Annotated[UUID, Query()], caller: Reading, tx: Transaction, page: PageQuery, request: Request) -> Page[PlanView]:
    """Return a case's plans, the oldest first. Logged with the person."""
    await cases.owned_case(tx, caller, case_id)
    after = page.after_as(UUID)
    rows = await store.plans_of_case(tx, caller, case_id, after[0] if after else None, page.fetch)
    language = language_of(request.headers.get("accept-language"))
    return Page(items=[await view(tx, row, language) for row in page_of(rows, page, lambda row: (row.id,))])


@router.get("/steps", response_model=Page[StepDue])
async def due(until: Annotated[Day, Query()], caller: Reading, tx: Transaction, page: PageQuery) -> Page[StepDue]:
    """Return the steps of all plans to be done until a day, the longest due first."""
    rows = await store.steps_due(tx, caller, until, page.after_as(date, UUID), page.fetch)
    found = page_of(rows, page, lambda row: (row.due_on or until, row.id))
    return Page(items=[StepDue.model_validate(row.model_dump() | {"step_id": row.id}) for row in found])


@router.get("/{plan_id}", response_model=PlanView, responses=responses(PlanNotFound))
async def show(plan_id: UUID, caller: Reading, tx: Transaction, request: Request, response: Response) -> PlanView:
    """Return a plan with its goals and steps. Logged with the person."""
    return await _view(tx, store.plan_of(tx, caller, plan_id), request, response)


@router.post("/{plan_id}/goals", response_model=PlanView, responses=responses(PlanNotFound, PlanEnded, *CODES))
async def add_goal(
    plan_id: UUID, body: GoalIn, caller: Working, if_match: IfMatch, once: Once, tx: Transaction, request: Request, response: Response
) -> PlanView:
    """Add a goal with its steps."""
    return await once(PlanView, lambda: _view(tx, plans.add_goal(tx, caller, plan_id, if_match, body), request, response))


@router.post("/{plan_id}/goals/{goal_id}/steps", response_model=PlanView, responses=PARTS)
async def add_step(
    plan_id: UUID, goal_id: UUID, body: StepIn, caller: Working, if_match: IfMatch, once: Once, tx: Transaction, request: Request,
    response: Response,
) -> PlanView:  # fmt: skip
    """Add a step to a goal."""
    return await once(PlanView, lambda: _view(tx, plans.add_step(tx, caller, plan_id, goal_id, if_match, body), request, response))


@router.post("/{plan_id}/goals/{goal_id}/result", response_model=PlanView, responses=PARTS)
async def settle_goal(
    plan_id: UUID, goal_id: UUID, body: GoalResultIn, caller: Working, if_match: IfMatch, once: Once, tx: Transaction, request: Request,
    response: Response,
) -> PlanView:  # fmt: skip
    """Write down what became of a goal."""
    return await once(PlanView, lambda: _view(tx, plans.settle_goal(tx, caller, plan_id, goal_id, if_match, body), request, response))


@router.post("/{plan_id}/steps/{step_id}/result", response_model=PlanView, responses=PARTS)
async def settle_step(
    plan_id: UUID, step_id: UUID, body: StepResultIn, caller: Working, if_match: IfMatch, once: Once, tx: Transaction, request: Request,
    response: Response,
) -> PlanView:  # fmt: skip
    """Write down what became of a step."""
    return await once(PlanView, lambda: _view(tx, plans.settle_step(tx, caller, plan_id, step_id, if_match, body), request, response))


@router.post("/{plan_id}/end", response_model=PlanView, responses=responses(PlanNotFound, PlanEnded, PersonErased))
async def end(
    plan_id: UUID, body: PlanEndIn, caller: Working, if_match: IfMatch, once: Once, tx: Transaction, request: Request, response: Response
) -> PlanView:
    """End a plan; what was not done is dropped."""
    return await once(PlanView, lambda: _view(tx, plans.end(tx, caller, plan_id, if_match, body), request, response))


async def _view(tx: Transaction, found: Awaitable[Plan | None], request: Request, response: Response) -> PlanView:
    plan = await found
    if plan is None:
        raise PlanNotFound()
    set_etag(response, plan.version)
    return await view(tx, plan, language_of(request.headers.get("accept-language")))

"""Assessments by questionnaires, for the operator that has the case."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Security
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Transaction
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import responses
from ihala_kit.words import language_of

from ihala_intake.assessing import questionnaires, store
from ihala_intake.assessing.errors import AnswersDoNotFit, AssessmentNotFound, QuestionnaireNotFound
from ihala_intake.casework.errors import CaseIsClosed, CaseNotFound
from ihala_intake.commands import assessments, cases
from ihala_intake.commands.assessments import view
from ihala_intake.errors import NeedNotFound, PersonErased
from ihala_intake.models.assessments import AssessmentIn, AssessmentView, QuestionnaireItem, QuestionnaireView

router = APIRouter(prefix="/v1/assessments", tags=["assessments"])
Reading = Annotated[Caller, Security(caller, scopes=["intake:read"])]
Working = Annotated[Caller, Security(caller, scopes=["intake:case"])]
REFUSALS = responses(CaseNotFound, NeedNotFound, QuestionnaireNotFound, CaseIsClosed, AnswersDoNotFit, PersonErased)


@router.get("/questionnaires", response_model=Page[QuestionnaireItem])
async def questionnaires_there(caller: Reading) -> Page[QuestionnaireItem]:
    """Return the newest version of each questionnaire."""
    newest = {one.code: one for one in questionnaires.every()}
    return Page(items=[QuestionnaireItem.model_validate(one) for one in newest.values()])


@router.get("/questionnaires/{code}", response_model=QuestionnaireView, responses=responses(QuestionnaireNotFound))
async def questionnaire(code: str, caller: Reading, version: Annotated[int | None, Query(ge=1, le=10_000)] = None) -> QuestionnaireView:
    """Return a questionnaire with its questions, the newest version unless told otherwise."""
    return QuestionnaireView.model_validate(assessments.the_questionnaire(code, version))


@router.post("", status_code=201, response_model=AssessmentView, responses=REFUSALS)
async def assess(body: AssessmentIn, caller: Working, once: Once, tx: Transaction, request: Request) -> AssessmentView:
    """Write down answers; they suggest how urgent it is, and why."""

    async def run() -> AssessmentView:
        return await view(tx, await assessments.assess(tx, caller, body), language_of(request.headers.get("accept-language")))

    return await once(AssessmentView, run)


@router.get("", response_model=Page[AssessmentView], responses=responses(CaseNotFound))
async def find(
    case_id: Annotated[UUID, Query()], caller: Reading, tx: Transaction, page: PageQuery, request: Request
) -> Page[AssessmentView]:
    """Return a case's assessments, the first one first. Logged with the person."""
    await cases.owned_case(tx, caller, case_id)
    after = page.after_as(UUID)
    rows = await store.of_case(tx, caller, case_id, after[0] if after else None, page.fetch)
    language = language_of(request.headers.get("accept-language"))
    return Page(items=[await view(tx, row, language) for row in page_of(rows, page, lambda row: (row.id,))])


@router.get("/{assessment_id}", response_model=AssessmentView, responses=responses(AssessmentNotFound))
async def show(assessment_id: UUID, caller: Reading, tx: Transaction, request: Request) -> AssessmentView:
    """Return an assessment with its answers. Logged with the person."""
    found = await store.assessment_of(tx, caller, assessment_id)
    if found is None:
        raise AssessmentNotFound()
    return await view(tx, found, language_of(request.headers.get("accept-language")))

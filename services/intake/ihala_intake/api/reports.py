"""What is read to a person before the story, and reports that a law obliged an office to make."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Security
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Transaction
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import MalformedRequest, responses
from ihala_kit.words import Language, language_of

from ihala_intake import consent_script
from ihala_intake.commands import reports
from ihala_intake.errors import NeedNotFound, PersonErased
from ihala_intake.models.reports import ReportIn, ReportView, ScriptView
from ihala_intake.tables import Organization

router = APIRouter(prefix="/v1", tags=["consents"])
Asking = Annotated[Caller, Security(caller, scopes=["intake:request"])]
Consenting = Annotated[Caller, Security(caller, scopes=["intake:consent"])]
Spoken = Annotated[Language | None, Query(description="Else what Accept-Language prefers.")]


@router.get("/consents/script", response_model=ScriptView)
async def script(caller: Asking, tx: Transaction, request: Request, language: Spoken = None) -> ScriptView:
    """Return what is read to the person before the story is told, with what the caller's office must report by law."""
    office = await tx.get(Organization, caller.organization_id)
    chosen = language or language_of(request.headers.get("accept-language"))
    return consent_script.script(chosen, office.reporting_duty if office else {})


@router.post(
    "/disclosures/reports", status_code=201, response_model=ReportView, responses=responses(NeedNotFound, PersonErased, MalformedRequest)
)
async def write_down(body: ReportIn, caller: Consenting, once: Once, tx: Transaction) -> ReportView:
    """Write down a report that the caller's office made because a law obliges it to."""
    return await once(ReportView, lambda: reports.write_down(tx, caller, body))


@router.get("/disclosures/reports", response_model=Page[ReportView], responses=responses(PersonErased))
async def find(caller: Consenting, tx: Transaction, page: PageQuery, person_id: Annotated[UUID, Query()]) -> Page[ReportView]:
    """Return the reports about a person: all of them to the operator, its own to the office that made one."""
    after = page.after_as(UUID)
    found = await reports.listed(tx, caller, person_id, after[0] if after else None, page.fetch)
    return Page(items=page_of(found, page, lambda one: (one.report_id,)))

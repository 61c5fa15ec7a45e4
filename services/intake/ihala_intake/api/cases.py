"""Cases, for the operator that owns them."""

from collections.abc import Awaitable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Security
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.ids import normalize_reference
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import responses
from starlette.responses import Response

from ihala_intake.casework import store
from ihala_intake.casework.errors import CaseIsClosed, CaseIsOpen, CaseNotFound, CaseUnfinished, ClosingNotProposed
from ihala_intake.commands import cases
from ihala_intake.errors import PersonErased, RoleNeeded
from ihala_intake.models.cases import (
    AssignmentIn,
    CaseClosureIn,
    CaseItem,
    CaseState,
    CaseView,
    OfficeIn,
    Officer,
    ReopeningIn,
    StepView,
)
from ihala_intake.tables import CaseFile

router = APIRouter(prefix="/v1/cases", tags=["cases"])
Reading = Annotated[Caller, Security(caller, scopes=["intake:read"])]
Working = Annotated[Caller, Security(caller, scopes=["intake:case"])]
REFERENCE = "Only the case with this reference, or the cases of the need or request that it names, whatever their state."


@router.get("", response_model=Page[CaseItem])
async def find(
    caller: Reading, tx: Transaction, page: PageQuery, state: Annotated[CaseState, Query()] = "open",
    officer: Annotated[Officer | None, Query()] = None, office_id: Annotated[UUID | None, Query()] = None,
    unassigned: Annotated[bool, Query(description="Only those that no officer has.")] = False,
    closing: Annotated[bool, Query(description="Only those that an officer proposes to close.")] = False,
    reference: Annotated[str | None, Query(max_length=40, description=REFERENCE)] = None,
) -> Page[CaseItem]:  # fmt: skip
    """Return the operator's cases, the oldest first. A list names nobody."""
    [after] = page.after_as(UUID) or (None,)
    if reference is not None:
        known = normalize_reference(reference)
        rows = await store.cases_named(tx, caller, known, after, page.fetch) if known else []
    else:
        rows = await store.cases(
            tx, caller, state=state, officer=officer, office_id=office_id, unassigned=unassigned, closing=closing, after=after,
            limit=page.fetch,
        )  # fmt: skip
    return Page(items=[_item(row) for row in page_of(rows, page, lambda row: (row.id,))])


@router.get("/{case_id}", response_model=CaseView, responses=responses(CaseNotFound))
async def show(case_id: UUID, caller: Reading, tx: Transaction, response: Response) -> CaseView:
    """Return a case with its needs. Logged with its person."""
    return await _view(tx, caller, cases.owned_case(tx, caller, case_id), response)


@router.get("/{case_id}/steps", response_model=Page[StepView], responses=responses(CaseNotFound))
async def history(case_id: UUID, caller: Reading, tx: Transaction, page: PageQuery) -> Page[StepView]:
    """Return what was done with a case and by whom, the first thing first."""
    await cases.owned_case(tx, caller, case_id)
    after = page.after_as(UUID)
    rows = await store.steps(tx, caller, case_id, after[0] if after else None, page.fetch)
    return Page(items=[StepView.model_validate(row) for row in page_of(rows, page, lambda row: (row.id,))])


@router.post(
    "/{case_id}/assignment", response_model=CaseView, responses=responses(CaseNotFound, CaseIsClosed, RoleNeeded, PersonErased)
)  # fmt: skip
async def assign(
    case_id: UUID, body: AssignmentIn, caller: Working, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> CaseView:
    """Give a case to an officer: a coordinator any, an officer her own or one that nobody has."""
    return await once(CaseView, lambda: _view(tx, caller, cases.assign(tx, caller, case_id, if_match, body), response))


@router.post("/{case_id}/office", response_model=CaseView, responses=responses(CaseNotFound, CaseIsClosed, RoleNeeded, PersonErased))
async def change_office(
    case_id: UUID, body: OfficeIn, caller: Working, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> CaseView:
    """Give a case to the office that the person chose. No officer has it then."""
    return await once(CaseView, lambda: _view(tx, caller, cases.change_office(tx, caller, case_id, if_match, body), response))


@router.post("/{case_id}/closure", response_model=CaseView, responses=responses(CaseNotFound, CaseIsClosed, CaseUnfinished, PersonErased))
async def close(
    case_id: UUID, body: CaseClosureIn, caller: Working, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> CaseView:
    """Propose to close a case, or close it, as a coordinator who is not its officer and did not propose it."""
    return await once(CaseView, lambda: _view(tx, caller, cases.close(tx, caller, case_id, if_match, body), response))


@router.post(
    "/{case_id}/closure-refusal", response_model=CaseView, responses=responses(CaseNotFound, ClosingNotProposed, RoleNeeded, PersonErased)
)
async def keep_open(case_id: UUID, caller: Working, if_match: IfMatch, once: Once, tx: Transaction, response: Response) -> CaseView:
    """Refuse a proposal to close, as a coordinator."""
    return await once(CaseView, lambda: _view(tx, caller, cases.keep_open(tx, caller, case_id, if_match), response))


@router.post("/{case_id}/reopening", response_model=CaseView, responses=responses(CaseNotFound, CaseIsOpen, PersonErased))
async def reopen(
    case_id: UUID, body: ReopeningIn, caller: Working, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> CaseView:
    """Work on a closed case again."""
    return await once(CaseView, lambda: _view(tx, caller, cases.reopen(tx, caller, case_id, if_match, body), response))


def _item(case: CaseFile) -> CaseItem:
    return CaseItem.model_validate(case.model_dump() | {"case_id": case.id})


async def _view(tx: Transaction, caller: Caller, found: Awaitable[CaseFile], response: Response) -> CaseView:
    case = await found
    set_etag(response, case.version)
    return await cases.case_view(tx, caller, case)

"""Who may be the same person: pairs to decide, merges and their undoing. For the operator alone."""

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

from ihala_intake.commands import merges
from ihala_intake.errors import PersonErased
from ihala_intake.models.merges import CandidateDetail, CandidateState, CandidateView, DecisionIn, MergeIn, MergeView
from ihala_intake.people_errors import PersonNotFound
from ihala_intake.same_person import store
from ihala_intake.same_person.errors import (
    AlreadyMerged,
    CandidateDecided,
    CandidateNotFound,
    MergeNotFound,
    MergeNotPossible,
    MergeUndone,
)
from ihala_intake.same_person.shown import candidate_view

router = APIRouter(prefix="/v1/merges", tags=["merges"])
Merging = Annotated[Caller, Security(caller, scopes=["intake:merge"])]
State = Annotated[CandidateState, Query()]
OfPerson = Annotated[UUID | None, Query(description="Only merges that stand and that this person is part of.")]
DECISION_REFUSALS = responses(CandidateNotFound, CandidateDecided, AlreadyMerged, MergeNotPossible, PersonNotFound, PersonErased)
MERGE_REFUSALS = responses(PersonNotFound, AlreadyMerged, MergeNotPossible, PersonErased, MalformedRequest)


@router.get("/candidates", response_model=Page[CandidateView])
async def find(caller: Merging, tx: Transaction, page: PageQuery, request: Request, state: State = "open") -> Page[CandidateView]:
    """Return pairs in a state, the oldest first: why they may be one, and nothing of who they are."""
    after = page.after_as(UUID)
    rows = page_of(await store.candidates(tx, caller, state, after[0] if after else None, page.fetch), page, lambda row: (row.id,))
    language = language_of(request.headers.get("accept-language"))
    return Page(items=[candidate_view(row, language) for row in rows])


@router.get("/candidates/{candidate_id}", response_model=CandidateDetail, responses=responses(CandidateNotFound, PersonErased))
async def compare(candidate_id: UUID, caller: Merging, tx: Transaction, request: Request, response: Response) -> CandidateDetail:
    """Return the two beside each other. Logged with both."""
    candidate = await store.candidate_of(tx, caller, candidate_id)
    if candidate is None:
        raise CandidateNotFound()
    set_etag(response, candidate.version)
    view = candidate_view(candidate, language_of(request.headers.get("accept-language")))
    return CandidateDetail(**dict(view), sides=await merges.sides(tx, caller, candidate))


@router.post("/candidates/{candidate_id}/decision", response_model=CandidateView, responses=DECISION_REFUSALS)
async def decide(
    candidate_id: UUID, body: DecisionIn, caller: Merging, if_match: IfMatch, once: Once, tx: Transaction, request: Request,
    response: Response,
) -> CandidateView:  # fmt: skip
    """Decide whether the two are one person. If they are, they are merged."""

    async def run() -> CandidateView:
        candidate = await merges.decide(tx, caller, candidate_id, if_match, body)
        set_etag(response, candidate.version)
        return candidate_view(candidate, language_of(request.headers.get("accept-language")))

    return await once(CandidateView, run)


@router.post("", status_code=201, response_model=MergeView, responses=MERGE_REFUSALS)
async def merge(body: MergeIn, caller: Merging, once: Once, tx: Transaction, response: Response) -> MergeView:
    """Write down that two persons are one, without anything having proposed it."""

    async def run() -> MergeView:
        made = await merges.merge(tx, caller, body)
        set_etag(response, made.version)
        return await merges.view(tx, caller, made)

    return await once(MergeView, run)


@router.get("", response_model=Page[MergeView])
async def list_merges(caller: Merging, tx: Transaction, page: PageQuery, person_id: OfPerson = None) -> Page[MergeView]:
    """Return merges, the oldest first."""
    after = page.after_as(UUID)
    rows = page_of(await store.merges(tx, caller, person_id, after[0] if after else None, page.fetch), page, lambda row: (row.id,))
    return Page(items=[await merges.view(tx, caller, row) for row in rows])


@router.get("/{merge_id}", response_model=MergeView, responses=responses(MergeNotFound))
async def show(merge_id: UUID, caller: Merging, tx: Transaction, response: Response) -> MergeView:
    """Return one merge with the cases of both."""
    made = await store.merge_of(tx, caller, merge_id)
    if made is None:
        raise MergeNotFound()
    set_etag(response, made.version)
    return await merges.view(tx, caller, made)


@router.post("/{merge_id}/undo", response_model=MergeView, responses=responses(MergeNotFound, MergeUndone, PersonNotFound))
async def undo(merge_id: UUID, caller: Merging, if_match: IfMatch, once: Once, tx: Transaction, response: Response) -> MergeView:
    """Take a merge back. The two are told apart from now on, and not proposed again."""

    async def run() -> MergeView:
        made = await merges.undo(tx, caller, merge_id, if_match)
        set_etag(response, made.version)
        return await merges.view(tx, caller, made)

    return await once(MergeView, run)

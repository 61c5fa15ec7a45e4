"""Needs that receivers ask to have opened, and what their office decides."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import MalformedRequest, responses
from starlette.responses import Response

from ihala_intake.api.needs import Correcting, Reading
from ihala_intake.commands import onward
from ihala_intake.errors import OnwardDecided, OnwardNotCovered, OnwardNotFound
from ihala_intake.models.onward import OnwardDecision, OnwardView
from ihala_intake.tables import OnwardNeed

router = APIRouter(prefix="/v1/onward-needs", tags=["needs"])
DECIDED = responses(OnwardNotFound, OnwardDecided, OnwardNotCovered, MalformedRequest)
State = Annotated[Literal["waits", "opened", "refused"], Query(description="only in this state")]


@router.get("", response_model=Page[OnwardView])
async def find(caller: Reading, tx: Transaction, page: PageQuery, state: State = "waits") -> Page[OnwardView]:
    """List what receivers of the caller's cases ask to have opened, the longest first."""
    after = page.after_as(UUID)
    rows = await onward.waiting(tx, caller, state, after[0] if after else None, page.fetch)
    return Page(items=[OnwardView.model_validate(row.model_dump()) for row in page_of(rows, page, lambda row: (row.id,))])


@router.post("/{onward_id}/decision", response_model=OnwardView, responses=DECIDED)
async def decide(
    onward_id: UUID, body: OnwardDecision, caller: Correcting, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> OnwardView:
    """Open it in the same case, or refuse it. The person is asked first: a consent that names its code must be on record."""

    async def run() -> OnwardNeed:
        row = await onward.decide(tx, caller, onward_id, if_match, body)
        set_etag(response, row.version)
        return row

    return await once(OnwardView, run)

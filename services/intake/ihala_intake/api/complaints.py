"""Complaints and feedback: taken from everybody, read by who handles them."""

from collections.abc import Awaitable
from dataclasses import asdict
from datetime import datetime
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

from ihala_intake.casework import complaint_store as store
from ihala_intake.casework.complaint_errors import ComplaintNotFound, ComplaintOver, HandlerIsConcerned, UnknownTopic
from ihala_intake.casework.complaint_rules import topics
from ihala_intake.casework.errors import CaseNotFound
from ihala_intake.commands import complaints
from ihala_intake.errors import OperatorUnknown, PersonErased, ReferralNotFound
from ihala_intake.models.complaints import (
    ComplaintIn,
    ComplaintItem,
    ComplaintReceipt,
    ComplaintState,
    ComplaintTopic,
    ComplaintView,
    HandlingIn,
    ResolutionIn,
)
from ihala_intake.store import INTERIOR
from ihala_intake.tables import Complaint

router = APIRouter(prefix="/v1/complaints", tags=["complaints"])
Complaining = Annotated[Caller, Security(caller, scopes=["intake:request"])]
Reading = Annotated[Caller, Security(caller, scopes=["intake:read"])]
Working = Annotated[Caller, Security(caller, scopes=["intake:case"])]
RECEIVING = responses(UnknownTopic, OperatorUnknown, CaseNotFound, ReferralNotFound, PersonErased)
HANDLING = responses(ComplaintNotFound, ComplaintOver, HandlerIsConcerned, PersonErased)


@router.post("", status_code=202, response_model=ComplaintReceipt, responses=RECEIVING)
async def receive(body: ComplaintIn, caller: Complaining, once: Once, tx: Transaction) -> ComplaintReceipt:
    """Write down what a person says. A sensitive complaint goes past the office and the provider it is about."""

    async def run() -> ComplaintReceipt:
        complaint = await complaints.receive(tx, caller, body)
        return ComplaintReceipt.model_validate(complaint.model_dump(exclude={"details"}) | {"complaint_id": complaint.id})

    return await once(ComplaintReceipt, run)


@router.get("", response_model=Page[ComplaintItem])
async def find(
    caller: Reading, tx: Transaction, page: PageQuery, state: Annotated[ComplaintState, Query()] = "received"
) -> Page[ComplaintItem]:
    """Return the operator's complaints in a state, the oldest first; the sensitive ones to those who handle them."""
    rows = await store.complaints(tx, caller, state, page.after_as(datetime, UUID), page.fetch)
    shown = page_of(rows, page, lambda row: (row.received_at, row.id))
    return Page(items=[ComplaintItem.model_validate(_plain(row)) for row in shown])


@router.get("/topics", response_model=Page[ComplaintTopic])
async def topics_there(_: Complaining) -> Page[ComplaintTopic]:
    """Return what a complaint or feedback can be about, in three languages."""
    listed = ({"code": code, **one._asdict(), "words": asdict(one.words)} for code, one in topics().items())
    return Page(items=[ComplaintTopic.model_validate(one) for one in listed])


@router.get("/{complaint_id}", response_model=ComplaintView, responses=responses(ComplaintNotFound))
async def show(complaint_id: UUID, caller: Reading, tx: Transaction, response: Response) -> ComplaintView:
    """Return a complaint: all of it to who handles it, how it stands to who wrote an ordinary one down."""
    return await _view(tx, caller, store.complaint_of(tx, caller, complaint_id), response)


@router.post("/{complaint_id}/handling", response_model=ComplaintView, responses=HANDLING)
async def handle(
    complaint_id: UUID, body: HandlingIn, caller: Working, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> ComplaintView:
    """Give a complaint to somebody whom it is not about."""
    return await once(ComplaintView, lambda: _view(tx, caller, complaints.handle(tx, caller, complaint_id, if_match, body), response))


@router.post("/{complaint_id}/resolution", response_model=ComplaintView, responses=HANDLING)
async def resolve(
    complaint_id: UUID, body: ResolutionIn, caller: Working, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> ComplaintView:
    """Write down what became of a complaint, and how the person was told."""
    return await once(ComplaintView, lambda: _view(tx, caller, complaints.resolve(tx, caller, complaint_id, if_match, body), response))


def _plain(complaint: Complaint) -> dict[str, object]:
    return complaint.model_dump(exclude={"details"}) | {"complaint_id": complaint.id, "act_by": complaint.next_at}


async def _view(tx: Transaction, caller: Caller, found: Awaitable[Complaint | None], response: Response) -> ComplaintView:
    complaint = await found
    if complaint is None:
        raise ComplaintNotFound()
    set_etag(response, complaint.version)
    shown = _plain(complaint)
    if complaint.operator_id == caller.organization_id:
        texts = await complaints.texts_of(tx, complaint)
        shown |= texts.model_dump() if texts else {}
    elif caller.organization_kind in INTERIOR and complaint.about_referral_id is not None:
        shown["about_organization_id"] = None  # a centre of the ministry learns of no provider
    return ComplaintView.model_validate(shown)

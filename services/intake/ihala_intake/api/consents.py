"""Consents and the one door of their withdrawal."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Security
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import MalformedRequest, responses
from starlette.responses import Response

from ihala_intake import decisions_store
from ihala_intake.commands import decide
from ihala_intake.commands.revise import consent_view, revise, shown
from ihala_intake.commands.withdraw import withdraw
from ihala_intake.emergencies.errors import NoDutyRoster
from ihala_intake.errors import (
    AlreadyWithdrawn,
    ConsentEnded,
    ConsentMissing,
    ConsentNotFound,
    NeedNotFound,
    PersonErased,
    ReferralNotFound,
    RoleNeeded,
    WithdrawalHasOneDoor,
)
from ihala_intake.errors_consents import DecisionNotFound, GuardianNeeded, NothingToDecide, RefusalStands, SecondPersonNeeded
from ihala_intake.models.consents import ConsentIn, ConsentView, WithdrawalIn, Withdrawn
from ihala_intake.models.decisions import AnswerIn, DecisionIn, Decisions, DecisionView

router = APIRouter(prefix="/v1", tags=["consents"])
Consenting = Annotated[Caller, Security(caller, scopes=["intake:consent"])]
Withdrawing = Annotated[Caller, Security(caller, scopes=["intake:withdraw"])]

Which = Annotated[Literal["awaited", "other_basis"], Query()]

REVISION_REFUSALS = responses(
    ConsentNotFound, ConsentEnded, WithdrawalHasOneDoor, NoDutyRoster, ConsentMissing, GuardianNeeded, PersonErased, MalformedRequest
)
ANSWER_REFUSALS = responses(
    ConsentNotFound, DecisionNotFound, RoleNeeded, SecondPersonNeeded, ConsentEnded, NothingToDecide, RefusalStands, PersonErased
)
WITHDRAWAL_REFUSALS = responses(ConsentNotFound, NeedNotFound, ReferralNotFound, AlreadyWithdrawn, PersonErased)


@router.get("/consents/{consent_id}", response_model=ConsentView, responses=responses(ConsentNotFound))
async def show(consent_id: UUID, caller: Consenting, tx: Transaction, response: Response) -> ConsentView:
    """Return a consent as it is now; its revision is its ETag."""
    view = await shown(tx, caller, consent_id)
    set_etag(response, view.revision)
    return view


@router.post("/consents/{consent_id}/revisions", status_code=201, response_model=ConsentView, responses=REVISION_REFUSALS)
async def change(
    consent_id: UUID, body: ConsentIn, caller: Consenting, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> ConsentView:
    """Write down what the person allows from now on."""

    async def run() -> ConsentView:
        view = await revise(tx, caller, consent_id, if_match, body)
        set_etag(response, view.revision)
        return view

    return await once(ConsentView, run)


@router.get("/consents", response_model=Page[ConsentView])
async def find(caller: Consenting, tx: Transaction, page: PageQuery, which: Which = "awaited") -> Page[ConsentView]:
    """Return the operator's consents that wait for a decision, or those that hold on another basis than the person's own word."""
    after = page.after_as(UUID)
    listed = decisions_store.awaited if which == "awaited" else decisions_store.on_other_basis
    rows = page_of(await listed(tx, caller, after[0] if after else None, page.fetch), page, lambda row: (row.id,))
    need_ids = await decisions_store.need_ids(tx, [row.id for row in rows])
    return Page(items=[consent_view(row, need_ids[row.id]) for row in rows])


@router.get("/consents/{consent_id}/decisions", response_model=Decisions, responses=responses(ConsentNotFound, PersonErased))
async def decisions(consent_id: UUID, caller: Consenting, tx: Transaction) -> Decisions:
    """Return the decisions about a consent with their reasons, for the operator. Logged with the person."""
    return Decisions(items=await decide.shown(tx, caller, consent_id))


@router.post(
    "/consents/{consent_id}/decisions",
    status_code=201,
    response_model=DecisionView,
    responses=responses(ConsentNotFound, RoleNeeded, ConsentEnded, NothingToDecide, RefusalStands, PersonErased, MalformedRequest),
)
async def propose(consent_id: UUID, body: DecisionIn, caller: Consenting, once: Once, tx: Transaction) -> DecisionView:
    """Propose to pass something on in a child's best interests, or to save a life. It holds when a second person confirms it."""
    return await once(DecisionView, lambda: decide.propose(tx, caller, consent_id, body))


@router.post("/consents/{consent_id}/decisions/{decision_id}/answer", response_model=DecisionView, responses=ANSWER_REFUSALS)
async def answer(
    consent_id: UUID, decision_id: UUID, body: AnswerIn, caller: Consenting, once: Once, tx: Transaction
) -> DecisionView:  # fmt: skip
    """Confirm or reject what another person proposed."""
    return await once(DecisionView, lambda: decide.answer(tx, caller, consent_id, decision_id, body))


@router.post("/withdrawals", response_model=Withdrawn, responses=WITHDRAWAL_REFUSALS)
async def take_back(body: WithdrawalIn, caller: Withdrawing, once: Once, tx: Transaction) -> Withdrawn:
    """Take back a consent, or its part for one need or referral. Access has ended when this answers."""
    return await once(Withdrawn, lambda: withdraw(tx, caller, body))

"""Consents and the one door of their withdrawal."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Security
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.once import Once
from ihala_kit.problems import MalformedRequest, responses
from starlette.responses import Response

from ihala_intake import store
from ihala_intake.commands.revise import consent_view, revise
from ihala_intake.commands.withdraw import withdraw
from ihala_intake.errors import (
    AlreadyWithdrawn,
    ConsentEnded,
    ConsentMissing,
    ConsentNotFound,
    NeedNotFound,
    PersonErased,
    ReferralNotFound,
    WithdrawalHasOneDoor,
)
from ihala_intake.models.consents import ConsentIn, ConsentView, WithdrawalIn, Withdrawn

router = APIRouter(prefix="/v1", tags=["consents"])
Consenting = Annotated[Caller, Security(caller, scopes=["intake:consent"])]
Withdrawing = Annotated[Caller, Security(caller, scopes=["intake:withdraw"])]

REVISION_REFUSALS = responses(ConsentNotFound, ConsentEnded, WithdrawalHasOneDoor, ConsentMissing, PersonErased, MalformedRequest)
WITHDRAWAL_REFUSALS = responses(ConsentNotFound, NeedNotFound, ReferralNotFound, AlreadyWithdrawn, PersonErased)


@router.get("/consents/{consent_id}", response_model=ConsentView, responses=responses(ConsentNotFound))
async def show(consent_id: UUID, caller: Consenting, tx: Transaction, response: Response) -> ConsentView:
    """Return a consent as it is now; its revision is its ETag."""
    consent = await store.consent_of(tx, caller, consent_id)
    if consent is None:
        raise ConsentNotFound()
    set_etag(response, consent.revision)
    return consent_view(consent, await store.need_ids_of_consent(tx, consent_id))


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


@router.post("/withdrawals", response_model=Withdrawn, responses=WITHDRAWAL_REFUSALS)
async def take_back(body: WithdrawalIn, caller: Withdrawing, once: Once, tx: Transaction) -> Withdrawn:
    """Take back a consent, or its part for one need or referral. Access has ended when this answers."""
    return await once(Withdrawn, lambda: withdraw(tx, caller, body))

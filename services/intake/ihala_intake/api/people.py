"""The two ways out for what is personal: to a receiver with an open disclosure, and to notify at the moment it sends."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Security
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Database, Transaction
from ihala_kit.problems import InsufficientScope, responses

from ihala_intake.commands import read
from ihala_intake.errors import (
    ContactHeldByOrigin,
    ContactWithheld,
    DisclosurePending,
    NeedNotFound,
    ReferralNotFound,
    StateStale,
)
from ihala_intake.models.people import ContactView, PersonView
from ihala_intake.settings import Settings

router = APIRouter(prefix="/v1", tags=["people"])
Receiving = Annotated[Caller, Security(caller, scopes=["intake:disclosure"])]
Contacting = Annotated[Caller, Security(caller, scopes=["intake:contact"])]


@router.get(
    "/referrals/{referral_id}/person",
    response_model=PersonView,
    responses=responses(ReferralNotFound, DisclosurePending, StateStale),
)
async def person(referral_id: UUID, caller: Receiving, tx: Transaction) -> PersonView:
    """Return exactly what the consent opens to the receiver. Every read is logged with the person."""
    return await read.person_of_referral(tx, caller, referral_id)


@router.get("/contacts/{need_id}", response_model=ContactView, responses=responses(NeedNotFound, ContactHeldByOrigin, ContactWithheld))
async def contact(need_id: UUID, caller: Contacting, request: Request) -> ContactView:
    """Return where one message may go, to the one client that sends messages. It is not to be kept."""
    settings: Settings = request.app.state.service.settings
    if caller.client_id != settings.contact_client:
        raise InsufficientScope()
    database: Database = request.app.state.database
    return await read.contact_for(database, caller, need_id)

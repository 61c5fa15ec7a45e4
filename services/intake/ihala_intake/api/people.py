"""The way out for a contact: to notify, at the moment it sends. Receivers read at /v1/disclosures."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Security
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Database
from ihala_kit.problems import InsufficientScope, responses

from ihala_intake.commands import read
from ihala_intake.errors import ContactHeldByOrigin, ContactWithheld, NeedNotFound
from ihala_intake.models.people import ContactView
from ihala_intake.people_errors import ContactNotNow
from ihala_intake.settings import Settings

router = APIRouter(prefix="/v1", tags=["people"])
Contacting = Annotated[Caller, Security(caller, scopes=["intake:contact"])]
REFUSALS = responses(NeedNotFound, ContactHeldByOrigin, ContactWithheld, ContactNotNow)


@router.get("/contacts/{need_id}", response_model=ContactView, responses=REFUSALS)
async def contact(need_id: UUID, caller: Contacting, request: Request) -> ContactView:
    """Return where one message may go, to the one client that sends messages. It is not to be kept."""
    settings: Settings = request.app.state.service.settings
    if caller.client_id != settings.contact_client:
        raise InsufficientScope()
    database: Database = request.app.state.database
    return await read.contact_for(database, caller, need_id)

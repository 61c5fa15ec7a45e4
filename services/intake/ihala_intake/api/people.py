"""The way out for contacts: to notify, at the moment it sends. Receivers read at /v1/disclosures."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Security
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Database
from ihala_kit.problems import InsufficientScope, Problem, ProblemDocument, document_of, responses

from ihala_intake import quiet
from ihala_intake.commands import contacts
from ihala_intake.details import Hours
from ihala_intake.errors import ContactHeldByOrigin, ContactWithheld, NeedNotFound, PersonErased
from ihala_intake.models.contacts import ContactItem, ContactsIn, ContactsView
from ihala_intake.models.people import ContactView
from ihala_intake.people_errors import ContactNotNow, MessagesStopped, NoSafeContact
from ihala_intake.settings import Settings

router = APIRouter(prefix="/v1", tags=["people"])
Contacting = Annotated[Caller, Security(caller, scopes=["intake:contact"])]
REFUSALS = responses(NeedNotFound, PersonErased, ContactHeldByOrigin, ContactWithheld, MessagesStopped, NoSafeContact, ContactNotNow)


@router.get("/contacts/{need_id}", response_model=ContactView, responses=REFUSALS)
async def contact(need_id: UUID, caller: Contacting, request: Request) -> ContactView:
    """Return where one message may go, to the one client that sends messages. It is not to be kept."""
    hours = _hours(request, caller)
    return await contacts.contact_for(_database(request), caller, need_id, hours)


@router.post("/contacts", response_model=ContactsView)
async def many_contacts(body: ContactsIn, caller: Contacting, request: Request) -> ContactsView:
    """Return the same for up to a hundred needs, each with an answer of its own. Changes nothing but the log of reads."""
    hours = _hours(request, caller)
    found = await contacts.contacts_for(_database(request), caller, body.need_ids, hours)
    return ContactsView(items=[_item(request, need_id, one) for need_id, one in found.items()])


def _hours(request: Request, caller: Caller) -> tuple[Hours, ...]:
    """Return when texts go out. Raises InsufficientScope (403) for every client but the one that sends them."""
    settings: Settings = request.app.state.service.settings
    if caller.client_id != settings.contact_client:
        raise InsufficientScope()
    return quiet.hours_of_texts() if settings.quiet_hours else ()


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def _item(request: Request, need_id: UUID, found: ContactView | Problem) -> ContactItem:
    if isinstance(found, ContactView):
        return ContactItem(need_id=need_id, status=200, contact=found)
    wait = found.headers.get("Retry-After")
    return ContactItem(
        need_id=need_id, status=found.status, problem=ProblemDocument(**document_of(request, found)),
        retry_after_s=int(wait) if wait else None,
    )  # fmt: skip

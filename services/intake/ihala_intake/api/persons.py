"""Persons, for the operator that owns them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Security
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.problems import MalformedRequest, responses
from starlette.responses import Response

from ihala_intake.commands import persons
from ihala_intake.emergencies.errors import NoDutyRoster
from ihala_intake.errors import IdentityHeldByOrigin, PersonErased, UnknownPlace
from ihala_intake.models.people import FoundPersons, PersonRecord
from ihala_intake.models.person_changes import PersonChange, SearchIn
from ihala_intake.people_errors import FiledApart, PersonNotFound

router = APIRouter(prefix="/v1/persons", tags=["persons"])
Reading = Annotated[Caller, Security(caller, scopes=["intake:read"])]
Changing = Annotated[Caller, Security(caller, scopes=["intake:request"])]
_LIMITED = {"x-ihala": {"limit": "people"}}  # the gateway lets a client look for people by number only so often
CHANGE_REFUSALS = responses(PersonNotFound, PersonErased, FiledApart, NoDutyRoster, IdentityHeldByOrigin, UnknownPlace, MalformedRequest)


@router.get("/{person_id}", response_model=PersonRecord, responses=responses(PersonNotFound, PersonErased))
async def show(person_id: UUID, caller: Reading, tx: Transaction, response: Response) -> PersonRecord:
    """Return all that is known of a person. Logged with the person."""
    person, record = await persons.read_person(tx, caller, person_id)
    set_etag(response, person.version)
    return record


@router.post("/search", response_model=FoundPersons, responses=responses(MalformedRequest), openapi_extra=_LIMITED)
async def search(body: SearchIn, caller: Reading, tx: Transaction) -> FoundPersons:
    """Find who is known by exactly this phone or document; in a body, so that neither stands in an address. Logged with each found."""
    return FoundPersons(items=await persons.search(tx, caller, body))


@router.patch("/{person_id}", response_model=PersonRecord, responses=CHANGE_REFUSALS)
async def change(
    person_id: UUID, body: PersonChange, caller: Changing, if_match: IfMatch, tx: Transaction, response: Response
) -> PersonRecord:  # fmt: skip
    """Write down what is different: what is not named stays, null or an empty list takes it away. Open needs follow."""
    person, record = await persons.change(tx, caller, person_id, if_match, body)
    set_etag(response, person.version)
    return record

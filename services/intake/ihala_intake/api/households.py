"""Households, for the operator that owns them: who lives together, and nothing else of anybody."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Security
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.once import Once
from ihala_kit.problems import MalformedRequest, responses
from starlette.responses import Response

from ihala_intake.commands import households
from ihala_intake.errors import PersonErased, UnknownPlace
from ihala_intake.models.people import HouseholdRecord
from ihala_intake.models.person_changes import DepartureIn, JoiningIn, RoleIn
from ihala_intake.people_errors import FiledApart, HouseholdNotFound, HouseholdTooLarge, InAnotherHousehold, PersonNotFound
from ihala_intake.tables import Household

router = APIRouter(prefix="/v1/households", tags=["households"])
Reading = Annotated[Caller, Security(caller, scopes=["intake:read"])]
Changing = Annotated[Caller, Security(caller, scopes=["intake:request"])]
JOINING_REFUSALS = responses(
    HouseholdNotFound, PersonNotFound, InAnotherHousehold, HouseholdTooLarge, FiledApart, PersonErased, UnknownPlace, MalformedRequest
)


@router.get("/{household_id}", response_model=HouseholdRecord, responses=responses(HouseholdNotFound))
async def show(household_id: UUID, caller: Reading, tx: Transaction, response: Response) -> HouseholdRecord:
    """Return who lives together now. Logged with each of them."""
    return _answer(response, await households.read_household(tx, caller, household_id))


@router.post("/{household_id}/members", status_code=201, response_model=HouseholdRecord, responses=JOINING_REFUSALS)
async def add(
    household_id: UUID, body: JoiningIn, caller: Changing, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> HouseholdRecord:  # fmt: skip
    """Let somebody live there: a known person who lives in no other household, or somebody new."""

    async def run() -> HouseholdRecord:
        return _answer(response, await households.add_member(tx, caller, household_id, if_match, body))

    return await once(HouseholdRecord, run)


@router.patch("/{household_id}/members/{person_id}", response_model=HouseholdRecord, responses=responses(HouseholdNotFound))
async def change(
    household_id: UUID, person_id: UUID, body: RoleIn, caller: Changing, if_match: IfMatch, tx: Transaction, response: Response
) -> HouseholdRecord:  # fmt: skip
    """Write down what somebody is in the household."""
    return _answer(response, await households.change_role(tx, caller, household_id, person_id, if_match, body.role))


@router.post("/{household_id}/members/{person_id}/departure", response_model=HouseholdRecord, responses=responses(HouseholdNotFound))
async def leave(
    household_id: UUID, person_id: UUID, body: DepartureIn, caller: Changing, if_match: IfMatch, once: Once, tx: Transaction,
    response: Response,
) -> HouseholdRecord:  # fmt: skip
    """Let somebody live there no more. What they need, agreed to and can be reached by stays theirs."""

    async def run() -> HouseholdRecord:
        return _answer(response, await households.leave(tx, caller, household_id, person_id, if_match, body.reason))

    return await once(HouseholdRecord, run)


def _answer(response: Response, found: tuple[Household, HouseholdRecord]) -> HouseholdRecord:
    household, record = found
    set_etag(response, household.version)
    return record

"""Who lives together: read, joined, left. It says nothing of what anybody needs, agreed to or can be reached by."""

from collections.abc import Collection, Sequence
from uuid import UUID

from ihala_contracts.intake_v1 import LARGEST_HOUSEHOLD, Sensitivity
from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.due import schedule
from ihala_kit.etag import Stale
from ihala_kit.ids import new_id
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys, people_store, person_rules
from ihala_intake.commands import checks
from ihala_intake.commands.homes import join
from ihala_intake.commands.people import LOOK_AGAIN, add_person, change_person, new_member_details, open_person, share_ways
from ihala_intake.commands.retell import retell_all
from ihala_intake.consent_rules import Category
from ihala_intake.details import PersonDetails
from ihala_intake.errors import PersonErased
from ihala_intake.ledger import Read, log_accesses
from ihala_intake.models.people import HouseholdRecord, MemberRecord
from ihala_intake.models.person_changes import JoiningIn
from ihala_intake.people_errors import FiledApart, HouseholdNotFound, HouseholdTooLarge, InAnotherHousehold, PersonNotFound
from ihala_intake.tables import Household, Need, Person

DIED = "died"

Home = list[tuple[Person, PersonDetails | None]]  # None: erased


async def read_household(tx: AsyncSession, caller: Caller, household_id: UUID) -> tuple[Household, HouseholdRecord]:
    """Return a household that the caller owns; logged with each who lives there. Raises HouseholdNotFound (404)."""
    household = await people_store.household_of(tx, caller, household_id)
    if household is None:
        raise HouseholdNotFound()
    return household, await _record(tx, household, await _home(tx, caller, household_id))


async def add_member(
    tx: AsyncSession, caller: Caller, household_id: UUID, version: int, body: JoiningIn
) -> tuple[Household, HouseholdRecord]:
    """Let somebody live there; emits NeedChanged for the open needs of all, whose household is larger now.

    Raises HouseholdNotFound, PersonNotFound (404), Stale (412), InAnotherHousehold, HouseholdTooLarge, FiledApart (409),
    PersonErased (410), UnknownPlace, MalformedRequest (422).
    """
    household = await _locked(tx, caller, household_id, version)
    newcomer = None if body.person_id is None else await _newcomer(tx, caller, body.person_id)
    needs, home = await _locked_home(tx, caller, household_id, newcomer)
    size = max(_size(home) or 0, len(home)) + 1
    if size > LARGEST_HOUSEHOLD:
        raise HouseholdTooLarge()
    elsewhere = {way for _, known in home if known is not None for way in person_rules.reached_at(known)}
    if newcomer is None:
        person, details = _begun(tx, household, body, elsewhere, size)
    else:
        person, details = await _moved_in(tx, household, newcomer, body, elsewhere, size)
    join(tx, household_id, person.id, now(tx), operator_id=household.operator_id, origin_id=person.origin_id)
    await schedule(tx, LOOK_AGAIN, person.id, now(tx))
    after = await _resized(tx, household, [*home, (person, details)], needs, size)
    await share_ways(tx, [row for row, _ in home], person_rules.reached_at(details))  # locks disclosures: before anything is logged
    return household, await _record(tx, household, after)


async def change_role(
    tx: AsyncSession, caller: Caller, household_id: UUID, person_id: UUID, version: int, role: str
) -> tuple[Household, HouseholdRecord]:
    """Write down what somebody is in the household; emits NeedChanged for their open needs. Raises HouseholdNotFound (404), Stale (412)."""
    household = await _locked(tx, caller, household_id, version)
    needs, home = await _locked_home(tx, caller, household_id, None)
    person, details = _member(home, person_id)
    after = details.model_copy(update={"role": role})
    await change_person(tx, person, after, now(tx))
    await retell_all(tx, [need for need in needs if need.person_id == person_id], after)
    _touch(tx, household)
    return household, await _record(tx, household, [(row, after if row is person else known) for row, known in home])


async def leave(
    tx: AsyncSession, caller: Caller, household_id: UUID, person_id: UUID, version: int, reason: str
) -> tuple[Household, HouseholdRecord]:
    """Let somebody live there no more: from now on neither side's receivers read of the other. Emits NeedChanged for all open needs.

    Nobody writes to somebody who died: whoever has the phone now would read it. Their needs wait for the coordinator to close them.
    Raises HouseholdNotFound (404), Stale (412).
    """
    household = await _locked(tx, caller, household_id, version)
    needs, home = await _locked_home(tx, caller, household_id, None)
    person, details = _member(home, person_id)
    membership = await people_store.membership(tx, household_id, person_id)
    assert membership is not None, "who lives there is a member: homes.join"
    membership.left_at, membership.left_reason = now(tx), reason
    person.household_id = None
    alone = details.model_copy(update={"household_size": None, "role": None} | ({"messages_stopped": True} if reason == DIED else {}))
    await change_person(tx, person, alone, now(tx))
    await people_store.part(tx, person_id, household_id)
    await retell_all(tx, [need for need in needs if need.person_id == person_id], alone)
    size = max((_size(home) or len(home)) - 1, len(home) - 1)
    after = await _resized(tx, household, [one for one in home if one[0] is not person], needs, size)
    return household, await _record(tx, household, after)


async def _locked(tx: AsyncSession, caller: Caller, household_id: UUID, version: int) -> Household:
    household = await people_store.household_of(tx, caller, household_id, lock=True)
    if household is None:
        raise HouseholdNotFound()
    if household.version != version:
        raise Stale()
    return household


async def _newcomer(tx: AsyncSession, caller: Caller, person_id: UUID) -> Person:
    """Return a known person who may move in. A restricted file's person lives nowhere, for whoever looks."""
    person = await people_store.person_of(tx, caller, person_id)
    if person is None or person.sensitivity == Sensitivity.RESTRICTED:
        raise PersonNotFound()
    return person


async def _locked_home(tx: AsyncSession, caller: Caller, household_id: UUID, newcomer: Person | None) -> tuple[Sequence[Need], Home]:
    """Return all needs and then all persons of a household, locked in this order, with the newcomer's."""
    there = [person.id for person in await people_store.people_in(tx, caller, household_id)]
    needs = await people_store.locked_needs(tx, there + ([newcomer.id] if newcomer else []))
    return needs, await _home(tx, caller, household_id, lock=True)


async def _home(tx: AsyncSession, caller: Caller, household_id: UUID, *, lock: bool = False) -> Home:
    found: Home = []
    for person in await people_store.people_in(tx, caller, household_id, lock=lock):
        try:
            found.append((person, await open_person(tx, person)))
        except PersonErased:
            found.append((person, None))
    return found


def _member(home: Home, person_id: UUID) -> tuple[Person, PersonDetails]:
    for person, details in home:
        if person.id == person_id and details is not None:
            return person, details
    raise HouseholdNotFound()


def _begun(
    tx: AsyncSession, household: Household, body: JoiningIn, elsewhere: Collection[str], size: int
) -> tuple[Person, PersonDetails]:  # fmt: skip
    """Store somebody new."""
    assert body.person is not None, "a joining names a person_id or a person"
    checks.check_said(body.person, now(tx), "#/person")
    if person_rules.stands_alone(body.person):
        raise FiledApart(pointer="#/person/guardian")
    details = new_member_details(body.person, elsewhere, size)
    person_id = new_id()
    person = add_person(
        tx, person_id, keys.make(tx, person_id), details, operator_id=household.operator_id, origin_id=household.operator_id,
        sensitivity=Sensitivity.STANDARD.value, held_by="intake", household_id=household.id,
    )  # fmt: skip
    return person, details


async def _moved_in(
    tx: AsyncSession, household: Household, person: Person, body: JoiningIn, elsewhere: Collection[str], size: int
) -> tuple[Person, PersonDetails]:  # fmt: skip
    await tx.refresh(person, with_for_update={"key_share": True})
    if person.household_id is not None:
        raise InAnotherHousehold()
    known = await open_person(tx, person)
    shared = person_rules.nobodys_own(known, elsewhere)
    details = shared.model_copy(update={"role": body.role, "household_size": size})
    person.household_id = household.id
    await change_person(tx, person, details, now(tx))
    return person, details


async def _resized(tx: AsyncSession, household: Household, home: Home, needs: Sequence[Need], size: int) -> Home:
    """Write the new size down with everybody, and tell of the needs that it is a fact of; return everybody as they are then."""
    after: Home = []
    for person, details in home:
        resized = details and details.model_copy(update={"household_size": size})
        if resized is not None and resized != details:
            await change_person(tx, person, resized, now(tx))
        if resized is not None:
            await retell_all(tx, [need for need in needs if need.person_id == person.id], resized)
        after.append((person, resized))
    _touch(tx, household)
    return after


def _touch(tx: AsyncSession, household: Household) -> None:
    household.version, household.changed_at = household.version + 1, now(tx)


def _size(home: Home) -> int | None:
    return max((details.household_size for _, details in home if details and details.household_size), default=None)


async def _record(tx: AsyncSession, household: Household, home: Home) -> HouseholdRecord:
    opened = [person for person, details in home if details is not None]
    await log_accesses(tx, [Read("household", one.id, one.operator_id, categories=[Category.HOUSEHOLD]) for one in opened])
    return HouseholdRecord(
        household_id=household.id, size=_size(home), members=[_shown(person, details) for person, details in home],
        made_at=household.made_at, changed_at=household.changed_at,
    )  # fmt: skip


def _shown(person: Person, details: PersonDetails | None) -> MemberRecord:
    known = {} if details is None else details.model_dump(include={"call_name", "role", "sex", "birth_year"})
    return MemberRecord.model_validate({"person_id": person.id, "call_name": None, "role": None, "sex": None, "birth_year": None} | known)

"""A person, read and kept right by the operator that owns them. Every look at one is a link more in their chain of reads."""

from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.etag import Stale
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import codes, keys, marks, people_store, person_rules, store
from ihala_intake.commands import checks, under_age
from ihala_intake.commands.people import change_person, open_person, share_ways
from ihala_intake.commands.retell import retell_all
from ihala_intake.consent_rules import Category
from ihala_intake.details import PersonDetails
from ihala_intake.errors import IdentityHeldByOrigin, PersonErased
from ihala_intake.ledger import log_access
from ihala_intake.models.people import ContactWays, DisabilitiesView, DocumentView, FoundPerson, Identity, MovementView, PersonRecord
from ihala_intake.models.person_changes import PersonChange, SearchIn
from ihala_intake.people_errors import FiledApart, PersonNotFound
from ihala_intake.tables import Person

READ, CHANGED = "person", "person-changed"
LARGEST_FIND = 20
# Only that category of an access log's link, when a change says nothing of the others.
_CATEGORY_OF = {
    "place": Category.PLACE, "address": Category.PLACE, "status": Category.STATUS, "movements": Category.STATUS,
    "documents": Category.DOCUMENTS, "disabilities": Category.DISABILITIES, "requirements": Category.REQUIREMENTS,
    **dict.fromkeys(("language_spoken", "also_speaks", "language_written", "reads", "phones", "other_ways", "trusted_contact", "guardian",
                     "messages_stopped"), Category.CONTACT),
}  # fmt: skip


async def read_person(tx: AsyncSession, caller: Caller, person_id: UUID) -> tuple[Person, PersonRecord]:
    """Return all that is known of a person whom the caller owns. Raises PersonNotFound (404), PersonErased (410)."""
    person = await people_store.person_of(tx, caller, person_id)
    if person is None:
        raise PersonNotFound()
    record = record_of(person, await open_person(tx, person))
    await _log(tx, person, READ, list(Category))
    return person, record


async def change(tx: AsyncSession, caller: Caller, person_id: UUID, version: int, body: PersonChange) -> tuple[Person, PersonRecord]:
    """Write down what is different about a person; emits NeedChanged for each of their needs that referral may still place.

    Raises PersonNotFound (404), Stale (412), PersonErased (410), FiledApart, NoDutyRoster (409), IdentityHeldByOrigin,
    UnknownPlace, MalformedRequest (422).
    """
    known = await people_store.person_of(tx, caller, person_id)
    if known is None:
        raise PersonNotFound()
    of_person = await store.needs_of_person(tx, person_id)  # needs are locked before anything else
    others = await _others(tx, caller, known) if body.model_fields_set & {"phones", "other_ways"} else []
    person = await people_store.person_of(tx, caller, person_id, lock=True)
    assert person is not None, "it was there a moment ago, and persons are never deleted"
    if person.version != version:
        raise Stale()
    before = await open_person(tx, person)
    checks.check_said(body, now(tx), "#")
    if person.identity_held_by == "origin" and person_rules.names_somebody(body):
        raise IdentityHeldByOrigin(pointer="#")
    told = before.told(body.said())
    if body.guardian is not None and told.guardian_at(now(tx)) is None:
        raise checks.malformed("#/guardian", "guardian_of_an_adult")
    if person.sensitivity != "restricted" and person_rules.stands_alone(body):
        raise FiledApart(pointer="#/guardian")
    after = await _after(tx, told, others)
    await change_person(tx, person, after, now(tx))
    await under_age.look(tx, person, before, after)
    await share_ways(tx, others, person_rules.reached_at(after))
    place = codes.place(after.place) if after.place and after.place != before.place else None
    await retell_all(tx, of_person, after, place)
    await _log(tx, person, CHANGED, sorted({_CATEGORY_OF.get(name, Category.IDENTITY) for name in body.model_fields_set}))
    return person, record_of(person, after)


async def search(tx: AsyncSession, caller: Caller, body: SearchIn) -> list[FoundPerson]:
    """Return whom the caller's operator knows by exactly this phone or document; logged with each. Nobody restricted is ever found."""
    if body.phone is not None:
        kind, text = marks.PHONE, body.phone
    else:
        assert body.document is not None, "a search names one of the two"
        kind, text = marks.DOCUMENT, marks.document_text(body.document.kind, body.document.number)
    found = []
    for person in await people_store.found_by(tx, caller, kind, keys.blind(tx, text, kind), LARGEST_FIND):
        try:
            details = await open_person(tx, person)
        except PersonErased:
            continue
        await _log(tx, person, "search", [Category.IDENTITY])
        found.append(FoundPerson.model_validate(person.model_dump(include={"household_id"}) | {
            "person_id": person.id, "identity": Identity.model_validate(details), "place": details.place,
        }))  # fmt: skip
    return found


async def _others(tx: AsyncSession, caller: Caller, person: Person) -> list[Person]:
    """Return who lives with a person, all of them locked in the one order."""
    if person.household_id is None:
        return []
    return [one for one in await people_store.people_in(tx, caller, person.household_id, lock=True) if one.id != person.id]


async def _after(tx: AsyncSession, told: PersonDetails, others: list[Person]) -> PersonDetails:
    """Return what is known after a change. A phone or an e-mail that stands at somebody else of the household is nobody's own."""
    elsewhere = [await _reached(tx, one) for one in others]
    return person_rules.nobodys_own(told, set().union(*elsewhere))


async def _reached(tx: AsyncSession, person: Person) -> set[str]:
    try:
        return person_rules.reached_at(await open_person(tx, person))
    except PersonErased:
        return set()


def record_of(person: Person, details: PersonDetails) -> PersonRecord:
    """Return a person as their operator sees them."""
    return PersonRecord.model_validate({
        **details.model_dump(include={"place", "address", "status", "requirements", "role", "household_size", "messages_stopped"}),
        "person_id": person.id, "household_id": person.household_id, "sensitivity": person.sensitivity,
        "identity_held_by": person.identity_held_by, "made_at": person.made_at, "changed_at": person.changed_at,
        "identity": Identity.model_validate(details), "contact": ContactWays.model_validate(details),
        "movements": [MovementView.model_validate(one) for one in details.movements],
        "documents": [DocumentView.model_validate(one) for one in details.documents],
        "disabilities": DisabilitiesView.model_validate(details.disabilities) if details.disabilities else None,
    })  # fmt: skip


async def _log(tx: AsyncSession, person: Person, what: str, categories: list[Category]) -> None:
    await log_access(tx, what, person_id=person.id, operator_id=person.operator_id, categories=categories)

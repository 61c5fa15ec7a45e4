"""The same person again from the same origin: found by what names them, and filed where they are."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from ihala_contracts.intake_v1 import Urgency
from ihala_kit.auth import Caller
from ihala_kit.db import caller_of, now
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import codes, keys, needs, people_store
from ihala_intake.commands import under_age
from ihala_intake.commands.grouping import Asked, Group
from ihala_intake.commands.people import change_person, open_person
from ihala_intake.commands.retell import retell
from ihala_intake.details import NeedDetails, PersonDetails
from ihala_intake.emergencies import commands as emergencies
from ihala_intake.errors import PersonErased
from ihala_intake.keys import Key
from ihala_intake.models.consents import ConsentIn
from ihala_intake.person_rules import reached_at
from ihala_intake.protection.store import locked_persons
from ihala_intake.tables import CaseFile, Consent, Need, NeedAgain, Person, Request
from ihala_intake.ways_in import natural, store

_LONGEST_NOTES = 8000  # letters, of all tellings together
_URGENCIES = (Urgency.ROUTINE, Urgency.URGENT, Urgency.EMERGENCY)


@dataclass(frozen=True)
class Known:
    """A person whom the origin brought before, with the case that is open for them. `home`: the others of their household."""

    person: Person
    key: Key
    details: PersonDetails
    case: CaseFile | None
    needs: Sequence[Need] = ()  # locked
    home: Sequence["Known"] = ()


def marks_of(tx: AsyncSession, details: PersonDetails, held_by: str) -> list[bytes]:
    """Return the keyed hashes by which this person is known again inside one origin."""
    return [keys.blind(tx, key, "natural") for key in natural.natural_keys(details, held_by_origin=held_by == "origin")]


async def find(tx: AsyncSession, caller: Caller, operator_id: UUID, named: Collection[UUID]) -> Known | None:
    """Return the one person of these whom the origin's marks name; None when nobody, more than one, or somebody who was erased.

    Whom another operator has is known as long as the case there is open: it is that one's. After that it is `operator_id`'s turn, anew.
    """
    found = await store.persons(tx, caller, named)
    if len(found) != 1:
        return None
    [person] = found
    there = [person] if person.household_id is None else await people_store.lived_with(tx, caller, person)
    needs = await people_store.locked_needs(tx, [one.id for one in there])  # needs are locked before anything else
    await locked_persons(tx, [person.id, *(one.id for one in there)])
    known = await _opened(tx, caller, person, needs)
    if known is None or (known.case is None and person.operator_id != operator_id):
        return None
    others = [await _opened(tx, caller, one, needs) for one in there if one.id != person.id]
    return replace(known, home=[one for one in others if one is not None])


async def _opened(tx: AsyncSession, caller: Caller, person: Person, needs: Sequence[Need]) -> Known | None:
    try:
        key, details = await keys.of(tx, person.key_id), await open_person(tx, person)
    except PersonErased:
        return None
    case = await store.open_case(tx, caller, person.id)
    return Known(person, key, details, case, [need for need in needs if need.person_id == person.id])


def reached(home: Iterable[Known]) -> set[str]:
    """Return the phone numbers and e-mail addresses that stand at these people."""
    return {way for one in home for way in reached_at(one.details)}


async def bring_up_to_date(tx: AsyncSession, known: Known, said: PersonDetails) -> PersonDetails:
    """Return what is known of the person now, stored and told if it is more than before: emits NeedChanged for each open need.

    What the origin says opens no way that is closed, unless it is the operator's own desk.
    They go to where the person is now, but for an emergency that nobody there could take: it stays with who is on duty for it, and what
    else was asked for is not refused for that.
    """
    at_desk = caller_of(tx).organization_id == known.person.operator_id
    details = natural.told_again(known.details, said, at_desk=at_desk)
    if details != known.details:
        await change_person(tx, known.person, details, now(tx))
        await under_age.look(tx, known.person, known.details, details)
        place = codes.place(details.place) if details.place and details.place != known.details.place else None
        for need in known.needs:
            if need.state in needs.CAN_BE_PLACED:
                await retell(tx, need, details, place if place and await emergencies.may_go(tx, need, place.governorate) else None)
    return details


async def asked_before(
    tx: AsyncSession, caller: Caller, known: Known, consent: ConsentIn | None, groups: list[Group], member: int | None = None
) -> list[tuple[Asked, Need]]:
    """Return which needs the person asked for before under the same terms, and still waits for, locked. Never a restricted one.

    `member` is the person's place in the household's list; None: the one who asks.
    """
    asked = [one for group in groups if not group.restricted and group.member == member for one in group.needs]
    if consent is None or not consent.given or not asked:
        return []
    waiting = await store.waiting_needs(tx, caller, known.person.id, [one.body.code for one in asked])
    terms = {row.id: row for row in await store.consents(tx, caller, {need.consent_id for need in waiting})}
    same = {need.code: need for need in waiting if need.consent_id in terms and _same_terms(terms[need.consent_id], consent, now(tx))}
    pairs = [(one, same.pop(one.body.code, None)) for one in asked]
    return [(one, need) for one, need in pairs if need is not None and not _more_urgent(one, need)]


async def add_again(tx: AsyncSession, there: Iterable[Known], request: Request, again: Sequence[tuple[Asked, Need]]) -> None:
    """Write down that a request asks for needs that are there; what it says about them is added to what was said."""
    by_person = {known.person.id: known.key for known in there}
    for asked, need in again:
        key = by_person[need.person_id]
        tx.add(NeedAgain(
            request_id=request.id, need_id=need.id, operator_id=need.operator_id, origin_id=need.origin_id, at=request.received_at
        ))  # fmt: skip
        about = f"need.details/{need.id}"
        details = key.open(NeedDetails, need.details, about)
        if asked.body.note and asked.body.note not in (details.note or ""):
            note = "\n".join(filter(None, [details.note, asked.body.note]))[:_LONGEST_NOTES]
            need.details = key.seal(details.model_copy(update={"note": note}), about)
            need.version, need.changed_at = need.version + 1, now(tx)


def _same_terms(row: Consent, said: ConsentIn, at: datetime) -> bool:
    """Tell whether somebody agreed to this before. What ran out is no consent any more: they have just agreed to something new."""
    terms = (set(row.recipients), set(row.objections), set(row.categories))
    return (
        row.state == "given"
        and at < row.until
        and terms == (set(said.recipients), set(said.objections), {str(one) for one in said.categories})
    )


def _more_urgent(asked: Asked, need: Need) -> bool:
    """Tell whether it is worse than before: then it is a need of its own, with its own clocks."""
    return _URGENCIES.index(asked.body.urgency) > _URGENCIES.index(Urgency(need.urgency))

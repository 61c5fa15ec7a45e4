"""A request comes in: its person, consent, cases and needs are written down, and referral is told."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from ihala_kit import due
from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.rows import write_new
from ihala_kit.tables import due_work
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import numbers, references, views
from ihala_intake.commands import checks, known, revisions
from ihala_intake.commands.filing import open_files
from ihala_intake.commands.filing_parts import File, Filing
from ihala_intake.commands.grouping import Asked, Group, grouped
from ihala_intake.commands.homes import Home, recognised
from ihala_intake.commands.occasions import check_occasion
from ihala_intake.commands.people import details_of, everybody, held, share_ways
from ihala_intake.emergencies import commands as emergencies
from ihala_intake.errors import IdentifiersConflict
from ihala_intake.models.requests import RequestIn, RequestView
from ihala_intake.tables import NaturalKey, Need, Request
from ihala_intake.ways_in.store import brought_before

_KEYS = NaturalKey.metadata.tables["natural_key"]


async def register(tx: AsyncSession, caller: Caller, body: RequestIn) -> RequestView:
    """Take a request, or return the one that the origin brought before under the same number; emits CaseOpened, NeedIdentified.

    A person whom the origin brought before is the known one, and what they still wait for is not asked twice.
    Raises MalformedRequest, UnknownNeedCode, UnknownPlace, ConsentMissing, OperatorUnknown, IdentityHeldByOrigin (422),
    IdentifiersConflict, ForumsNameNobody, NoDutyRoster (409), OccasionNotFound (404).
    """
    marks = _marks_of(tx, body)
    requests, persons = await _brought_before(tx, caller, marks)
    request = await _same_number(tx, requests)
    if request is not None:
        return await emergencies.answered(tx, body, await views.request(tx, caller, request))
    checks.check_request(body, now(tx))
    place, groups = checks.checked_place(body.person.place, "#/person/place"), grouped(body)
    operator_id = await checks.operator_of(tx, caller)
    await check_occasion(tx, caller, body.occasion_id)
    person = await known.find(tx, caller, operator_id, persons)
    again = await _asked_before(tx, caller, person, body, groups)
    filing = Filing(tx, caller, body, now(tx), operator_id, place, {}, person)
    groups = _without(groups, [asked for asked, _ in again])
    filing.references.update(await references.take(tx, place.reference_prefix, _to_name(filing, groups)))
    home, files = await open_files(filing, groups, asked_again=bool(again))
    if person is not None and not home.kept:
        said = details_of(body, person.details, known.reached(person.home)).ordinary()
        await known.bring_up_to_date(tx, person, said)
        await share_ways(tx, [person.person, *(one.person for one in person.home)])
    rows = await _add_request(filing, files, again)
    await write_new(tx, replacing={_KEYS: _known_by(filing, home, marks.names), due_work: _due(filing, files)})
    return await emergencies.answered(tx, body, views.view(caller, rows), rows.needs)


async def _asked_before(
    tx: AsyncSession, caller: Caller, person: known.Known | None, body: RequestIn, groups: list[Group]
) -> list[tuple[Asked, Need]]:  # fmt: skip
    """Return what anybody of the request asked for before, and still waits for."""
    members = body.household.members if body.household else []
    found = []
    for n, one in recognised(person, body).items():
        consent = body.consent if n is None else members[n].consent
        found += await known.asked_before(tx, caller, one, consent, groups, n)
    return found


@dataclass(frozen=True)
class _Marks:
    """The keyed hashes of what a request may have in common with another."""

    numbers: list[bytes]  # of the request, in other systems
    names: list[bytes]  # by which the origin knows the person again
    anybodys: list[bytes]  # of all its people, whoever brings them

    @property
    def origins(self) -> list[bytes]:
        """Those that only the same origin's requests share."""
        return self.numbers + self.names


def _marks_of(tx: AsyncSession, body: RequestIn) -> _Marks:
    told = everybody(body)
    return _Marks(
        numbers=[numbers.mark_of(tx, one.system, one.value) for one in body.identifiers],
        names=known.marks_of(tx, told[0], body.identity_held_by),
        anybodys=[mark for details in told for mark in held(tx, details)] if body.identity_held_by == "intake" else [],
    )


async def hold(tx: AsyncSession, caller: Caller, bodies: Iterable[RequestIn]) -> None:
    """Let nobody else bring these at the same time: the origin's numbers and persons, nor any origin who may be the same persons.

    So the second of two sees the first. All at once, for a batch too.
    """
    marks = [_marks_of(tx, body) for body in bodies]
    own, anybodys = [mark for one in marks for mark in one.origins], [mark for one in marks for mark in one.anybodys]
    await numbers.hold(tx, caller.organization_id, own, anybodys)


async def _brought_before(tx: AsyncSession, caller: Caller, marks: _Marks) -> tuple[set[UUID], set[UUID]]:
    """Return the requests and the persons that the origin brought under these marks. Two at once with one of them wait for each other."""
    locks = numbers.to_hold(tx, caller.organization_id, marks.origins, marks.anybodys)
    return await brought_before(tx, caller.organization_id, locks, marks.numbers, marks.names)


async def _same_number(tx: AsyncSession, requests: set[UUID]) -> Request | None:
    """Return the request that all its numbers mean. Raises IdentifiersConflict (409)."""
    if len(requests) > 1:
        raise IdentifiersConflict()
    return await tx.get_one(Request, requests.pop()) if requests else None


def _without(groups: list[Group], again: list[Asked]) -> list[Group]:
    """Return what is left to be filed."""
    left = [replace(group, needs=[one for one in group.needs if one not in again]) for group in groups]
    return [group for group in left if group.needs or group.helped]


def _to_name(filing: Filing, groups: list[Group]) -> dict[UUID, str]:
    wanted = {filing.request_id: "request"}
    for group in groups:
        wanted[group.case_id] = "case"
        wanted |= {asked.id: "need" for asked in group.needs}
    return wanted


async def _add_request(filing: Filing, files: list[File], again: list[tuple[Asked, Need]]) -> views.Rows:
    tx, caller, person = filing.tx, filing.caller, filing.known
    there = [person, *person.home] if person else []
    by_key = {file.key.id: file.key for file in files} | {one.key.id: one.key for one in there}
    key = files[0].key if files else next(iter(by_key.values()))
    ordinary = bool(again) or any(file.case.sensitivity == "standard" for file in files)
    operator_id = filing.home_operator_id if ordinary else filing.operator_id
    request = Request(
        id=filing.request_id, reference=filing.references[filing.request_id], key_id=key.id, origin_kind=caller.organization_kind,
        office_id=filing.body.office_id, client_id=caller.client_id, acting_officer=caller.acting_officer, received_at=filing.at,
        occasion_id=filing.body.occasion_id, heard_by=filing.body.heard_by, **filing.owners(operator_id),
    )  # fmt: skip
    tx.add(request)
    identifiers = numbers.add(tx, request, filing.body.identifiers, key)
    await known.add_again(tx, there, request, again)
    needs = sorted([need for file in files for need in file.needs] + [need for _, need in again], key=lambda need: need.id)
    return views.Rows(
        request, identifiers, sorted({file.case.id for file in files} | {need.case_id for need in needs}), needs,
        any(file.consent and file.consent.state == "refused" for file in files),
        next((given for file in files for given in file.assistance), None), by_key,
    )  # fmt: skip


def _known_by(filing: Filing, home: Home, marks: list[bytes]) -> list[dict[str, Any]]:
    """Return by what the origin's next telling of this person finds them; a mark that meant somebody else means this person from now on.

    A restricted file has a person of its own, whom nothing finds.
    """
    asker = home.kept.get(None)
    person_id = filing.known.person.id if filing.known else asker.person_id if asker else None
    if person_id is None:
        return []
    whose = {"origin_id": filing.caller.organization_id, "operator_id": filing.home_operator_id, "person_id": person_id}
    return [{"mark": mark, **whose} for mark in marks]


def _due(filing: Filing, files: list[File]) -> list[dict[str, Any]]:
    work = [revisions.due(file.consent, file.consent.state, filing.at) for file in files if file.consent]
    return [due.row(*one) for one in work if one is not None]

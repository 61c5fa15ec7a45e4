"""Entries of a file are loaded by the commands of an officer's own edits; what keeps one out becomes faults of its rows.

An entry whose organisation stays as it is, and of whose service nothing but its own columns is new, waits and is written together with
others like it; one that says what is there costs nothing; any other goes by itself, after those. The outcome is the same as one by one.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ihala_kit.db import attempt, caller_of, now
from ihala_kit.faults import passes
from ihala_kit.untrusted.findings import Fault
from sqlalchemy.exc import DBAPIError
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory.commands import organizations, services
from ihala_directory.errors import AlreadyExists
from ihala_directory.imports import preparing, publishing, refusals, store
from ihala_directory.imports.deciding import Decision
from ihala_directory.imports.preparing import Offer
from ihala_directory.imports.reading import Entry
from ihala_directory.imports.tables import ImportFile
from ihala_directory.imports.there import Known, There, names
from ihala_directory.tables import Organization

AT_ONCE = 50  # rows that are looked for and written together: between them the process does other things, too


async def load(tx: AsyncSession, file: ImportFile, found: Sequence[Entry]) -> list[Fault]:
    """Load entries, each as a whole or not at all; return what became of their rows, in order: created, changed, unchanged, or faults."""
    lines: list[Fault] = []
    for some in _parted(found):
        lines += await _Loading(tx, file, some).run()
        await asyncio.sleep(0)
    return lines


def _parted(found: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Yield the entries, some at once."""
    some: list[Entry] = []
    for entry in found:
        some.append(entry)
        if sum(len(one.ats) for one in some) >= AT_ONCE:
            yield some
            some = []
    yield some


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An entry that is decided and not written: with its service, or only with names to be remembered."""

    number: int
    offer: Offer | None
    known: Known


class _Loading:
    """Some entries on their way in, and what became of each so far."""

    def __init__(self, tx: AsyncSession, file: ImportFile, found: Sequence[Entry]) -> None:
        self._tx, self._file, self._found = tx, file, found
        self._there = There(tx, file)
        self._waiting: list[_Waiting] = []
        self._lines: dict[int, list[Fault]] = {}

    async def run(self) -> list[Fault]:
        """Load them; return the report's lines, in order."""
        for number in range(len(self._found)):
            await self._one(number)
        await self._write()
        return [line for _, lines in sorted(self._lines.items()) for line in lines]

    async def _one(self, number: int) -> None:
        entry = self._found[number]
        if self._is_awaited(entry):
            await self._write()
        await self._there.see(self._found)
        try:
            waiting = self._decided(number)
        except refusals.REFUSALS as refusal:
            self._lines[number] = refusals.faults(entry, refusal)
            return
        if waiting is None:
            await self._write()
            await self._by_itself(number)
        elif waiting.offer or waiting.known:
            self._waiting.append(waiting)
            self._there.learn(waiting.known, waiting.offer.new_locations if waiting.offer else ())
        else:
            self._became(number, "unchanged")

    def _is_awaited(self, entry: Entry) -> bool:
        """Tell whether the entry is about a service that waits to be written."""
        waiting = {name for one in self._waiting for name, _ in names(self._found[one.number])}
        return any(name in waiting for name, _ in names(entry) if name[0] in {"service", "service_at_location"})

    def _decided(self, number: int) -> _Waiting | None:
        """Return what can be written together with others, None for what goes by itself. Raises what keeps the entry out."""
        decision = Decision(self._file, self._found[number], self._there)
        owner = decision.organization()
        if owner.row is None or owner.draft is not None:
            return None
        said = decision.service(owner.row, caller_of(self._tx))
        if said.draft is None:
            return _Waiting(number, None, decision.new)
        if said.row is None:
            offer = preparing.new(owner.row, said.id, said.draft, self._there.locations, now(self._tx))
        else:
            offer = preparing.changed(owner.row, said.row, said.draft, self._there.ats[said.id])
        return None if offer is None else _Waiting(number, offer, decision.new)

    async def _write(self) -> None:
        """Write what waits; where the database finds a fault in it, each by itself, so that only the faulty one is refused."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        known = {name: our_id for one in waiting for name, our_id in one.known.items()}
        offers = [one.offer for one in waiting if one.offer]
        try:
            async with attempt(self._tx):
                differs = iter(await publishing.publish(self._tx, offers))
                await store.remember(self._tx, self._file, known)
        except (AlreadyExists, DBAPIError) as error:
            if passes(error):
                raise
            self._there = There(self._tx, self._file)
            for one in waiting:
                await self._by_itself(one.number)
            return
        self._there.forget(known)
        for one in waiting:
            if one.offer is None or not next(differs):
                self._became(one.number, "unchanged")
            else:
                self._became(one.number, "created" if one.offer.is_new else "changed")

    async def _by_itself(self, number: int) -> None:
        entry = self._found[number]
        await self._there.see(self._found)
        decision = Decision(self._file, entry, self._there)
        try:
            async with attempt(self._tx):
                outcome = await self._service(decision, await self._organization(decision))
                await store.remember(self._tx, self._file, decision.new)
        except refusals.REFUSALS as refusal:
            self._there = There(self._tx, self._file)  # what was read is not what is there any more
            self._lines[number] = refusals.faults(entry, refusal)
            return
        self._there.learn(decision.new)
        self._there.forget({*decision.new, ("service", entry.service["id"])} if decision.new else ())
        self._became(number, outcome)

    async def _organization(self, decision: Decision) -> Organization:
        said = decision.organization()
        if said.row is None:
            assert said.draft is not None
            row = await organizations.join(self._tx, self._file.operator_id, said.id, said.draft)
            decision.learn(decision.organization_name, row.id)
            return row
        return said.row if said.draft is None else await organizations.change(self._tx, said.row, said.draft)

    async def _service(self, decision: Decision, owner: Organization) -> str:
        said = decision.service(owner, caller_of(self._tx))
        if said.draft is None:
            return "unchanged"
        if said.row is None:
            await services.publish(self._tx, owner, said.id, said.draft)
            return "created"
        await services.change(self._tx, owner, said.row, said.draft)
        return "changed"

    def _became(self, number: int, outcome: str) -> None:
        self._lines[number] = [Fault(outcome, row) for row in self._found[number].rows]

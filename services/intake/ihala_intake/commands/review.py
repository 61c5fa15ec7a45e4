"""The batch review: all people of an operator compared with each other by Splink, to propose pairs that registration did not see.

People are opened in memory, span by span of their years of birth, compared and dropped; nobody sees them, so nobody stands in anybody's
chain. A span is done once all its pairs are written: what stops the review loses the span it was at, and the next call goes on there;
a pair that was proposed before is not proposed again.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from importlib.util import find_spec
from typing import Any, cast
from uuid import UUID

from ihala_contracts.intake_v1 import PossibleDoubleFound
from ihala_kit.auth import Caller
from ihala_kit.db import Database, now
from ihala_kit.outbox import emit
from ihala_kit.service import BatchStopped
from ihala_kit.vault import Vault

from ihala_intake.details import PersonDetails
from ihala_intake.keys import Key
from ihala_intake.linkage import store
from ihala_intake.linkage.columns import Row, row
from ihala_intake.linkage.model import Likely, model
from ihala_intake.linkage.spans import Span, spans
from ihala_intake.same_person.profile import year_of
from ihala_intake.settings import Settings
from ihala_intake.tables import LinkageRun

SYSTEM = Caller.system("same-person")
AT_ONCE = 1_000  # people opened in one transaction
PROPOSED_AT_ONCE = 200  # pairs in one transaction, so that nobody waits long for its locks
PEOPLE_PER_GIB = 150_000  # half of a GiB is DuckDB's: 250,000 just fit where names are few
SAY_EVERY = 50_000
NOBODY = UUID(int=0)
Years = dict[int | None, bytearray]  # year of birth -> ids, sixteen bytes each: what is kept of everybody


async def run(database: Database, operator_id: UUID | None) -> AsyncIterator[str]:
    """Review the people of one operator, or of all one after the other, and say how it goes. Raises BatchStopped."""
    if find_spec("splink") is None:
        raise BatchStopped("This needs Splink and DuckDB: install ihala-intake[linkage], here with `make linkage`.")
    async with database.transaction(SYSTEM) as tx:
        operators = [operator_id] if operator_id else await store.operators(tx)
    for one in operators:
        yield f"operator {one}"
        async for line in _review(database, one):
            yield line


async def _review(database: Database, operator_id: UUID) -> AsyncIterator[str]:
    begun = await _begin(database, operator_id)
    if begun.done_to is not None:
        yield f"goes on after those born {begun.done_to}"
    years: Years = defaultdict(bytearray)
    read = 0
    async for page in _pages(database, operator_id):
        for person_id, details in page:
            years[year_of(details)] += person_id.bytes
        read += len(page)
        if read % SAY_EVERY < AT_ONCE:
            yield f"{read:,} people read"
    counts = {year: len(ids) // 16 for year, ids in years.items()}
    at_once = round(_memory_gib(database) * PEOPLE_PER_GIB)
    plan = spans(counts, at_once, begun.done_to)
    while span := next(plan, None):
        try:
            compared, found, proposed = await _go_through(database, begun, span, years)
        except MemoryError:
            if span.first == span.last:
                raise BatchStopped(f"The people {span} do not fit: set INTAKE_LINKAGE_MEMORY_GIB to more than it is.") from None
            at_once //= 2
            plan = spans(counts, at_once, begun.done_to)
            yield f"{span}: too many at once, goes on with half as many"
            continue
        yield f"{span}: {compared:,} people, {found:,} pairs alike, {proposed:,} of them new"
    await _write(database, begun, state="done", people=read)
    yield f"{read:,} people compared, {begun.proposed:,} pairs to look at"


async def _begin(database: Database, operator_id: UUID) -> LinkageRun:
    """Return the review that was stopped, or a new one. One that went by another version of the model begins again.

    Raises BatchStopped.
    """
    async with database.transaction(SYSTEM) as tx:
        await store.begin(tx, operator_id)
        found = await store.running(tx, operator_id, lock=True)
        if found is None:
            raise BatchStopped("Another process just ended a review of the same people.")
        if found.model != model()["version"]:
            found.model, found.done_to = model()["version"], None
        return found


async def _pages(database: Database, operator_id: UUID) -> AsyncIterator[list[tuple[UUID, PersonDetails]]]:
    after = NOBODY
    while True:
        async with database.transaction(SYSTEM) as tx:
            rows = await store.page(tx, operator_id, after, AT_ONCE)
        if not rows:
            return
        page = list(_opened(database, rows))
        yield page
        after = page[-1][0]


def _opened(database: Database, rows: Sequence[Any]) -> Iterator[tuple[UUID, PersonDetails]]:
    vault = Vault.of(database.settings)
    for sealed in rows:
        person_id = UUID(bytes=sealed["id"].bytes)
        key = Key(UUID(bytes=sealed["key_id"].bytes), sealed["wrapped"], vault)
        yield person_id, key.open(PersonDetails, sealed["details"], f"person.details/{person_id}")


async def _go_through(database: Database, run: LinkageRun, span: Span, years: Years) -> tuple[int, int, int]:
    """Compare the people of a span; return how many they are, how many pairs are alike, and how many of those nobody was asked before.

    Raises MemoryError, BatchStopped.
    """
    who: list[UUID] = []
    from ihala_intake.linkage import engine  # the one part that needs the extra

    rows = [engine.packed(page) async for page in _rows(database, run.operator_id, span, years, who)]
    found = await asyncio.to_thread(engine.likely, rows, _memory_gib(database) / 2)
    before = run.proposed
    pairs = [(who[pair.one], who[pair.other], pair) for pair in found]
    for start in range(0, len(pairs), PROPOSED_AT_ONCE):
        await _write(database, run, pairs[start : start + PROPOSED_AT_ONCE])
    await _write(database, run, done_to=span.last)
    return len(who), len(found), run.proposed - before


async def _rows(database: Database, operator_id: UUID, span: Span, years: Years, who: list[UUID]) -> AsyncIterator[list[Row]]:
    """Give the rows of a span in pages; `who` gets the persons by their row's number."""
    for year, ids in years.items():
        turn = span.turn(year)
        if turn is None:
            continue
        for start in range(0, len(ids), 16 * AT_ONCE):
            some = ids[start : start + 16 * AT_ONCE]
            wanted = [UUID(bytes=bytes(some[at : at + 16])) for at in range(0, len(some), 16)]
            async with database.transaction(SYSTEM) as tx:
                opened = list(_opened(database, await store.these(tx, operator_id, wanted)))
            yield [row(number, turn, details) for number, (_, details) in enumerate(opened, len(who))]
            who += [person_id for person_id, _ in opened]


def _memory_gib(database: Database) -> float:
    return cast(Settings, database.settings).linkage_memory_gib


async def _write(database: Database, run: LinkageRun, pairs: Sequence[tuple[UUID, UUID, Likely]] = (), **changes: Any) -> None:
    """Propose pairs and say how far the review is, in one transaction; emits PossibleDoubleFound. Raises BatchStopped."""
    async with database.transaction(SYSTEM) as tx:
        known = await store.running(tx, run.operator_id, lock=True)
        if known is None or (known.id, known.done_to, known.model) != (run.id, run.done_to, run.model):
            raise BatchStopped("Another process reviews the same people.")
        for one, other, pair in pairs:
            candidate_id = await store.propose(tx, run.operator_id, one, other, pair)
            if candidate_id is not None:
                known.proposed += 1
                emit(tx, PossibleDoubleFound(candidate_id=candidate_id, operator_id=run.operator_id, found_at=now(tx)))
        known.changed_at = now(tx)
        for name, value in changes.items():
            setattr(known, name, value)
    run.done_to, run.proposed = known.done_to, known.proposed

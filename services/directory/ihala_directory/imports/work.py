"""Due work of imports: read the file, load its entries, forget the report. Each step is one transaction, so a crash repeats a step or none.

all_or_nothing and dry runs: one transaction for all entries (the sheet is bounded). rest: one for each batch, with how far it came.
"""

from datetime import timedelta

from ihala_kit.auth import Caller
from ihala_kit.db import act_for, attempt, now
from ihala_kit.due import DueWork, performs, schedule
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory.imports import apart, limits, loading, store
from ihala_directory.imports.errors import ImportNotFound
from ihala_directory.imports.reading import Entry, Fault
from ihala_directory.imports.tables import ImportFile
from ihala_directory.imports.wording import OUTCOMES

READ, LOAD, FORGET = "import_read", "import_load", "import_forget"
REPORT_KEPT = timedelta(days=90)
MOST_ATTEMPTS = 5


class _Undone(Exception):
    """Everything since the attempt began is to be undone; nothing is wrong."""


async def accept(tx: AsyncSession, row: ImportFile) -> None:
    """Keep a file that was sent, and have it read."""
    tx.add(row)
    await schedule(tx, READ, row.id, row.received_at)


@performs(READ)
async def read(tx: AsyncSession, work: DueWork) -> None:
    """Have the file read by the child process; keep what it says, and not the file."""
    row = await _begin(tx, work, "waiting")
    if row is None:
        return
    reading = await apart.read(row.kind, row.content or b"")
    row.content, row.state, row.rows = None, "loading", reading.rows
    await tx.flush()
    await store.say(tx, row, reading.faults)
    if not reading.entries:
        await _finish(tx, row, "done" if row.mode == "rest" and reading.rows else "refused")
        return
    await store.keep_entries(tx, row, reading.entries)
    await schedule(tx, LOAD, row.id, now(tx))


@performs(LOAD)
async def load(tx: AsyncSession, work: DueWork) -> None:
    """Load all of it, or the next batch, and come again."""
    row = await _begin(tx, work, "loading")
    if row is None:
        return
    await store.one_at_a_time(tx, row)
    if row.mode == "all_or_nothing" or row.dry_run:
        await _whole(tx, row)
        return
    batch = await store.entries(tx, row, limits.BATCH)
    found = [entry for _, entry in batch]
    known = await loading.known_of(tx, row, found)
    lines = [await loading.load(tx, row, entry, known) for entry in found]
    await _say(tx, row, [line for some in lines for line in some], found)
    row.loaded_until = batch[-1][0] if batch else row.loaded_until
    row.version += 1
    if len(batch) < limits.BATCH:
        await _finish(tx, row, "done")
    else:
        await schedule(tx, LOAD, row.id, now(tx))


@performs(FORGET)
async def forget(tx: AsyncSession, work: DueWork) -> None:
    """Forget the report after its time."""
    await store.forget(tx, work.key)


async def _begin(tx: AsyncSession, work: DueWork, state: str) -> ImportFile | None:
    """Return the import, locked, and go on as its officer; None when there is nothing to do. After five failures it is given up."""
    try:
        row = await store.file(tx, work.key, lock=True)
    except ImportNotFound:
        return None
    if row.state != state:
        return None
    await act_for(tx, officer(row))
    if work.attempts >= MOST_ATTEMPTS:
        row.content = None
        await store.say(tx, row, [Fault("not_readable")])
        await _finish(tx, row, "failed")
        return None
    return row


def officer(row: ImportFile) -> Caller:
    """Return who sent the file, with the rights that a load needs."""
    return Caller(row.client_id, row.operator_id, "operator", row.operator_id, cleared=row.cleared)


async def _whole(tx: AsyncSession, row: ImportFile) -> None:
    """Load everything in this transaction; undo it for a dry run, and where anything is wrong but the rest is not wanted."""
    found = [entry for _, entry in await store.entries(tx, row, None)]
    lines: list[Fault] = []
    known = await loading.known_of(tx, row, found)
    faulty = row.mode == "all_or_nothing" and await store.faulty_rows(tx, row) > 0
    try:
        async with attempt(tx):
            for entry in found:
                lines += await loading.load(tx, row, entry, known)
            faulty = faulty or (row.mode == "all_or_nothing" and any(line.code not in OUTCOMES for line in lines))
            if faulty or row.dry_run:
                raise _Undone
    except _Undone:
        row = await store.file(tx, row.id, lock=True)
    if faulty:
        lines = [Fault("not_loaded", line.row) if line.code in OUTCOMES else line for line in lines]
    await _say(tx, row, lines, found)
    await _finish(tx, row, "refused" if faulty else "done")


async def _say(tx: AsyncSession, row: ImportFile, lines: list[Fault], found: list[Entry]) -> None:
    """Add lines to the report, and services to the counts."""
    code_of = {line.row: line.code for line in lines}
    outcomes = [code_of.get(entry.rows[0]) for entry in found]
    row.created += outcomes.count("created")
    row.changed += outcomes.count("changed")
    row.unchanged += outcomes.count("unchanged")
    await store.say(tx, row, lines)


async def _finish(tx: AsyncSession, row: ImportFile, state: str) -> None:
    await store.forget_entries(tx, row)
    row.refused = await store.faulty_rows(tx, row)
    row.state, row.finished_at = state, now(tx)
    row.version += 1
    await schedule(tx, FORGET, row.id, now(tx) + REPORT_KEPT)

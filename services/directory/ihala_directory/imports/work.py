"""Due work of imports: read the file, load its entries, forget the report. Each step is one transaction, so a crash repeats a step or none.

all_or_nothing and dry runs: one transaction for all entries (the sheet is bounded). rest: one for each batch, with how far it came.
Other due work of the same process waits while a step is done: for a file that is read half a second, for a thousand rows some seconds.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from ihala_kit.auth import Caller
from ihala_kit.db import act_for, attempt, now
from ihala_kit.due import DueWork, performs, schedule
from ihala_kit.untrusted.findings import Fault
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory.imports import apart, limits, loading, store
from ihala_directory.imports.errors import ImportNotFound
from ihala_directory.imports.reading import Entry
from ihala_directory.imports.tables import ImportFile
from ihala_directory.imports.wording import OUTCOMES

READ, LOAD, FORGET = "import_read", "import_load", "import_forget"
REPORT_KEPT = timedelta(days=90)
MOST_ATTEMPTS = 5
LATER = timedelta(seconds=2)  # until an import that is not the first of its source is tried again


class _Undone(Exception):
    """Everything since the attempt began is to be undone; nothing is wrong."""


async def accept(tx: AsyncSession, row: ImportFile) -> None:
    """Keep a file that was sent, and have it read."""
    tx.add(row)
    await schedule(tx, READ, row.id, row.received_at)


@performs(READ)
async def read(tx: AsyncSession, work: DueWork) -> None:
    """Have the file read by the child process, and come again until it is; keep what it says, and not the file."""
    row = await _begin(tx, work, "waiting")
    if row is None:
        return
    reading = await apart.read_of(row.id, row.kind, row.content or b"")
    if reading is None:
        await schedule(tx, READ, row.id, now(tx))
        return
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
    if not await store.is_first(tx, row):
        await schedule(tx, LOAD, row.id, now(tx) + LATER)
    elif row.mode == "all_or_nothing" or row.dry_run:
        await _whole(tx, row)
    else:
        await _next(tx, row)


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


async def _next(tx: AsyncSession, row: ImportFile) -> None:
    """Load the next batch, whatever the others are."""
    batch = await store.entries(tx, row, row.loaded_until, limits.BATCH)
    report = await _report(tx, row, batch)
    await _say(tx, row, report)
    row.loaded_until = batch[-1][0] if batch else row.loaded_until
    row.version += 1
    if len(batch) < limits.BATCH:
        await _finish(tx, row, "done")
    else:
        await schedule(tx, LOAD, row.id, now(tx))


async def _whole(tx: AsyncSession, row: ImportFile) -> None:
    """Load everything in this transaction; undo it for a dry run, and where anything is wrong but the rest is not wanted."""
    all_of_it = row.mode == "all_or_nothing"
    faulty = all_of_it and await store.faulty_rows(tx, row) > 0
    report = _Report()
    try:
        async with attempt(tx):
            until = 0
            while batch := await store.entries(tx, row, until, limits.BATCH):
                report.add(await _report(tx, row, batch))
                until = batch[-1][0]
            faulty = faulty or (all_of_it and report.is_faulty())
            if faulty or row.dry_run:
                raise _Undone
    except _Undone:
        row = await store.file(tx, row.id, lock=True)
    await _say(tx, row, report.undone() if faulty else report)
    await _finish(tx, row, "refused" if faulty else "done")


async def _report(tx: AsyncSession, row: ImportFile, batch: Sequence[tuple[int, Entry]]) -> "_Report":
    entries = [entry for _, entry in batch]
    lines = await loading.load(tx, row, entries)
    code_of = {line.row: line.code for line in lines}
    return _Report(lines, Counter(code_of[entry.rows[0]] for entry in entries))


async def _say(tx: AsyncSession, row: ImportFile, report: "_Report") -> None:
    """Add lines to the report, and services to the counts."""
    row.created += report.services["created"]
    row.changed += report.services["changed"]
    row.unchanged += report.services["unchanged"]
    await store.say(tx, row, report.lines)


async def _finish(tx: AsyncSession, row: ImportFile, state: str) -> None:
    await store.forget_entries(tx, row)
    row.refused = await store.faulty_rows(tx, row)
    row.state, row.finished_at = state, now(tx)
    row.version += 1
    await schedule(tx, FORGET, row.id, now(tx) + REPORT_KEPT)


@dataclass(slots=True)
class _Report:
    """What became of rows, and of how many services by outcome."""

    lines: list[Fault] = field(default_factory=list)
    services: Counter[str] = field(default_factory=Counter)

    def add(self, more: "_Report") -> None:
        """Go on with the report of the next entries."""
        self.lines += more.lines
        self.services += more.services

    def is_faulty(self) -> bool:
        """Tell whether any row was refused."""
        return any(line.code not in OUTCOMES for line in self.lines)

    def undone(self) -> "_Report":
        """Return the report once all of it was undone for the sake of the faults."""
        return _Report([Fault("not_loaded", line.row) if line.code in OUTCOMES else line for line in self.lines])

"""A file of requests comes in: kept sealed, read apart, its rows tried one by one as their sender, and then forgotten but for a report."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import act_for, attempt, now
from ihala_kit.due import schedule
from ihala_kit.ids import new_id
from ihala_kit.problems import MalformedRequest, Problem
from ihala_kit.untrusted.findings import Fault
from pydantic import ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys, numbers
from ihala_intake import store as requests
from ihala_intake.commands import checks
from ihala_intake.commands.batch import register_many
from ihala_intake.models.requests import RequestIn, RequestView
from ihala_intake.request_files import apart, limits, store
from ihala_intake.request_files.details import Content, RowContent
from ihala_intake.request_files.reading import Row
from ihala_intake.request_files.wording import NOTES
from ihala_intake.tables import DataKey, RequestFile, RequestFileLine, RequestFileRow

READ, LOAD, FORGET = "request-file-read", "request-file-load", "request-file-forget"
REPORT_KEPT = timedelta(days=90)
MOST_ATTEMPTS = 5


class _Undone(Exception):
    """A dry run is over: nothing is wrong, nothing is kept."""


async def receive(tx: AsyncSession, caller: Caller, kind: str, system: str, content: bytes, *, dry_run: bool) -> RequestFile:
    """Keep a file that was looked at, and have it read. Raises OperatorUnknown (422)."""
    file_id, operator_id = new_id(), await checks.operator_of(tx, caller)
    key = keys.make(tx, file_id)
    row = RequestFile(
        id=file_id, operator_id=operator_id, origin_id=caller.organization_id, origin_kind=caller.organization_kind,
        client_id=caller.client_id, acting_officer=caller.acting_officer, cleared=caller.cleared, of_operator=caller.operator_id,
        system=system, kind=kind, dry_run=dry_run, state="waiting", rows=0, loaded_until=0, taken=0, known=0, refused=0,
        content=key.seal(Content(data=content), _about(file_id)), received_at=now(tx), version=1,
    )  # fmt: skip
    tx.add(row)
    await schedule(tx, READ, file_id, now(tx))
    return row


async def read(tx: AsyncSession, file_id: UUID, attempts: int) -> None:
    """Have the file read by the child process; keep its rows, sealed, and not the file."""
    file = await _begin(tx, file_id, "waiting", attempts)
    if file is None or file.content is None:
        return
    key = await keys.of(tx, file.id)
    reading = await apart.read(file.kind, file.system, key.open(Content, file.content, _about(file.id)).data)
    file.content, file.state, file.rows, file.version = None, "loading", reading.filled, file.version + 1
    tx.add_all(RequestFileRow(
        file_id=file.id, row=one.row, origin_id=file.origin_id, content=key.seal(RowContent.of(one), _about(file.id, one.row))
    ) for one in reading.rows)  # fmt: skip
    file.refused = len({fault.row for fault in reading.faults if fault.row and fault.code not in NOTES})
    await _say(tx, file, reading.faults)
    if reading.filled:
        await schedule(tx, LOAD, file.id, now(tx))
    else:
        await _finish(tx, file, "refused")


async def load(tx: AsyncSession, file_id: UUID, attempts: int) -> None:
    """Try the next rows, and come again."""
    file = await _begin(tx, file_id, "loading", attempts)
    if file is None:
        return
    key = await keys.of(tx, file.id)
    found = await store.rows(tx, file, limits.BATCH)
    rows = [key.open(RowContent, one.content, _about(file.id, one.row)).row() for one in found]
    await _take(tx, file, rows)
    file.loaded_until, file.version = found[-1].row if found else file.loaded_until, file.version + 1
    if len(found) < limits.BATCH:
        await _finish(tx, file, "done")
    else:
        await schedule(tx, LOAD, file.id, now(tx))


async def forget(tx: AsyncSession, file_id: UUID) -> None:
    """Forget the report after its time."""
    await store.forget(tx, file_id)


async def _begin(tx: AsyncSession, file_id: UUID, state: str, attempts: int) -> RequestFile | None:
    """Return the file, locked, and go on as its sender; None when there is nothing to do. After five failures it is given up."""
    file = await store.file_of(tx, Caller.system("request-file"), file_id, lock=True)
    if file is None or file.state != state:
        return None
    await act_for(tx, sender(file))
    if attempts >= MOST_ATTEMPTS:
        file.content = None
        await _say(tx, file, [Fault("not_a_sheet")])
        await _finish(tx, file, "failed")
        return None
    return file


def sender(file: RequestFile) -> Caller:
    """Return who sent the file, with the rights that taking requests needs."""
    return Caller(
        file.client_id, file.origin_id, file.origin_kind, file.of_operator, cleared=file.cleared, acting_officer=file.acting_officer
    )


async def _take(tx: AsyncSession, file: RequestFile, rows: list[Row]) -> None:
    """Take what can be taken; a dry run undoes it and keeps the report."""
    bodies = [_parsed(row) for row in rows]
    before = await _known(tx, file, bodies)
    results: list[RequestView | Problem] = []
    try:
        async with attempt(tx):
            results = await register_many(tx, sender(file), bodies)
            if file.dry_run:
                raise _Undone
    except _Undone:
        pass
    lines: list[tuple[Fault, UUID | None]] = []
    seen: set[UUID] = set()
    for row, result, brought in zip(rows, results, before, strict=True):
        if isinstance(result, Problem):
            lines += _faults(row, result)
            file.refused += 1
        else:
            known = brought or result.request_id in seen
            seen.add(result.request_id)
            file.known, file.taken = file.known + known, file.taken + (not known)
            code = "known" if known else "would_be_taken" if file.dry_run else "taken"
            lines.append((Fault(code, row.row), None if file.dry_run and not brought else result.request_id))
    await _say(tx, file, lines)


async def _known(tx: AsyncSession, file: RequestFile, bodies: list[RequestIn | Problem]) -> list[bool]:
    """Tell of each whether its number was brought before."""
    found = []
    for body in bodies:
        said = [] if isinstance(body, Problem) else body.identifiers
        marks = [numbers.mark_of(tx, one.system, one.value) for one in said]
        found.append(bool(marks and await requests.known_numbers(tx, file.origin_id, marks)))
    return found


def _parsed(row: Row) -> RequestIn | Problem:
    try:
        return RequestIn.model_validate(row.body)
    except ValidationError as error:
        return MalformedRequest(
            errors=[{"pointer": "/".join(["#", *map(str, one["loc"])]), "code": one["type"]} for one in error.errors(include_input=False)]
        )


def _faults(row: Row, problem: Problem) -> list[tuple[Fault, UUID | None]]:
    """Return where in the row it is wrong, as far as a cell can be named."""
    errors = problem.members.get("errors") or [{"pointer": problem.members.get("pointer", ""), "code": problem.slug}]
    found = [(_cell(row, error["pointer"]), error["code"]) for error in errors]
    return [(Fault(code, row.row, cell, column), None) for (cell, column), code in found]


def _cell(row: Row, pointer: str) -> tuple[str | None, str | None]:
    """Return the cell whose value stands at the pointer, or nearest above it."""
    while pointer:
        if pointer in row.cells:
            cell, column = row.cells[pointer]
            return cell, column
        pointer = pointer.rpartition("/")[0]
    return None, None


async def _say(tx: AsyncSession, file: RequestFile, found: Iterable[Fault | tuple[Fault, UUID | None]]) -> None:
    """Add lines to the report."""
    last = await store.last_line(tx, file.id)
    for n, one in enumerate(found, last + 1):
        fault, request_id = one if isinstance(one, tuple) else (one, None)
        tx.add(RequestFileLine(
            file_id=file.id, n=n, origin_id=file.origin_id, row=fault.row, cell=fault.cell, column_key=fault.column, code=fault.code,
            request_id=request_id,
        ))  # fmt: skip
    await tx.flush()


async def _finish(tx: AsyncSession, file: RequestFile, state: str) -> None:
    """End it: what the file said is gone, also from backups once its key is."""
    await store.forget_rows(tx, file.id)
    key = await tx.get_one(DataKey, file.id)
    key.wrapped, key.destroyed_at = None, now(tx)
    file.state, file.finished_at, file.version = state, now(tx), file.version + 1
    await schedule(tx, FORGET, file.id, now(tx) + REPORT_KEPT)


def _about(file_id: UUID, row: int | None = None) -> str:
    return f"request_file.content/{file_id}" if row is None else f"request_file_row.content/{file_id}/{row}"

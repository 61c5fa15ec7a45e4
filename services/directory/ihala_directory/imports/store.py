"""The queries of imports. Each takes the caller from the transaction: files and reports are the operator's own."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from ihala_kit.db import caller_of
from ihala_kit.pages import PageRequest
from ihala_kit.untrusted.findings import Fault
from sqlalchemy import ARRAY, ColumnElement, Text, and_, any_, delete, func, insert, literal, not_, text, true
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory.imports import limits
from ihala_directory.imports.errors import ImportNotFound
from ihala_directory.imports.reading import Entry
from ihala_directory.imports.tables import ExternalId, ImportEntry, ImportFile, ImportLine
from ihala_directory.imports.wording import NOTES, OUTCOMES
from ihala_directory.tables import Table

_ONE_AT_A_TIME = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:of, 6))")


def _ours(tx: AsyncSession, table: type[ImportFile] | type[ImportLine]) -> ColumnElement[bool]:
    caller = caller_of(tx)
    if caller.is_system:
        return true()
    ours = col(table.operator_id) == caller.organization_id
    return ours if caller.cleared else and_(ours, not_(col(table.cleared)))


async def file(tx: AsyncSession, import_id: UUID, *, lock: bool = False) -> ImportFile:
    """Return one import. Raises ImportNotFound (404)."""
    query = select(ImportFile).where(ImportFile.id == import_id, _ours(tx, ImportFile))
    found = (await tx.exec(query.with_for_update() if lock else query)).one_or_none()
    if found is None:
        raise ImportNotFound()
    return found


async def lines(tx: AsyncSession, page: PageRequest, import_id: UUID, *, faults_only: bool) -> Sequence[ImportLine]:
    """Return the lines of a report, in the order of the file's rows as far as they were found together."""
    query = select(ImportLine).where(ImportLine.import_id == import_id, _ours(tx, ImportLine))
    if faults_only:
        query = query.where(col(ImportLine.code).not_in(OUTCOMES))
    after = page.after_as(int)
    if after is not None:
        query = query.where(ImportLine.number > after[0])
    return (await tx.exec(query.order_by(col(ImportLine.number)).limit(page.fetch))).all()


async def is_first(tx: AsyncSession, row: ImportFile) -> bool:
    """Tell whether no other import of the same source is being loaded, and keep others from it: two must not enter the same thing twice."""
    return bool((await tx.execute(_ONE_AT_A_TIME, {"of": f"{row.operator_id}/{row.source}"})).scalar_one())


async def keep_entries(tx: AsyncSession, row: ImportFile, entries: Sequence[Entry]) -> None:
    """Keep what the file says until it is loaded."""
    rows = ({**_of(row), "number": number, "entry": _plain(entry)} for number, entry in enumerate(entries, 1))
    await _insert(tx, ImportEntry, rows)


async def entries(tx: AsyncSession, row: ImportFile, after: int, most: int) -> list[tuple[int, Entry]]:
    """Return the entries after that number, in their order, at most so many."""
    query = select(ImportEntry.number, ImportEntry.entry).where(ImportEntry.import_id == row.id, ImportEntry.number > after)
    found = await tx.execute(query.order_by(col(ImportEntry.number)).limit(most))
    return [(number, Entry(**entry)) for number, entry in found]


async def forget_entries(tx: AsyncSession, row: ImportFile) -> None:
    """Forget what the file said."""
    await tx.execute(delete(ImportEntry).where(col(ImportEntry.import_id) == row.id))


async def forget(tx: AsyncSession, import_id: UUID) -> None:
    """Forget an import with its report; what it entered stays."""
    await tx.execute(delete(ImportFile).where(col(ImportFile.id) == import_id))


async def say(tx: AsyncSession, row: ImportFile, faults: Iterable[Fault]) -> None:
    """Add lines to the report."""
    query = select(func.coalesce(func.max(ImportLine.number), 0)).where(ImportLine.import_id == row.id)
    last = (await tx.execute(query)).scalar_one()
    rows = (
        {
            **_of(row), "number": number, "row": one.row, "cell": one.cell, "column_key": one.column, "code": one.code,
            "params": one.params,
        }
        for number, one in enumerate(faults, last + 1)
    )  # fmt: skip
    await _insert(tx, ImportLine, rows)


async def faulty_rows(tx: AsyncSession, row: ImportFile) -> int:
    """Return how many rows have a fault."""
    query = select(func.count(func.distinct(ImportLine.row))).where(
        ImportLine.import_id == row.id, col(ImportLine.code).not_in([*OUTCOMES, *NOTES])
    )
    return int((await tx.execute(query)).scalar_one())


async def ours(tx: AsyncSession, row: ImportFile, wanted: Collection[tuple[str, str]]) -> dict[tuple[str, str], UUID]:
    """Return our ids of things (kind, external id), as far as they are known."""
    query = select(ExternalId.kind, ExternalId.external_id, ExternalId.id).where(
        ExternalId.operator_id == row.operator_id,
        ExternalId.source == row.source,
        col(ExternalId.kind).in_(sorted({kind for kind, _ in wanted})),
        col(ExternalId.external_id) == any_(literal([external for _, external in wanted], ARRAY(Text))),
    )
    return {(kind, external): our_id for kind, external, our_id in await tx.execute(query)}


async def remember(tx: AsyncSession, row: ImportFile, found: Mapping[tuple[str, str], UUID]) -> None:
    """Remember our ids of things."""
    of = {"operator_id": row.operator_id, "source": row.source}
    await _insert(tx, ExternalId, ({**of, "kind": name[0], "external_id": name[1], "id": our_id} for name, our_id in found.items()))


async def _insert(tx: AsyncSession, table: type[Table], rows: Iterator[dict[str, Any]]) -> None:
    """Insert rows, some at once: the process does other things in between."""
    while some := list(islice(rows, limits.BATCH)):
        await tx.execute(insert(table), some)


def _of(row: ImportFile) -> dict[str, Any]:
    return {"import_id": row.id, "operator_id": row.operator_id, "cleared": row.cleared}


def _plain(entry: Entry) -> dict[str, Any]:
    return {"organization": entry.organization, "service": entry.service, "ats": entry.ats, "cells": entry.cells}

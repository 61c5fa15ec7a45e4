"""The queries of imports. Each takes the caller from the transaction: files and reports are the operator's own."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from ihala_kit.db import caller_of
from ihala_kit.pages import PageRequest
from sqlalchemy import ColumnElement, and_, delete, func, insert, not_, text, true
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory.imports.errors import ImportNotFound
from ihala_directory.imports.reading import Entry, Fault
from ihala_directory.imports.tables import ExternalId, ImportEntry, ImportFile, ImportLine
from ihala_directory.imports.wording import NOTES, OUTCOMES

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:of, 6))")


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


async def one_at_a_time(tx: AsyncSession, row: ImportFile) -> None:
    """Wait for another import of the same source: two must not enter the same thing twice."""
    await tx.execute(_ONE_AT_A_TIME, {"of": f"{row.operator_id}/{row.source}"})


async def keep_entries(tx: AsyncSession, row: ImportFile, entries: Sequence[Entry]) -> None:
    """Keep what the file says until it is loaded."""
    rows = [{**_of(row), "number": number, "entry": _plain(entry)} for number, entry in enumerate(entries, 1)]
    if rows:
        await tx.execute(insert(ImportEntry), rows)


async def entries(tx: AsyncSession, row: ImportFile, most: int | None) -> list[tuple[int, Entry]]:
    """Return the entries that are not loaded yet, in their order."""
    query = select(ImportEntry.number, ImportEntry.entry).where(ImportEntry.import_id == row.id, ImportEntry.number > row.loaded_until)
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
    rows = [
        {
            **_of(row), "number": number, "row": one.row, "cell": one.cell, "column_key": one.column, "code": one.code,
            "params": one.params,
        }
        for number, one in enumerate(faults, last + 1)
    ]  # fmt: skip
    if rows:
        await tx.execute(insert(ImportLine), rows)


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
        col(ExternalId.kind).in_({kind for kind, _ in wanted}),
        col(ExternalId.external_id).in_({external for _, external in wanted}),
    )
    return {(kind, external): our_id for kind, external, our_id in await tx.execute(query)}


async def remember(tx: AsyncSession, row: ImportFile, found: dict[tuple[str, str], UUID]) -> None:
    """Remember our ids of things."""
    rows = [
        {"operator_id": row.operator_id, "source": row.source, "kind": kind, "external_id": external, "id": our_id}
        for (kind, external), our_id in found.items()
    ]
    if rows:
        await tx.execute(insert(ExternalId), rows)


def _of(row: ImportFile) -> dict[str, Any]:
    return {"import_id": row.id, "operator_id": row.operator_id, "cleared": row.cleared}


def _plain(entry: Entry) -> dict[str, Any]:
    return {"organization": entry.organization, "service": entry.service, "ats": entry.ats, "cells": entry.cells}

"""Collects all rows about one person, opened."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ihala_kit.vault import SealBroken
from sqlalchemy import Table as SqlTable
from sqlalchemy import inspect, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys
from ihala_intake.errors import PersonErased
from ihala_intake.keys import Key
from ihala_intake.protection.held import LEFT_OUT, SHOWN, is_told, without_others
from ihala_intake.tables import Person, Table

Row = dict[str, Any]
UNREADABLE, BEST_INTERESTS = "unreadable", "best_interests"


async def gather(tx: AsyncSession, person: Person) -> dict[str, list[Row]]:
    """Return by table what is held about a person, as far as the caller may see it. Raises PersonErased (410)."""
    opener = _Opener(tx, await keys.of(tx, person.key_id))
    ids = await _ids(tx, person)
    found: dict[str, list[Row]] = {}
    for name, column in SHOWN.items():
        table = Table.metadata.tables[name]
        query = select(table).where(table.c[column].in_(ids[column if column != "id" else f"{name}_id"]))
        rows = [dict(row) for row in (await tx.execute(query.order_by(*table.primary_key.columns))).mappings()]
        if told := [row for row in rows if is_told(name, row)]:
            found[name] = [await opener.row(table, row) for row in told]
    return found


async def _ids(tx: AsyncSession, person: Person) -> dict[str, list[UUID]]:
    """Return the ids by which rows belong to the person, by the name of the column."""
    tables = Table.metadata.tables
    ids: dict[str, list[UUID]] = {"person_id": [person.id]}
    for name in ("case_file", "need", "consent"):
        table = tables[name]
        ids["case_id" if name == "case_file" else f"{name}_id"] = await _column(tx, table, "id", "person_id", [person.id])
    asked = [await _column(tx, tables[name], "request_id", "person_id", [person.id]) for name in ("case_file", "need")]
    asked.append(await _column(tx, tables["need_again"], "request_id", "need_id", ids["need_id"]))
    ids["request_id"] = sorted({request for found in asked for request in found})
    return ids


async def _column(tx: AsyncSession, table: SqlTable, wanted: str, by: str, values: Sequence[UUID]) -> list[UUID]:
    found: Iterable[UUID] = (await tx.execute(select(table.c[wanted]).where(table.c[by].in_(values)))).scalars()
    return list(found)


class _Opener:
    """Opens what is sealed in rows, under the row's own key where it names one."""

    def __init__(self, tx: AsyncSession, of_person: Key) -> None:
        self.tx, self.of_person = tx, of_person

    async def row(self, table: SqlTable, row: Row) -> Row:
        """Return a row as JSON: sealed columns opened, technical ones left out."""
        place = "/".join(str(row[column.name]) for column in inspect(table).primary_key)
        key = await self._key(row.get("key_id"))
        shown: Row = {}
        for column in table.columns:
            value = row[column.name]
            if column.name in LEFT_OUT or value is None:
                continue
            shown[column.name] = (
                self._opened(key, row, f"{table.name}.{column.name}/{place}", value) if column.info["personal"] else plain(value)
            )
        return shown

    async def _key(self, key_id: UUID | None) -> Key | None:
        if key_id is None or key_id == self.of_person.id:
            return self.of_person
        try:
            return await keys.of(self.tx, key_id)
        except PersonErased:
            return None

    def _opened(self, key: Key | None, row: Row, about: str, blob: bytes) -> Any:
        """Return what is inside; a word where the key is gone or it is no text."""
        if key is None:
            return UNREADABLE
        try:
            content = json.loads(key.vault.open(key.wrapped, blob, about))
        except (SealBroken, ValueError):
            return UNREADABLE
        return without_others(content, for_a_child=row.get("basis") == BEST_INTERESTS) if isinstance(content, dict) else content


def plain(value: Any) -> Any:
    """Return a column's value as JSON."""
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list):
        return [plain(one) for one in value]
    return None if isinstance(value, bytes) else value

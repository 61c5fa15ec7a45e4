"""Many new rows in one statement. The ORM sends one a table; where one request fills a dozen, the way there and back costs more than all
else. The values travel as JSON, one list a table, and PostgreSQL makes rows of its own types of them."""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Table, TextClause, inspect, text
from sqlalchemy.orm import make_transient_to_detached
from sqlmodel.ext.asyncio.session import AsyncSession


async def write_new(tx: AsyncSession) -> None:
    """Write what was added to the session, in one statement; afterwards it is as after a flush.

    For tables whose columns all have their values in the row (no defaults of the database), whose references are checked at the commit,
    and whose values are plain: ids, texts, numbers, times, bytes, lists of these, JSON. Raises what a flush would.
    """
    added = list(tx.new)
    if not added:
        return
    rows: defaultdict[Table, list[dict[str, Any]]] = defaultdict(list)
    for one in added:
        rows[inspect(type(one)).local_table].append(vars(one))
    found = {table.name: _as_json(table, values) for table, values in rows.items()}
    with tx.no_autoflush:
        await tx.execute(_statement(tuple(rows)), found)
    for one in added:
        tx.expunge(one)
        make_transient_to_detached(one)
    tx.add_all(added)


def _as_json(table: Table, rows: Iterable[dict[str, Any]]) -> str:
    names = [column.name for column in table.columns]
    return json.dumps([{name: row[name] for name in names} for row in rows], default=_plain, ensure_ascii=False)


def _plain(value: object) -> str:
    """Return what PostgreSQL reads as this value."""
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)


@lru_cache(maxsize=256)
def _statement(tables: tuple[Table, ...]) -> TextClause:
    """Return the statement for these tables: all inserts are parts of one query, so each sees the database as it was before."""
    inserts = []
    for table in tables:
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        source = f'json_populate_recordset(NULL::"{table.name}", CAST(:{table.name} AS json))'.replace("::", r"\:\:")
        inserts.append(f'new_{table.name} AS (INSERT INTO "{table.name}" ({columns}) SELECT {columns} FROM {source})')  # noqa: S608 - names of our own tables
    return text(f"WITH {', '.join(inserts)} SELECT")

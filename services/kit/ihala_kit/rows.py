"""New rows, at the least cost: where one request fills a dozen tables, making their rows and the ways there and back cost more than all
else. `Row` takes its values as they are; `write_new` sends all rows in one statement, where the ORM sends one a table: as JSON, one list a
table, of which PostgreSQL makes rows of its own types."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import to_json
from sqlalchemy import Table, inspect
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_kit.straight import fetch


class Row(SQLModel):
    """Base of a service's `Table`. A table checks no value, so a new row needs no more than to have them; SQLModel sends each through
    SQLAlchemy's and pydantic's watching for changes, of which a row that was never written has none."""

    def __init__(self, **values: Any) -> None:
        """Take the values, and for what is not said its default. Raises TypeError for a name that is no column."""
        optional = _optional(type(self))
        if unknown := values.keys() - type(self).model_fields.keys():
            raise TypeError(f"{type(self).__name__} has no {', '.join(sorted(unknown))}")
        self.__pydantic_fields_set__.update(values)
        vars(self).update({name: field.get_default(call_default_factory=True) for name, field in optional if name not in values}, **values)


@lru_cache(maxsize=1024)
def _optional(row: type[Row]) -> tuple[tuple[str, FieldInfo], ...]:
    return tuple((name, field) for name, field in row.model_fields.items() if not field.is_required())


async def write_new(tx: AsyncSession, replacing: Mapping[Table, Sequence[dict[str, Any]]] | None = None) -> None:
    """Write what was added to the session, in one statement; afterwards it is as after a flush.

    `replacing` are rows of other tables, each instead of the one with the same key, if there is one; no two of them have the same.
    For tables whose columns all have their values in the row (no defaults of the database), whose references are checked at the commit,
    and whose values are plain: ids, texts, numbers, times, bytes, lists of these, JSON. Raises asyncpg's errors.
    """
    added, beside = list(tx.new), {table: values for table, values in (replacing or {}).items() if values}
    if not added and not beside:
        return
    rows: defaultdict[Table, list[dict[str, Any]]] = defaultdict(list)
    for one in added:
        rows[inspect(type(one)).local_table].append(vars(one))
    sent = [as_json(table, values) for table, values in (*rows.items(), *beside.items())]
    await fetch(tx, _statement(tuple(rows), tuple(beside)), *sent)
    tx.sync_session._register_persistent({inspect(one) for one in added})  # as a flush ends


def as_json(table: Table, rows: Iterable[Mapping[str, Any]]) -> str:
    """Return rows as json_populate_recordset reads them."""
    names = [column.name for column in table.columns]
    return to_json([{name: _plain(row[name]) for name in names} for row in rows]).decode()


def _plain(value: Any) -> Any:
    """Return bytes as PostgreSQL reads them in a text."""
    return "\\x" + value.hex() if isinstance(value, bytes) else value


@lru_cache(maxsize=256)
def _statement(tables: tuple[Table, ...], replaced: tuple[Table, ...]) -> str:
    """Return the statement for these tables: all inserts are parts of one query, so each sees the database as it was before."""
    inserts = []
    for n, table in enumerate((*tables, *replaced), 1):
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        source = f'json_populate_recordset(NULL::"{table.name}", ${n}::json)'
        instead = _instead(table) if n > len(tables) else ""
        inserts.append(f'new_{table.name} AS (INSERT INTO "{table.name}" ({columns}) SELECT {columns} FROM {source}{instead})')  # noqa: S608 - names of our own tables
    return f"WITH {', '.join(inserts)} SELECT"


def _instead(table: Table) -> str:
    """Return what puts a row in the place of the one with the same key."""
    key = ", ".join(f'"{column.name}"' for column in table.primary_key)
    said = ", ".join(f'"{column.name}" = excluded."{column.name}"' for column in table.columns if not column.primary_key)
    return f" ON CONFLICT ({key}) DO UPDATE SET {said}"

"""The export as an HSDS data package: a zip of CSV files, written while it is read.

Services go straight into the zip; the rows of the other tables wait in files without a name until it is their turn.
"""

import asyncio
import csv
import io
import json
import zipfile
from collections.abc import AsyncIterator, Iterator
from tempfile import TemporaryFile
from typing import IO, Any

from ihala_directory.imports import tabular
from ihala_directory.imports.sink import Sink
from ihala_directory.imports.tabular import ENTRIES, Row

_PIECE = 64 * 1024
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Of the table that is written before all of its rows are known; the others have the columns that their rows have.
COLUMNS = (
    "id", "organization_id", "name", "name_i18n", "description", "description_i18n", "url", "email", "status", "application_process",
    "application_process_i18n", "wait_time", "alert", "minimum_age", "maximum_age", "eligibility_description", "eligibility_rules",
    "referral", "closures", "restricted", "opening_hours_i18n", "service_status", "last_modified",
)  # fmt: skip
GONE = "deleted.csv"  # ids of what is not there any more


class Package:
    """One zip on its way out. Use it as a context: its files are gone at the end."""

    def __init__(self) -> None:
        self._sink = Sink()
        self._zip = zipfile.ZipFile(self._sink, "w", zipfile.ZIP_DEFLATED)
        self._services = self._zip.open(f"{ENTRIES}.csv", "w")
        self._services.write(_line(COLUMNS))
        self._waiting: dict[str, IO[bytes]] = {}
        self._columns: dict[str, dict[str, None]] = {}
        self._seen: set[tuple[str, Any]] = set()
        self._gone: list[str] = []

    def __enter__(self) -> "Package":
        return self

    def __exit__(self, *_: object) -> None:
        self._services.close()
        self._zip.close()
        for file in self._waiting.values():
            file.close()

    def add(self, found: list[Row]) -> bytes:
        """Write services and keep their parts; return what of the zip is ready to be sent."""
        for entry in found:
            if entry.get("deleted"):
                self._gone.append(entry["id"])
                continue
            for table, row in tabular.flattened(entry, self._seen):
                if table == ENTRIES:
                    self._services.write(_line([row.get(name) for name in COLUMNS]))
                else:
                    self._keep(table, row)
        return self._sink.taken()

    def _keep(self, table: str, row: Row) -> None:
        if table not in self._waiting:
            self._waiting[table] = TemporaryFile()  # noqa: SIM115 it is closed at the end of the context
        self._waiting[table].write(json.dumps(row).encode() + b"\n")
        self._columns.setdefault(table, {}).update(dict.fromkeys(row))

    def rest(self) -> Iterator[bytes]:
        """Yield the rest of the zip."""
        self._services.close()
        for table, file in self._waiting.items():
            columns = list(self._columns[table])
            file.seek(0)
            with self._zip.open(f"{table}.csv", "w") as out:
                out.write(_line(columns))
                for line in file:
                    row = json.loads(line)
                    out.write(_line([row.get(name) for name in columns]))
                    if self._sink.size > _PIECE:
                        yield self._sink.taken()
        self._zip.writestr(GONE, b"id\r\n" + b"".join(f"{one}\r\n".encode() for one in self._gone))
        self._zip.writestr("datapackage.json", json.dumps(self._described(), ensure_ascii=False, indent=1))
        self._zip.close()
        yield self._sink.taken()

    def _described(self) -> dict[str, Any]:
        tables = {ENTRIES: list(COLUMNS), **{table: list(names) for table, names in self._columns.items()}}
        resources = [
            {
                "name": table, "path": f"{table}.csv", "profile": "tabular-data-resource", "format": "csv", "encoding": "utf-8",
                "schema": {"fields": [{"name": name, "type": "string"} for name in names], "primaryKey": "id"},
            }
            for table, names in tables.items()
        ]  # fmt: skip
        return {"profile": "tabular-data-package", "name": "ihala-services", "title": "Ihala, HSDS 3.1", "resources": resources}


async def zipped(walk: AsyncIterator[list[Row]]) -> AsyncIterator[bytes]:
    """Yield a data package of what is walked through."""
    with Package() as package:
        async for found in walk:
            piece = await asyncio.to_thread(package.add, found)
            if piece:
                yield piece
        rest = package.rest()
        while piece := await asyncio.to_thread(next, rest, b""):
            yield piece


def _line(values: Any) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([_safe(value) for value in values])
    return out.getvalue().encode()


def _safe(value: Any) -> Any:
    """Return the value so that no spreadsheet takes it for a formula; an import takes the quote off again."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}" if isinstance(value, str) and value.startswith(_BEGINS_A_FORMULA) else value

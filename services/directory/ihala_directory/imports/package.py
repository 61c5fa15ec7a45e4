"""HSDS as a tabular data package: a zip with datapackage.json and a CSV file for each table."""

import json
import zipfile
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any

from ihala_kit.untrusted.cells import latin, text
from ihala_kit.untrusted.findings import Fault, Unsafe
from ihala_kit.untrusted.sheets import address
from ihala_kit.untrusted.texts import rows as rows_of

from ihala_directory.imports import hsds, limits, tabular, text_file
from ihala_directory.imports.reading import Reading

_STANDS = "\0stands"  # key of a row's own place: file, number, columns; no column can be called so
_NUMBERS = {"latitude", "longitude", "amount", "available", "maximum", "minimum_age", "maximum_age", "wait_days", "decision_target_hours"}
_FLAGS = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}
_ARE_FLAGS = {"restricted", "redacted", "hidden"}


def read(data: bytes) -> Reading:
    """Return the entries of a package that `container` has looked at. Raises Unsafe."""
    notes: list[Fault] = []
    with zipfile.ZipFile(BytesIO(data)) as archive:
        tables = _tables(archive, notes)
    missing = [name for name in tabular.NEEDED if name not in tables]
    if missing:
        raise Unsafe("table_missing")
    services = tabular.nested(tables)
    reading = hsds.read([(str(number), one) for number, one in enumerate(services)])
    for fault in reading.faults:
        fault.cell = _cell(services, fault.cell)
    for entry in reading.entries:
        for cells in entry.cells.values():
            cells.update({path: (_cell(services, cell) or "", name) for path, (cell, name) in cells.items()})
    reading.faults += notes
    return reading


def _tables(archive: zipfile.ZipFile, notes: list[Fault]) -> tabular.Tables:
    """Return the rows of the tables that the package's list of resources names, or that are called as HSDS calls them."""
    names = {PurePosixPath(name).name.lower(): name for name in archive.namelist()}
    if "datapackage.json" not in names:
        raise Unsafe("table_missing")
    called = {name: name.removesuffix(".csv") for name in names if name.endswith(".csv")} | _resources(
        archive.read(names["datapackage.json"])
    )
    tables: tabular.Tables = {}
    left = limits.MOST_ROWS * 40  # rows of all tables together: a service has some twenty parts
    for file, table_name in called.items():
        table = tabular.table_called(table_name)
        if table is None or file not in names:
            continue
        plain, was_1256 = text_file.decoded(archive.read(names[file]))
        if was_1256 and not notes:
            notes.append(Fault("encoding_windows_1256"))
        tables[table] = _rows(file, plain, left)
        left -= len(tables[table])
    return tables


def _resources(data: bytes) -> dict[str, str]:
    plain, _ = text_file.decoded(data)
    try:
        described = json.loads(plain)["resources"]
        return {PurePosixPath(str(one["path"])).name.lower(): str(one["name"]) for one in described if isinstance(one.get("path"), str)}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Unsafe("not_hsds") from None


def _rows(file: str, plain: str, most: int) -> list[tabular.Row]:
    header: list[str] = []
    found: list[tabular.Row] = []
    for number, row in rows_of(plain):
        if not header:
            header = [text(name).lower() for name in row]
        elif any(row):
            if len(found) >= most:
                raise Unsafe("too_many_rows")
            values = {name: _value(name, cell) for name, cell in zip(header, row, strict=False) if cell != ""}
            found.append({**values, _STANDS: (file, number, header)})
    return found


def _value(name: str, cell: str) -> Any:
    """Return what HSDS's JSON has in place of a cell: a number, true, or one of our members as JSON."""
    plain = text(cell)
    try:
        if name in _NUMBERS:
            return float(latin(plain))
        if plain[:1] in "{[" and (name.endswith("_i18n") or name in {"eligibility_rules", "referral", "closures", "capacity"}):
            return json.loads(plain)
    except (ValueError, RecursionError):
        return plain  # the draft refuses it, and the report names the cell
    return _FLAGS.get(plain.lower(), plain) if name in _ARE_FLAGS else plain


def _cell(services: list[Any], pointer: str | None) -> str | None:
    """Return the cell of the tables that a place in the nested entries came from: "locations.csv!F7", or the row alone."""
    node: Any = services
    stands: tuple[str, int, list[str]] | None = None
    *way, name = (pointer or "").split("/")
    for step in way:
        node = node[int(step)] if isinstance(node, list) else node.get(step) if isinstance(node, dict) else None
        stands = node.get(_STANDS, stands) if isinstance(node, dict) else stands
    if stands is None:
        return None
    file, row, header = stands
    return f"{file}!{address(header.index(name), row)}" if name in header else f"{file}!{row}"

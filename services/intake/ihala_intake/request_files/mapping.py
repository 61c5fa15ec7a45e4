"""A row of the sheet becomes the body of a request. What it lacks stays away; whether it is enough is decided like for any request."""

import re
from typing import Any

from ihala_kit.untrusted import cells
from ihala_kit.untrusted.cells import CellValue, Wrong
from ihala_kit.untrusted.findings import Fault
from ihala_kit.untrusted.sheets import Cell, Formula, address

from ihala_intake.request_files import limits
from ihala_intake.request_files.columns import Column, choices, plain
from ihala_intake.request_files.reading import Reading, Row
from ihala_intake.request_files.sheet import Sheet

_PHONE_DEFAULTS = {"safe_to_call": False, "safe_to_message": False}  # what is not said to be safe is not


def read(sheet: Sheet, system: str) -> Reading:
    """Return every row as a request, or why it cannot be one. `system` names whose numbers the sheet has."""
    reading = Reading(faults=list(sheet.faults), filled=len(sheet.rows))
    for number, row in sheet.rows:
        found, faults = _row(sheet, number, row, system)
        if faults:
            reading.faults += faults
        else:
            reading.rows.append(found)
    return reading


def _row(sheet: Sheet, number: int, row: list[Cell], system: str) -> tuple[Row, list[Fault]]:
    values: dict[str, Any] = {}
    faults, places = [], {}
    for position, column in sheet.columns.items():
        cell = address(position, number)
        value = row[position] if position < len(row) else None
        try:
            found = _value(column, value)
        except Wrong as wrong:
            faults.append(Fault(wrong.code, number, cell, column.key))
            continue
        if found not in (None, "", []):
            values[column.key] = found
        places[column.key] = (cell, column.key)
    pointers = {f"#{column.pointer}": places[column.key] for column in sheet.columns.values() if column.key in places}
    if "needs" in places:
        pointers |= {"#/needs": places["needs"]}
    for key, name in (("urgency", "urgency"), ("note", "note")):
        if key in places:
            pointers |= {f"#/needs/{n}/{name}": places[key] for n in range(len(values.get("needs", [])))}
    return Row(number, _body(sheet, values, system), pointers), faults


def _value(column: Column, value: Cell) -> Any:
    if isinstance(value, Formula):
        raise Wrong("formula")
    plain_text = cells.text(value)
    if len(plain_text) > limits.LONGEST_CELL:
        raise Wrong("string_too_long")
    if not plain_text:
        return None
    known = choices(column.kind)
    if known:
        return _choice(known, plain_text)
    return _read(column, value)


def _read(column: Column, value: CellValue) -> Any:
    if column.kind == "whole":
        return _whole(value)
    if column.kind == "day":
        return cells.day(value)
    return cells.parts(value) if column.kind in ("list", "needs") else cells.text(value)


def _whole(value: CellValue) -> int:
    plain_text = cells.latin(cells.text(value))
    if not re.fullmatch(r"\d{1,6}", plain_text):
        raise Wrong("not_a_whole_number")
    return int(plain_text)


def _choice(known: dict[str, str], said: str) -> Any:
    found = known.get(plain(said))
    if found is None:
        raise Wrong("not_one_of_the_words")
    return {"true": True, "false": False}.get(found, found)


def _body(sheet: Sheet, values: dict[str, Any], system: str) -> dict[str, Any]:
    """Put the values where their pointers say; lists of the same row's needs share urgency and note."""
    body: dict[str, Any] = {"person": {}}
    for column in sheet.columns.values():
        if column.key in values and column.kind not in ("needs", "urgency", "note"):
            _put(body, column.pointer, values[column.key])
    for number in body.get("identifiers", []):
        number["system"] = system
    for phone in body["person"].get("phones", []):
        for name, unless_said in _PHONE_DEFAULTS.items():
            phone.setdefault(name, unless_said)
    note = {"note": values["note"]} if "note" in values else {}
    body["needs"] = [{"code": code, "urgency": values.get("urgency", "routine"), **note} for code in values.get("needs", [])]
    return body


def _put(body: dict[str, Any], pointer: str, value: Any) -> None:
    *way, last = pointer.split("/")[1:]
    at: Any = body
    for step, after in zip(way, [*way[1:], last], strict=True):
        if isinstance(at, list):
            if not at:
                at.append({})
            at = at[int(step)]
        else:
            at = at.setdefault(step, [] if after.isdigit() else {})
    at[last] = value

"""Rows of the sheet become entries: one service with all the locations that rows name for it."""

from dataclasses import dataclass, field
from typing import Any

from ihala_kit.untrusted.cells import Wrong, text
from ihala_kit.untrusted.findings import Fault
from ihala_kit.untrusted.sheets import Cell, Formula, Row, address

from ihala_directory.imports import drafting, limits, values
from ihala_directory.imports.columns import Column, columns
from ihala_directory.imports.drafting import Leaves
from ihala_directory.imports.reading import Entry, Reading
from ihala_directory.imports.sheet import Sheet, missing
from ihala_directory.places import places

# What loading may still refuse: the cells of these are remembered.
_SAID = (
    "organization/id", "organization/kind", "service/id", "service/need_codes", "service/rules/statuses", "service/costs",
    "service/at/0/location/place",
    "service/at/0/location/latitude", "service/at/0/location/address/ar", "service/at/0/location/address/ckb",
    "service/at/0/location/address/en",
)  # fmt: skip
PARTS = ("organization", "service", "at")


@dataclass(slots=True)
class Line:
    """One row as it was read: values by path for each part, and where each stands."""

    number: int
    leaves: dict[str, Leaves] = field(default_factory=lambda: {part: {} for part in PARTS})
    defaults: dict[str, Any] = field(default_factory=dict)  # of what is new at a location
    cells: dict[str, tuple[str, str]] = field(default_factory=dict)  # by path below "organization/" or "service/"
    faults: list[Fault] = field(default_factory=list)

    def id(self, of: str) -> str:
        """Return the file's own id of organization, service or location; the location's is the place where none is given."""
        if of == "location":
            return str(self.leaves["at"].get("location_id") or f"{self.id('service')}@{self.leaves['at']['location/place']}")
        return str(self.leaves[of]["id"])


def read(sheet: Sheet) -> Reading:
    """Return the entries of a sheet and what is wrong with its rows; a faulty row is in no entry."""
    lacking = missing(sheet, [one for one in columns().values() if one.needed])
    if lacking or any(fault.code == "column_twice" for fault in sheet.faults):
        return Reading(faults=[*sheet.faults, *lacking], rows=len(sheet.rows))
    lines = [_line(sheet, row) for row in sheet.rows]
    good: list[Line] = []
    agreed = _Agreed()
    for line in lines:
        if not line.faults:
            agreed.check(line)
        if not line.faults:
            good.append(line)
    faults = [*sheet.faults, *(fault for line in lines for fault in line.faults)]
    return Reading(_entries(good), faults[: limits.MOST_FAULTS], len(lines))


def _line(sheet: Sheet, row: Row) -> Line:
    number, found = row
    line = Line(number)
    for position, column in sheet.columns.items():
        _cell(line, column, address(position, number), found[position] if position < len(found) else None)
    if not line.faults:
        at = _at(line.leaves["at"])
        line.defaults = _defaults(at["location"])
        whole = {**line.defaults, **at, "location": line.defaults["location"] | at["location"]}
        service, organization = _tree(line.leaves["service"]), _tree(line.leaves["organization"])
        line.faults = drafting.faults(number, line.cells, organization, service, whole)
    return line


def _cell(line: Line, column: Column, cell: str, value: Cell) -> None:
    path = f"service/at/0/{column.path}" if column.part == "at" else f"{column.part}/{column.path}"
    line.cells[path] = (cell, column.key)
    try:
        if isinstance(value, Formula):
            raise Wrong("formula")
        if text(value) == "":
            if column.needed:
                raise Wrong("required")
            return
        line.leaves[column.part][column.path] = values.read(value, column)
    except Wrong as wrong:
        line.faults.append(Fault(wrong.code, line.number, cell, column.key, wrong.params))


def _defaults(location: dict[str, Any]) -> dict[str, Any]:
    """Return what a row need not say of what is new: it serves the place where it is, and the location is called as the place is."""
    area = places().area(location["place"])
    assert area is not None, "the cell was read as a place"
    return {"areas": [area.code], "location": {} if "names" in location else {"names": area.names}}


def _tree(leaves: Leaves) -> dict[str, Any]:
    return drafting.nested({path: value for path, value in leaves.items() if path != "id"})


def _at(leaves: Leaves) -> dict[str, Any]:
    return drafting.nested({path: value for path, value in leaves.items() if path != "location_id"})


class _Agreed:
    """What the rows so far said of each organisation, service and location, so that no later one contradicts it."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, str], dict[str, tuple[int, Any]]] = {}
        self._at: dict[tuple[str, str], int] = {}

    def check(self, line: Line) -> None:
        """Note in the line what contradicts an earlier one; learn from it if nothing does."""
        found = [*self._against(line, "organization"), *self._against(line, "service"), *self._against(line, "location")]
        service, location = line.id("service"), line.id("location")
        owner = self._said.get(("service", service), {}).get("organization")
        if owner is not None and owner[1] != line.id("organization"):
            found.append(Fault("differs_from_row", line.number, *line.cells["organization/id"], {"row": owner[0]}))
        before = self._at.get((service, location))
        if before is not None:
            found.append(Fault("same_as_row", line.number, *line.cells["service/id"], {"row": before}))
        line.faults = found
        if not found:
            self._at[service, location] = line.number
            for of in ("organization", "service", "location"):
                self._learn(line, of)

    def _leaves(self, line: Line, of: str) -> Leaves:
        if of != "location":
            return line.leaves[of]
        return {path: value for path, value in line.leaves["at"].items() if path.startswith("location/")}

    def _against(self, line: Line, of: str) -> list[Fault]:
        known = self._said.get((of, line.id(of)), {})
        prefix = "service/at/0" if of == "location" else of
        return [
            Fault("differs_from_row", line.number, *drafting.placed(f"{prefix}/{path}", line.cells), {"row": known[path][0]})
            for path, value in self._leaves(line, of).items()
            if path in known and known[path][1] != value
        ]

    def _learn(self, line: Line, of: str) -> None:
        known = self._said.setdefault((of, line.id(of)), {})
        more = {"organization": line.id("organization")} if of == "service" else {}
        for path, value in (self._leaves(line, of) | more).items():
            known.setdefault(path, (line.number, value))


def _entries(lines: list[Line]) -> list[Entry]:
    """Return one entry a service, in the order of the rows; what several rows say of it is put together."""
    of_organization: dict[str, Leaves] = {}
    by_service: dict[str, list[Line]] = {}
    for line in lines:
        of_organization.setdefault(line.id("organization"), {}).update(line.leaves["organization"])
        by_service.setdefault(line.id("service"), []).append(line)
    return [_entry(group, of_organization[group[0].id("organization")]) for group in by_service.values()]


def _entry(group: list[Line], organization: Leaves) -> Entry:
    service: Leaves = {}
    for line in group:
        service |= line.leaves["service"]
    return Entry(
        {"id": group[0].id("organization"), "values": _tree(organization)},
        {"id": group[0].id("service"), "values": _tree(service)},
        [
            {
                "id": f"{line.id('service')}/{line.id('location')}",
                "location_id": line.id("location"),
                "row": line.number,
                "once": True,
                "values": _at(line.leaves["at"]),
                "defaults": line.defaults,
            }
            for line in group
        ],
        {str(line.number): {path: line.cells[path] for path in _SAID if path in line.cells} for line in group},
    )

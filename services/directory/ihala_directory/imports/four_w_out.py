"""Services as rows of the sheet, in the columns that an import reads: what a cell cannot say as it is stays empty. Pure.

Left out is what the sheet has no column to keep hidden: it is passed on, and read by others as public.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from ihala_kit.untrusted.cells import CellValue

from ihala_directory import needs
from ihala_directory.hsds.entries import ServiceRows
from ihala_directory.imports import merging, values
from ihala_directory.imports.columns import columns
from ihala_directory.imports.merging import Values

Cells = list[CellValue]


def rows_of(found: Iterable[ServiceRows]) -> Iterator[Cells]:
    """Yield the rows of services, one for each location."""
    for rows in found:
        if not _must_stay_hidden(rows):
            yield from _rows(rows)


def _must_stay_hidden(rows: ServiceRows) -> bool:
    """Tell whether a reader of the sheet could not know that it is hidden: a need that is restricted says so itself."""
    service = rows.service
    return rows.organization.hidden or (service.hidden and not any(map(needs.is_restricted, service.need_codes)))


def _rows(rows: ServiceRows) -> Iterator[Cells]:
    organization = merging.organization_as_it_is(rows.organization) | {"id": str(rows.organization.id)}
    service = merging.service_as_it_is(rows.service, rows.ats)
    service |= {"id": str(rows.service.id), "costs": _plain(service["costs"], {"amount", "currency"}, currency="IQD")}
    seen: set[UUID] = set()
    for at in service["at"]:
        where = at["location"]["id"]
        if where not in seen:  # a row is a service at a location
            seen.add(where)
            parts = {"organization": organization, "service": service, "at": _at(at)}
            yield [values.written(_value(parts[column.part], column.path), column) for column in columns().values()]


def _at(at: Values) -> Values:
    times, closures = _plain(at["schedules"], {"days", "opens_at", "closes_at"}), _plain(at["closures"], {"from", "until"})
    return at | {"location_id": str(at["location"]["id"]), "schedules": times, "closures": closures}


def _plain(parts: Sequence[Values], said: set[str], **meant: str) -> list[Values]:
    """Return the one part where there is one, and nothing is said of it but what a row says, or means without saying it; else none."""
    if len(parts) != 1 or any(value and name not in said for name, value in parts[0].items()):
        return []
    (one,) = parts
    if any(one.get(name) != value for name, value in meant.items()):
        return []
    return [{name: value for name, value in one.items() if name in said and name not in meant}]


def _value(node: Any, path: str) -> Any:
    """Return what stands at a path, None where nothing does."""
    for step in path.split("/"):
        if isinstance(node, list):
            node = node[int(step)] if int(step) < len(node) else None
        else:
            node = node.get(step) if isinstance(node, dict) else None
    return node

"""HSDS entries as tables and back: each list of parts is a table of its own, whose rows name what they are part of. Pure.

What is neither a plain value nor a table (our profile's `…_i18n`, rules, closures) stands in its cell as JSON.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ihala_directory.imports.hsds_parts import Node

Row = dict[str, Any]
Tables = dict[str, list[Row]]

# A list in an entry -> its table; and the objects in entries, which are rows of a table that others name.
LISTS = {
    "service_at_locations": "service_at_locations", "phones": "phones", "contacts": "contacts", "schedules": "schedules",
    "service_areas": "service_areas", "languages": "languages", "cost_options": "cost_options", "attributes": "attributes",
    "required_documents": "required_documents", "capacities": "service_capacities", "addresses": "addresses",
    "accessibility": "accessibility", "organization_identifiers": "organization_identifiers",
}  # fmt: skip
OBJECTS = {"organization": "organizations", "location": "locations", "taxonomy_term": "taxonomy_terms", "unit": "units"}
ENTRIES = "services"
NEEDED = ("services", "organizations", "locations", "service_at_locations")
_OWNERS = (  # the most particular first: a contact's phone names its contact, and may name the service too
    ("phone_id", "phones"), ("contact_id", "contacts"), ("service_at_location_id", "service_at_locations"), ("location_id", "locations"),
    ("service_id", "services"), ("organization_id", "organizations"),
)  # fmt: skip
_MAY_BE_CALLED = {
    **{name: name for name in {*LISTS.values(), *OBJECTS.values(), ENTRIES}},
    "service_at_location": "service_at_locations", "services_at_location": "service_at_locations", "capacities": "service_capacities",
    "physical_addresses": "addresses", "accessibility_for_disabilities": "accessibility", "service": "services",
    "organization": "organizations", "location": "locations", "phone": "phones", "contact": "contacts", "schedule": "schedules",
    "service_area": "service_areas", "language": "languages", "cost_option": "cost_options", "attribute": "attributes",
    "required_document": "required_documents", "service_capacity": "service_capacities", "address": "addresses",
    "taxonomy_term": "taxonomy_terms", "unit": "units", "organization_identifier": "organization_identifiers",
}  # fmt: skip


def table_called(name: str) -> str | None:
    """Return our name of a table that a package may call in other ways, None for one that is not read."""
    return _MAY_BE_CALLED.get(name.lower())


def flattened(entry: Node, seen: set[tuple[str, Any]], table: str = ENTRIES) -> Iterator[tuple[str, Row]]:
    """Yield the rows of an entry and of all its parts, its own last.

    Objects that others name (`seen`: table and id) come once with their parts, however many name them.
    """
    row: Row = {}
    for name, value in entry.items():
        if name in OBJECTS and isinstance(value, Mapping):
            row[f"{name}_id"] = value.get("id")
            if (OBJECTS[name], value.get("id")) not in seen:
                seen.add((OBJECTS[name], value.get("id")))
                yield from flattened(value, seen, OBJECTS[name])
        elif name in LISTS and isinstance(value, list):
            for part in value:
                yield from flattened(part | _link(table, entry, name), seen, LISTS[name])
        else:
            row[name] = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
    yield table, row


def _link(table: str, entry: Node, name: str) -> Row:
    column = next((column for column, owner in _OWNERS if owner == table), None)
    return {} if column is None or name == "attributes" else {column: entry.get("id")}


def nested(tables: Tables) -> list[Node]:
    """Return the services with all their parts: each part is put where its row says."""
    by_id = {table: {row["id"]: row for row in rows if row.get("id")} for table, rows in tables.items()}
    for name, table in LISTS.items():
        for row in tables.get(table, []):
            owner = _owner(row, table, by_id)
            if owner is not None:
                owner.setdefault(name, []).append(row)
    for name, table in OBJECTS.items():
        for rows in tables.values():
            for row in rows:
                known = by_id.get(table, {}).get(row.get(f"{name}_id"))
                if known is not None and known is not row:
                    row[name] = known
    return [*tables.get(ENTRIES, [])]


def _owner(row: Row, table: str, by_id: Mapping[str, Mapping[Any, Row]]) -> Row | None:
    if table == "attributes":
        return by_id.get(table_called(str(row.get("link_entity"))) or "", {}).get(row.get("link_id"))
    links = [("service_id", "services")] if table in {"service_at_locations", "service_capacities"} else _OWNERS
    for column, owners in links:
        if row.get(column) and owners != table:
            return by_id.get(owners, {}).get(row[column])
    return None

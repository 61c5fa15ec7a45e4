"""HSDS 3.1 documents become entries: lists of services, or of organisations with their services, one service at a location a row."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ihala_kit.untrusted.findings import Fault, Unsafe

from ihala_directory.imports import drafting, hsds_parts, limits, text_file
from ihala_directory.imports.hsds_parts import Node, filled, nodes, words
from ihala_directory.imports.reading import Entry, Reading

_AWAY = "temporarily closed"
_STATUS = {"active": "active", _AWAY: "paused", "inactive": "closed", "defunct": "closed"}
_NEW_KIND, _NEW_CAPACITY = "nngo", "slot"  # of what is new and of which the file does not say it
_NAMES = {  # where a draft's values stand in HSDS
    "names": "name", "need_codes": "attributes", "rules": "eligibility_rules", "documents_to_bring": "required_documents",
    "costs": "cost_options", "opening_hours": "schedules", "areas": "service_areas", "capacity": "capacities", "place": "location",
    "kind": "organization_kind", "registration": "organization_identifiers", "entry_condition": "referral", "allows_waitlist": "referral",
    "wait_days": "referral",
}  # fmt: skip


def of_json(data: bytes) -> Reading:
    """Return the entries of a JSON document, or of one that has an entry a line. Raises Unsafe (encoding, not_hsds, too_many_rows)."""
    text, _ = text_file.decoded(data)
    return read(documents(text))


def documents(text: str) -> list[tuple[str, Node]]:
    """Return the entries of a list with their places ("contents/3"). Raises Unsafe (not_hsds)."""
    try:
        root: Any = json.loads(text)
    except (ValueError, RecursionError):
        root = _lines(text)
    where = ""
    if isinstance(root, Mapping) and isinstance(root.get("contents"), list):
        root, where = root["contents"], "contents/"
    found = root if isinstance(root, list) else [root]
    if not found or not all(isinstance(one, Mapping) and "id" in one for one in found):
        raise Unsafe("not_hsds")
    return [(f"{where}{number}", one) for number, one in enumerate(found)]


def _lines(text: str) -> list[Any]:
    try:  # at line feeds alone: a text in a line may hold what Unicode calls a line's end
        return [one for one in map(json.loads, filter(str.strip, text.split("\n"))) if not _is_tombstone(one)]
    except (ValueError, RecursionError):
        raise Unsafe("not_hsds") from None


def _is_tombstone(one: Any) -> bool:
    return isinstance(one, Mapping) and one.get("deleted") is True


def read(found: list[tuple[str, Node]]) -> Reading:
    """Return the entries. Rows are numbered from 1, one for each service at a location. Raises Unsafe (too_many_rows, no_rows)."""
    reading = Reading()
    for where, service, owner in _services(found):
        locations = nodes(service, "service_at_locations")
        if reading.rows + max(len(locations), 1) > limits.MOST_ROWS:
            raise Unsafe("too_many_rows")
        _service(reading, where, service, owner, locations)
    if not reading.rows:
        raise Unsafe("no_rows")
    reading.faults = reading.faults[: limits.MOST_FAULTS]
    return reading


def _services(found: list[tuple[str, Node]]) -> Iterator[tuple[str, Node, Node]]:
    for where, one in found:
        own = nodes(one, "services")
        if own or not any(name in one for name in ("organization_id", "organization", "service_at_locations")):
            for number, service in enumerate(own):
                yield f"{where}/services/{number}", service, one
        else:
            owner = one.get("organization")
            yield where, one, owner if isinstance(owner, Mapping) else {"id": one.get("organization_id")}


def _service(reading: Reading, where: str, node: Node, owner: Node, locations: list[Node]) -> None:
    organization, service = _organization(owner), _values(node)
    good, cells = [], {}
    for number, at in enumerate(locations or [{}]):
        reading.rows += 1
        place = f"{where}/service_at_locations/{number}" if locations else where
        values, capacity = _at(at, node), {"capacity": {"kind": _NEW_CAPACITY, "figure": _figure(at, node)}}
        located = _Cells(where, place)
        faults = [] if organization["id"] else [Fault("required", reading.rows, f"{where}/organization/id", "id")]
        faults += [] if node.get("id") else [Fault("required", reading.rows, f"{where}/id", "id")]
        faults += [] if locations else [Fault("required", reading.rows, f"{where}/service_at_locations", "service_at_locations")]
        for path, code, params in drafting.refusals(organization["defaults"] | organization["values"], service, capacity | values):
            faults.append(Fault(_known(path, code), reading.rows, *located.of(path), params))
        reading.faults += faults
        if not faults:
            id_ = str(at.get("id") or f"{node['id']}/{number}")
            where_id = at["location"].get("id") if isinstance(at.get("location"), Mapping) else None
            location_id = str(where_id or at.get("location_id") or id_)
            good.append({"id": id_, "location_id": location_id, "row": reading.rows, "values": values, "defaults": capacity})
            cells[str(reading.rows)] = {path: located.of(path) for path in _SAID}
    if good:
        reading.entries.append(Entry(organization, {"id": str(node["id"]), "values": service}, good, cells))


_SAID = (
    "organization/id",
    "organization/kind",
    "organization/registration",
    "service/id",
    "service/need_codes",
    "service/rules",
    "service/costs",
    "service/at/0/location/address",
    "service/at/0/location/latitude",
)


def _known(path: str, code: str) -> str:
    return "unknown_place" if path.endswith(("/location/place", "/areas")) and code == "required" else code


class _Cells:
    """Where the values of one service at a location stand."""

    def __init__(self, service: str, at: str) -> None:
        self._service, self._at = service, at

    def of(self, path: str) -> tuple[str, str]:
        """Return the place in the document, and the HSDS name; neither holds anything but numbers and names of HSDS."""
        part, *steps = path.split("/")
        base = f"{self._service}/organization" if part == "organization" else self._service
        if steps[:1] == ["at"]:
            base, steps = self._at, steps[2:]
        if steps[:1] == ["location"]:
            base, steps = f"{base}/location", steps[1:] or ["id"]
        name = next(iter(steps), "id")
        name = _NAMES.get(name, name)
        return f"{base}/{name}", name


def _organization(node: Node) -> dict[str, Any]:
    numbers = hsds_parts.phones(node)
    registered = (one.get("identifier") for one in nodes(node, "organization_identifiers"))
    values = filled(
        kind=node.get("organization_kind"), names=words(node, "name"), description=words(node, "description"), email=node.get("email"),
        website=node.get("website"), phones=numbers, contacts=hsds_parts.contacts(node), registration=next(registered, None),
        phone=node.get("phone"), reporting_duty=words(node, "reporting_duty"), hidden=node.get("hidden") or None,
    )  # fmt: skip
    return {"id": str(node.get("id") or ""), "values": values, "defaults": {"kind": _NEW_KIND}}


def _values(node: Node) -> dict[str, Any]:
    times, said = hsds_parts.schedules(node)
    referral = node.get("referral") if isinstance(node.get("referral"), Mapping) else {}
    assert isinstance(referral, Mapping)
    documents = nodes(node, "required_documents")
    return filled(
        names=words(node, "name"), description=words(node, "description"), application_process=words(node, "application_process"),
        url=node.get("url"), email=node.get("email"), status=_status(node),
        need_codes=hsds_parts.term_codes(node, "need"), rules=hsds_parts.rules(node), languages=hsds_parts.languages(node),
        phones=hsds_parts.phones(node), contacts=hsds_parts.contacts(node), costs=hsds_parts.costs(node), schedules=times,
        opening_hours=words(node, "opening_hours") or said, closures=hsds_parts.closures(node),
        documents_to_bring=words(documents[0], "document") if documents else {}, restricted=node.get("restricted"),
        entry_condition=referral.get("entry_condition"), allows_waitlist=referral.get("allows_waitlist"),
        woman_counsellor=referral.get("woman_counsellor"), wait_days=referral.get("wait_days"),
        decision_target_hours=referral.get("decision_target_hours"),
    )  # fmt: skip


def _status(node: Node) -> object:
    """Return the status; where HSDS has one word for closed for some days and paused, our export says which of them it is."""
    said, ours = node.get("status"), node.get("service_status")
    return ours if ours and said == _AWAY else _STATUS.get(str(said), said)


def _at(node: Node, service: Node) -> dict[str, Any]:
    where = node.get("location")
    location = hsds_parts.location(where) if isinstance(where, Mapping) else {}
    served = hsds_parts.areas(node) or hsds_parts.areas(service) or ([location["place"]] if "place" in location else [])
    times, _ = hsds_parts.schedules(node)
    ours = node.get("capacity")  # our export's; HSDS says neither whose places they are nor whether they come back
    same = times == hsds_parts.schedules(service)[0]
    return {
        "location": location, **({"capacity": dict(ours)} if isinstance(ours, Mapping) else {}),
        **filled(
            areas=served, description=words(node, "description"), phones=hsds_parts.phones(node), contacts=hsds_parts.contacts(node),
            schedules=[] if same else times, closures=hsds_parts.closures(node), unit=node.get("unit"),
        ),
    }  # fmt: skip


def _figure(node: Node, service: Node) -> Any:
    """Return the free places that HSDS tells of the service here, none where it tells nothing."""
    all_of_it = nodes(service, "capacities")
    here = [one for one in all_of_it if one.get("service_at_location_id") == node.get("id")]
    only = all_of_it if len(nodes(service, "service_at_locations")) == 1 else []
    found = (here or only or [{}])[0].get("available", 0)
    return int(found) if isinstance(found, float) and found.is_integer() else found

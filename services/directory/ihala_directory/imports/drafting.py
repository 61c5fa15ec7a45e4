"""Values by path become drafts; what the drafts refuse becomes faults with the cell that it is about."""

from collections.abc import Iterator
from typing import Any

from ihala_kit.untrusted.findings import Fault
from pydantic import ValidationError

from ihala_directory import needs
from ihala_directory.models.drafts import OrganizationDraft, ServiceDraft

Leaves = dict[str, Any]  # by path: "names/ar", "location/place", "schedules/0/days"

_SHOWN = ("at/0/location/latitude", "at/0/location/longitude", "at/0/location/address", "at/0/location/transportation")
_OF_TYPE = {
    "missing": "required",
    "too_short": "required",
    "string_too_short": "required",
    "too_long": "too_many",
    "string_too_long": "too_long",
}
_OURS = {"not_plain_text", "schedules_overlap", "wrong_order", "half_point"}  # codes of the drafts themselves (models/)


def nested(leaves: Leaves) -> dict[str, Any]:
    """Return the values as a tree: a step that is a number makes a list."""
    root: dict[str, Any] = {}
    for path, value in leaves.items():
        _put(root, path.split("/"), value)
    return root


def _put(node: Any, steps: list[str], value: Any) -> None:
    step, *more = steps
    index: Any = int(step) if isinstance(node, list) else step
    if not more:
        _at(node, index, value)
        return
    known = node[index] if (index < len(node) if isinstance(node, list) else index in node) else None
    child = known if known is not None else ([] if more[0].isdecimal() else {})
    if known is None:
        _at(node, index, child)
    _put(child, more, value)


def _at(node: Any, index: Any, value: Any) -> None:
    if isinstance(node, list):
        node.append(value)
    else:
        node[index] = value


def refusals(organization: dict[str, Any], service: dict[str, Any], at: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield what the drafts of one service at one location refuse: path, code, params. Paths begin with "organization/" or "service/"."""
    for part, model, values in (
        ("organization", OrganizationDraft, organization),
        ("service", ServiceDraft, service | {"at": [at]}),
    ):
        try:
            model.model_validate(values)
        except ValidationError as error:
            for one in error.errors(include_url=False, include_input=False):
                yield "/".join([part, *_steps(one["loc"]), *_of_two(one, at)]), *coded(one)
    if service.get("restricted") or any(needs.is_restricted(str(code)) for code in service.get("need_codes", [])):
        for path in _SHOWN:
            if at.get("location", {}).get(path.rpartition("/")[2]) not in (None, {}):
                yield f"service/{path}", "place_must_not_be_shown", {}


def _steps(loc: tuple[int | str, ...]) -> list[str]:
    return [str(step) for step in loc if step != "[key]"]


def _of_two(error: Any, at: dict[str, Any]) -> list[str]:
    """Return which value of a part is named where two of them do not fit together; of half a point the half that is there."""
    if error["type"] == "half_point":
        return ["longitude" if at["location"].get("latitude") is None else "latitude"]
    return [error["ctx"]["last"]] if error["type"] == "wrong_order" else []


def coded(error: Any) -> tuple[str, dict[str, Any]]:
    """Return code and params of one of pydantic's errors."""
    context = error.get("ctx", {})
    kind = error["type"]
    if kind in _OURS:
        return kind, {}
    if kind == "too_long":
        return "too_many", {"most": context["max_length"]}
    if kind == "string_too_long":
        return "too_long", {"most": context["max_length"]}
    return _OF_TYPE.get(kind, "malformed"), {}


def placed(path: str, cells: dict[str, tuple[str, str]]) -> tuple[str | None, str | None]:
    """Return cell and column of the value at a path, of what it is part of, or of its first part; none where the file says nothing."""
    steps = path.split("/")
    for length in range(len(steps), 1, -1):
        sought = "/".join(steps[:length])
        if sought in cells:
            return cells[sought]
        below = [name for name in cells if name.startswith(f"{sought}/")]
        if below:
            return cells[below[0]]
    return None, None


def faults(
    row: int, cells: dict[str, tuple[str, str]], organization: dict[str, Any], service: dict[str, Any], at: dict[str, Any]
) -> list[Fault]:
    """Return what is wrong with one service at one location; `cells` says where its values stand."""
    found = []
    for path, code, params in refusals(organization, service, at):
        cell, column = placed(path, cells)
        found.append(Fault(code, row, cell, column, params))
    return found

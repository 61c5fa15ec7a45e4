"""What keeps one entry out becomes faults of its rows, with the cell that each is about."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ihala_kit.faults import passes
from ihala_kit.problems import Problem
from ihala_kit.untrusted.findings import Fault
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from ihala_directory import errors
from ihala_directory.imports import drafting
from ihala_directory.imports.deciding import NotOurs
from ihala_directory.imports.reading import Entry
from ihala_directory.joining import errors as joining_errors
from ihala_directory.models.drafts import OrganizationDraft

Refusal = NotOurs | ValidationError | Problem | DBAPIError
REFUSALS: Final = (NotOurs, ValidationError, Problem, DBAPIError)
_MOST_SHOWN = 5
_STATUSES: Final = "service/rules/statuses"

# What a command refuses -> code, and the place in the draft that it is about.
_CODES: Final[dict[type[Exception], tuple[str, str]]] = {
    NotOurs: ("not_yours", "service/id"),
    errors.ClearanceNeeded: ("clearance_needed", "organization/id"),
    errors.OrganizationNotFound: ("clearance_needed", "organization/id"),
    errors.ServiceNotFound: ("not_yours", "service/id"),
    errors.AlreadyExists: ("not_yours", "service/id"),
    errors.NotCleared: ("organization_not_cleared", "service/need_codes"),
    errors.PlaceShown: ("place_must_not_be_shown", "service/at/0/location"),
    errors.NotForEmployers: ("not_for_employers", "service/need_codes"),
    errors.FeeToWorkers: ("fee_to_workers", "service/costs"),
    errors.UnknownGroup: ("unknown_group", _STATUSES),
    errors.PointAbroad: ("point_outside_iraq", "service/at/0/location/latitude"),
    errors.UnknownPlace: ("unknown_place", "service/at/0/location/place"),
    joining_errors.ChecksMissing: ("checks_missing", "organization/kind"),
    joining_errors.OrganizationHasLeft: ("organization_gone", "organization/id"),
}


def faults(entry: Entry, refusal: Refusal) -> list[Fault]:
    """Return a fault for each row of the entry, several where it is wrong in several ways. Raises what will pass by itself."""
    if isinstance(refusal, ValidationError):
        return list(_invalid(entry, refusal))
    if isinstance(refusal, DBAPIError) and passes(refusal):
        raise refusal
    code, path = _CODES.get(type(refusal), ("refused", "service/id"))
    pointer = str(refusal.members.get("pointer")) if isinstance(refusal, Problem) else ""
    if pointer.startswith("#/rules/"):
        path = _STATUSES
    elif isinstance(refusal, joining_errors.ChecksMissing) and pointer == "#/registration":
        code, path = "registration_unchecked", "organization/registration"
    return list(_of_rows(entry, code, path))


def _invalid(entry: Entry, error: ValidationError) -> Iterator[Fault]:
    """Yield what is wrong with the entry only now that it is put together with what was there."""
    part = "organization" if error.title == OrganizationDraft.__name__ else "service"
    for one in error.errors(include_url=False, include_input=False)[:_MOST_SHOWN]:
        code, params = drafting.coded(one)
        yield from _of_rows(entry, code, "/".join([part, *map(str, one["loc"])]), params)


def _of_rows(entry: Entry, code: str, path: str, params: Mapping[str, Any] | None = None) -> Iterator[Fault]:
    for row in entry.rows:
        yield Fault(code, row, *drafting.placed(path, entry.cells.get(str(row), {})), dict(params or {}))

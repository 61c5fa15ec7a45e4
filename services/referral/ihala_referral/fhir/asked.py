"""What a FHIR search or history asks for, read from the query. Pure.

A modifier that is not known is always refused, as FHIR demands. A parameter that is not known is left out, and the bundle's `self` link
shows what was used; with `Prefer: handling=strict` it is refused too.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from ihala_kit.pages import Key, MalformedCursor, decoded

from ihala_referral.fhir import codes, dates
from ihala_referral.fhir.elements import ORGANIZATION
from ihala_referral.fhir.errors import SearchRefused

T = TypeVar("T")
Pairs = Sequence[tuple[str, str]]

DEFAULT_COUNT, LARGEST_COUNT = 50, 200
LONGEST_VALUE, MOST_VALUES = 1000, 50
NEXT = "_next"  # our own parameter of the `next` link; to clients it is opaque
FORM = ("_format", "_pretty")  # about the answer's form, not about what is searched
_COUNT = re.compile(r"[0-9]{1,6}")
_TASK, _REQUEST = "Task", "ServiceRequest"

_SYSTEMS = {
    ("status", _TASK): codes.TASK_STATUS,
    ("status", _REQUEST): codes.REQUEST_STATUS,
    ("business-status", _TASK): codes.BUSINESS_STATUS,
    ("intent", _TASK): codes.REQUEST_INTENT,
    ("intent", _REQUEST): codes.REQUEST_INTENT,
}
PARAMETERS = {
    _TASK: {"_id", "_lastUpdated", "status", "business-status", "owner", "owner:identifier", "focus", "based-on", "intent"},
    _REQUEST: {"_id", "_lastUpdated", "status", "based-on", "intent"},
}


@dataclass
class Asked:
    """One search: `None` where nothing is restricted, else what may be. Times are half open."""

    count: int = DEFAULT_COUNT
    after: Key | None = None
    ids: frozenset[UUID] | None = None
    based_on: frozenset[UUID] | None = None
    owners: frozenset[UUID] | None = None
    statuses: frozenset[str] | None = None
    business: frozenset[str] | None = None
    intents: frozenset[str] | None = None
    since: datetime | None = None
    until: datetime | None = None
    used: list[tuple[str, str]] = field(default_factory=list)

    @property
    def by_time(self) -> bool:
        """Tell whether what changed since then is asked for: it comes in the order of its changes, everything else in that of ids."""
        return self.since is not None


def search(kind: str, pairs: Pairs, *, strict: bool) -> Asked:
    """Return what a search asks for. Raises SearchRefused (400) and MalformedCursor (400)."""
    asked = Asked()
    for name, value in pairs:
        if _of_any(asked, name, value) or name in FORM:
            continue
        if name not in PARAMETERS[kind]:
            if strict or ":" in name:
                raise SearchRefused()
            continue
        _restrict(asked, kind, name, value)
        asked.used.append((name, value))
    return asked


def history(pairs: Pairs, *, strict: bool) -> Asked:
    """Return what a history asks for. Raises as `search` does."""
    asked = Asked()
    for name, value in pairs:
        if _of_any(asked, name, value) or name in FORM:
            continue
        if name == "_since":
            asked.since = dates.instant(value, name)
            asked.used.append((name, value))
        elif strict or ":" in name:
            raise SearchRefused()
    return asked


def _of_any(asked: Asked, name: str, value: str) -> bool:
    """Take what searches and histories share; tell whether this was it."""
    if len(value) > LONGEST_VALUE:
        raise SearchRefused()
    if name == "_count":
        if not _COUNT.fullmatch(value):
            raise SearchRefused(parameter=name)
        asked.count = min(int(value), LARGEST_COUNT)
        asked.used.append((name, value))
    elif name == NEXT:
        asked.after = decoded(value)
    return name in {"_count", NEXT}


def _restrict(asked: Asked, kind: str, name: str, value: str) -> None:
    if name == "_lastUpdated":
        since, until = dates.bounds(value, name)
        asked.since = max(filter(None, (asked.since, since)), default=None)
        asked.until = min(filter(None, (asked.until, until)), default=None)
        return
    values = value.split(",")
    if len(values) > MOST_VALUES or not all(values):
        raise SearchRefused(parameter=name)
    match name:
        case "status":
            asked.statuses = _both(asked.statuses, _codes(kind, name, values))
        case "business-status":
            asked.business = _both(asked.business, _codes(kind, name, values))
        case "intent":
            asked.intents = _both(asked.intents, _codes(kind, name, values))
        case "_id":
            asked.ids = _both(asked.ids, _ids(values, _uuid))
        case "focus":
            asked.ids = _both(asked.ids, _ids(values, _local(_REQUEST)))  # a Task's focus has the Task's own id
        case "based-on":
            asked.based_on = _both(asked.based_on, _ids(values, _local(_REQUEST)))
        case "owner":
            asked.owners = _both(asked.owners, _ids(values, _local("Organization")))
        case "owner:identifier":
            asked.owners = _both(asked.owners, _ids(values, _identifier))


def _both(known: frozenset[T] | None, more: Iterable[T]) -> frozenset[T]:
    """Return what two parameters of one name leave: both hold."""
    return frozenset(more) if known is None else known & frozenset(more)


def _codes(kind: str, name: str, values: list[str]) -> set[str]:
    """Return the codes of tokens; one of another system than ours means nothing here."""
    found = set()
    for value in values:
        system, bar, code = value.rpartition("|")
        if not code:
            raise SearchRefused(parameter=name)
        if not bar or system in {"", _SYSTEMS[name, kind]}:
            found.add(code)
    return found


def _ids(values: list[str], read: Callable[[str], UUID | None]) -> set[UUID]:
    return {one for one in map(read, values) if one is not None}


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None  # FHIR ids may be anything; none of ours is


def _local(kind: str) -> Callable[[str], UUID | None]:
    """Return how to read a reference: an id, Type/id, or an address that ends so."""
    return lambda value: _uuid(value.rpartition("/")[2]) if value.rpartition("/")[0].rpartition("/")[2] in {"", kind} else None


def _identifier(value: str) -> UUID | None:
    system, _, number = value.rpartition("|")
    return _uuid(number) if system in {"", ORGANIZATION} else None


def cursor(asked: Asked, *types: type) -> Key | None:
    """Return where to go on when the cursor holds values of these types. Raises MalformedCursor (400) for that of another list."""
    if asked.after is not None and tuple(map(type, asked.after)) != types:
        raise MalformedCursor()
    return asked.after

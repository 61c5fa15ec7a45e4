"""Lists by keyset: a cursor holds the last row's sort values, so that no row is skipped or shown twice. No offsets.

A store fetches `page.fetch` rows after `page.after`, ordered by the key; `page_of` cuts the extra one off and writes the Link.
"""

import binascii
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Generic, TypeVar, overload
from urllib.parse import quote
from uuid import UUID

from fastapi import Depends, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from ihala_kit.problems import Problem
from ihala_kit.words import Words

DEFAULT_LIMIT = 50
LARGEST_LIMIT = 200
LONGEST_CURSOR = 1000

T = TypeVar("T")
A = TypeVar("A", bound="SortValue")
B = TypeVar("B", bound="SortValue")
C = TypeVar("C", bound="SortValue")
SortValue = str | int | datetime | date | UUID
Key = tuple[SortValue, ...]

_SHAPE = re.compile(r"[A-Za-z0-9_-]{2,1000}")
_TAGS: dict[type, str] = {str: "s", int: "i", datetime: "t", date: "d", UUID: "u"}  # a datetime is a date too: it comes first
_READERS: dict[str, Callable[[str], SortValue]] = {
    "s": str,
    "i": int,
    "t": datetime.fromisoformat,
    "d": date.fromisoformat,
    "u": UUID,
}
_BIGINT = 2**63


class MalformedCursor(Problem):
    """The cursor is not one that this list gave."""

    status = 400
    slug = "malformed-cursor"
    title = Words(
        en="This cursor is not one of ours. Begin again without it.",
        ar="مؤشر الصفحة هذا غير صالح. ابدأ من جديد بدونه.",
        ckb="ئەم نیشاندەری لاپەڕەیە دروست نییە. بەبێ ئەو دەست پێ بکەرەوە.",
    )


class Page(BaseModel, Generic[T]):
    """One page of a list; the next one is in the Link header (rel="next"), which the last page does not have."""

    items: list[T]


@dataclass(frozen=True)
class PageRequest:
    """Which part of a list is wanted."""

    limit: int
    after: Key | None
    request: Request
    response: Response

    @property
    def fetch(self) -> int:
        """How many rows to fetch: one more than the page, to know whether another follows."""
        return self.limit + 1

    @overload
    def after_as(self, a: type[A], /) -> tuple[A] | None: ...
    @overload
    def after_as(self, a: type[A], b: type[B], /) -> tuple[A, B] | None: ...
    @overload
    def after_as(self, a: type[A], b: type[B], c: type[C], /) -> tuple[A, B, C] | None: ...
    def after_as(self, *types: type) -> tuple[Any, ...] | None:
        """Return `after` when its values have these types. Raises MalformedCursor (400) for the cursor of another list."""
        if self.after is not None and tuple(map(type, self.after)) != types:
            raise MalformedCursor()
        return self.after


async def _page(  # async, since FastAPI would give anything else a thread of its own
    request: Request,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=LARGEST_LIMIT, description="How many items at most.")] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query(description="From the Link header of the page before.")] = None,
) -> PageRequest:
    return PageRequest(limit, None if cursor is None else decoded(cursor), request, response)


PageQuery = Annotated[PageRequest, Depends(_page)]


def page_of(rows: Sequence[T], page: PageRequest, key: Callable[[T], Key]) -> list[T]:
    """Return the rows of this page (at most `page.limit`), and write the Link to the next one if `rows` holds more."""
    shown = list(rows[: page.limit])
    if len(rows) > page.limit:
        tell_next(page, key(shown[-1]))
    return shown


def tell_next(page: PageRequest, after: Key) -> None:
    """Write the Link to the page that begins after this key, for a list that finds its own end."""
    page.response.headers["Link"] = f'<{_address(page.request, encoded(after))}>; rel="next"'


def _address(request: Request, cursor: str) -> str:
    """Return the absolute path of the next page as the outside sees it, its query kept."""
    asked = request.scope["query_string"].decode("latin-1").split("&")
    kept = [quote(pair, safe="=+%") for pair in asked if pair and not pair.startswith("cursor=")]  # what came quoted stays as it is
    return f"{request.app.state.prefix}{request.url.path}?{'&'.join([*kept, f'cursor={cursor}'])}"


def encoded(key: Key) -> str:
    """Return a cursor that holds the values of `key`."""
    pairs = [[_tag(value), value.isoformat() if isinstance(value, date) else str(value)] for value in key]
    return urlsafe_b64encode(json.dumps(pairs, separators=(",", ":")).encode()).decode().rstrip("=")


def _tag(value: SortValue) -> str:
    """Return the sign of the value's type; a driver's own kind of UUID is one as well."""
    return next(tag for kind, tag in _TAGS.items() if isinstance(value, kind))


def decoded(cursor: str) -> Key:
    """Return the values a cursor holds. Raises MalformedCursor (400) for anything that `encoded` did not write."""
    if not _SHAPE.fullmatch(cursor):
        raise MalformedCursor()
    try:
        pairs = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        key = tuple(_READERS[tag](value) for tag, value in pairs)
        genuine = encoded(key) == cursor and all(map(_fits, key))
    except (binascii.Error, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        raise MalformedCursor() from None
    if not genuine:
        raise MalformedCursor()
    return key


def _fits(value: SortValue) -> bool:
    """Tell whether PostgreSQL can take the value: no NUL in a text, no number over bigint, no time without a zone."""
    if isinstance(value, datetime):
        return value.tzinfo is not None
    return -_BIGINT <= value < _BIGINT if isinstance(value, int) else "\0" not in str(value)

"""HSDS pages: by number, as the specification prescribes. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ihala_directory.hsds.errors import PageTooDeep

DEFAULT_SIZE = 50
LARGEST_SIZE = 100
LARGEST_MINIMAL = 50_000  # the specification wants all of a minimal list on one page
DEEPEST = 100_000  # rows before a page: the database passes over each of them


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which page, of how many."""

    number: int
    size: int

    @property
    def offset(self) -> int:
        """Return how many items come before it."""
        return (self.number - 1) * self.size

    def affordable(self, pointer: str) -> "Wanted":
        """Return itself. Raises PageTooDeep (422), with the pointer, when too much comes before it."""
        if self.offset > DEEPEST:
            raise PageTooDeep(pointer=pointer, deepest=DEEPEST)
        return self


def page(contents: Sequence[Any], total: int, wanted: Wanted) -> dict[str, Any]:
    """Return the page's own members and its contents. `size` is how many are on this page; a page after the last one is empty."""
    pages = -(-total // wanted.size)
    return {
        "total_items": total, "total_pages": pages, "page_number": wanted.number, "size": len(contents),
        "first_page": wanted.number == 1, "last_page": wanted.number >= pages, "empty": not contents, "contents": list(contents),
    }  # fmt: skip


def cut(found: Sequence[Any], wanted: Wanted) -> dict[str, Any]:
    """Return a page of what is all here already."""
    return page(found[wanted.offset : wanted.offset + wanted.size], len(found), wanted)

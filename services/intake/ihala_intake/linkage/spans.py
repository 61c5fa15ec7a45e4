"""Who is held in memory together: people born in the same years, since whoever is more than a year apart is never proposed. Pure.

Everybody whose year nobody knows is held with each span: they may be anybody's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

OWN, NEXT, UNKNOWN = 0, 1, 2  # turns: whose years these are; the year after them, which is compared with them only; no year


@dataclass(frozen=True)
class Span:
    """The years from `first` to `last`; None: those whose year nobody knows, among themselves."""

    first: int | None
    last: int | None

    def turn(self, year: int | None) -> int | None:
        """Return how people of a year take part; None: not at all. Two of whom neither is OWN are compared in another span."""
        if self.first is None or self.last is None:
            return OWN if year is None else None
        if year is None:
            return UNKNOWN
        return OWN if self.first <= year <= self.last else NEXT if year == self.last + 1 else None

    def __str__(self) -> str:
        return "without a year" if self.first is None else f"born {self.first} to {self.last}"


def spans(people: Mapping[int | None, int], at_once: int, after: int | None = None) -> Iterator[Span]:
    """Give spans of at most so many people (more only where one year has more), the oldest first; those after a year alone, if given."""
    years = sorted(year for year in people if year is not None and (after is None or year > after))
    unknown = people.get(None, 0)
    first, held = None, unknown
    for year, following in zip(years, [*years[1:], None], strict=True):
        first, held = (year, unknown + people[year]) if first is None else (first, held + people[year])
        if following is None or held + people[following] + people.get(following + 1, 0) > at_once:
            yield Span(first, year)
            first = None
    if unknown:
        yield Span(None, None)

"""Which figures of a day may be read: small ones are hidden, with as many others as it takes that none can be computed. Pure.

A day has three tables, each of which crosses one thing with the status: route (within its channel), language, template. They share the
sums of each status and of the day, so what one table has to hide of those no other may show: they are gone through until that holds.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from ihala_kit.suppression import LEAST, Edge, hidden_in_network

By = Literal["total", "channel", "route", "language", "template"]
ALL: Final = ""  # the category of a sum over all, and the status of a sum over each


@dataclass(frozen=True, slots=True)
class Kind:
    """What messages are counted by."""

    channel: str
    route: str
    language: str
    template: str
    status: str


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """Where a figure stands."""

    by: By
    category: str
    status: str


Rows = Callable[[Kind], tuple[Cell, ...]]  # from the whole to the part


def _routes(kind: Kind) -> tuple[Cell, ...]:
    """A route belongs to one channel; where none was chosen there is neither."""
    channel = kind.channel or "none"
    return Cell("channel", channel, ALL), Cell("route", f"{channel}/{kind.route or 'none'}", ALL)


_TABLES: Final[tuple[Rows, ...]] = (
    _routes,
    lambda kind: (Cell("language", kind.language or "none", ALL),),
    lambda kind: (Cell("template", kind.template, ALL),),
)


def figures(counted: Mapping[Kind, int]) -> dict[Cell, int | None]:
    """Return every figure of a day; None where it is hidden. What is nothing is not there."""
    tables = [_table(counted, rows) for rows in _TABLES]
    hidden: set[Cell] = set()
    while True:
        more = hidden.union(*(hidden_in_network(_with(table, hidden)) for table in tables))
        if more == hidden:
            return {cell: None if cell in hidden else edge.n for table in tables for cell, edge in sorted(table.items())}
        hidden = more


def _with(table: Mapping[Cell, Edge], hidden: set[Cell]) -> dict[Cell, Edge]:
    """Return the table with what is hidden anyhow taken for what must be."""
    return {cell: replace(edge, small=edge.small or cell in hidden) for cell, edge in table.items()}


def _table(counted: Mapping[Kind, int], rows: Rows) -> dict[Cell, Edge]:
    """Return all figures of one table, each between the sum that it is part of and those that it is made of."""
    sums: Counter[tuple[Cell, Hashable, Hashable]] = Counter()
    for kind, n in counted.items():
        for edge in _edges(kind, rows(kind)):
            sums[edge] += n
    return {cell: Edge(tail, head, n, 0 < n < LEAST) for (cell, tail, head), n in sums.items() if n}


def _edges(kind: Kind, path: tuple[Cell, ...]) -> Iterable[tuple[Cell, Hashable, Hashable]]:
    """Yield the figures that one kind of message is counted in: the sums of rows lead down, their parts by status up again."""
    above: Hashable = "rows"
    for cell in path:
        yield cell, above, cell
        above = cell
    below: Hashable = above
    for cell, whole in zip(reversed(path), [*reversed(path[:-1]), None], strict=True):
        part = replace(cell, status=kind.status)
        into: Hashable = ("status", kind.status) if whole is None else (whole, kind.status)
        yield part, below, into
        below = into
    yield Cell("total", ALL, kind.status), ("status", kind.status), "statuses"
    yield Cell("total", ALL, ALL), "statuses", "rows"

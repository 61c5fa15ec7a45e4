"""Hides small counts, and as many others as it takes that no hidden one can be computed from what is shown. Pure.

Tables that share sums are one network: each figure is an edge that leads from the sum it is part of to the sum it is made of, so what
flows into a node flows out of it. A figure can be computed from the others exactly when no closed walk along hidden figures leads
through it; so each small figure is hidden together with the cheapest such walk on which it could be as large as `LEAST` just as well.
A figure of nothing is shown: it is nobody's. So a hidden one is known to be at least 1, and no walk takes more from it.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Set
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TypeVar

LEAST = 5

Node = Hashable
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Edge:
    """One figure between two sums; `small` when it must not be shown, however large."""

    tail: Node
    head: Node
    n: int
    small: bool


def is_small(parts: Iterable[int], least: int = LEAST) -> bool:
    """Tell whether a figure is small: for any operator, as the others know their own parts of it and could subtract those."""
    return any(0 < n < least for n in parts)


def hidden_in_network(edges: Mapping[K, Edge]) -> set[K]:
    """Return which figures of tables that share sums are hidden; `edges` are all figures that are not nothing."""
    around: defaultdict[Node, list[tuple[Node, K, bool]]] = defaultdict(list)
    for key, edge in edges.items():
        around[edge.tail].append((edge.head, key, True))
        around[edge.head].append((edge.tail, key, False))
    hidden = {key for key, edge in edges.items() if edge.small}
    for key in sorted(hidden, key=lambda key: (edges[key].n, repr(key))):
        hidden |= _walk(edges, around, hidden, key)
    return hidden


def _walk(edges: Mapping[K, Edge], around: Mapping[Node, list[tuple[Node, K, bool]]], hidden: Set[K], small: K) -> set[K]:
    """Return the figures of the cheapest way back from the head of a small figure to its tail: forward they grow, backward they shrink.

    Cheap is what hides little. There always is one, along the sums that it is part of: all of them could be larger.
    """
    start, end = edges[small].head, edges[small].tail
    shift = max(1, LEAST - edges[small].n)
    done: set[Node] = set()
    ahead: list[tuple[int, int, Node, tuple[K, ...]]] = [(0, 0, start, ())]
    order = 0
    while ahead:
        cost, _, node, way = heappop(ahead)
        if node == end:
            return {*way}
        if node in done:
            continue
        done.add(node)
        for after, key, grows in around[node]:
            if key != small and after not in done and (grows or edges[key].n > shift):
                order += 1
                price = 0 if key in hidden else edges[key].n
                heappush(ahead, (cost + price, order, after, (*way, key)))
    raise AssertionError("the sums that a figure is part of lead back to it")


def hidden_in_list(parts: Mapping[K, int], small: Set[K]) -> set[K] | None:
    """Return which parts of one shown sum are hidden, or None where none of them may be told, not even those that are nothing.

    Hidden are the small ones and the next larger ones, until there are two and their sum leaves each more than one value, one of them
    `LEAST` or more.
    """
    hidden = set(small)
    for key in sorted(parts, key=lambda key: (parts[key], repr(key))):
        if not hidden or _enough([parts[k] for k in hidden]):
            break
        hidden.add(key)
    return hidden if not hidden or _enough([parts[k] for k in hidden]) else None


def _enough(values: list[int]) -> bool:
    """Tell whether each of these, known to be at least 1 and by their sum, could be `LEAST` or something else."""
    return len(values) > 1 and sum(values) - (len(values) - 1) >= LEAST

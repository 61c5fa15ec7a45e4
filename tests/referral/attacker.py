"""Somebody who reads everything that is published and computes what was hidden: first by elimination, then by trying whole numbers."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction

from ihala_referral.competence import domain_of
from ihala_referral.statistics import measures
from ihala_referral.statistics.sheets import ALL_HIDDEN, Cell, Figure

Equation = tuple[frozenset[Cell], Cell]  # parts and their sum
MOST = 200


class Attacker:
    """Knows how the tables are made: what is not listed is nothing, what is hidden is at least one, parts add up to their sums."""

    def __init__(self, figures: Iterable[Figure]) -> None:
        self.shown: dict[Cell, int] = {}
        self.unknown: set[Cell] = set()
        self.silent: set[tuple[str, str]] = set()  # period and break-down of which nothing is told
        for figure in figures:
            cell = (figure.period, figure.breakdown, figure.category)
            if figure.category == ALL_HIDDEN:
                self.silent.add(cell[:2])
            elif figure.n is None:
                self.unknown.add(cell)
            else:
                self.shown[cell] = figure.n
        self.equations = list(self._equations())

    def _equations(self) -> Iterable[Equation]:
        parts: defaultdict[tuple[str, Cell], set[Cell]] = defaultdict(set)
        [whole] = {cell[0] for cell in self.shown.keys() | self.unknown if "Q" in cell[0]}
        for cell in self.shown.keys() | self.unknown:
            period, breakdown, category = cell
            if period != whole and breakdown in (measures.NEED, measures.DOMAIN, measures.TOTAL):
                parts["of months", (whole, breakdown, category)].add(cell)
            if breakdown == measures.NEED:
                parts["of needs", (period, measures.DOMAIN, domain_of(category))].add(cell)
            elif breakdown == measures.DOMAIN:
                parts["of domains", (period, measures.TOTAL, "")].add(cell)
        yield from ((frozenset(of), total) for (_, total), of in parts.items())
        for breakdown in measures.FLAT:
            for period in {cell[0] for cell in self.shown.keys() | self.unknown if cell[1] == breakdown}:
                yield frozenset(c for c in self.shown.keys() | self.unknown if c[:2] == (period, breakdown)), (period, measures.TOTAL, "")

    def _rows(self) -> list[tuple[dict[Cell, int], int]]:
        """Return the equations over what is hidden: factors and what they come to."""
        rows = []
        for parts, total in self.equations:
            factors: defaultdict[Cell, int] = defaultdict(int)
            constant = 0
            for cell, sign in [*((part, 1) for part in parts), (total, -1)]:
                if cell in self.unknown:
                    factors[cell] += sign
                else:
                    constant -= sign * self.shown[cell]
            if factors:
                rows.append((dict(factors), constant))
        return rows

    def computed(self) -> set[Cell]:
        """Return the hidden figures that follow from what is shown by adding and subtracting."""
        order = sorted(self.unknown)
        matrix = [[Fraction(factors.get(cell, 0)) for cell in order] for factors, _ in self._rows()]
        pivots: list[list[Fraction]] = []
        for column in range(len(order)):
            pivot = next((row for row in matrix if row[column] != 0), None)
            if pivot is None:
                continue
            matrix.remove(pivot)
            pivot = [value / pivot[column] for value in pivot]
            clear = lambda row, at=column, by=pivot: [a - row[at] * b for a, b in zip(row, by, strict=True)]  # noqa: E731
            matrix, pivots = [clear(row) for row in matrix], [*(clear(row) for row in pivots), pivot]
        return {order[row.index(1)] for row in pivots if sum(value != 0 for value in row) == 1}

    def possible(self, cell: Cell, least: int, most: int, truth: Mapping[Cell, int]) -> bool:
        """Tell whether all that is published could be so if the hidden figure lay between these; tries near the truth first."""
        return _solve(self._rows(), dict.fromkeys(self.unknown, (1, MOST)) | {cell: (least, most)}, truth)


def _solve(rows: list[tuple[dict[Cell, int], int]], bounds: dict[Cell, tuple[int, int]], truth: Mapping[Cell, int]) -> bool:
    if not _narrow(rows, bounds):
        return False
    open_ones = [cell for cell, (low, high) in bounds.items() if low < high]
    if not open_ones:
        return True
    cell = min(open_ones, key=lambda c: (bounds[c][1] - bounds[c][0], c))
    low, high = bounds[cell]
    for value in sorted(range(low, high + 1), key=lambda v: abs(v - truth[cell])):
        if _solve(rows, bounds | {cell: (value, value)}, truth):
            return True
    return False


def _narrow(rows: list[tuple[dict[Cell, int], int]], bounds: dict[Cell, tuple[int, int]]) -> bool:
    """Narrow the bounds by each equation until nothing changes; tell whether anything is left."""
    changed = True
    while changed:
        changed = False
        for factors, constant in rows:
            least = sum(min(f * b for b in bounds[c]) for c, f in factors.items())
            most = sum(max(f * b for b in bounds[c]) for c, f in factors.items())
            for cell, factor in factors.items():
                low, high = bounds[cell]
                others_least = least - min(factor * b for b in (low, high))
                others_most = most - max(factor * b for b in (low, high))
                ends = sorted((factor * (constant - others_least), factor * (constant - others_most)))
                new = (max(low, ends[0]), min(high, ends[1]))
                if new[0] > new[1]:
                    return False
                if new != (low, high):
                    bounds[cell] = new
                    changed = True
                    least = others_least + min(factor * b for b in new)
                    most = others_most + max(factor * b for b in new)
    return True

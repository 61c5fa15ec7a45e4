"""What of the sums of one quarter and governorate may be read: figures, with those hidden that must be. Pure.

Shown are, of each measure: months and quarter by need and by domain of needs, with all their sums (one network); each month by provider
kind, sex, age, disability and result (lists of the month's total). No two of these are ever crossed, so no other sums are shared.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ihala_kit.suppression import Edge, hidden_in_list, hidden_in_network, is_small

from ihala_referral.competence import domain_of
from ihala_referral.statistics import measures
from ihala_referral.statistics.measures import DOMAIN, NEED, TOTAL

LEAST_RESTRICTED = 10
LEAST_TIMED = 10  # as many as a median is told of
ALL_HIDDEN = "*"

Parts = Counter[UUID]  # by operator
Cell = tuple[str, str, str]  # period, break-down, category


@dataclass(frozen=True, slots=True)
class Counted:
    """One sum."""

    operator_id: UUID
    month: date
    measure: str
    breakdown: str
    category: str
    n: int


@dataclass(frozen=True, slots=True)
class Timed:
    """One bucket of a histogram."""

    operator_id: UUID
    month: date
    clock: str
    breakdown: str
    category: str
    bucket: int
    n: int


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure as it is published; without `n` it is hidden, or a clock's."""

    period: str
    measure: str
    breakdown: str
    category: str
    n: int | None = None
    median_hours: int | None = None
    p90_hours: int | None = None


def month_name(month: date) -> str:
    """Return a month as it is written: 2026-01."""
    return f"{month:%Y-%m}"


def figures(quarter: date, counted: Iterable[Counted], timed: Iterable[Timed]) -> list[Figure]:
    """Return what may be read of a quarter and governorate."""
    of_measure: defaultdict[str, list[Counted]] = defaultdict(list)
    for one in counted:
        of_measure[one.measure].append(one)
    found = [figure for measure, sums in sorted(of_measure.items()) for figure in _of_measure(quarter, measure, sums)]
    shown = {(figure.measure, figure.period, figure.breakdown, figure.category): figure.n is not None for figure in found}
    return found + list(_clocks(quarter, timed, shown))


def restricted(quarter: date, sums: Mapping[str, Parts]) -> list[Figure]:
    """Return what may be read of restricted needs: of a measure its whole, if that and each operator's part is large enough."""
    large = {measure: parts for measure, parts in sums.items() if not is_small(parts.values(), LEAST_RESTRICTED)}
    period = measures.period_of(quarter)
    return [Figure(period, measure, measures.RESTRICTED, "", sum(parts.values())) for measure, parts in sorted(large.items())]


def _of_measure(quarter: date, measure: str, sums: list[Counted]) -> Iterator[Figure]:
    cells = _cells(quarter, sums)
    network = {cell: parts for cell, parts in cells.items() if cell[1] in (NEED, DOMAIN, TOTAL)}
    hidden = hidden_in_network({cell: _edge(quarter, cell, parts) for cell, parts in network.items()})
    for cell, parts in sorted(network.items()):
        yield _figure(measure, cell, None if cell in hidden else parts)
    for month in measures.months_of(quarter):
        period = month_name(month)
        for breakdown in measures.FLAT:
            listed = {cell: parts for cell, parts in cells.items() if cell[:2] == (period, breakdown)}
            if listed:
                yield from _list(measure, listed, told=(period, TOTAL, "") not in hidden)


def _cells(quarter: date, sums: list[Counted]) -> dict[Cell, Parts]:
    """Return every figure that is not nothing, by operator: the sums by need, and what they add up to."""
    whole = measures.period_of(quarter)
    cells: defaultdict[Cell, Parts] = defaultdict(Counter)
    for one in sums:
        month = month_name(one.month)
        cells[month, one.breakdown, one.category][one.operator_id] += one.n
        if one.breakdown == NEED:
            cells[month, DOMAIN, domain_of(one.category)][one.operator_id] += one.n
            cells[whole, NEED, one.category][one.operator_id] += one.n
            cells[whole, DOMAIN, domain_of(one.category)][one.operator_id] += one.n
            cells[whole, TOTAL, ""][one.operator_id] += one.n
    return dict(cells)


def _edge(quarter: date, cell: Cell, parts: Parts) -> Edge:
    """Return where a figure stands between the sums: quarter, months, domains of a month, needs, domains of the quarter, quarter."""
    period, breakdown, category = cell
    domain = domain_of(category)
    if period == measures.period_of(quarter):
        ends: dict[str, tuple[object, object]] = {
            TOTAL: ("domains", "months"), DOMAIN: (("domain", category), "domains"), NEED: (("need", category), ("domain", domain)),
        }  # fmt: skip
    else:
        ends = {
            TOTAL: ("months", period), DOMAIN: (period, (period, category)), NEED: ((period, domain), ("need", category)),
        }  # fmt: skip
    return Edge(*ends[breakdown], sum(parts.values()), is_small(parts.values()))


def _list(measure: str, listed: Mapping[Cell, Parts], *, told: bool) -> Iterator[Figure]:
    sums = {cell: sum(parts.values()) for cell, parts in listed.items()}
    hidden = hidden_in_list(sums, {cell for cell, parts in listed.items() if is_small(parts.values())}) if told else None
    if hidden is None:
        period, breakdown, _ = next(iter(listed))
        yield Figure(period, measure, breakdown, ALL_HIDDEN)
        return
    for cell, parts in sorted(listed.items()):
        yield _figure(measure, cell, None if cell in hidden else parts)


def _figure(measure: str, cell: Cell, parts: Parts | None) -> Figure:
    period, breakdown, category = cell
    return Figure(period, measure, breakdown, category, None if parts is None else sum(parts.values()))


def _clocks(quarter: date, timed: Iterable[Timed], shown: Mapping[tuple[str, str, str, str], bool]) -> Iterator[Figure]:
    histograms: defaultdict[tuple[str, str, str, str], Counter[int]] = defaultdict(Counter)
    for one in timed:
        histograms[month_name(one.month), one.clock, one.breakdown, one.category][one.bucket] += one.n
        if one.breakdown != measures.KIND:  # the quarter's counts are not shown by kind
            histograms[measures.period_of(quarter), one.clock, one.breakdown, one.category][one.bucket] += one.n
    for (period, clock, breakdown, category), histogram in sorted(histograms.items()):
        of = (breakdown, category) if breakdown == measures.KIND else (TOTAL, "")
        fed = (shown.get((measure, period, *of), shown.get((measure, period, of[0], ALL_HIDDEN))) for measure in measures.FED_BY[clock])
        if histogram.total() >= LEAST_TIMED and False not in fed:
            half, most = (measures.quantile(histogram, share) for share in (0.5, 0.9))
            yield Figure(period, clock, breakdown, category, median_hours=half, p90_hours=most)

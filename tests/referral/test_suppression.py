"""No hidden figure can be computed from what is published: an attacker tries, by elimination and by whole numbers."""

from collections import Counter
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ihala_kit.suppression import LEAST
from ihala_referral.competence import domain_of
from ihala_referral.statistics import measures
from ihala_referral.statistics.sheets import ALL_HIDDEN, LEAST_TIMED, Cell, Counted, Figure, Timed, figures, restricted

from tests.referral.attacker import Attacker

QUARTER = date(2026, 1, 1)
MONTHS = measures.months_of(QUARTER)
CODES = ("housing.hlp", "housing.repair", "work.job", "work.training", "other")
US, THEM = UUID(int=1), UUID(int=2)


def sums(table: dict[tuple[UUID, date, str], int], measure: str = "accepted", sexes: tuple[int, ...] = (1, 1)) -> list[Counted]:
    """Return the sums as they are kept, from how often a need was counted in a month; sexes are shared out in this proportion."""
    found: Counter[tuple[UUID, date, str, str]] = Counter()
    for (operator, month, code), n in table.items():
        found[operator, month, measures.NEED, code] += n
        found[operator, month, measures.TOTAL, ""] += n
    for (operator, month, breakdown, _), n in list(found.items()):
        if breakdown == measures.TOTAL:
            shares = [n * share // sum(sexes) for share in sexes]
            shares[0] += n - sum(shares)
            for number, share in enumerate(shares):
                found[operator, month, measures.SEX, f"s{number}"] += share
    return [Counted(operator, month, measure, *cell, n) for (operator, month, *cell), n in found.items() if n]


def truth_of(counted: list[Counted]) -> Counter[Cell]:
    """Return every figure as it is."""
    whole = measures.period_of(QUARTER)
    truth: Counter[Cell] = Counter()
    for one in counted:
        month = f"{one.month:%Y-%m}"
        truth[month, one.breakdown, one.category] += one.n
        if one.breakdown == measures.NEED:
            for period, cell in (
                (month, (measures.DOMAIN, domain_of(one.category))), (whole, (measures.NEED, one.category)),
                (whole, (measures.DOMAIN, domain_of(one.category))), (whole, (measures.TOTAL, "")),
            ):  # fmt: skip
                truth[period, *cell] += one.n
    return truth


def shown_of(published: list[Figure]) -> dict[Cell, int | None]:
    return {(f.period, f.breakdown, f.category): f.n for f in published}


TABLES = st.dictionaries(
    st.tuples(st.sampled_from((US, THEM)), st.sampled_from(MONTHS), st.sampled_from(CODES)),
    st.one_of(st.integers(1, 8), st.integers(1, 40)), min_size=1, max_size=22,
)  # fmt: skip
SHARES = st.sampled_from([(1, 1), (9, 1), (6, 3, 1), (1, 0), (1, 1, 1, 1)])


@given(table=TABLES, sexes=SHARES)
@settings(max_examples=60, deadline=None)
def test_nothing_hidden_can_be_computed(table: dict[tuple[UUID, date, str], int], sexes: tuple[int, ...]) -> None:
    counted = sums(table, sexes=sexes)
    truth, attacker = truth_of(counted), Attacker(figures(QUARTER, counted, []))
    assert attacker.computed() == set()
    for cell in attacker.unknown:
        assert attacker.possible(cell, 1, truth[cell] - 1, truth) or attacker.possible(cell, truth[cell] + 1, 400, truth), cell
        if truth[cell] < LEAST:
            assert attacker.possible(cell, LEAST, 400, truth), "it may be large as well"


@given(table=TABLES, sexes=SHARES)
@settings(max_examples=40, deadline=None)
def test_small_counts_are_hidden_and_what_is_shown_is_true(table: dict[tuple[UUID, date, str], int], sexes: tuple[int, ...]) -> None:
    counted = sums(table, sexes=sexes)
    truth, shown = truth_of(counted), shown_of(figures(QUARTER, counted, []))
    for cell, n in truth.items():
        silent = (*cell[:2], ALL_HIDDEN) in shown
        assert shown.get(cell, 0 if not silent else None) in (n, None) or (n == 0 and cell not in shown)
        assert n >= LEAST or n == 0 or shown.get(cell) is None
    ours = truth_of([one for one in counted if one.operator_id == US])
    for cell, n in ours.items():
        assert not (0 < n < LEAST and shown.get(cell) is not None), "whoever knows the rest could subtract it"


def test_hiding_small_counts_alone_would_not_do() -> None:
    table = {(US, MONTHS[0], code): n for code, n in zip(CODES, (3, 20, 30, 9, 8), strict=True)} | {(US, MONTHS[1], "housing.hlp"): 20}
    counted = sums(table)
    truth = truth_of(counted)
    naive = [Figure(*cell[:1], "accepted", *cell[1:], n if n >= LEAST else None) for cell, n in truth.items()]
    assert Attacker(naive).computed() == {("2026-01", "need", "housing.hlp")}
    shown = shown_of(figures(QUARTER, counted, []))
    hidden = {cell for cell, n in shown.items() if n is None}
    assert hidden == {
        ("2026-01", "need", "housing.hlp"), ("2026-01", "need", "housing.repair"),
        ("2026-Q1", "need", "housing.hlp"), ("2026-Q1", "need", "housing.repair"),
    }  # fmt: skip


def test_five_times_one_is_told_as_nothing_at_all() -> None:
    counted = sums({(US, MONTHS[0], "other"): 5}, sexes=(1, 1, 1, 1, 1))
    shown = shown_of(figures(QUARTER, counted, []))
    assert shown["2026-01", "total", ""] == 5
    assert {cell: n for cell, n in shown.items() if cell[1] == "sex"} == {("2026-01", "sex", ALL_HIDDEN): None}


def test_of_a_hidden_month_no_list_is_told() -> None:
    counted = sums({(US, MONTHS[0], "other"): 4, (US, MONTHS[1], "other"): 40, (US, MONTHS[2], "other"): 400})
    shown = shown_of(figures(QUARTER, counted, []))
    assert [shown[f"2026-0{n}", "total", ""] for n in (1, 2, 3)] == [None, None, 400]
    assert shown["2026-01", "sex", ALL_HIDDEN] is None
    assert shown["2026-03", "sex", "s0"] == 200


@pytest.mark.parametrize(("parts", "told"), [({US: 9}, None), ({US: 10}, 10), ({US: 30, THEM: 9}, None), ({US: 30, THEM: 10}, 40)])
def test_restricted_needs_are_told_of_from_ten_on(parts: dict[UUID, int], told: int | None) -> None:
    found = restricted(QUARTER, {"accepted": Counter(parts)})
    assert [(f.period, f.breakdown, f.category, f.n) for f in found] == ([] if told is None else [("2026-Q1", "restricted", "", told)])


def times(n: int, kind: str = "cso") -> list[Timed]:
    return [Timed(US, MONTHS[0], "time_to_acknowledge", *of, 4, n) for of in (("total", ""), ("provider_kind", kind))]


def test_a_median_needs_enough_and_shown_counts() -> None:
    def told(n: int, accepted: dict[str, int], timed: list[Timed]) -> set[tuple[str, str]]:
        counted = [
            *sums({(US, MONTHS[0], "other"): n}, "acknowledged"),
            *(Counted(US, MONTHS[0], "acknowledged", "provider_kind", kind, k) for kind, k in accepted.items()),
        ]
        return {(f.period, f.breakdown) for f in figures(QUARTER, counted, timed) if f.median_hours is not None}

    everything = {("2026-01", "total"), ("2026-Q1", "total"), ("2026-01", "provider_kind")}
    assert told(40, {"cso": 40}, times(40)) == everything
    assert told(LEAST_TIMED - 1, {"cso": LEAST_TIMED - 1}, times(LEAST_TIMED - 1)) == set()
    assert told(40, {"cso": 37, "io": 3}, times(37)) == {("2026-01", "total"), ("2026-Q1", "total")}


def test_half_and_nine_of_ten() -> None:
    histogram = Counter(measures.bucket(hours * 3600) for hours in range(1, 101))
    assert abs(measures.quantile(histogram, 0.5) - 50) <= 2
    assert abs(measures.quantile(histogram, 0.9) - 90) <= 2
    assert measures.quantile(Counter({len(measures.HOURS): 3}), 0.5) == measures.HOURS[-1]

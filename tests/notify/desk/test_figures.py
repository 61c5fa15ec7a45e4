"""What may be read of a day: no small figure, and none that could be computed from the others."""

import random
from collections import Counter
from collections.abc import Mapping
from itertools import product

import pytest
from ihala_notify.statistics import figures as module
from ihala_notify.statistics.figures import ALL, Cell, Kind, figures

STATUSES = ("delivered", "temporary-failure", "permanent-failure")


def kind(route: str = "sms/one", language: str = "ar", template: str = "news", status: str = "delivered") -> Kind:
    channel, _, name = route.partition("/")
    return Kind(channel, name, language, template, status)


def bounds(counted: Mapping[Kind, int], shown: Mapping[Cell, int | None]) -> dict[Cell, set[int]]:
    """Return, for a small day of one route and template, every value that each hidden figure could have: by trying all of them."""
    languages = sorted({each.language for each in counted})
    cells = [Cell("language", language, status) for language, status in product(languages, STATUSES)]
    free = [cell for cell in cells if cell in shown and shown[cell] is None]
    found: dict[Cell, set[int]] = {cell: set() for cell in free}
    for values in product(range(1, 14), repeat=len(free)):
        guess = {cell: shown.get(cell) or 0 for cell in cells} | dict(zip(free, values, strict=True))
        sums = Counter[Cell]()
        for cell, n in guess.items():
            sums[Cell("language", cell.category, ALL)] += n
            sums[Cell("total", ALL, cell.status)] += n
            sums[Cell("total", ALL, ALL)] += n
        if all(shown.get(cell, 0) in {None, n} for cell, n in sums.items()):
            for cell, n in guess.items():
                if cell in found:
                    found[cell].add(n)
    return found


def test_large_figures_are_all_shown_with_their_sums() -> None:
    shown = figures({kind(): 40, kind("sms/two"): 30, kind("sms/two", status="temporary-failure"): 20, kind("email/smtp"): 10})
    assert None not in shown.values()
    assert shown[Cell("channel", "sms", ALL)] == 90
    assert shown[Cell("channel", "sms", "delivered")] == 70
    assert shown[Cell("route", "sms/two", ALL)] == 50
    assert shown[Cell("total", ALL, "delivered")] == 80
    assert shown[Cell("total", ALL, ALL)] == 100


def test_a_small_day_shows_nothing() -> None:
    assert set(figures({kind(): 3}).values()) == {None}


def test_a_small_one_does_not_stand_alone() -> None:
    shown = figures({kind(): 40, kind("sms/two"): 30, kind("email/smtp"): 2})
    hidden = {cell for cell, n in shown.items() if n is None}
    assert Cell("route", "email/smtp", ALL) in hidden and Cell("channel", "email", ALL) in hidden
    assert len([cell for cell in hidden if cell.by == "channel" and cell.status == ALL]) > 1 or Cell("total", ALL, ALL) in hidden


def test_what_one_table_hides_of_a_shared_sum_no_other_shows() -> None:
    """One language alone fails: its three failures are the status' three, whatever templates show."""
    shown = figures({
        kind(status="delivered"): 50, kind(status="temporary-failure"): 3, kind(language="ckb", template="follow-up"): 50,
    })  # fmt: skip
    assert shown[Cell("total", ALL, "temporary-failure")] is None
    for cell, n in shown.items():
        assert n is None or cell.status != "temporary-failure"


@pytest.mark.parametrize("seed", range(20))
def test_nobody_computes_a_hidden_figure(seed: int) -> None:
    lot = random.Random(seed)
    counted = {
        kind(language=language, status=status): lot.choice([1, 2, 4, 6, 12])
        for language, status in product(("ar", "ckb"), STATUSES)
        if lot.random() < 0.8
    }
    shown = figures(counted)
    hidden = [cell for cell, n in shown.items() if n is None and cell.by == "language" and cell.status != ALL]
    if len(hidden) > 3:
        return  # too many to try them all
    for cell, values in bounds(counted, shown).items():
        assert len(values) > 1, (cell, counted)


def joined(start: object, end: object, edges: list[tuple[object, object]]) -> bool:
    """Tell whether one can walk from one sum to the other along these figures, in either direction."""
    reached, more = {start}, True
    while more:
        found = {b for a, b in edges if a in reached} | {a for a, b in edges if b in reached}
        more = not found <= reached
        reached |= found
    return end in reached


@pytest.mark.parametrize("seed", range(20))
def test_in_no_table_a_hidden_figure_follows_from_what_all_tables_show(seed: int) -> None:
    """A figure can be computed exactly when it is on no closed walk along hidden ones of its table."""
    lot = random.Random(seed)
    made = product(("ar", "ckb"), ("news", "follow-up"), STATUSES)
    counted = {kind("sms/one", *each): lot.choice([1, 3, 6, 9, 30]) for each in made if lot.random() < 0.5}
    shown = module.figures(counted)
    for rows in module._TABLES:
        hidden = {cell: edge for cell, edge in module._table(counted, rows).items() if shown[cell] is None}
        for cell, edge in hidden.items():
            others = [(each.tail, each.head) for other, each in hidden.items() if other != cell]
            assert joined(edge.head, edge.tail, others), cell

"""The committed diagrams are those that the tables of lifecycle.py give, and hold every state and every move."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from ihala_referral import lifecycle
from ihala_referral.diagrams.__main__ import documents
from ihala_referral.diagrams.drawing import ENDS, INSIDE, PLACES
from ihala_referral.diagrams.edges import LETTERS, moves, steps
from ihala_referral.states import ENDED, OPEN, PlacementState, State

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", ["lifecycle.md", "lifecycle.svg"])
def test_what_is_committed_equals_what_is_drawn(name: str) -> None:
    assert (DOCS / name).read_text("utf-8") == documents()[name], "run `make contracts`"


@pytest.mark.parametrize(("table", "drawn"), [(lifecycle.MOVES, moves), (lifecycle.STEPS, steps)], ids=["moves", "steps"])
def test_the_arrows_are_the_tables(table: dict, drawn: object) -> None:  # type: ignore[type-arg]
    told = {(source, edge.act): (edge.to, set(edge.by)) for edge in drawn() for source in edge.sources}  # type: ignore[operator]
    assert told == {key: (move.to, {LETTERS[party] for party in move.by}) for key, move in table.items()}


def test_the_page_tells_every_move_and_what_must_hold() -> None:
    rows = set(re.findall(r"^\| (.+?) \| (\w+) → (\w+) \| ([A-Z ]+) \| (.*?) ?\|$", documents()["lifecycle.md"], re.MULTILINE))
    for edge in (*moves(), *steps()):
        assert (", ".join(edge.sources), edge.act, edge.to, " ".join(edge.by), " ".join(edge.holds)) in rows
    assert len(rows) == len(moves()) + len(steps())


def test_the_picture_is_well_formed_and_shows_every_state() -> None:
    words = [element.text for element in ElementTree.fromstring(documents()["lifecycle.svg"]).iter() if element.tag.endswith("}text")]
    for state in (*State, *PlacementState):
        assert state.value in words
    assert set(INSIDE) == OPEN and set(ENDS) == ENDED and set(PLACES) == set(PlacementState)
    told = " ".join(filter(None, words))
    for edge in (*moves(), *steps()):
        assert edge.label in told, edge.label

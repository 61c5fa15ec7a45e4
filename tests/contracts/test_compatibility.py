"""What breaks a reader is found and named; what does not, is not. The table is also what schema registries get wrong."""

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ihala_contracts.asyncapi import asyncapi
from ihala_contracts.compatibility import breaks, breaks_of_events
from ihala_contracts.intake_v1 import NeedState
from ihala_contracts.referral_v1 import ReferralAccepted
from ihala_contracts.release import released_events
from ihala_contracts.views import STATUS_OF, VIEWS

CONTRACTS = Path(__file__).parents[2] / "contracts"

TEXT, NUMBER = {"type": "string"}, {"type": "integer"}
MAYBE = {"anyOf": [TEXT, {"type": "null"}], "default": None}


def fields(required: tuple[str, ...] = ("a",), /, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": {"a": TEXT} | properties}


def words(*found: str) -> dict[str, Any]:
    return fields(a={"type": "string", "enum": list(found)})


def lists(items: Any) -> dict[str, Any]:
    return fields(a={"type": "array", "items": items})


def named(schema: Any) -> dict[str, Any]:
    return {"$defs": {"Part": schema}} | fields(a={"$ref": "#/$defs/Part"})


FINE = {
    "nothing changed": (fields(), fields()),
    "an optional field is added": (fields(), fields(b=MAYBE)),
    "a required field is added": (fields(), fields(("a", "b"), b=TEXT)),
    "an optional field is always there now": (fields(b=TEXT), fields(("a", "b"), b=TEXT)),
    "null is not written any more": (fields(a=MAYBE), fields(a=TEXT)),
    "a word is not used any more": (words("x", "y"), words("x")),
    "a text became a list of words": (fields(), words("x")),
    "a number became whole": (fields(a={"type": "number"}), fields(a=NUMBER)),
    "texts are shorter": (fields(a=TEXT | {"maxLength": 9}), fields(a=TEXT | {"maxLength": 5})),
    "a part got a name": (fields(a=fields()), named(fields())),
    "a part's field is added": (named(fields()), named(fields(b=MAYBE))),
    "the words about it": (fields(), fields() | {"title": "New", "description": "Better said."}),
}
BREAKS = {
    "a field is gone": (fields(b=TEXT), fields(), "event.b: is gone"),
    "a field has another name": (fields(b=TEXT), fields(c=TEXT), "event.b: is gone"),
    "a field may be left out": (fields(), fields(()), "event.a: may be left out, was always there"),
    "a field may be null": (fields(), fields(a=MAYBE), "event.a: is null, was string"),
    "another type": (fields(), fields(a=NUMBER), "event.a: is integer, was string"),
    "any type": (fields(), fields(a={}), "event.a: is anything, was string"),
    "whole numbers got fractions": (fields(a=NUMBER), fields(a={"type": "number"}), "event.a: is number, was integer"),
    "one thing became many": (fields(), lists(TEXT), "event.a: is array, was string"),
    "another kind of items": (lists(TEXT), lists(NUMBER), "event.a[]: is integer, was string"),
    "a new word": (words("x"), words("x", "y"), "event.a: may hold a word that was not in its list"),
    "any word": (words("x"), fields(), "event.a: may hold a word that was not in its list"),
    "another version's name": (
        fields(a={"const": "1"}), fields(a={"const": "2"}), "event.a: may hold a word that was not in its list",
    ),
    "longer texts": (fields(a=TEXT | {"maxLength": 5}), fields(a=TEXT | {"maxLength": 9}), "event.a: maxLength was 5"),
    "texts without an end": (fields(a=TEXT | {"maxLength": 5}), fields(), "event.a: maxLength was 5"),
    "smaller numbers": (fields(a=NUMBER | {"minimum": 1}), fields(a=NUMBER | {"minimum": 0}), "event.a: minimum was 1"),
    "another format": (fields(a=TEXT | {"format": "uuid"}), fields(), "event.a: its format was uuid"),
    "a part's field is gone": (named(fields(b=TEXT)), named(fields()), "event.a.b: is gone"),
    "another form beside the known": (
        fields(a={"anyOf": [TEXT, NUMBER]}), fields(a={"anyOf": [TEXT, {"type": "boolean"}]}), "event.a: is boolean, was string",
    ),
    "values of a map": (
        fields(a={"type": "object", "additionalProperties": TEXT}),
        fields(a={"type": "object", "additionalProperties": NUMBER}),
        "event.a.*: is integer, was string",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FINE)
def test_a_reader_lives_with(name: str) -> None:
    assert breaks("event", *FINE[name]) == []


@pytest.mark.parametrize("name", BREAKS)
def test_a_reader_would_break_at(name: str) -> None:
    released, now, said = BREAKS[name]
    assert [str(one) for one in breaks("event", released, now)] == [said]


def test_a_topic_keeps_its_events_their_key_and_its_partitions() -> None:
    released = asyncapi()
    now = copy.deepcopy(released)
    del now["components"]["messages"]["referral.accepted.v1"]
    now["components"]["messages"]["referral.declined.v1"]["x-key"] = "referral_id"
    now["channels"]["intake"]["bindings"]["kafka"]["partitions"] = 6
    assert [one.where for one in breaks_of_events(released, now)] == ["intake", "referral.accepted.v1", "referral.declined.v1"]
    assert breaks_of_events(now, now) == []


def test_what_integrators_were_shown_stays_and_more_may_come(monkeypatch: pytest.MonkeyPatch) -> None:
    view = VIEWS[ReferralAccepted]
    monkeypatch.setitem(VIEWS, ReferralAccepted, replace(view, receiver=(*view.receiver, "placement_id"), origin=()))
    monkeypatch.setitem(VIEWS, ReferralAccepted, replace(VIEWS[ReferralAccepted], operator=view.operator[:-1]))
    monkeypatch.setitem(STATUS_OF, NeedState.UNSERVED, "waiting")
    assert [str(one) for one in breaks_of_events(released_events(CONTRACTS), asyncapi())] == [
        "intake.need-state-changed.v1.status.status: may hold a word that was not in its list",
        f"referral.accepted.v1.operator.{view.operator[-1]}: is gone",
        "referral.accepted.v1.origin: the event is gone",
    ]


def test_what_was_released_holds() -> None:
    """If this fails, the event needs a new version beside the old one: see the head of contracts/CHANGELOG.md."""
    found = breaks_of_events(released_events(CONTRACTS), asyncapi())
    assert not found, "\n".join(str(one) for one in found)

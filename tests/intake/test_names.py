"""How names are compared, as tables of cases: letters, sounds, and the gate."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given as tried
from hypothesis import strategies as st
from ihala_intake.details import Document, PersonDetails, Phone
from ihala_intake.same_person.marks import COMPOSED, composed, looked_for
from ihala_intake.same_person.names import Likeness, likeness, name, parts_of
from ihala_intake.same_person.profile import profile
from ihala_intake.same_person.rules import APART, Level, compare, rules
from ihala_intake.same_person.sounds import alike, key, sounds

SAME = [
    ("أحمد", "احمد"), ("فاطمة", "فاطمه"), ("عبد الله", "عبدالله"), ("مصطفى", "مصطفي"), ("مُحَمَّد", "محمد"), ("حسن", "حەسەن"),
    ("حسن", "Hasan"), ("زينب", "Zaynab"), ("زینەب", "زينب"), ("خضر", "Khidhr"), ("رضا", "ڕەزا"),
    ("الشيخ محمد", "محمد"), ("شيرين", "شیرین"),
    ("Hêmin", "هێمن"), ("عبد الرحمن", "Abdulrahman"), ("جميل", "Cemîl"),
]  # fmt: skip
NEAR = [
    ("عثمان", "عوسمان"), ("ابراهيم", "ابرهيم"), ("محمد علي", "محمد"), ("شيرين خدر", "شيرين"), ("ياسمين", "ياسمن"), ("خضر", "خدر"),
]  # fmt: skip
OTHER = [
    ("حسن", "حسين"), ("محمد", "محمود"), ("سالم", "سليم"), ("احمد", "حمد"), ("زينب", "مريم"), ("Hasan", "حسين"), ("حەسەن", "Salim"),
    ("جمال", "جميل"), ("امير", "امين"), ("سعد", "سعيد"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_name_in_two_spellings(one: str, other: str) -> None:
    assert _alike(one, other) is Likeness.SAME


@pytest.mark.parametrize(("one", "other"), NEAR)
def test_a_slip_or_half_a_name_is_near(one: str, other: str) -> None:
    assert _alike(one, other) is Likeness.NEAR


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_two_names_that_look_alike_are_two(one: str, other: str) -> None:
    assert _alike(one, other) < Likeness.NEAR


def _alike(one: str, other: str) -> Likeness:
    a, b = name(one), name(other)
    assert a is not None
    assert b is not None
    assert likeness(a, b) is likeness(b, a)
    return likeness(a, b)


@tried(st.text(), st.text())
def test_anything_can_be_compared(one: str, other: str) -> None:
    heard, other_heard = sounds(one), sounds(other)
    assert key(heard)
    assert 0 <= alike(heard, other_heard) <= 1
    assert alike(heard, heard) == (1 if heard else 0)
    assert abs(alike(heard, other_heard) - alike(other_heard, heard)) < 1e-9
    made = PersonDetails(call_name=one or "x", given_name=other or None)
    assert composed(made) <= looked_for(made)


def test_who_is_called_after_a_child_or_by_a_code_has_no_names() -> None:
    assert [parts_of(said) for said in ("أم يوسف", "ابو علي", "Abu Ali", "W-17", "")] == [[], [], [], [], []]
    assert parts_of("زينب خضر") == ["زينب", "خضر"]


def person(**said: Any) -> PersonDetails:
    known: dict[str, Any] = {
        "call_name": "س", "given_name": "سيروان", "father_name": "خضر", "grandfather_name": "إلياس", "family_name": "العفري",
        "mother_name": "شيرين", "sex": "male", "birth_on": date(1987, 3, 4),
    }  # fmt: skip
    return PersonDetails(**(known | said))


def test_names_are_never_marked_alone() -> None:
    assert all(len(parts) + with_year >= 2 for parts, with_year in COMPOSED.values())
    assert composed(person(father_name=None, grandfather_name=None, family_name=None, mother_name=None)) == frozenset()
    assert len(composed(person())) == len(COMPOSED)


def test_marks_meet_whatever_the_script_and_a_year_off() -> None:
    latin = person(given_name="Sirwan", father_name="Khidr", grandfather_name="Elyas", mother_name="Shirin", birth_on=None, birth_year=1988)
    assert {kind for kind, _ in composed(person()) & looked_for(latin)} >= {"gfh", "gfy", "ghy", "gm", "fhy"}


def test_first_of_july_is_a_year_and_no_day() -> None:
    assert profile(person(birth_on=date(1987, 7, 1))).born is None
    july = compare(profile(person(birth_on=date(1987, 7, 1))), profile(person(birth_on=date(1987, 7, 1))))
    assert "birth.year" in july.reasons
    assert "birth.day" in compare(profile(person()), profile(person())).reasons
    assert "birth.other_day" in compare(profile(person()), profile(person(birth_on=date(1987, 3, 5)))).reasons


GATE = [
    ({"given_name": "شمال"}, False), ({"birth_on": date(1989, 3, 4)}, False), ({"birth_on": date(1988, 3, 4)}, True),
    ({"given_name": "سيروا", "birth_on": date(1988, 3, 4)}, False), ({"given_name": "سيروا"}, True), ({"birth_on": None}, True),
    ({"given_name": None}, False),
]  # fmt: skip


@pytest.mark.parametrize(("said", "opens"), GATE)
def test_given_name_and_year_are_a_gate_whatever_else_agrees(said: dict[str, Any], opens: bool) -> None:
    shared: dict[str, Any] = {
        "phones": [Phone(number="+9647701234567", safe_to_call=True, safe_to_message=True, shared=True, owner="unknown")],
        "documents": [Document(kind="ration_card", number="123")],
    }
    found = compare(profile(person(**shared)), profile(person(**shared, **said)))
    assert (found is not APART) is opens
    assert (found.level is Level.PROBABLE) is opens


OWN = [
    ({}, True), ({"birth_on": date(1978, 3, 4)}, True), ({"given_name": None}, True), ({"given_name": "شمال"}, True),
    ({"given_name": "شمال", "birth_on": date(1988, 3, 5)}, False), ({"given_name": None, "birth_on": date(1978, 3, 4)}, False),
]  # fmt: skip


@pytest.mark.parametrize(("said", "opens"), OWN)
def test_a_paper_of_ones_own_opens_the_gate_for_what_was_written_down_wrongly(said: dict[str, Any], opens: bool) -> None:
    paper = {"documents": [Document(kind="national_id", number="1987-123")]}
    assert (compare(profile(person(**paper)), profile(person(**paper, **said))) is not APART) is opens


def test_every_reason_has_a_weight_and_words_in_three_languages() -> None:
    codes = {f"{part}.{how}" for part, weights in rules()["weights"].items() for how in weights}
    assert codes == rules()["words"].keys()
    assert all(set(words) == {"en", "ar", "ckb"} and all(words.values()) for words in rules()["words"].values())
    assert rules()["possible_from"] < rules()["probable_from"]

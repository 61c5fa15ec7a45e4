"""Texts, phones, days and documents as people type them: what is taken, what is refused. Tables of cases, no database."""

from datetime import UTC, datetime
from typing import Any

import pytest
from ihala_intake import marks, phones, texts
from ihala_intake.contacts import seconds_until
from ihala_intake.details import Disabilities, Document, Hours, PersonDetails
from ihala_intake.models.persons import PersonIn
from ihala_intake.person_rules import stands_alone, wrong_with
from pydantic import ValidationError

AT = datetime(2026, 3, 1, 22, tzinfo=UTC)  # the second of March in Iraq


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("زينب", None),
        ("کە\u200cژاڵ", None),  # joiners belong to Kurdish
        ("Zaynab \u200fزينب", None),  # marks stand between the scripts
        ("سطر\nآخر", None),
        ("زينب\u202egpj", "direction_override"),
        ("\u2067زينب\u2069", "direction_override"),
        ("a\u0000b", "control_character"),
        ("a\u0007b", "control_character"),
        ("a\u2028b", "control_character"),
        ("a\ud800b", "control_character"),
    ],
)
def test_what_is_wrong_with_a_text(text: str, wrong: str | None) -> None:
    assert texts.wrong_with(text) == wrong


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("أم يوسف", None),
        ("W-17", None),
        ("٧", None),
        ("a\nb", "control_character"),
        ("a\tb", "control_character"),
        ("\u200c\u200c", "name_without_letters"),
        ("- . -", "name_without_letters"),
        ("x\u202dy", "direction_override"),
    ],
)
def test_what_is_wrong_with_a_name(text: str, wrong: str | None) -> None:
    assert texts.wrong_with_name(text) == wrong


@pytest.mark.parametrize(
    ("text", "fits"), [("Zaynab Khidir", True), ("ʿAlī", True), ("Şêrîn", True), ("زينب", False), ("Zaynab ز", False), ("12", False)]
)
def test_transliterations_are_in_latin_letters(text: str, fits: bool) -> None:
    assert (texts.wrong_with_transliteration(text) is None) is fits


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("2017", None),
        ("2017-06", None),
        ("2017-06-30", None),
        ("2017-06-31", "impossible_date"),
        ("2017-13", "impossible_date"),
        ("2023-02-29", "impossible_date"),
        ("1200", "impossible_date"),
    ],
)
def test_days_as_far_as_they_are_known(text: str, wrong: str | None) -> None:
    assert texts.wrong_with_when(text) == wrong


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0532 123 4567", "phone_prefix_missing"),  # Türkiye
        ("0933 123 456", "phone_prefix_missing"),  # Syria
        ("0176 12345678", "phone_prefix_missing"),  # Germany
        ("123", "phone_number"),
        ("زينب", "phone_number"),
        ("+1", "phone_number"),
        ("+96477012345678901", "phone_number"),
    ],
)
def test_phones_that_cannot_be_dialled(text: str, code: str) -> None:
    with pytest.raises(phones.NotANumber) as refused:
        phones.read(text)
    assert refused.value.code == code


@pytest.mark.parametrize(("text", "number"), [("+90 532 123 4567", "+905321234567"), ("0049 176 12345678", "+4917612345678")])
def test_a_foreign_phone_has_its_prefix(text: str, number: str) -> None:
    assert phones.read(text) == number


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({}, []),
        ({"status": "group.martian"}, [("status", "unknown_group")]),
        ({"place": "SY01"}, [("place", "unknown_place")]),
        ({"birth_year": 2026}, []),
        ({"birth_year": 2027}, [("birth_year", "not_a_birth")]),
        ({"birth_on": "2026-03-02"}, []),  # today, where the person is
        ({"birth_on": "2026-03-03"}, [("birth_on", "not_a_birth")]),
        ({"birth_on": "1899-12-31"}, [("birth_on", "not_a_birth")]),
        ({"birth_on": "1990-07-01", "birth_year": 1990}, []),
        ({"birth_on": "1990-07-01", "birth_year": 1991}, [("birth_on", "births_differ")]),
        ({"movements": [{"kind": "displaced", "since": "2014-08", "place": "IQG15Q08"}]}, []),
        ({"movements": [{"kind": "displaced", "since": "2014-08", "place": "SY01"}]}, [("movements/0/place", "unknown_place")]),
        ({"movements": [{"kind": "displaced", "since": "2027"}]}, [("movements/0/since", "in_the_future")]),
        ({"movements": [{"kind": "returned_from_abroad", "country": "DE"}]}, []),
        ({"movements": [{"kind": "returned_from_abroad", "country": "QQ"}]}, [("movements/0/country", "unknown_country")]),
        ({"birth_year": 2008, "guardian": {"state": "none"}}, []),
        ({"birth_year": 2007, "guardian": {"state": "none"}}, [("guardian", "guardian_of_an_adult")]),
        ({"guardian": {"state": "none"}}, []),
    ],
)
def test_what_is_said_of_a_person_is_held_against_calendar_and_lists(said: dict[str, Any], wrong: list[tuple[str, str]]) -> None:
    assert list(wrong_with(PersonIn.model_validate({"call_name": "x", "place": "IQG15"} | said), AT)) == wrong


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"guardian": {"state": "person"}}, "guardian_without_name"),
        ({"guardian": {"state": "none", "call_name": "x"}}, "guardian_is_none"),
        ({"guardian": {"state": "unsafe", "phone": {"number": "07701234567", "safe_to_call": True, "safe_to_message": True}}},
         "guardian_is_unsafe"),
        ({"movements": [{"kind": "displaced", "country": "DE"}]}, "only_from_abroad"),
        ({"movements": [{"kind": "displaced", "since": "2018", "until": "2017-12"}]}, "ends_before_it_begins"),
        ({"movements": [{"kind": "displaced", "since": "soon"}]}, "string_pattern_mismatch"),
        ({"birth_on": "2023-02-30"}, "date_from_datetime_parsing"),
        ({"call_name": "ز" * 5000}, "string_too_long"),
        ({"transliteration": {"given_name": "زينب"}}, "not_in_latin_letters"),
        ({"disabilities": {"seeing": "2"}}, "literal_error"),
        ({"documents": [{"kind": "loyalty_card"}]}, "literal_error"),
    ],
)  # fmt: skip
def test_what_cannot_be_said_of_a_person(said: dict[str, Any], code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        PersonIn.model_validate({"call_name": "x", "place": "IQG15"} | said)
    assert [error["type"] for error in refused.value.errors()] == [code]


def test_the_same_month_is_not_before_itself() -> None:
    said = {"call_name": "x", "place": "IQG15", "movements": [{"kind": "displaced", "since": "2017-06-20", "until": "2017-06"}]}
    assert PersonIn.model_validate(said).movements[0].until == "2017-06"


@pytest.mark.parametrize(
    ("day", "known"), [("1990-07-01", False), ("1990-07-02", True), ("1990-01-01", True), (None, False)]
)  # fmt: skip
def test_the_first_of_july_stands_for_an_unknown_day(day: str | None, known: bool) -> None:
    assert PersonDetails.model_validate({"call_name": "x", "birth_on": day}).birth_day_known is known


@pytest.mark.parametrize(("state", "alone"), [("none", True), ("unsafe", True), ("person", False)])
def test_who_stands_alone(state: str, alone: bool) -> None:
    guardian = {"state": state} | ({"call_name": "x"} if state == "person" else {})
    assert stands_alone(PersonIn.model_validate({"call_name": "x", "place": "IQG15", "guardian": guardian})) is alone


def test_the_short_set_counts_from_a_lot_of_difficulty() -> None:
    assert [Disabilities(seeing=level).counts for level in ("no", "some", "a_lot", "cannot", "refused", "unknown", None)] == [
        False, False, True, True, False, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize("number", ["A 123-456", "a123456", "Ａ１２٣٤٥٦", "A.123.456"])
def test_a_document_is_found_however_its_number_is_typed(number: str) -> None:
    details = PersonDetails(call_name="x", documents=[Document(kind="passport", number=number), Document(kind="national_id")])
    assert list(marks.exact(details)) == [("document", "passport\na123456")]


@pytest.mark.parametrize(
    ("spans", "local", "seconds"),
    [
        ([], "03:00", 0),
        ([("09:00", "13:00")], "09:00", 0),
        ([("09:00", "13:00")], "12:59", 0),
        ([("09:00", "13:00")], "13:00", 20 * 3600),
        ([("09:00", "13:00")], "08:00", 3600),
        ([("09:00", "13:00"), ("16:00", "17:00")], "15:59", 60),
        ([("22:00", "02:00")], "01:00", 0),
        ([("22:00", "02:00")], "03:00", 19 * 3600),
    ],
)
def test_when_a_phone_may_be_used(spans: list[tuple[str, str]], local: str, seconds: int) -> None:
    hour, minute = map(int, local.split(":"))
    at = datetime(2026, 3, 1, (hour - 3) % 24, minute, tzinfo=UTC)
    assert seconds_until([Hours(from_time=begin, until_time=end) for begin, end in spans], at) == seconds

"""Days, numbers and names in the three languages: CLDR's forms, Latin digits, nothing that turns round."""

from datetime import date, time

import pytest
from ihala_kit.words import Language
from ihala_notify.laying import dated, laid, plural_form, plural_forms
from ihala_notify.wording import LANGUAGES, FactMissing, templates

REMINDER = templates()["appointment-reminder"]
FACTS = {"reference": "NIN-7K3F-92QX", "phone": "+964 700 000 0001", "date": date(2026, 12, 3), "time": time(9, 30)}


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Thursday 3 December 2026"), ("ar", "الخميس 3 كانون الأول 2026"), ("ckb", "پێنجشەممە 3ی کانونی یەکەمی 2026")],
)
def test_a_day_in_the_words_of_iraq_and_latin_digits(language: Language, said: str) -> None:
    assert dated(date(2026, 12, 3), language) == said


def test_arabic_has_six_forms_and_the_others_two() -> None:
    assert plural_forms("ar") == {"zero", "one", "two", "few", "many", "other"}
    assert plural_forms("en") == plural_forms("ckb") == {"one", "other"}
    assert [plural_form(number, "ar") for number in (0, 1, 2, 3, 11, 100)] == ["zero", "one", "two", "few", "many", "other"]


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "دقيقة واحدة"), (2, "دقيقتين"), (5, "5 دقائق"), (20, "20 دقيقة"), (100, "100 دقيقة")],
)
def test_the_number_decides_the_form(count: int, said: str) -> None:
    assert said in REMINDER.render("ar", FACTS | {"count": count})


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_given_is_left_out_and_said_so(language: Language) -> None:
    filled = REMINDER.filled(language, FACTS | {"time": None})
    assert filled.left_out == ("count", "time")
    assert "09:30" not in filled.text and "09:30" in REMINDER.render(language, FACTS)


def test_an_appointment_without_a_day_is_not_said() -> None:
    with pytest.raises(FactMissing, match=r"^date$"):
        REMINDER.render("en", FACTS | {"date": None})


@pytest.mark.parametrize(
    ("value", "language", "said"),
    [
        ("Mercy (HO)", "ar", "\u200eMercy (HO)\u200e"),
        ("Mercy (HO)", "en", "Mercy (HO)"),
        ("منظمة السكن (م)", "en", "\u200fمنظمة السكن (م)\u200f"),
        ("منظمة السكن", "ckb", "منظمة السكن"),
        ("08:00 - 14:00", "ar", "08:00 - 14:00"),
        (" two\nlines. ", "en", "two lines"),
    ],
)
def test_a_name_in_the_other_letters_keeps_its_direction(value: str, language: Language, said: str) -> None:
    assert laid("organization", value, language) == said


def test_what_is_put_in_is_never_read_as_a_template() -> None:
    said = templates()["request-received"].render("en", {"reference": "{phone}{0.__class__}", "phone": "+964 700 000 0001"})
    assert "{phone}{0.__class__}" in said

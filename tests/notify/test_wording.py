"""What people are sent, and what they never are."""

import re
from typing import Any

import pytest
from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1 import ConsentWithdrawn, FollowUpDue, NeedClosed, NeedIdentified, NeedStateChanged, Sensitivity
from ihala_contracts.referral_v1 import (
    ReferralAccepted,
    ReferralCompleted,
    ReferralDeclined,
    ReferralExpired,
    ReferralFailed,
    ReferralOffered,
    ReferralWithdrawn,
)
from ihala_notify.telling import Openness, openness, template_for
from ihala_notify.wording import LANGUAGES, NEUTRAL, FactMissing, Language, TemplateBroken, forms_of, read, templates, text_in

from tests.notify.samples import sample

FACTS = {
    "reference": "NIN-7K3F-92QX", "phone": "+964 700 000 0001", "organization": "Housing Organisation", "address": "Market Street.",
    "hours": "Sunday to Thursday", "documents": "any paper you have", "organization_phone": "+964 700 000 0022",
    "date": "2026-12-03", "time": "09:30", "count": "20",
}  # fmt: skip
TOLD: list[tuple[type[Event], str | None]] = [
    (NeedIdentified, "request-received"),
    (ReferralAccepted, "referral-accepted"),
    (ReferralDeclined, "next-provider"),
    (ReferralExpired, "next-provider"),
    (ReferralFailed, "next-provider"),
    (ReferralCompleted, "referral-completed"),
    (FollowUpDue, "follow-up"),
    (ConsentWithdrawn, "consent-withdrawn"),
    (NeedClosed, "need-closed"),
    (NeedStateChanged, None),
    (ReferralWithdrawn, None),  # ConsentWithdrawn has said it
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", templates())
def test_every_text_can_be_said_and_names_a_number_to_call(name: str, language: Language) -> None:
    said = templates()[name].render(language, FACTS)
    assert "{" not in said and "\n" not in said and ".." not in said
    assert re.search(r"\+964 ?700 ?000 ?0001", said)


@pytest.mark.parametrize("name", templates())
def test_no_text_asks_for_an_answer(name: str) -> None:
    for language, words in {"en": ("reply", "answer this", "?"), "ar": ("أرسل", "أجب", "؟"), "ckb": ("وەڵامی ئەم", "بنێرە", "؟")}.items():
        said = " ".join(form for each in templates()[name].sentences[language] for form in forms_of(each).values()).replace("أُرسل", "")
        assert not any(word in said for word in words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_neutral_text_says_nothing_but_whom_to_call(language: Language) -> None:
    said = templates()[NEUTRAL].render(language, FACTS)
    assert not any(FACTS[name] in said for name in ("reference", "organization", "address"))


def test_what_is_not_known_is_left_out_where_it_may_be() -> None:
    said = templates()["referral-accepted"].render("en", FACTS | {"address": None, "documents": " "})
    assert "Address" not in said and "bring" not in said and "Sunday" in said


def test_what_must_be_known_is_not_invented() -> None:
    with pytest.raises(FactMissing, match=r"^organization$"):
        templates()["referral-accepted"].render("ar", FACTS | {"organization": None})


def test_numbers_read_the_right_way_round_between_arabic_letters() -> None:
    said = templates()["request-received"].render("ar", FACTS)
    assert "\u200e+9647000000001\u200e" in said and "\u200eNIN-7K3F-92QX\u200e" in said
    assert "\u200e" not in templates()["request-received"].render("en", FACTS)


@pytest.mark.parametrize(
    "broken",
    [
        {"en": ["{reference} {phone}"], "ar": ["{phone}"], "ckb": ["{phone}"]},
        {"en": ["{person} {phone}"], "ar": ["{person} {phone}"], "ckb": ["{person} {phone}"]},
        {"en": ["no number"], "ar": ["no number"], "ckb": ["no number"]},
    ],
)
def test_a_broken_template_is_refused_when_it_is_read(broken: dict[str, Any]) -> None:
    with pytest.raises(TemplateBroken):
        read({"optional": [], "templates": {"broken": {"version": 1, "useful_for_hours": 1, **broken}}})


def test_texts_of_others_fall_back_to_another_language() -> None:
    assert text_in({"ar": "ا", "en": "e"}, "ckb") == "ا"
    assert text_in({"fr": "f"}, "ar") == "f"
    assert text_in({}, "ar") is None
    assert text_in(None, "ar") is None


@pytest.mark.parametrize(("model", "template"), TOLD)
@pytest.mark.parametrize("sensitivity", Sensitivity)
def test_each_event_has_its_template_and_restricted_needs_have_none(
    model: type[Event], template: str | None, sensitivity: Sensitivity
) -> None:
    expected = None if sensitivity is Sensitivity.RESTRICTED else template
    assert template_for(sample(model), sensitivity) == expected


def test_a_later_offer_is_not_told_again() -> None:
    assert template_for(sample(ReferralOffered, replaces=None), Sensitivity.STANDARD) == "referral-offered"
    assert template_for(sample(ReferralOffered), Sensitivity.STANDARD) is None


@pytest.mark.parametrize(
    ("sensitivity", "own", "hidden", "said"),
    [
        (Sensitivity.STANDARD, True, False, Openness.FULL),
        (Sensitivity.STANDARD, True, True, Openness.NEUTRAL),
        (Sensitivity.STANDARD, False, False, Openness.NEUTRAL),
        (Sensitivity.PROTECTED, True, False, Openness.NEUTRAL),
        (Sensitivity.PROTECTED, False, False, Openness.NEUTRAL),
        (Sensitivity.RESTRICTED, True, False, Openness.NEUTRAL),
    ],
)
def test_full_text_only_on_an_own_phone_about_what_anybody_may_know(
    sensitivity: Sensitivity, own: bool, hidden: bool, said: Openness
) -> None:
    assert openness(sensitivity, own_phone=own, hidden_provider=hidden) is said

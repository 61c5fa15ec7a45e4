"""What people are sent, and what they never are."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1 import ConsentWithdrawn, FollowUpDue, NeedClosed, NeedIdentified, NeedStateChanged, Sensitivity
from ihala_contracts.referral_v1 import (
    AppointmentChanged,
    ReferralAccepted,
    ReferralCancelled,
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
REASONS = Path(__file__).parents[2] / "services" / "referral" / "ihala_referral" / "data" / "reasons.json"
ENDS = {"decline": ReferralDeclined, "release": ReferralDeclined, "fail": ReferralFailed, "cancel": ReferralCancelled}
TOLD: list[tuple[type[Event], str | None]] = [
    (NeedIdentified, "request-received"),
    (ReferralAccepted, "referral-accepted"),
    (ReferralExpired, "next-provider"),
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


def _after(reason: dict[str, Any], act: str) -> str | None:
    """Return what is so: by what referral does next. The person's own no is talked over in private; a closed need says so itself."""
    asked_in_private = reason["rejected_by"] == "person" and "private_confirmation" in reason.get("tasks", ())
    if asked_in_private or reason["next"] == "stay":
        return None
    if reason["next"] == "place":
        return "referral-cancelled" if act == "cancel" else "next-provider"
    return "papers-needed" if "documents_list" in reason.get("tasks", ()) else "office-follows-up"


@pytest.mark.parametrize("sensitivity", Sensitivity)
@pytest.mark.parametrize(
    ("model", "reason", "template"),
    [
        (ENDS[act], reason["code"], _after(reason, act))
        for reason in json.loads(REASONS.read_text("utf-8"))["reasons"]
        for act in reason["acts"]
        if act in ENDS
    ],
)
def test_what_is_said_is_so_for_the_reason(model: type[Event], reason: str, template: str | None, sensitivity: Sensitivity) -> None:
    expected = None if sensitivity is Sensitivity.RESTRICTED else template
    assert template_for(sample(model, reason=reason), sensitivity) == expected


@pytest.mark.parametrize("model", [ReferralDeclined, ReferralFailed, ReferralCancelled])
def test_for_a_reason_that_is_not_known_nobody_says_that_another_is_looked_for(model: type[Event]) -> None:
    assert template_for(sample(model, reason="unheard_of"), Sensitivity.STANDARD) == "office-follows-up"


@pytest.mark.parametrize(
    ("event", "template"),
    [
        (sample(NeedClosed, reason="handed_over"), "handed-over"),
        (sample(NeedClosed, reason="person_asked"), "need-closed"),
        (sample(AppointmentChanged, appointment_state="proposed"), "appointment-moved"),
        (sample(AppointmentChanged, appointment_state="no_show"), None),
    ],
)
def test_closed_here_and_moved_are_said_as_they_are(event: Event, template: str | None) -> None:
    assert template_for(event, Sensitivity.STANDARD) == template


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

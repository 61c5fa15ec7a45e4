"""Which letters there are, what they show and when they are good; what is a name, and what is not."""

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ihala_contracts.intake_v1 import Sensitivity
from ihala_notify.letters.names import LONGEST_NAME, Name
from ihala_notify.letters.rules import refusal, shows, state_of
from pydantic import TypeAdapter, ValidationError

AT = datetime(2026, 11, 22, tzinfo=UTC)
STANDARD, PROTECTED, RESTRICTED = Sensitivity.STANDARD, Sensitivity.PROTECTED, Sensitivity.RESTRICTED
NAMES = TypeAdapter(Name)


@dataclass
class Times:
    used_at: datetime | None = None
    revoked_at: datetime | None = None
    valid_until: datetime = AT + timedelta(days=1)


@pytest.mark.parametrize(
    ("kind", "sensitivity", "given", "why"),
    [
        ("support_letter", STANDARD, {}, None),
        ("support_letter", PROTECTED, {}, None),
        ("support_letter", RESTRICTED, {"asked_for": True}, "restricted"),
        ("support_letter", STANDARD, {"ended": True}, "need_ended"),
        ("referral_slip", STANDARD, {}, "not_accepted"),
        ("referral_slip", STANDARD, {"accepted": True}, None),
        ("referral_slip", PROTECTED, {"accepted": True}, None),
        ("referral_slip", RESTRICTED, {"accepted": True}, "not_asked_for"),
        ("referral_slip", RESTRICTED, {"asked_for": True}, None),
        ("referral_slip", RESTRICTED, {"asked_for": True, "ended": True}, "need_ended"),
    ],
)
def test_which_letters_there_are(kind: Any, sensitivity: Sensitivity, given: dict[str, bool], why: str | None) -> None:
    assert refusal(kind, sensitivity, **({"ended": False, "asked_for": False, "accepted": False} | given)) == why


@pytest.mark.parametrize(
    ("kind", "sensitivity", "given", "shown"),
    [
        ("referral_slip", STANDARD, {}, "full"),
        ("referral_slip", STANDARD, {"hidden_provider": True}, "plain"),
        ("referral_slip", PROTECTED, {}, "plain"),
        ("referral_slip", PROTECTED, {"asked_for": True}, "full"),
        ("referral_slip", RESTRICTED, {"asked_for": True}, "bare"),
        ("support_letter", STANDARD, {}, "plain"),
    ],
)
def test_what_a_letter_shows(kind: Any, sensitivity: Sensitivity, given: dict[str, bool], shown: str) -> None:
    assert shows(kind, sensitivity, **({"asked_for": False, "hidden_provider": False} | given)) == shown


def test_when_a_letter_is_good() -> None:
    assert state_of(Times(), ended=False, at=AT) == "valid"
    assert state_of(Times(), ended=True, at=AT) == "ended"
    assert state_of(Times(valid_until=AT), ended=False, at=AT) == "expired"
    assert state_of(Times(used_at=AT), ended=True, at=AT) == "used"
    assert state_of(Times(used_at=AT, revoked_at=AT), ended=True, at=AT) == "revoked"


@pytest.mark.parametrize("name", ["ليلى خالد", "شێرکۆ حەمە\u200cئەمین", "Layla O'Neil-Hasan", "  عبد   الله ", "E\u0301va"])
def test_a_name_is_printed(name: str) -> None:
    assert NAMES.validate_python(name) == unicodedata.normalize("NFC", " ".join(name.split()))


@pytest.mark.parametrize(
    "name",
    [
        "", " ", "0770 123 4567", "Layla 2", "<b>Layla</b>", "#let x = 1", "$x$", "Layla\u202eHasan", "Layla\u2066", "Layla\nHasan",
        "Layla\x00", "...", "Z" + "\u0301" * 5, "http://x.y", "L" * (LONGEST_NAME + 1), "\u200b", "ليلى\u200f",
    ],
)  # fmt: skip
def test_what_is_no_name_is_refused_and_not_repeated(name: str) -> None:
    with pytest.raises(ValidationError) as refused:
        NAMES.validate_python(name)
    assert {error["type"] for error in refused.value.errors()} <= {"not_a_name", "string_too_long"}

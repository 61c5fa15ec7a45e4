"""Rules without a database: consents, contacts, follow-up times, codes, phones, facts."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from ihala_contracts.intake_v1 import Sensitivity
from ihala_intake import codes, phones
from ihala_intake.consent_rules import Allowed, refusal
from ihala_intake.contacts import contact_of
from ihala_intake.details import PersonDetails, Phone
from ihala_intake.errors import ContactHeldByOrigin
from ihala_intake.facts import facts_of
from ihala_intake.people_errors import NoSafeContact
from ihala_intake.tables import Need

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
ONE, TWO = uuid4(), uuid4()


def allowed(**changes: Any) -> Allowed:
    known: dict[str, Any] = {
        "given": True, "restricted": False, "recipients": [], "objections": [], "categories": ["contact"], "until": AT + timedelta(days=1),
    }  # fmt: skip
    return Allowed(**known | changes)


@pytest.mark.parametrize(
    ("changes", "covered"),
    [
        ({}, True),
        ({"given": False}, False),
        ({"recipients": [ONE]}, True),
        ({"recipients": [TWO]}, False),
        ({"recipients": [ONE, TWO], "objections": [ONE]}, False),
        ({"objections": [ONE]}, False),
        ({"objections": [TWO]}, True),
        ({"categories": []}, False),
        ({"until": AT}, False),
        ({"restricted": True}, False),
        ({"restricted": True, "recipients": [TWO]}, False),
        ({"restricted": True, "recipients": [ONE]}, True),
    ],
)
def test_whom_a_consent_covers(changes: dict[str, Any], covered: bool) -> None:
    assert allowed(**changes).covers(ONE, AT) is covered


@pytest.mark.parametrize(
    ("changes", "need_closed", "withdrawn", "reason"),
    [
        ({}, False, False, None),
        ({}, True, False, "need_closed"),
        ({}, True, True, "withdrawn"),
        ({"given": False}, True, True, "withdrawn"),
        ({"given": False}, False, False, "consent_too_narrow"),  # a decision is awaited
        ({"objections": [ONE]}, False, False, "consent_too_narrow"),
        ({"objections": [ONE]}, False, True, "withdrawn"),
    ],
)
def test_why_a_receiver_is_refused(changes: dict[str, Any], need_closed: bool, withdrawn: bool, reason: str | None) -> None:
    assert refusal(allowed(**changes), ONE, AT, need_closed=need_closed, withdrawn=withdrawn) == reason


def phone(number: str = "1", *, call: bool = True, message: bool = True, shared: bool = False, owner: str = "own") -> Phone:
    return Phone(number=number, safe_to_call=call, safe_to_message=message, shared=shared, owner=owner)


def need(sensitivity: str = "standard") -> Need:
    return Need(id=uuid4(), sensitivity=sensitivity, messages_wanted=True)


@pytest.mark.parametrize(
    ("has", "more", "channel", "number", "own"),
    [
        ([phone()], {}, "sms", "1", True),
        ([phone(shared=True)], {}, "sms", "1", False),
        ([phone(owner="unknown")], {}, "sms", "1", False),
        ([phone(owner="shared"), phone("2")], {}, "sms", "2", True),
        ([phone(message=False), phone("2", owner="unknown")], {}, "sms", "2", False),
        ([phone(message=False)], {}, "call", "1", True),
        ([phone()], {"reads": "no"}, "call", "1", False),
        ([phone(call=False)], {"reads": "no"}, "sms", "1", False),  # somebody else reads it to her
        ([phone(call=False)], {"reads": "help"}, "sms", "1", True),
        ([phone()], {"birth_year": AT.year - 18}, "sms", "1", False),
        ([phone()], {"birth_year": AT.year - 19}, "sms", "1", True),
        ([phone(call=False, message=False)], {}, "slip", None, True),
        ([], {}, "slip", None, True),  # it is put into her hand
        ([], {"reads": "no"}, "slip", None, False),
        ([], {"birth_year": AT.year - 18}, "slip", None, False),
    ],
)
def test_which_way_a_message_takes(has: list[Phone], more: dict[str, Any], channel: str, number: str | None, own: bool) -> None:
    found = contact_of(PersonDetails(call_name="x", phones=has, **more), need(), AT, held_by_origin=False)
    assert (found.channel, found.number, found.own) == (channel, number, own)


@pytest.mark.parametrize("has", [[], [phone(shared=True)], [phone(owner="unknown")], [phone(message=False)]])
def test_a_restricted_need_has_no_contact_but_her_own_phone_that_she_chose(has: list[Phone]) -> None:
    with pytest.raises(NoSafeContact):
        contact_of(PersonDetails(call_name="x", phones=has), need("restricted"), AT, held_by_origin=False)
    assert contact_of(PersonDetails(call_name="x", phones=[*has, phone("2")]), need("restricted"), AT, held_by_origin=False).number == "2"


def test_a_contact_that_the_centre_keeps() -> None:
    with pytest.raises(ContactHeldByOrigin):
        contact_of(PersonDetails(call_name="W-17"), need(), AT, held_by_origin=True)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("07701234567", "+9647701234567"),
        ("+964 770 123 4567", "+9647701234567"),
        ("009647701234567", "+9647701234567"),
        ("٠٧٧٠١٢٣٤٥٦٧", "+9647701234567"),
        ("۰۷۷۰۱۲۳۴۵۶۷", "+9647701234567"),
        ("+9647000000012", "+9647000000012"),
        ("123", None),
        ("zaynab", None),
        ("00", None),
    ],
)
def test_phones_as_iraq_writes_them(text: str, number: str | None) -> None:
    assert phones.e164(text) == number


def test_places_have_their_governorate_and_district() -> None:
    assert codes.place("IQG15Q08N01") == codes.place("IQG15Q08")
    assert codes.place("IQG15") == codes.Place("IQG15", None, "NIN")
    assert codes.place("IQ-HALABJA") == codes.Place("IQ-HALABJA", None, "HAL")
    assert codes.place("SY01") is None


def test_needs_are_those_of_the_list() -> None:
    assert codes.sensitivity_of("protection.gbv") is Sensitivity.RESTRICTED
    assert codes.sensitivity_of("health.medical") is Sensitivity.PROTECTED
    assert [codes.sensitivity_of(code) for code in ("protection", "group.idp", "nothing")] == [None, None, None]


def test_facts_say_nothing_that_names_a_person() -> None:
    person = PersonDetails(
        call_name="x", given_name="x", phones=[phone()], sex="male", birth_year=2000, language_spoken="ckb", language_written="ckb"
    )
    assert facts_of(person, AT) == {
        "age": 26, "sex": "male", "status": None, "household_size": None, "languages": ["ckb"], "requirements": [], "disability": None,
    }  # fmt: skip

"""The demonstration's organisations and clients fit together, and are enough for the story and the races."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import ihala_local
from ihala_directory import hours
from ihala_local import place

from tests.directory.conftest import SEED

CLIENTS: list[dict[str, Any]] = json.loads((Path(ihala_local.__file__).parent / "data" / "clients.json").read_text("utf-8"))
ORGANIZATIONS = {one["id"]: one for one in SEED["organizations"]}
SCOPES = {
    "intake:request", "intake:read", "intake:withdraw", "intake:follow-up", "intake:consent", "intake:disclosure", "intake:contact",
    "intake:announce", "intake:assistance", "intake:case", "intake:merge", "intake:occasion", "intake:plan", "intake:protect",
    "directory:read", "directory:reserve", "directory:write", "directory:admin", "referral:read", "referral:answer", "referral:refer",
    "referral:coordinate", "referral:calendar", "referral:statistics", "notify:read", "notify:subscribe", "events:read", "notify:admin",
    "notify:calls", "notify:letters", "notify:send", "gateway:accounts", "gateway:approve", "gateway:audit", "gateway:clients",
}  # fmt: skip


def clients_of(slug: str) -> list[dict[str, Any]]:
    [organization] = [one for one in ORGANIZATIONS.values() if one["slug"] == slug]
    return [client for client in CLIENTS if client["organization_id"] == organization["id"]]


def test_every_client_is_of_an_organisation_of_the_directory() -> None:
    for client in CLIENTS:
        assert set(client["scopes"]) <= SCOPES
        assert (client["kind"], bool(date.fromisoformat(client["trained_on"]))) == ("sandbox", True)
        if client["client_id"] not in ("notify", "planning-ministry"):  # which are nobody's receiver or origin
            known = ORGANIZATIONS[client["organization_id"]]
            assert (client["organization_kind"], client["operator_id"]) == (known["kind"], known["operator_id"])
            assert client["organization"] == known["names"]["en"]
    assert len({client["client_id"] for client in CLIENTS}) == len(CLIENTS)


def test_only_the_service_that_sends_messages_may_ask_for_contacts() -> None:
    assert [client["client_id"] for client in CLIENTS if "intake:contact" in client["scopes"]] == ["notify"]


def test_each_operator_has_people_who_decide() -> None:
    operators = {one["id"] for one in ORGANIZATIONS.values() if one["kind"] == "operator"}
    assert len(operators) == 2
    for role in ("coordinator", "dpo"):
        assert {client["organization_id"] for client in CLIENTS if role in client["roles"]} == operators
    assert set(place.DESKS.values()) == operators


def test_each_provider_of_the_story_can_answer() -> None:
    for one in ORGANIZATIONS.values():
        codes = {code for service in one["services"] for code in service["need_codes"]}
        if codes & {"housing.hlp", "housing.repair", "education.enrolment", "protection.gbv"}:
            assert any({"referral:answer", "intake:disclosure"} <= set(client["scopes"]) for client in clients_of(one["slug"])), one["slug"]


def test_there_are_places_for_hundreds_of_referrals_in_telafar() -> None:
    places = {
        at["id"]: at["capacity"]["figure"]
        for one in ORGANIZATIONS.values() if one["slug"] != "hlp-mosul"
        for service in one["services"] if "housing.hlp" in service["need_codes"]
        for at in service["at"] if set(at["areas"]) & {"IQG15", "IQG15Q08"}
    }  # fmt: skip
    assert len(places) == 3
    assert sum(places.values()) > 2000


def test_nobody_there_is_real() -> None:
    for one in ORGANIZATIONS.values():
        assert "(illustrative)" in one["names"]["en"]
        assert set(one["names"]) == {"ar", "ckb", "en"}
        assert re.fullmatch(r"\+964 700 000 00\d\d", one["phone"])


def test_in_an_emergency_there_is_somebody_to_call_at_night() -> None:
    called = [
        service["phones"]
        for one in ORGANIZATIONS.values() if one["cleared"] and not one["hidden"]
        for service in one["services"] if hours.day_and_night(service["schedules"], service.get("closures", []), date(2026, 11, 22))
    ]  # fmt: skip
    assert [[phone["number"] for phone in phones] for phones in called] == [["+964 700 000 0042"]]

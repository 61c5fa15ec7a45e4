"""Where messages may go: e-mail, what a person wishes, night, and many at once."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_contracts.intake_v1 import NeedChanged, NeedIdentified
from ihala_intake import keys, quiet
from ihala_intake.contacts import contact_of
from ihala_intake.details import Hours, OtherWay, PersonDetails, Phone
from ihala_intake.errors import ContactWithheld
from ihala_intake.people_errors import ContactNotNow, MessagesStopped, NoSafeContact
from ihala_intake.tables import Need, Person
from ihala_kit.auth import Caller

from tests.intake.actors import COORDINATOR, HLP, NGO, NOTIFY, OFFICER, WLCO
from tests.intake.house import House
from tests.intake.samples import need, person, request
from tests.intake.story import asked
from tests.intake.two_offices import brought, pairs

NOON, NIGHT = (datetime(2026, 3, 1, hour, tzinfo=UTC) for hour in (9, 20))  # 12:00 and 23:00 in Iraq
OWN = Phone(number="1", safe_to_call=True, safe_to_message=True, shared=False, owner="own")
MAIL = {"kind": "email", "address": "zaynab@mail.example", "own": True, "safe_to_message": True}


def somebody(*ways: dict[str, Any], phones: list[Phone] | None = None, **more: Any) -> PersonDetails:
    return PersonDetails(call_name="x", phones=[OWN] if phones is None else phones, other_ways=[OtherWay(**way) for way in ways], **more)


def a_need(sensitivity: str = "standard", urgency: str = "routine", *, wanted: bool = False) -> Need:
    return Need(id=uuid4(), sensitivity=sensitivity, urgency=urgency, messages_wanted=wanted)


@pytest.mark.parametrize(
    ("way", "more", "email", "own"),
    [
        (MAIL, {}, MAIL["address"], True),
        (MAIL | {"own": False}, {}, MAIL["address"], False),
        (MAIL | {"safe_to_message": False}, {}, None, False),
        (MAIL, {"birth_year": NOON.year - 15}, MAIL["address"], False),
        (MAIL, {"reads": "no"}, None, False),
        ({"kind": "email", "note": "by the teacher"}, {}, None, False),
    ],
)
def test_an_e_mail_is_ones_own_only_if_one_said_so(way: dict[str, Any], more: dict[str, Any], email: str | None, own: bool) -> None:
    found = contact_of(somebody(way, **more), a_need(), NOON, held_by_origin=False)
    assert (found.email, found.email_own) == (email, own)


def test_of_a_restricted_need_only_who_wished_it_hears_and_only_by_her_own_ways() -> None:
    with pytest.raises(ContactWithheld):
        contact_of(somebody(MAIL), a_need("restricted"), NOON, held_by_origin=False)
    shared = OWN.model_copy(update={"owner": "shared"})
    with pytest.raises(NoSafeContact):  # who wished it and cannot be told is not somebody who did not wish it
        contact_of(somebody(MAIL | {"own": False}, phones=[shared]), a_need("restricted", wanted=True), NOON, held_by_origin=False)
    found = contact_of(somebody(MAIL, phones=[shared]), a_need("restricted", wanted=True), NOON, held_by_origin=False)
    assert (found.number, found.email) == (None, MAIL["address"])


def test_who_wishes_no_messages_gets_none() -> None:
    with pytest.raises(MessagesStopped):
        contact_of(somebody(MAIL, messages_stopped=True), a_need(urgency="emergency"), NOON, held_by_origin=False)


@pytest.mark.parametrize(
    ("at", "hours", "urgency", "reads", "waits"),
    [
        (NOON, [], "routine", None, 0),
        (NIGHT, [], "routine", None, 9 * 3600),
        (NIGHT, [], "emergency", None, 0),
        (NIGHT, [], "routine", "no", 0),  # somebody of the desk calls, when the desk is open
        (NIGHT, [Hours(from_time="22:00", until_time="23:30")], "routine", None, 0),
        (NIGHT, [Hours(from_time="10:00", until_time="11:00")], "emergency", None, 11 * 3600),
    ],
)
def test_no_text_comes_at_night(at: datetime, hours: list[Hours], urgency: str, reads: str | None, waits: int) -> None:
    who = somebody(phones=[OWN.model_copy(update={"hours": hours})], reads=reads)
    try:
        contact_of(who, a_need(urgency=urgency), at, held_by_origin=False, hours=quiet.hours_of_texts())
        waited = 0
    except ContactNotNow as refusal:
        waited = int(refusal.headers["Retry-After"])
    assert waited == waits


@pytest.mark.parametrize(
    "address", ["zaynab", "a@b", "a@b.example\nBcc: c@d.example", "a b@c.example", f"{'a' * 250}@b.example", "زينب@b.example"]
)
async def test_what_is_no_address_is_refused_and_not_repeated(house: House, address: str) -> None:
    answer = await house.post("/v1/requests", COORDINATOR, request(person=person(other_ways=[MAIL | {"address": address}])))
    assert answer.status == 422
    assert address not in str(answer.body)


@pytest.mark.parametrize("wrong", [{"address": "a@b.example"}, {"own": True}, {"safe_to_message": True}])
async def test_only_an_e_mail_has_an_address(house: House, wrong: dict[str, Any]) -> None:
    answer = await house.post("/v1/requests", COORDINATOR, request(person=person(other_ways=[{"kind": "visit", **wrong}])))
    assert (answer.status, answer.body["errors"][0]["code"]) == (422, "only_of_an_email")


async def many(house: House, *needs: UUID) -> list[dict[str, Any]]:
    answer = await house.post("/v1/contacts", NOTIFY, {"need_ids": [str(one) for one in needs]})
    assert answer.status == 200, answer.body
    items: list[dict[str, Any]] = answer.body["items"]
    return items


async def test_many_are_asked_for_at_once_and_each_read_is_a_link(house: House) -> None:
    mailed = await asked(house, person=person(other_ways=[MAIL]))
    kept = await asked(
        house, WLCO, needs=[need("legal.advice")], person={"call_name": "W-17", "place": "IQG15"}, household=None, identity_held_by="origin"
    )
    nobody, erased = uuid4(), await asked(house, person={"call_name": "أم علي", "place": "IQG15"})
    await house.erase(erased.need_id)
    items = await many(house, kept.need_id, mailed.need_id, nobody, mailed.need_id, erased.need_id)
    assert [(UUID(one["need_id"]), one["status"]) for one in items] == [
        (kept.need_id, 409), (mailed.need_id, 200), (nobody, 404), (erased.need_id, 410),
    ]  # fmt: skip
    assert items[0]["problem"]["type"] == "urn:ihala:problem:contact-held-by-origin"
    contact = items[1]["contact"]
    assert (contact["email"], contact["email_own"], contact["number"]) == (MAIL["address"], True, "+9647701234567")
    assert await house.scalar("SELECT count(*) FROM access_log WHERE what = 'contact' AND client_id = 'notify'") == 1
    one = (await house.get(f"/v1/contacts/{mailed.need_id}", NOTIFY)).body
    assert one == contact  # also the recipient, who is the same whenever it is asked


@pytest.mark.parametrize("content", [None, b"{}", b"{"])  # altered; sealed well, and yet no person
async def test_a_file_that_cannot_be_read_keeps_no_other_answer_back(
    house: House, content: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    good = await asked(house)
    bad = await asked(house, person={"call_name": "أم علي", "place": "IQG15"})
    async with house.database.transaction(Caller.system("test")) as tx:
        need_row = await tx.get_one(Need, bad.need_id)
        row = await tx.get_one(Person, need_row.person_id)
        key = await keys.of(tx, row.key_id)
        row.details = row.details[:-1] if content is None else key.vault.seal(key.wrapped, content, f"person.details/{row.id}")
    items = await many(house, bad.need_id, good.need_id)
    assert [one["status"] for one in items] == [500, 200]
    assert (items[0]["problem"]["type"], items[0]["contact"]) == ("urn:ihala:problem:internal-error", None)
    assert (await house.get(f"/v1/contacts/{bad.need_id}", NOTIFY)).status == 500
    assert "أم علي" not in caplog.text + str(items)


async def test_a_hundred_at_most_and_notify_alone(house: House) -> None:
    ids = [str(uuid4()) for _ in range(101)]
    assert (await house.post("/v1/contacts", NOTIFY, {"need_ids": ids})).status == 422
    assert (await house.post("/v1/contacts", NOTIFY, {"need_ids": []})).status == 422
    other = NOTIFY.but(client_id="another")
    assert (await house.post("/v1/contacts", other, {"need_ids": ids[:1]})).status == 403
    assert (await house.post("/v1/contacts", COORDINATOR, {"need_ids": ids[:1]})).status == 403


async def test_recipients_tell_persons_apart_and_say_nothing(house: House) -> None:
    answer = await house.post("/v1/requests", HLP, request(need(), need("work.job")))
    needs = [UUID(one["need_id"]) for one in answer.body["needs"]]
    other = await asked(house, person={"call_name": "أم علي", "place": "IQG15"})
    found = [item["contact"]["recipient"] for item in await many(house, *needs, other.need_id)]
    assert found[0] == found[1] != found[2]
    assert str(await house.scalar("SELECT person_id FROM need WHERE id = :id", id=needs[0])) not in found


async def test_a_person_stops_messages_at_the_desk_and_wants_them_again(house: House) -> None:
    story = await asked(house)
    path = f"/v1/persons/{await house.scalar('SELECT person_id FROM need WHERE id = :id', id=story.need_id)}"
    stopped = await house.call("PATCH", path, OFFICER, {"messages_stopped": True}, if_match='"1"')
    assert (stopped.status, stopped.body["messages_stopped"]) == (200, True)
    refused = await house.get(f"/v1/contacts/{story.need_id}", NOTIFY)
    assert (refused.status, refused.slug) == (409, "messages-stopped")
    await asked(house)  # the origin tells of the same person again, and says nothing of messages
    assert (await house.get(f"/v1/contacts/{story.need_id}", NOTIFY)).slug == "messages-stopped"
    again = await house.call("PATCH", path, OFFICER, {"messages_stopped": None}, if_match=(await house.get(path, OFFICER)).etag)
    assert again.body["messages_stopped"] is None
    assert (await house.get(f"/v1/contacts/{story.need_id}", NOTIFY)).status == 200


async def test_the_wish_to_hear_of_a_restricted_need_travels_with_it(house: House) -> None:
    wishes = []
    for more in ({}, {"messages_wanted": True}):
        answer = await house.post("/v1/requests", WLCO, request(need("protection.gbv", **more)))
        wishes += [one.messages_wanted for one in await house.events() if isinstance(one, NeedIdentified)]
        path = f"/v1/contacts/{answer.body['needs'][0]['need_id']}"
        found = await house.get(path, NOTIFY)
        assert (found.status, found.body.get("type")) == ((200, None) if more else (409, "urn:ihala:problem:contact-withheld"))
    assert wishes == [False, True]
    silent = await asked(house, WLCO, needs=[need("protection.gbv")])
    corrected = await house.post(f"/v1/needs/{silent.need_id}/correction", COORDINATOR, {"messages_wanted": True}, if_match='"1"')
    assert corrected.status == 200
    assert [one.messages_wanted for one in await house.events() if isinstance(one, NeedChanged)] == [True]
    assert (await house.get(f"/v1/contacts/{silent.need_id}", NOTIFY)).status == 200


async def test_a_phone_of_a_restricted_file_is_her_own_only_while_no_ordinary_file_says_otherwise(house: House) -> None:
    hers = await house.post("/v1/requests", WLCO, request(need("protection.gbv", messages_wanted=True), household=None))
    path = f"/v1/contacts/{hers.body['needs'][0]['need_id']}"
    own, husband = person()["phones"][0], {"call_name": "ابو يوسف", "given_name": "خالد", "sex": "male", "mother_name": "x"}
    herself = person(given_name="Zaynab", phones=[own | {"number": "07709999993"}, own])  # her ordinary file, in other letters
    for who, status in ((herself, 200), (person(**husband, phones=[own]), 409)):
        answer = await house.post("/v1/requests", HLP, request(need(), person=who, household=None))
        found = await house.get(path, NOTIFY)
        assert (answer.status, found.status) == (202, status), found.body
    assert found.slug == "no-safe-contact"


async def test_what_she_told_one_office_about_her_phone_holds_for_what_she_asked_of_another(house: House) -> None:
    own = person()["phones"][0]
    asked_of = [await brought(house, origin, phones=[own | said]) for origin, said in ((HLP, {}), (NGO, {"safe_to_message": False}))]
    paths = [f"/v1/contacts/{answer.body['needs'][0]['need_id']}" for answer in asked_of]
    [pair] = await pairs(house)

    async def channels() -> list[str]:
        return [(await house.get(path, NOTIFY)).body["channel"] for path in paths]

    assert await channels() == ["sms", "call"]
    decision = f"/v1/merges/candidates/{pair['candidate_id']}/decision"
    assert (await house.post(decision, OFFICER, {"same": True}, if_match='"1"')).status == 200
    assert await channels() == ["call", "call"]
    [merge] = (await house.get("/v1/merges", OFFICER)).body["items"]
    assert (await house.post(f"/v1/merges/{merge['merge_id']}/undo", OFFICER, {}, if_match='"1"')).status == 200
    assert await channels() == ["sms", "call"]

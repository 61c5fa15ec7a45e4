"""Who may read a person, and what of them: receivers by consent, the operator as owner, notify for a message."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ihala_contracts.directory_v1 import OrganizationSuspended
from ihala_contracts.intake_v1 import DisclosureOpened
from ihala_contracts.referral_v1 import ReferralFailed
from ihala_intake.contacts import ways_of
from ihala_intake.details import PersonDetails
from sqlalchemy import event

from tests.intake.actors import (
    CLEARED_PROVIDER,
    COORDINATOR,
    HLP,
    NGO,
    NOTIFY,
    OFFICER,
    OTHER_COORDINATOR,
    PROVIDER,
    SECOND_PROVIDER,
    STRANGER,
    WLCO,
)
from tests.intake.house import House
from tests.intake.samples import EVERYTHING, consent, left, need, person, request, suspended
from tests.intake.story import accepted, asked

AT = datetime(2026, 11, 22, tzinfo=UTC)


async def test_the_receiver_reads_exactly_the_categories_agreed_to(house: House) -> None:
    story = await accepted(house, consent=consent(categories=["contact", "household"]))
    answer = await house.get(story.person_path, PROVIDER)
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.body["categories"] == ["contact", "household"]
    assert answer.body["contact"]["phones"][0]["number"] == "+9647701234567"
    assert answer.body["household"] == {
        "size": 5, "members": [{"call_name": "يوسف", "role": "child", "sex": "male", "birth_year": 2014}],
    }  # fmt: skip
    assert [answer.body[name] for name in ("identity", "place", "status", "requirements", "needs")] == [None] * 5


async def test_all_categories(house: House) -> None:
    story = await accepted(house, needs=[need(note="ملاحظة")], consent=consent(categories=EVERYTHING))
    answer = (await house.get(story.person_path, PROVIDER)).body
    assert answer["categories"] == EVERYTHING
    assert (answer["identity"]["given_name"], answer["place"], answer["status"]) == ("زينب", "IQG15Q08N01", "group.returnee_idp")
    assert answer["requirements"] == ["ground_floor"]
    assert answer["needs"] == [{"code": "housing.hlp", "note": "ملاحظة"}]


async def test_an_employer_never_reads_that_somebody_fled_or_came_back(house: House) -> None:
    story = await accepted(house, consent=consent(categories=EVERYTHING))
    answer = (await house.get(story.person_path, PROVIDER.but(kind="private"))).body
    assert answer["categories"] == [name for name in EVERYTHING if name != "status"]
    assert (answer["identity"]["given_name"], answer["status"], answer["movements"]) == ("زينب", None, None)


async def test_nothing_is_asked_for_twice(house: House) -> None:
    story, sent = await accepted(house, consent=consent(categories=EVERYTHING)), list[str]()
    await story.start()
    event.listen(house.database.engine.sync_engine, "before_cursor_execute", lambda *given: sent.append(given[2]))
    assert (await house.get(story.person_path, PROVIDER)).body["household"]["members"]
    assert not [one for one in sent if one.startswith("SELECT data_key")]  # a person comes with their key
    sent.clear()
    await story.complete()
    asked = [one for one in sent if one.startswith(("SELECT need.", "SELECT referral_copy."))]
    assert len(asked) == 2, asked


async def test_a_category_opens_its_own_part_and_no_other(house: House) -> None:
    for category in EVERYTHING:
        story = await accepted(house, needs=[need(note="ملاحظة")], consent=consent(categories=[category]))
        answer = (await house.get(story.person_path, PROVIDER)).body
        parts = set(EVERYTHING) & answer.keys() - {"categories"}
        assert {name for name in parts if answer[name] is not None} == {category}


async def test_before_acceptance_it_is_pending_and_after_the_end_gone(house: House) -> None:
    story = await asked(house)
    assert (await house.get(story.person_path, PROVIDER)).status == 404
    await story.offer()
    pending = await house.get(story.person_path, PROVIDER)
    assert (pending.status, pending.slug) == (409, "disclosure-pending")
    await story.accept()
    assert (await house.get(story.person_path, PROVIDER)).status == 200
    await story.tell(ReferralFailed)
    gone = await house.get(story.person_path, PROVIDER)
    assert (gone.status, gone.slug) == (404, "referral-not-found")


async def test_nobody_else_learns_that_the_referral_exists(house: House) -> None:
    story = await accepted(house)
    for actor in (STRANGER, SECOND_PROVIDER, *(one.but(scopes=("intake:disclosure",)) for one in (HLP, COORDINATOR, OTHER_COORDINATOR))):
        answer = await house.get(story.person_path, actor)
        assert (answer.status, answer.slug) == (404, "referral-not-found"), actor.client_id


async def test_a_reader_that_is_behind_gives_no_identity(house: House) -> None:
    story = await accepted(house)
    await house.fresh(age=timedelta(seconds=61))
    stale = await house.get(story.person_path, PROVIDER)
    assert (stale.status, stale.slug) == (503, "state-stale")
    assert (await house.get(story.person_path, STRANGER)).status == 404
    await house.fresh()
    assert (await house.get(story.person_path, PROVIDER)).status == 200


async def test_a_parked_need_gives_no_identity(house: House) -> None:
    story = await accepted(house)
    other = await accepted(house, needs=[need("cash.grant")])
    house.skip_a_number("referral", story.need_id)
    await story.start()
    assert await house.parked() == 1
    assert (await house.get(story.person_path, PROVIDER)).status == 503
    assert (await house.get(other.person_path, PROVIDER)).status == 200


async def test_the_last_day_of_a_consent_ends_reading_to_the_second(house: House) -> None:
    story = await accepted(house)
    house.database.clock.offset += timedelta(days=366)
    assert (await house.get(story.person_path, PROVIDER)).status == 404
    await house.work()
    assert await story.named() == ["DisclosureClosed"]


async def test_a_suspended_organisation_reads_nothing(house: House) -> None:
    story = await accepted(house)
    event: OrganizationSuspended = suspended(PROVIDER.organization_id)
    await house.deliver(event)
    assert (await house.get(story.person_path, PROVIDER)).status == 404


async def test_an_organisation_that_left_reads_nothing_and_its_disclosures_are_closed(house: House) -> None:
    story = await accepted(house)
    await house.deliver(left(PROVIDER.organization_id))
    assert (await house.get(story.person_path, PROVIDER)).status == 404
    await house.work()
    assert await story.named() == ["DisclosureClosed"]
    other = await asked(house)
    await other.accept()
    assert "DisclosureOpened" not in await other.named()


async def test_a_restricted_need_opens_only_to_whom_it_names_and_only_when_cleared(house: House) -> None:
    named = consent(recipients=[str(CLEARED_PROVIDER.organization_id)])
    story = await accepted(house, WLCO, CLEARED_PROVIDER, needs=[need("protection.gbv")], consent=named)
    assert (await house.get(story.person_path, CLEARED_PROVIDER)).status == 200
    assert (await house.get(story.person_path, CLEARED_PROVIDER.but(cleared=False))).status == 404
    nobody_named = await asked(house, WLCO, CLEARED_PROVIDER, needs=[need("protection.gbv")])
    await nobody_named.accept()
    assert "DisclosureRefused" in await nobody_named.named()


async def test_a_restricted_disclosure_says_nothing_of_the_household(house: House) -> None:
    named = consent(recipients=[str(CLEARED_PROVIDER.organization_id)], categories=EVERYTHING)
    story = await accepted(house, WLCO, CLEARED_PROVIDER, needs=[need("protection.gbv")], consent=named)
    answer = (await house.get(story.person_path, CLEARED_PROVIDER)).body
    assert answer["household"] is None
    assert answer["needs"] == [{"code": "protection.gbv", "note": None}]


async def test_every_read_is_one_link_in_the_persons_chain(house: House) -> None:
    story = await accepted(house)
    reader = PROVIDER.but(more={"acting_officer": "o-77"})
    for _ in range(3):
        await house.get(story.person_path, reader)
    await house.get(story.person_path, STRANGER)
    person_id = await house.scalar("SELECT person_id FROM need WHERE id = :id", id=story.need_id)
    assert await house.chain(person_id) == 3
    row = "SELECT what || ' ' || client_id || ' ' || acting_officer FROM access_log WHERE person_id = :id AND n = 3"
    assert await house.scalar(row, id=person_id) == "disclosure provider o-77"
    assert await house.scalar("SELECT count(*) FROM access_log WHERE what = 'household'") == 3


async def test_who_sees_a_need_and_its_person(house: House) -> None:
    story = await accepted(house)
    logged = "SELECT string_agg(what, ' ' ORDER BY what) FROM access_log WHERE what <> 'household'"
    for actor, status in ((HLP, 404), (STRANGER, 404), (OTHER_COORDINATOR, 404), (None, 401), (OFFICER, 200), (COORDINATOR, 200)):
        assert await house.scalar(logged) == ("identity need" if actor is COORDINATOR else None)
        assert (await house.get(f"/v1/needs/{story.need_id}", actor)).status == status
        seen = await house.get(f"/v1/needs/{story.need_id}/person", actor)
        assert seen.status == status
        assert (seen.body.get("identity") is not None) is (status == 200)
    assert await house.scalar(logged) == "identity identity need need"


async def test_the_owner_sees_the_disclosures_of_a_need(house: House) -> None:
    story = await accepted(house)
    shown = await house.get(f"/v1/needs/{story.need_id}", COORDINATOR)
    [disclosure] = shown.body["disclosures"]
    assert (disclosure["organization_id"], disclosure["state"]) == (str(PROVIDER.organization_id), "open")
    assert (shown.body["state"], shown.body["code"], shown.body["announced"]) == ("referring", "housing.hlp", True)


async def test_a_restricted_need_is_hidden_from_uncleared_officers(house: House) -> None:
    story = await asked(house, WLCO, needs=[need("protection.gbv")])
    for path in (f"/v1/needs/{story.need_id}", f"/v1/needs/{story.need_id}/person", f"/v1/consents/{story.consent_id}"):
        assert (await house.get(path, OFFICER)).status == 404
        assert (await house.get(path, COORDINATOR)).status == 200
    assert (await house.get(f"/v1/needs/{story.need_id}", COORDINATOR)).body["code"] == "protection.gbv"


async def test_notify_gets_one_way_and_it_is_logged(house: House) -> None:
    story = await asked(house)
    answer = await house.get(f"/v1/contacts/{story.need_id}", NOTIFY)
    assert answer.body.pop("recipient")
    assert answer.body == {
        "need_id": str(story.need_id), "language": "ar", "channel": "sms", "number": "+9647701234567", "own": True, "safe_to_message": True,
        "email": None, "email_own": False,
    }  # fmt: skip
    row = "SELECT what || ' ' || client_id || ' ' || organization_id FROM access_log"
    assert await house.scalar(row) == f"contact notify {NOTIFY.organization_id}"
    assert (await house.get(f"/v1/contacts/{story.referral_id}", NOTIFY)).slug == "need-not-found"


async def test_contacts_that_are_withheld(house: House) -> None:
    shared = person(phones=[{"number": "07701234567", "safe_to_call": True, "safe_to_message": True, "owner": "shared"}])
    story = await asked(house, WLCO, needs=[need("protection.gbv", messages_wanted=True)], person=shared)
    assert (await house.get(f"/v1/contacts/{story.need_id}", NOTIFY)).slug == "no-safe-contact"
    kept = await asked(
        house, WLCO, needs=[need("legal.advice")], person={"call_name": "W-17", "place": "IQG15"}, household=None, identity_held_by="origin"
    )
    assert (await house.get(f"/v1/contacts/{kept.need_id}", NOTIFY)).slug == "contact-held-by-origin"
    assert await house.scalar("SELECT count(*) FROM access_log") == 0


async def test_an_erased_person_is_gone_for_everybody(house: House) -> None:
    story = await accepted(house, NGO)
    await house.erase(story.need_id)
    assert (await house.get(story.person_path, PROVIDER)).status == 404
    assert (await house.get(f"/v1/needs/{story.need_id}/person", COORDINATOR)).status == 410
    assert (await house.get(f"/v1/needs/{story.need_id}", COORDINATOR)).body["note"] is None
    assert (await house.get(f"/v1/contacts/{story.need_id}", NOTIFY)).status == 410
    assert (await house.get(f"/v1/requests/{story.request_id}", NGO)).body["needs"][0]["code"] == "housing.hlp"


@pytest.mark.parametrize(
    ("agreed", "phone", "held_by", "ways"),
    [
        (["identity", "contact", "place"], {}, "intake", ["call", "message", "visit", "through_origin"]),
        (["identity", "contact"], {"safe_to_call": False}, "intake", ["message", "through_origin"]),
        (["identity", "contact"], {"safe_to_message": False}, "intake", ["call", "through_origin"]),
        (["identity", "place"], {}, "intake", ["visit", "through_origin"]),
        (["identity", "contact", "place"], {}, "origin", ["through_origin"]),
    ],
)
def test_ways_to_the_person_are_those_of_the_consent_and_of_the_phones(
    agreed: list[str], phone: dict[str, bool], held_by: str, ways: list[str]
) -> None:
    known = {"number": "+9647701234567", "safe_to_call": True, "safe_to_message": True, "shared": False, "owner": "own"}
    details = PersonDetails.model_validate({"call_name": "x", "place": "IQG15", "phones": [known | phone]})
    assert ways_of(details, agreed, AT, restricted=False, held_by_origin=held_by == "origin") == ways


def test_a_restricted_person_is_reached_by_a_phone_of_her_own_alone() -> None:
    shared = {"number": "+9647701234567", "safe_to_call": True, "safe_to_message": True, "shared": True, "owner": "shared"}
    details = PersonDetails.model_validate({"call_name": "x", "place": "IQG15", "phones": [shared]})
    assert ways_of(details, ["contact", "place"], AT, restricted=True, held_by_origin=False) == ["through_origin"]


async def test_the_ways_are_told_with_the_disclosure(house: House) -> None:
    story = await asked(house)
    await story.offer()
    await story.accept()
    [opened] = [event for event in await house.events() if isinstance(event, DisclosureOpened)]
    assert opened.ways == ["call", "message", "through_origin"]


async def test_who_reads_is_told_when_the_person_is_reached_otherwise_and_reads_no_phone_as_safe_that_is_not(house: House) -> None:
    story = await accepted(house, household=None, needs=[need("housing.hlp")])
    person_id = await house.scalar("SELECT person_id FROM need WHERE id = :id", id=story.need_id)
    path, phone = f"/v1/persons/{person_id}", person()["phones"][0]

    async def told() -> list[list[str]]:
        return [one.ways for one in await house.events() if isinstance(one, DisclosureOpened)]

    async def changed(**said: Any) -> list[list[str]]:
        etag = (await house.get(path, OFFICER)).etag
        answer = await house.call("PATCH", path, OFFICER, said, key=None, if_match=etag)
        assert answer.status == 200, answer.body
        return await told()

    assert await changed(phones=[phone | {"safe_to_call": False}]) == [["message", "through_origin"]]
    assert await changed(given_name="زينة", address="x", reads="help") == []  # not how she is reached, as far as this receiver may read
    assert await changed(messages_stopped=True) == [["through_origin"]]
    shown = (await house.get(story.person_path, PROVIDER)).body["contact"]["phones"]
    assert [(one["safe_to_call"], one["safe_to_message"]) for one in shown] == [(False, False)]
    assert (await house.get(path, OFFICER)).body["contact"]["phones"][0]["safe_to_message"]  # as she said, for when she wishes them again
    other = phone | {"number": "07709999991"}
    again = request(need("housing.hlp"), household=None, person=person(phones=[phone, other]))
    assert (await house.post("/v1/requests", HLP, again)).status == 202  # a centre, which learns of no provider
    assert await told() == [["call", "through_origin"]]  # which opens no way that she closed
    said = consent(categories=["identity", "place"])
    assert (await house.post(f"/v1/consents/{story.consent_id}/revisions", OFFICER, said, if_match='"1"')).status == 201
    assert await told() == [["visit", "through_origin"]]

"""Erasing a person: two people, no key, no way to find or read them, and every service says that its keys are gone."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from ihala_contracts import notify_v1, referral_v1
from ihala_contracts.intake_v1 import (
    ConsentWithdrawn,
    DisclosureClosed,
    ErasureOverdue,
    NeedChanged,
    NeedStateChanged,
    PersonErased,
)

from tests.intake.actors import COORDINATOR, HLP, MOMD, NGO, NOTIFY, OFFICER, PROVIDER, WLCO, Actor
from tests.intake.house import Answer, House
from tests.intake.protectors import ASKING_COORDINATOR, DPO, FOREIGNERS, OTHER_DPO, UNCLEARED_DPO, officer
from tests.intake.samples import consent, need, person, request
from tests.intake.story import Story, accepted, asked

WHY = {"reason": "person_asked"}


async def person_of(house: House, story: Story) -> UUID:
    found: UUID = await house.scalar("SELECT person_id FROM need WHERE id = :id", id=story.need_id)
    return found


async def ask(house: House, person_id: UUID, actor: Actor | None = ASKING_COORDINATOR) -> Answer:
    return await house.post(f"/v1/persons/{person_id}/erasure", actor, WHY)


async def decide(house: House, person_id: UUID, actor: Actor | None = DPO, *, agree: bool = True, version: int = 1) -> Answer:
    return await house.post(f"/v1/persons/{person_id}/erasure/decision", actor, {"agree": agree}, if_match=f'"{version}"')


async def erased(house: House, story: Story) -> UUID:
    """Erase the story's person; return the erasure's id."""
    person_id = await person_of(house, story)
    assert (await ask(house, person_id)).status == 201
    done = await decide(house, person_id)
    assert (done.status, done.body["state"]) == (200, "done"), done.body
    return UUID(done.body["erasure_id"])


async def test_one_person_erases_nothing(house: House) -> None:
    story = await accepted(house)
    person_id = await person_of(house, story)
    waiting = await ask(house, person_id)
    assert (waiting.status, waiting.body["state"]) == (201, "proposed")
    for alone in (ASKING_COORDINATOR, ASKING_COORDINATOR.but(roles=("dpo",)), officer(ASKING_COORDINATOR, "o-1")):
        refused = await decide(house, person_id, alone)
        assert (refused.status, refused.slug) == (403, "second-person-needed")
    assert (await ask(house, person_id, DPO)).slug == "erasure-under-way"
    assert await house.scalar("SELECT count(*) FROM data_key WHERE wrapped IS NULL") == 0
    assert (await house.get(story.person_path, PROVIDER)).status == 200


async def test_two_officers_at_one_client_are_two_people_and_one_of_them_is_the_dpo(house: House) -> None:
    person_id = await person_of(house, await accepted(house))
    assert (await ask(house, person_id, officer(DPO, "o-1"))).status == 201
    assert (await decide(house, person_id, officer(DPO, "o-1"))).slug == "second-person-needed"
    assert (await decide(house, person_id, officer(ASKING_COORDINATOR, "o-1"))).slug == "second-person-needed"
    assert (await decide(house, person_id, officer(DPO, "o-2"))).status == 200
    other = await person_of(house, await accepted(house))
    assert (await ask(house, other, officer(ASKING_COORDINATOR, "o-1"))).status == 201
    assert (await decide(house, other, officer(ASKING_COORDINATOR, "o-2"))).slug == "second-person-needed"


async def test_after_it_nobody_reads_anything(house: House) -> None:
    story = await accepted(house)
    person_id = await person_of(house, story)
    again = await house.post("/v1/requests", HLP, request(household=None, needs=[need()]))  # the same person, who still waits for it
    assert again.body["needs"][0]["need_id"] == str(story.need_id)
    held = (await house.get(f"/v1/persons/{person_id}/held", DPO)).body["held"]
    assert {again.body["request_id"], story.request_id} == {row["id"] for row in held["request"]}
    before = await house.scalar("SELECT count(*) FROM person_mark WHERE person_id = :id", id=person_id)
    assert before > 0
    await erased(house, story)
    assert (await house.get(story.person_path, PROVIDER)).status == 404
    assert (await house.get(f"/v1/needs/{story.need_id}/person", COORDINATOR)).slug == "person-erased"
    assert (await house.get(f"/v1/contacts/{story.need_id}", NOTIFY)).status == 410
    assert (await house.get(f"/v1/requests/{story.request_id}", HLP)).body["identifiers"] == []
    assert await house.scalar("SELECT count(*) FROM person_mark WHERE person_id = :id", id=person_id) == 0
    assert await house.scalar("SELECT count(*) FROM request_identifier") == 0
    assert await house.scalar("SELECT wrapped IS NULL AND destroyed_at IS NOT NULL FROM data_key WHERE id = :id", id=person_id)
    assert (await ask(house, person_id)).status in (409, 410)
    assert await house.chain(person_id) > 0


async def test_what_follows_from_it_is_told_and_names_nobody(house: House) -> None:
    story = await accepted(house, household=None)
    await house.events()
    erasure_id = await erased(house, story)
    told = await house.events()
    assert {type(event) for event in told} >= {PersonErased, ConsentWithdrawn, DisclosureClosed, NeedStateChanged}
    [gone] = [event for event in told if isinstance(event, PersonErased)]
    assert (gone.erasure_id, story.need_id in gone.needs) == (erasure_id, True)
    assert sorted(gone.needs) == sorted(await house.scalar("SELECT array_agg(id) FROM need"))
    assert {event.need_id for event in told if isinstance(event, ConsentWithdrawn)} == set(gone.needs)
    assert await house.scalar("SELECT count(*) FROM need WHERE state <> 'closed' OR waits") == 0
    assert await house.scalar("SELECT count(*) FROM disclosure WHERE state = 'open'") == 0
    assert await house.scalar("SELECT array_agg(act ORDER BY revision) FROM consent_revision") == ["given", "withdrawn"]


async def test_an_erasure_against_an_acceptance_leaves_nothing_open(house: House) -> None:
    for name in ("زينب", "نور", "هدى", "سارة"):
        story = await asked(house, person=person(given_name=name, phones=[]), household=None)
        await story.offer()
        person_id = await person_of(house, story)
        await ask(house, person_id)
        done, _ = await asyncio.gather(decide(house, person_id), story.accept())
        assert (done.status, done.body["state"]) == (200, "done"), done.body
        assert await house.scalar("SELECT count(*) FROM disclosure WHERE state = 'open'") == 0
        assert await house.parked() == 0


async def test_the_others_of_a_household_stay(house: House) -> None:
    story = await accepted(house, consent=consent(categories=["household", "identity"]))
    member = await house.scalar("SELECT id FROM person WHERE id <> :id", id=await person_of(house, story))
    assert (await ask(house, member)).status == 201
    assert (await decide(house, member)).status == 200
    shown = await house.get(story.person_path, PROVIDER)
    assert (shown.status, shown.body["household"]["members"]) == (200, [])
    assert shown.body["identity"]["given_name"] == "زينب"


async def test_a_restricted_file_is_erased_by_the_cleared_alone_and_the_other_file_stays(house: House) -> None:
    story = await asked(house, WLCO, needs=[need("protection.gbv"), need()])
    rows = await house.scalar("SELECT jsonb_object_agg(sensitivity, person_id) FROM need")
    hidden = UUID(rows["restricted"])
    for actor in (UNCLEARED_DPO, OFFICER.but(scopes=("intake:protect",), roles=("coordinator",))):
        assert (await ask(house, hidden, actor)).slug == "person-not-found"
        assert (await house.get(f"/v1/persons/{hidden}/erasure", actor)).slug == "person-not-found"
    assert (await ask(house, hidden)).status == 201
    assert (await decide(house, hidden)).status == 200
    assert await house.scalar("SELECT count(*) FROM data_key WHERE wrapped IS NULL") == 1
    assert story.need_id


async def test_every_service_reports_and_who_is_silent_is_seen(house: House) -> None:
    story = await accepted(house)
    person_id = await person_of(house, story)
    erasure_id = await erased(house, story)
    path = f"/v1/persons/{person_id}/erasure"
    seen = (await house.get(path, DPO)).body
    assert (seen["awaited"], seen["overdue"], seen["reports"]) == (["notify", "referral"], False, [])
    done = datetime.now(UTC)
    await house.deliver(referral_v1.ErasureReported(erasure_id=erasure_id, keys_destroyed=2, reported_at=done))
    seen = (await house.get(path, DPO)).body
    assert (seen["awaited"], [one["service"] for one in seen["reports"]]) == (["notify"], ["referral"])
    await house.events()
    await house.later(timedelta(hours=73))
    [late] = [event for event in await house.events() if isinstance(event, ErasureOverdue)]
    assert (late.erasure_id, late.awaited) == (erasure_id, ["notify"])
    assert (await house.get(path, DPO)).body["overdue"] is True
    await house.deliver(notify_v1.ErasureReported(erasure_id=erasure_id, keys_destroyed=0, reported_at=done))
    assert (await house.get(path, DPO)).body["awaited"] == []
    await house.later(timedelta(hours=73))
    assert [event for event in await house.events() if isinstance(event, ErasureOverdue)] == []


async def test_who_was_found_to_be_one_person_is_erased_as_one(house: House) -> None:
    first, second, other = [await accepted(house, person=person(given_name=name), household=None) for name in ("زينب", "زينة", "نور")]
    ids = [await person_of(house, story) for story in (first, second, other)]
    await house.scalar(
        "INSERT INTO merge VALUES (gen_random_uuid(), :operator, :kept, :merged, 'done', clock_timestamp(), 'x', null, null, 1) "
        "RETURNING 1",
        operator=MOMD, kept=ids[1], merged=ids[0],
    )  # fmt: skip
    held = (await house.get(f"/v1/persons/{ids[0]}/held", DPO)).body["held"]
    assert {one["details"]["given_name"] for one in held["person"]} == {"زينب", "زينة"}
    await house.events()
    await erased(house, first)
    [gone] = [event for event in await house.events() if isinstance(event, PersonErased)]
    assert set(gone.needs) >= {first.need_id, second.need_id}
    assert other.need_id not in gone.needs
    assert await house.scalar("SELECT array_agg(id) FROM data_key WHERE wrapped IS NOT NULL") == [ids[2]]
    assert (await house.get(f"/v1/persons/{ids[1]}/held", DPO)).slug == "person-erased"


async def test_who_may_have_been_the_erased_person_waits_for_nobodys_decision(house: House) -> None:
    first = await asked(house, HLP, household=None)
    other = await asked(house, NGO, household=None)
    settled = "SELECT match_settled FROM need WHERE id = :id"
    assert await house.scalar(settled, id=other.need_id) is False
    await erased(house, first)
    await house.work()
    assert await house.scalar(settled, id=other.need_id) is True
    assert [event.need_id for event in await house.events() if isinstance(event, NeedChanged)] == [other.need_id]
    assert (await house.get("/v1/merges/candidates", OFFICER)).body["items"] == []


async def test_a_refused_erasure_may_be_asked_for_again(house: House) -> None:
    person_id = await person_of(house, await accepted(house))
    await ask(house, person_id)
    assert (await decide(house, person_id, version=9)).slug == "stale"
    assert (await decide(house, person_id, agree=False)).body["state"] == "refused"
    assert (await decide(house, person_id, version=2)).slug == "erasure-decided"
    assert await house.scalar("SELECT count(*) FROM data_key WHERE wrapped IS NULL") == 0
    assert (await ask(house, person_id)).status == 201


async def test_strangers_find_no_such_person(house: House) -> None:
    person_id = await person_of(house, await accepted(house))
    await ask(house, person_id)
    await house.events()
    for actor in (*FOREIGNERS, OTHER_DPO):
        answers = [await ask(house, person_id, actor), await decide(house, person_id, actor)]
        answers += [await house.get(f"/v1/persons/{person_id}/erasure", actor)]
        assert {answer.slug for answer in answers} == {"person-not-found"}, actor.client_id
    officer_only = OFFICER.but(scopes=("intake:protect",))
    assert (await ask(house, person_id, officer_only)).slug == "role-needed"
    assert (await ask(house, person_id, None)).status == 401
    assert await house.events() == []


@pytest.mark.parametrize("body", [{"reason": "because"}, {}, {"reason": "person_asked", "more": 1}])
async def test_a_malformed_request_changes_nothing(house: House, body: dict[str, Any]) -> None:
    person_id = await person_of(house, await accepted(house))
    assert (await house.post(f"/v1/persons/{person_id}/erasure", DPO, body)).status == 422
    assert await house.scalar("SELECT count(*) FROM erasure") == 0

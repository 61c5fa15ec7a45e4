"""What was under way for a person ends with them, also what erasures of earlier days left open; nobody is asked for anything any more."""

from datetime import UTC, datetime, timedelta

import asyncpg
from ihala_contracts.intake_v1 import (
    CaseClosed,
    FollowUpDue,
    HandOverEnded,
)
from ihala_intake import ledger
from ihala_intake.commands import ending, waiting
from ihala_kit.auth import Caller
from ihala_kit.due import schedule
from ihala_kit.migrations import migrate_async
from ihala_local.testing import ThrowAwayPostgres
from sqlalchemy import text

from tests.intake.actors import COORDINATOR, NGO, OFFICER, OTHER_COORDINATOR
from tests.intake.casework import NOOR, story_of
from tests.intake.conftest import MIGRATIONS
from tests.intake.house import House
from tests.intake.samples import consent, person
from tests.intake.story import asked
from tests.intake.test_assistance import given, paid, parts
from tests.intake.test_erasure import erased, person_of
from tests.intake.test_hand_overs import neighbour, offered
from tests.intake.test_plans import agreed, plan
from tests.intake.test_programme_plans import PROGRAMMES, REFERENCE, listed, send


async def test_what_was_under_way_ends_with_the_person_and_stands_in_no_list(house: House) -> None:
    await neighbour(house)
    story, case_id = await story_of(house)
    begins_at = (house.database.clock.now() + timedelta(days=2)).isoformat()
    made = await house.post(
        f"/v1/cases/{case_id}/appointments", NOOR, {"begins_at": begins_at, "purpose": "counselling", "officer": "zainab-7"}
    )
    assert made.status == 201, made.body
    promised, begun = await given(house, parts(case_id, "250000")), await given(house, parts(case_id, "100000", "150000"))
    await paid(house, begun["assistance_id"], 1, 1)
    plan_id = (await agreed(house, plan(case_id)))["plan_id"]
    offer = await offered(house, case_id)
    await story.offer()
    await story.accept()
    await story.start()
    await story.complete()
    await house.events()
    await erased(house, story)
    told = await house.events()
    assert [event.state for event in told if isinstance(event, HandOverEnded)] == ["taken_back"]
    assert [(str(event.case_id), event.reason) for event in told if isinstance(event, CaseClosed)] == [(case_id, "erased")]
    for path in (
        "cases", "appointments", "assistance/instalments?until=2027-12-31", "plans/steps?until=2027-12-31", "follow-ups?state=planned",
    ):  # fmt: skip
        answer = await house.get(f"/v1/{path}", OFFICER)
        assert (answer.status, answer.body["items"]) == (200, []), path
    states = [(await house.get(f"/v1/assistance/{one['assistance_id']}", OFFICER)).body["state"] for one in (promised, begun)]
    assert states == ["cancelled", "given"]
    assert (await house.get(f"/v1/plans/{plan_id}", OFFICER)).body["state"] == "ended"
    theirs = (await house.get(f"/v1/hand-overs/{offer['hand_over_id']}", OTHER_COORDINATOR)).body
    assert (theirs["state"], theirs["reason"]) == ("taken_back", None)
    await house.later(timedelta(days=200))
    assert await house.scalar("SELECT count(*) FROM due_work WHERE attempts > 0") == 0
    assert not [event for event in await house.events() if isinstance(event, FollowUpDue)]


async def test_nobody_is_asked_to_decide_or_take_over_anything_of_whoever_is_erased(house: House) -> None:
    child = person(birth_year=datetime.now(UTC).year - 12)
    story = await asked(house, PROGRAMMES, person=child, household=None, consent=consent(assent="given"), identifiers=[REFERENCE])
    await send(house)
    assert len((await house.get("/v1/consents", COORDINATOR)).body["items"]) == len(await listed(house)) == 1
    await erased(house, story)
    assert (await house.get("/v1/consents", COORDINATOR)).body["items"] == []
    assert [await listed(house), [one["state"] for one in await listed(house, "lapsed")]] == [[], ["lapsed"]]
    assert "ProgrammePlanSettled" in await story.named()
    async with house.database.transaction(Caller.system("test")) as tx:
        assert await ledger.check_revisions(tx, story.consent_id) == 2
        await tx.execute(text("UPDATE consent SET state = 'awaited'"))  # as earlier releases left it
    assert (await house.get("/v1/consents", COORDINATOR)).body["items"] == []
    await house.later(timedelta(days=200))
    assert await house.scalar("SELECT count(*) FROM due_work WHERE attempts > 0") == 0
    assert not {"DecisionAwaited", "ProgrammePlanSettled"} & {*await story.named()}


async def test_what_an_erasure_left_open_in_earlier_days_is_ended(house: House) -> None:
    await neighbour(house)
    story, case_id = await story_of(house)
    plan_id = (await agreed(house, plan(case_id)))["plan_id"]
    await offered(house, case_id)
    await house.erase(story.need_id)  # the key, and nothing else
    async with house.database.transaction(Caller.system("test")) as tx:
        for person_id in (await person_of(house, story), await person_of(house, await asked(house, NGO))):
            await schedule(tx, ending.LEFT, person_id, house.database.clock.now())
    await house.events()
    await house.work()
    told = await house.events()
    assert [event.state for event in told if isinstance(event, HandOverEnded)] == ["taken_back"]
    assert [(str(event.case_id), event.reason) for event in told if isinstance(event, CaseClosed)] == [(case_id, "erased")]
    assert (await house.get(f"/v1/plans/{plan_id}", OFFICER)).body["state"] == "ended"
    assert (await house.post(f"/v1/cases/{case_id}/reopening", COORDINATOR, {"reason": "other"}, if_match='"3"')).slug == "person-erased"
    assert await house.scalar("SELECT count(*) FROM due_work WHERE attempts > 0 OR kind = :kind", kind=ending.LEFT) == 0


async def test_migrations_find_whose_erasure_left_something_and_which_phones_are_not_forgotten(postgres: ThrowAwayPostgres) -> None:
    async def before(owner_url: str, app_role: str) -> None:
        await migrate_async(MIGRATIONS, owner_url, app_role, "0021")

    stored = """
        SELECT set_config('app.system', 'test', false);
        INSERT INTO data_key (id, wrapped, made_at, destroyed_at)
            SELECT ('00000000-0000-0000-0000-00000000000' || n)::uuid, CASE n WHEN 3 THEN 'x'::bytea END, clock_timestamp(),
                   CASE WHEN n < 3 THEN clock_timestamp() END FROM generate_series(1, 3) n;
        INSERT INTO person SELECT id, id, id, id, 'standard', NULL, 'intake', 'x', made_at, made_at, 1 FROM data_key;
        INSERT INTO request (id, reference, key_id, operator_id, origin_id, origin_kind, client_id, received_at)
            SELECT id, id::text, id, id, id, 'ngo', 'x', made_at FROM data_key;
        INSERT INTO case_file (id, reference, operator_id, origin_id, request_id, person_id, sensitivity, state, opened_at, version)
            SELECT id, id::text, id, id, id, id, 'standard', 'open', made_at, 1 FROM data_key
            WHERE id <> '00000000-0000-0000-0000-000000000002';
        INSERT INTO waiting (id, kind, operator_id, governorate, person_id, mark, details, state, tries, received_at,
                             next_at, announced_by, changed_at, version)
            SELECT id, CASE WHEN id::text LIKE '%1' THEN 'arrival' ELSE 'call_back' END, id, 'x', id, 'x', 'x',
                   CASE WHEN id::text LIKE '%2' THEN 'waiting' ELSE 'closed' END, 0, made_at,
                   CASE WHEN id::text LIKE '%2' THEN made_at END, CASE WHEN id::text LIKE '%1' THEN id END, made_at, 1 FROM data_key;
    """
    async with postgres.scratch("intake_before_0022", before) as scratch:
        connection = await asyncpg.connect(scratch.url)
        await connection.execute(stored)
        await migrate_async(MIGRATIONS, scratch.owner_url, scratch.app_role)
        found = await connection.fetch("SELECT key FROM due_work WHERE kind = $1", ending.LEFT)
        assert [row["key"].int for row in found] == [1]
        found = await connection.fetch("SELECT key FROM due_work WHERE kind = $1", waiting.FORGET_PHONE)
        assert [row["key"].int for row in found] == [3]  # by which phone somebody asked to be called; not an arrival, nor who waits
        await connection.close()

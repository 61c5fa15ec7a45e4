"""Calendars and closures over HTTP: whose they are, what they move, and what they never move."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from ihala_contracts.referral_v1 import CalendarChanged, DeadlinesRecomputed
from ihala_kit.auth import Caller
from sqlalchemy import text

from tests.referral.actors import COORDINATOR, FIRST, MOMD, NGO, NINEWA, SECOND, STRANGER, SUNDAY, Actor
from tests.referral.racing import race_to_write
from tests.referral.ticks import EPSILON, MONDAY, TUESDAY, WEDNESDAY, at, levels, missed
from tests.referral.world import Answer, World, kinds

READS_AND_SETS = "referral:read referral:calendar"
ADMIN = Actor("operator-admin", MOMD, "operator", READS_AND_SETS, ("operator-administrator",), MOMD)
DESK = Actor("desk", MOMD, "operator", READS_AND_SETS, ("officer",), MOMD)
HEAD = Actor("head-of-first", FIRST.organization_id, "nngo", READS_AND_SETS)
NGO_HEAD = Actor("head-of-ngo", NGO.organization_id, "nngo", READS_AND_SETS)
WEEK = ["sunday", "monday", "tuesday", "wednesday", "thursday"]
DAY = timedelta(days=1)


async def put(world: World, actor: Actor, path: str, body: Any, version: int = 0) -> Answer:
    return await world.call(actor, "PUT", path, body, {"If-Match": f'"{version}"'})


async def works(world: World, actor: Actor, whose: Actor, version: int = 0, **more: Any) -> Answer:
    body = {"week": WEEK, "opens": "08:00", "closes": "15:00"} | more
    return await put(world, actor, f"/v1/calendars/{whose.organization_id}", body, version)


async def closed(world: World, actor: Actor, first: date, last: date | None = None, **more: Any) -> Answer:
    body = {"first_day": first.isoformat(), "last_day": (last or first).isoformat(), "reason": "security"} | more
    return await world.post(actor, "/v1/closures", body, None)


def about(instant: datetime | None, expected: datetime) -> bool:
    return instant is not None and abs(instant - expected) < EPSILON


async def test_everybody_works_by_the_calendar_of_iraq_until_somebody_says_otherwise(world: World) -> None:
    found = await world.get(HEAD, f"/v1/calendars/{FIRST.organization_id}")
    assert (found.status, found.etag, found.body["of"], found.body["week"]) == (200, '"0"', "everybody", WEEK)
    assert (await works(world, ADMIN, ADMIN, closes="14:00")).status == 200
    found = await world.get(HEAD, f"/v1/calendars/{FIRST.organization_id}")
    assert (found.body["of"], found.body["closes"], found.etag) == ("operator", "14:00", '"0"')
    assert (await works(world, HEAD, FIRST, lists=["federal", "sinjar"])).status == 200
    found = await world.get(ADMIN, f"/v1/calendars/{FIRST.organization_id}")
    assert (found.body["of"], found.body["lists"], found.etag) == ("own", ["federal", "sinjar"], '"1"')
    assert kinds(await world.all(CalendarChanged)) == ["calendar-changed"] * 2


async def test_only_who_runs_an_organisation_sets_its_time(world: World) -> None:
    assert (await works(world, HEAD, SECOND)).problem == "calendar-not-found"
    assert (await works(world, NGO_HEAD, ADMIN)).problem == "calendar-not-found"
    assert (await works(world, DESK, FIRST)).problem == "administrators-only"
    assert (await works(world, FIRST, FIRST)).status == 403
    assert (await works(world, ADMIN, STRANGER)).problem == "calendar-not-found"
    assert (await works(world, ADMIN, FIRST)).status == 200
    assert (await works(world, HEAD, FIRST)).problem == "stale"
    assert (await works(world, HEAD, FIRST, 1)).etag == '"2"'
    assert (await world.get(SECOND, f"/v1/calendars/{FIRST.organization_id}")).status == 404


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"week": ["sunday", "monday", "monday"]}, "working-time-too-short"),
        ({"opens": "12:01"}, "working-time-too-short"),
        ({"lists": ["federal", "mars"]}, "holiday-list-unknown"),
        ({"zone": "Asia/Ninawa"}, "malformed-request"),
        ({"closes": "24:00"}, "malformed-request"),
    ],
)
async def test_a_calendar_must_mean_something(world: World, wrong: dict[str, Any], problem: str) -> None:
    assert (await works(world, HEAD, FIRST, **wrong)).problem == problem


async def test_each_deadline_counts_in_the_time_of_who_must_act(world: World) -> None:
    await works(world, HEAD, FIRST, week=["saturday", "sunday", "monday"])
    await works(world, NGO_HEAD, NGO, week=["monday", "tuesday", "wednesday"])
    await works(world, ADMIN, ADMIN, week=["sunday", "tuesday", "wednesday", "thursday"])
    _, referral_id = await world.offered(FIRST, NGO, urgency="urgent")
    row = await world.referral(referral_id)
    assert about(row.acknowledge_by, MONDAY) and about(row.level_1_at, MONDAY)  # the receiver's
    assert about(row.level_2_at, WEDNESDAY)  # the office's: Monday is none of its days
    assert about(row.decide_by, SUNDAY + 7 * DAY)  # Monday, Saturday, Sunday
    assert (await world.move(FIRST, referral_id, "question", {"text": "?"})).status == 200
    assert about((await world.referral(referral_id)).answer_by, MONDAY.replace(hour=12))  # the origin's: the whole of Monday


async def test_a_centres_question_is_answered_in_the_offices_time(world: World) -> None:
    await works(world, ADMIN, ADMIN, week=["sunday", "tuesday", "wednesday", "thursday"])
    _, referral_id = await world.offered(FIRST, urgency="urgent")
    await world.move(FIRST, referral_id, "question", {"text": "?"})
    assert about((await world.referral(referral_id)).answer_by, TUESDAY)


async def test_a_closure_of_the_same_morning_moves_what_is_open_and_tells_of_it(world: World) -> None:
    need_id, referral_id = await world.offered(FIRST, NGO, urgency="urgent")
    emergency, wall = await world.offered(SECOND, NGO, urgency="emergency")
    before = await world.referral(wall)
    await at(world, MONDAY - timedelta(hours=3))
    assert (await closed(world, ADMIN, MONDAY.date())).status == 201
    await world.tick()
    row = await world.referral(referral_id)
    assert about(row.acknowledge_by, TUESDAY) and about(row.decide_by, SUNDAY + 4 * DAY) and about(row.next_at, TUESDAY)
    [told] = await world.all(DeadlinesRecomputed, need_id)
    moved = {one.deadline: (one.before, one.after) for one in told.moved}
    assert moved["acknowledge_by"][1] == row.acknowledge_by and about(moved["acknowledge_by"][0], MONDAY)
    assert told.deadlines is not None and told.deadlines.decide_by == row.decide_by
    assert (await world.placement(need_id)).next_at == row.next_at
    assert (await world.referral(wall)).expires_at == before.expires_at and not await world.all(DeadlinesRecomputed, emergency)
    await at(world, MONDAY + EPSILON)
    assert await levels(world, need_id) == []
    await at(world, TUESDAY + EPSILON)
    assert await missed(world, need_id) == ["acknowledge"]


async def test_counting_twice_moves_nothing_more(world: World) -> None:
    need_id, _ = await world.offered(FIRST, NGO)
    await closed(world, ADMIN, MONDAY.date())
    await world.tick()
    world.advance(minutes=2)
    assert await world.value("SELECT count(*) FROM due_work WHERE kind = 'recount-deadlines'") == 1  # for whom the change overtook
    await world.tick()
    assert await world.value("SELECT count(*) FROM due_work") == 0
    assert len(await world.all(DeadlinesRecomputed, need_id)) == 1


async def test_what_has_fired_is_never_moved(world: World) -> None:
    need_id, referral_id = await world.offered(FIRST, NGO, urgency="urgent")
    await at(world, MONDAY + EPSILON)
    before = await world.referral(referral_id)
    await closed(world, ADMIN, MONDAY.date(), TUESDAY.date())
    await world.tick()
    [told] = await world.all(DeadlinesRecomputed, need_id)
    assert {"acknowledge_by", "level_1_at"}.isdisjoint(one.deadline for one in told.moved)
    after = await world.referral(referral_id)
    assert (after.acknowledge_by, after.level_1_at) == (before.acknowledge_by, before.level_1_at)
    assert after.decide_by > before.decide_by


async def test_an_urgent_need_is_still_never_five_days_without_a_coordinator(world: World) -> None:
    need_id, referral_id = await world.offered(FIRST, NGO, urgency="urgent")
    await closed(world, ADMIN, MONDAY.date(), MONDAY.date() + timedelta(days=20))
    await world.tick()
    row = await world.referral(referral_id)
    assert about(row.level_2_at, SUNDAY + 5 * DAY) and row.level_1_at == row.level_2_at
    await at(world, TUESDAY)
    await world.move(FIRST, referral_id, "question", {"text": "?"})
    world.advance(hours=1)
    await world.move(NGO, referral_id, "answer", {"text": "."})
    assert about((await world.referral(referral_id)).level_2_at, SUNDAY + 5 * DAY + timedelta(hours=1))
    await at(world, SUNDAY + 60 * DAY)
    assert [level for level, _ in await levels(world, need_id)] == [1, 2, 3]


async def test_a_closure_concerns_whom_it_names(world: World) -> None:
    _, mine = await world.offered(FIRST, NGO, urgency="urgent")
    _, others = await world.offered(SECOND, NGO, urgency="urgent")
    _, elsewhere = await world.offered(FIRST, NGO, urgency="urgent", governorate="IQG13", district=None)
    own = await closed(world, HEAD, MONDAY.date(), organization_id=str(FIRST.organization_id), governorate=NINEWA)
    assert (own.status, own.body["operator_id"]) == (201, str(MOMD))
    await world.tick()
    found = [(await world.referral(one)).acknowledge_by for one in (mine, others, elsewhere)]
    assert about(found[0], TUESDAY) and about(found[1], MONDAY) and about(found[2], MONDAY)
    row = await world.referral(mine)
    assert about(row.level_3_at, WEDNESDAY)  # the office works


async def test_a_closure_taken_back_leaves_a_working_day(world: World) -> None:
    _, referral_id = await world.offered(FIRST, NGO, urgency="urgent")
    declared = await closed(world, ADMIN, MONDAY.date(), WEDNESDAY.date())
    await world.tick()
    await at(world, TUESDAY)
    path = f"/v1/closures/{declared.body['closure_id']}/withdrawal"
    taken = await world.post(ADMIN, path, None, 1)
    assert (taken.status, taken.body["last_day"], taken.body["withdrawn_at"]) == (200, TUESDAY.date().isoformat(), None)
    await world.tick()
    assert about((await world.referral(referral_id)).acknowledge_by, WEDNESDAY.replace(hour=12))  # all of its hours
    assert (await world.post(ADMIN, path, None, 2)).problem == "closure-ended"
    ahead = await closed(world, ADMIN, WEDNESDAY.date())
    assert (await world.post(ADMIN, f"/v1/closures/{ahead.body['closure_id']}/withdrawal", None, 1)).body["withdrawn_at"]
    listed = (await world.get(HEAD, f"/v1/closures?since={MONDAY.date()}")).body["items"]
    assert [one["closure_id"] for one in listed] == [declared.body["closure_id"]]


async def test_a_day_that_a_list_calls_a_holiday_may_be_worked(world: World) -> None:
    world.set_time(datetime.fromisoformat("2027-03-08T06:00:00+00:00"))  # the feast is estimated to begin tomorrow
    _, referral_id = await world.offered(FIRST, NGO, urgency="urgent")
    assert about((await world.referral(referral_id)).acknowledge_by, world.now + 6 * DAY)
    await closed(world, ADMIN, date(2027, 3, 9), works=True, reason="holiday")
    await world.tick()
    assert about((await world.referral(referral_id)).acknowledge_by, world.now + DAY)


async def test_who_may_close_whom(world: World) -> None:
    assert (await closed(world, HEAD, MONDAY.date())).problem == "administrators-only"
    assert (await closed(world, HEAD, MONDAY.date(), organization_id=str(SECOND.organization_id))).problem == "calendar-not-found"
    assert (await closed(world, DESK, MONDAY.date())).problem == "administrators-only"
    assert (await closed(world, ADMIN, MONDAY.date(), organization_id=str(STRANGER.organization_id))).problem == "calendar-not-found"
    everybodys = (await closed(world, ADMIN, MONDAY.date())).body["closure_id"]
    path = f"/v1/closures/{everybodys}"
    assert (await world.get(HEAD, path)).status == 200
    assert (await world.post(HEAD, f"{path}/withdrawal", None, 1)).problem == "closure-not-found"
    outside = Actor("outside", UUID(int=5), "nngo", READS_AND_SETS, operator_id=None)
    assert (await world.get(outside, path)).status == 404


@pytest.mark.parametrize("number", [20270601, 20270601.0, "20270601"])
async def test_a_number_is_no_day(world: World, number: object) -> None:
    refused = await world.post(ADMIN, "/v1/closures", {"first_day": number, "last_day": "2027-06-01", "reason": "security"}, None)
    assert (refused.status, [one["pointer"] for one in refused.body["errors"]]) == (422, ["#/first_day"])
    assert (await world.get(ADMIN, "/v1/closures?since=20270601")).status == 422


@pytest.mark.parametrize(("first", "last"), [(-1, 0), (3, 2), (0, 31), (366, 367)])
async def test_a_closure_has_bounds(world: World, first: int, last: int) -> None:
    today = SUNDAY.date()
    refused = await closed(world, ADMIN, today + timedelta(days=first), today + timedelta(days=last))
    assert (refused.status, refused.problem) == (422, "closure-not-possible")
    refused = await closed(world, ADMIN, date.max)
    assert (refused.status, refused.problem) == (422, "closure-not-possible")


async def test_a_triage_waits_for_the_office_that_is_closed(world: World) -> None:
    need_id = await world.identified(NGO, match_settled=False)
    before = (await world.placement(need_id)).due_at
    await closed(world, ADMIN, MONDAY.date(), organization_id=str(MOMD))
    await world.tick()
    row = await world.placement(need_id)
    assert about(before, TUESDAY) and about(row.due_at, WEDNESDAY) and row.next_at == row.due_at
    [told] = await world.all(DeadlinesRecomputed, need_id)
    assert [one.deadline for one in told.moved] == ["triage_by"] and told.referral_id is None


async def test_a_rest_is_counted_again_with_the_rest(world: World) -> None:
    _, referral_id = await world.offered(FIRST, NGO, urgency="urgent")
    await at(world, SUNDAY + timedelta(hours=1))
    await world.move(FIRST, referral_id, "question", {"text": "?"})
    await at(world, SUNDAY + timedelta(hours=3))
    await world.move(NGO, referral_id, "answer", {"text": "!"})
    await closed(world, ADMIN, MONDAY.date())
    await world.tick()
    row = await world.referral(referral_id)
    assert about(row.level_1_at, TUESDAY + timedelta(hours=2)) and about(row.decide_by, SUNDAY + 4 * DAY + timedelta(hours=2))


async def test_a_contact_that_is_awaited_is_counted_again(world: World) -> None:
    _, referral_id = await world.accepted(FIRST, NGO, urgency="urgent")
    await closed(world, ADMIN, TUESDAY.date())
    await world.tick()
    row = await world.referral(referral_id)
    assert about(row.first_contact_by, SUNDAY + 4 * DAY) and about(row.level_1_at, SUNDAY + 4 * DAY)


async def test_everybody_concerned_is_found_some_at_a_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ihala_referral.calendars.recomputing.BATCH", 2)
    offers = [(await world.offered(FIRST, NGO))[1] for _ in range(5)]
    await closed(world, COORDINATOR_ADMIN, MONDAY.date(), organization_id=str(FIRST.organization_id))
    await world.tick()
    assert len(await world.all(DeadlinesRecomputed)) == len(offers)


async def test_the_database_itself_shows_nobody_the_time_of_others(world: World) -> None:
    await works(world, HEAD, FIRST)
    await closed(world, HEAD, MONDAY.date(), organization_id=str(FIRST.organization_id))
    await closed(world, ADMIN, MONDAY.date())
    stranger = replace(STRANGER, operator_id=None)
    seen = {actor.name: await rows_seen(world, actor) for actor in (HEAD, ADMIN, SECOND, stranger)}
    assert seen == {HEAD.name: (1, 2), ADMIN.name: (1, 2), SECOND.name: (0, 1), STRANGER.name: (0, 0)}


async def rows_seen(world: World, actor: Actor) -> tuple[int, ...]:
    caller = Caller(actor.name, actor.organization_id, actor.kind, operator_id=actor.operator_id)
    async with world.database.transaction(caller) as tx:
        return tuple([await tx.scalar(text(f"SELECT count(*) FROM {table}")) or 0 for table in ("calendar", "closure")])


COORDINATOR_ADMIN = Actor("coordinator-admin", COORDINATOR.organization_id, "operator", READS_AND_SETS, ("coordinator",), MOMD)


async def test_of_two_who_set_a_first_calendar_at_once_one_is_told_that_it_is_old(world: World) -> None:
    first = """INSERT INTO calendar (organization_id, zone, week, opens, closes, lists, changed_at, client_id, version)
               VALUES (:whose, 'Asia/Baghdad', '{sunday}', '08:00', '15:00', '{federal}', now(), 'somebody', 1)"""
    both = (works(world, HEAD, FIRST, opens=hour) for hour in ("07:00", "09:00"))
    answers = await race_to_write(world, first, *both, whose=FIRST.organization_id)
    assert sorted(answer.status for answer in answers) == [200, 412]

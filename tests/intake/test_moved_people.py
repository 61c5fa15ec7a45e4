"""Somebody another operator has now is known there: by their origin, by the desks of both, and where two may be one."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from ihala_contracts.intake_v1 import CaseMoved, NeedChanged, NeedIdentified
from ihala_contracts.referral_v1 import NeedUnserved, ReferralFailed

from tests.intake.actors import COORDINATOR, HLP, MOMD, NGO, OFFICER, OTHER_OPERATOR, PROVIDER, WLCO, Actor
from tests.intake.casework import NOOR, done, finished
from tests.intake.families import member
from tests.intake.house import Answer, House
from tests.intake.samples import need, person, request
from tests.intake.story import Story
from tests.intake.test_hand_overs import ERBIL, answered, neighbour, offered
from tests.intake.test_moved_households import HUSBAND, went
from tests.intake.two_offices import brought, pairs

ERBIL_DESK = ERBIL.but(client_id="desk-erbil", cleared=False, roles=("officer",))


async def told(house: House, origin: Actor, *needs: dict[str, Any], **changes: Any) -> Answer:
    answer = await house.post("/v1/requests", origin, request(*(needs or (need(),)), **{"household": None} | changes))
    assert answer.status == 202, answer.body
    return answer


async def gone(house: House, origin: Actor, **changes: Any) -> Answer:
    """Bring somebody, and hand their case over."""
    await neighbour(house)
    first = await told(house, origin)
    await went(house, first.body["case_ids"][0], **changes)
    await house.work()
    await house.events()
    return first


async def owner(house: House, case_id: str) -> Any:
    return await house.scalar("SELECT operator_id FROM case_file WHERE id = :id", id=case_id)


async def test_an_origin_that_tells_again_is_heard_where_the_case_is_now(house: House) -> None:
    first = await gone(house, HLP)
    again = await told(house, HLP, need(), need("cash.grant"))
    assert again.body["case_ids"] == first.body["case_ids"]
    assert first.body["needs"][0]["need_id"] in {one["need_id"] for one in again.body["needs"]}
    [identified] = [event for event in await house.events() if isinstance(event, NeedIdentified)]
    assert (identified.need_code, identified.operator_id) == ("cash.grant", OTHER_OPERATOR)
    path = f"/v1/requests/{again.body['request_id']}"
    assert [(await house.get(path, actor)).status for actor in (HLP, ERBIL, COORDINATOR)] == [200, 200, 404]
    for one in again.body["needs"]:
        assert [(await house.get(f"/v1/needs/{one['need_id']}", actor)).status for actor in (ERBIL, COORDINATOR)] == [200, 404]
    assert await house.scalar("SELECT count(*) FROM person") == 1


async def came_back(house: House) -> tuple[Answer, Answer]:
    """Bring somebody whose file was closed, who came back, and whose first file is worked on again: two open files."""
    await neighbour(house)
    first = await told(house, OFFICER)
    await finished(house, first.body["case_ids"][0])
    await done(house, first.body["case_ids"][0], "closure", NOOR, {"reason": "goals_reached", "recorded_by": "x"})
    second = await told(house, OFFICER, need("cash.grant"))
    assert second.body["case_ids"] != first.body["case_ids"]
    assert await house.scalar("SELECT count(*) FROM person") == 1
    assert (await done(house, first.body["case_ids"][0], "reopening", NOOR, {"reason": "other"})).status == 200
    await done(house, second.body["case_ids"][0], "assignment", NOOR, {"officer": "zainab-7"})
    await house.events()
    return first, second


async def test_all_files_of_a_person_go_together_and_none_while_a_receiver_is_asked(house: House) -> None:
    first, second = await came_back(house)
    cases = [one.body["case_ids"][0] for one in (first, second)]
    need_id = UUID(second.body["needs"][0]["need_id"])
    story = Story(house, need_id, UUID(second.body["needs"][0]["consent_id"]), second.body["request_id"], uuid4(), PROVIDER)
    await story.offer()
    made = await offered(house, cases[0])
    busy = await answered(house, made, "acceptance")
    assert (busy.status, busy.slug) == (409, "case-unfinished")
    await story.tell(ReferralFailed)
    await story.tell(NeedUnserved, failing=[], unserved_at=house.database.clock.now())
    await house.events()
    assert (await answered(house, made, "acceptance")).status == 200
    events = await house.events()
    assert {str(event.case_id) for event in events if isinstance(event, CaseMoved)} == set(cases)
    told = {event.need_id: event.facts is not None for event in events if isinstance(event, NeedChanged)}
    assert told == {UUID(first.body["needs"][0]["need_id"]): False, need_id: True}  # that one has ended there, too
    assert [(await house.get(f"/v1/cases/{one}", ERBIL)).body["officer"] for one in cases] == [None, None]


async def test_without_history_the_other_file_of_a_person_goes_on_as_it_was(house: House) -> None:
    first, second = await came_back(house)
    begins_at = (house.database.clock.now() + timedelta(days=2)).isoformat()
    meeting = {"begins_at": begins_at, "purpose": "counselling", "officer": "zainab-7"}
    kept = await house.post(f"/v1/cases/{second.body['case_ids'][0]}/appointments", NOOR, meeting)
    assert kept.status == 201, kept.body
    made = await offered(house, first.body["case_ids"][0], with_history=False)
    assert (await answered(house, made, "acceptance")).status == 200
    assert await house.scalar("SELECT state FROM appointment") == "planned"


async def test_a_merge_may_be_taken_back_when_one_of_the_two_is_another_operators(house: House) -> None:
    await neighbour(house)
    first = await brought(house, HLP)
    await brought(house, NGO)
    [pair] = await pairs(house)
    kept, merged = pair["person_ids"]
    made = await house.post("/v1/merges", OFFICER, {"kept_id": kept, "merged_id": merged})
    await went(house, first.body["case_ids"][0])
    await house.events()
    path = f"/v1/merges/{made.body['merge_id']}/undo"
    assert (await house.call("POST", path, ERBIL.but(scopes=("intake:merge",)), if_match='"1"')).status == 404
    undone = await house.call("POST", path, OFFICER, if_match='"1"')
    assert (undone.status, undone.body["state"]) == (200, "undone")


async def test_what_is_restricted_goes_to_the_operator_of_its_origin(house: House) -> None:
    first = await gone(house, WLCO)
    again = await told(house, WLCO, need("protection.gbv"), need("cash.grant"))
    [hidden] = set(again.body["case_ids"]) - set(first.body["case_ids"])
    assert (await owner(house, hidden), await owner(house, first.body["case_ids"][0])) == (MOMD, OTHER_OPERATOR)
    assert [(await house.get(f"/v1/cases/{hidden}", actor)).status for actor in (COORDINATOR, ERBIL)] == [200, 404]
    alone = await told(house, WLCO, need("protection.gbv"))
    seen = [(await house.get(f"/v1/requests/{alone.body['request_id']}", actor)).status for actor in (COORDINATOR, ERBIL)]
    assert seen == [200, 404]


async def test_once_the_other_has_closed_it_the_person_is_new_where_they_came(house: House) -> None:
    first = await gone(house, HLP)
    [case_id] = first.body["case_ids"]
    await finished(house, case_id)
    closed = await done(house, case_id, "closure", ERBIL, {"reason": "goals_reached", "recorded_by": "x"})
    assert closed.status == 200, closed.body
    again = await told(house, HLP)
    [other] = again.body["case_ids"]
    assert other != case_id
    assert await owner(house, other) == MOMD
    assert (await told(house, HLP)).body["case_ids"] == [other]


async def test_a_desk_keeps_nobody_whom_it_gave_away_and_the_new_one_knows_them(house: House) -> None:
    first = await gone(house, OFFICER)
    again = await told(house, OFFICER)
    assert await owner(house, again.body["case_ids"][0]) == MOMD
    assert (await told(house, ERBIL_DESK)).body["case_ids"] == first.body["case_ids"]


async def test_the_desk_that_knows_somebody_already_goes_on_knowing_them(house: House) -> None:
    theirs = await told(house, ERBIL_DESK)
    await gone(house, OFFICER)
    assert (await told(house, ERBIL_DESK)).body["case_ids"] == theirs.body["case_ids"]
    assert len(await pairs(house, ERBIL)) == 1  # and is asked whether the two are one


async def test_without_history_each_operator_knows_its_own(house: House) -> None:
    await neighbour(house)
    first = await told(house, HLP)
    there = await went(house, first.body["case_ids"][0], with_history=False)
    assert (await told(house, ERBIL_DESK)).body["case_ids"] == [there]
    again = await told(house, HLP)
    assert again.body["case_ids"] != first.body["case_ids"]
    assert await owner(house, again.body["case_ids"][0]) == MOMD


async def test_who_stayed_still_waits_for_a_thing_once(house: House) -> None:
    await neighbour(house)
    home = {"household": {"members": [HUSBAND, member("يوسف", "child", birth_year=2016)]}}
    first = await told(house, HLP, need(), **home)
    needs = {one["code"]: one["need_id"] for one in first.body["needs"]}
    await went(house, str(await house.scalar("SELECT case_id FROM need WHERE id = :id", id=needs["housing.hlp"])))
    people = await house.scalar("SELECT count(*) FROM person")
    await house.events()
    again = await told(house, HLP, need(), **home, identifiers=[])
    assert {one["code"]: one["need_id"] for one in again.body["needs"]} == needs
    assert [event for event in await house.events() if isinstance(event, NeedIdentified)] == []
    assert await house.scalar("SELECT count(*) FROM person") == people
    changed = HUSBAND | {"needs": [need("work.job")]}
    third = await told(house, HLP, need(), household={"members": [changed]}, identifiers=[])
    [job] = [one["need_id"] for one in third.body["needs"] if one["code"] == "work.job"]
    assert await house.scalar("SELECT operator_id FROM need WHERE id = :id", id=job) == MOMD


async def test_doubts_end_where_somebody_left_and_begin_where_they_came(house: House) -> None:
    await neighbour(house)
    await brought(house, ERBIL_DESK)
    first = await brought(house, HLP)
    second = await brought(house, NGO)
    [pair] = await pairs(house)
    await house.events()
    await went(house, second.body["case_ids"][0])
    settled = [event.need_id for event in await house.events() if isinstance(event, NeedChanged) and event.match_settled]
    assert [str(one) for one in settled] == [second.body["needs"][0]["need_id"]]
    assert await pairs(house) == []
    [parted] = await pairs(house, state="parted")
    assert parted["candidate_id"] == pair["candidate_id"]
    await house.work()
    assert len(await pairs(house, ERBIL)) == 1
    assert await house.scalar("SELECT match_settled FROM need WHERE id = :id", id=first.body["needs"][0]["need_id"])


async def test_who_waited_because_of_somebody_who_left_goes_on(house: House) -> None:
    await neighbour(house)
    first = await brought(house, HLP)
    second = await brought(house, NGO)
    await house.events()
    await went(house, first.body["case_ids"][0])
    await house.events()
    await house.work()
    [changed] = [event for event in await house.events() if isinstance(event, NeedChanged)]
    assert (str(changed.need_id), changed.match_settled, changed.operator_id) == (second.body["needs"][0]["need_id"], True, MOMD)


async def test_a_case_that_moves_while_its_origin_tells_again(house: House) -> None:
    await neighbour(house)
    home = {"household": {"members": [HUSBAND]}}
    for year in (1951, 1961, 1971):
        who = {"person": person(birth_year=year, phones=[])} | home
        first = await told(house, HLP, **who)
        case_id = str(await house.scalar("SELECT case_id FROM need WHERE id = :id", id=first.body["needs"][0]["need_id"]))
        offer = await offered(house, case_id)
        answers = await asyncio.gather(
            answered(house, offer, "acceptance"),
            *(house.post("/v1/requests", HLP, request(need("cash.grant"), need(), **who)) for _ in range(4)),
            done(house, case_id, "assignment", NOOR, {"officer": "zainab-7"}),
        )
        assert [answer.status for answer in answers[1:5]] == [202] * 4
        assert answers[0].status in {200, 412}, answers[0].body
        mixed = "SELECT count(*) FROM need n JOIN case_file c ON c.id = n.case_id WHERE n.operator_id <> c.operator_id"
        assert await house.scalar(mixed) == 0

"""Break-glass: who may, what it opens and for how long, who is told."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from ihala_contracts.intake_v1 import BreakGlassEnded, BreakGlassOpened
from ihala_kit.auth import Caller
from sqlalchemy import text

from tests.intake.actors import COORDINATOR, OFFICER, OTHER_OPERATOR, WLCO, Actor
from tests.intake.house import Answer, House
from tests.intake.protectors import DPO, FOREIGNERS, OTHER_DPO, SUPERVISOR, officer
from tests.intake.samples import NOTE, need
from tests.intake.story import asked

SCOPES = ("intake:protect",)


async def a_case(house: House, *, restricted: bool = True) -> UUID:
    """A file of the ministry's; return its case."""
    wanted = need("protection.gbv", note=NOTE) if restricted else need(note=NOTE)
    story = await asked(house, WLCO, needs=[wanted])
    found: UUID = await house.scalar("SELECT case_id FROM need WHERE id = :id", id=story.need_id)
    return found


def why(case_id: UUID, **more: Any) -> dict[str, Any]:
    return {"case_id": str(case_id), "reason": "life_at_risk", "explanation": "She stands at our desk and is in danger", **more}


async def broken(house: House, case_id: UUID, actor: Actor | None = SUPERVISOR) -> Answer:
    return await house.post("/v1/break-glass", actor, why(case_id))


async def rows(house: House, actor: Actor, table: str, acting_officer: str | None = None) -> int:
    caller = Caller(
        actor.client_id, actor.organization_id, actor.kind, actor.operator_id, cleared=actor.cleared, acting_officer=acting_officer
    )  # fmt: skip
    async with house.database.transaction(caller) as tx:
        return int(await tx.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


async def test_only_a_cleared_supervisor_of_an_operator_may(house: House) -> None:
    case_id = await a_case(house)
    await house.events()
    for actor in (SUPERVISOR.but(cleared=False), SUPERVISOR.but(roles=("coordinator", "dpo")), COORDINATOR.but(scopes=SCOPES), *FOREIGNERS):
        refused = await broken(house, case_id, actor)
        assert (refused.status, refused.slug) == (403, "role-needed"), actor.client_id
    assert (await broken(house, uuid4())).slug == "case-not-found"
    assert (await broken(house, case_id, None)).status == 401
    assert (await broken(house, case_id, SUPERVISOR.but(scopes=("intake:read",)))).slug == "insufficient-scope"
    assert await house.events() == []
    assert await house.scalar("SELECT count(*) FROM break_glass") == 0


async def test_it_opens_one_file_to_one_officer_in_the_row_policies(house: House) -> None:
    case_id = await a_case(house)
    await a_case(house)
    tables = ("person", "case_file", "need", "consent")
    assert [await rows(house, SUPERVISOR, table) for table in tables] == [0, 0, 0, 0]
    assert (await broken(house, case_id, officer(SUPERVISOR, "s-1"))).status == 201
    assert [await rows(house, SUPERVISOR, table, "s-1") for table in tables] == [1, 1, 1, 1]
    for other, name in ((SUPERVISOR, None), (SUPERVISOR, "s-2"), (OTHER_DPO, "s-1"), (SUPERVISOR.but(cleared=False), "s-1")):
        assert [await rows(house, other, table, name) for table in tables] == [0, 0, 0, 0]
    assert (await broken(house, case_id, officer(SUPERVISOR, "s-1"))).slug == "break-glass-open-already"


async def test_the_file_is_read_and_each_read_is_in_the_persons_chain(house: House) -> None:
    case_id = await a_case(house)
    glass = await broken(house, case_id)
    path = f"/v1/break-glass/{glass.body['break_glass_id']}/file"
    shown = await house.get(path, SUPERVISOR)
    assert shown.status == 200
    assert (shown.body["person"]["given_name"], shown.body["sensitivity"]) == ("زينب", "restricted")
    assert [(one["code"], one["note"]) for one in shown.body["needs"]] == [("protection.gbv", NOTE)]
    assert shown.headers["Cache-Control"] == "no-store"
    person_id = await house.scalar("SELECT person_id FROM case_file WHERE id = :id", id=case_id)
    assert await house.chain(person_id) == 1
    found = await house.scalar("SELECT what || ' ' || organization_id FROM access_log")
    assert found == f"break_glass {OTHER_OPERATOR}"
    for other in (DPO, OTHER_DPO, officer(SUPERVISOR, "s-2"), *FOREIGNERS):
        assert (await house.get(path, other)).slug == "break-glass-not-found"


async def test_it_ends_after_three_hours(house: House) -> None:
    case_id = await a_case(house)
    glass = await broken(house, case_id)
    path = f"/v1/break-glass/{glass.body['break_glass_id']}"
    await house.later(timedelta(hours=2, minutes=59))
    assert (await house.get(f"{path}/file", SUPERVISOR)).status == 200
    house.database.clock.offset += timedelta(minutes=2)  # the clock's work may be late: nobody reads meanwhile
    assert (await house.get(f"{path}/file", SUPERVISOR)).slug == "break-glass-ended"
    assert await rows(house, SUPERVISOR, "person") == 1
    await house.work()
    assert await rows(house, SUPERVISOR, "person") == 0
    seen = (await house.get(path, DPO)).body
    assert (seen["state"], seen["ended_by"]) == ("ended", "time")
    assert (await broken(house, case_id)).status == 201


async def test_owner_and_dpo_are_told_and_the_dpo_ends_it(house: House) -> None:
    case_id = await a_case(house)
    await house.events()
    glass = await broken(house, case_id)
    [told] = await house.events()
    assert isinstance(told, BreakGlassOpened)
    assert (str(told.break_glass_id), told.organization_id) == (glass.body["break_glass_id"], OTHER_OPERATOR)
    assert told.until - told.opened_at == timedelta(hours=3)
    [listed] = (await house.get("/v1/break-glass", DPO)).body["items"]
    assert listed["explanation"] == "She stands at our desk and is in danger"
    path = f"/v1/break-glass/{glass.body['break_glass_id']}"
    for actor in (OFFICER.but(scopes=SCOPES, cleared=True), COORDINATOR.but(scopes=SCOPES)):
        assert (await house.post(f"{path}/end", actor, {})).slug == "role-needed"
    ended = await house.post(f"{path}/end", DPO, {})
    assert (ended.status, ended.body["ended_by"]) == (200, "dpo")
    assert [type(event) for event in await house.events()] == [BreakGlassEnded]
    assert (await house.get(f"{path}/file", SUPERVISOR)).slug == "break-glass-ended"
    assert await rows(house, SUPERVISOR, "person") == 0
    assert (await house.post(f"{path}/end", DPO, {})).slug == "break-glass-ended"


async def test_the_reader_may_give_it_back_and_others_see_nothing(house: House) -> None:
    glass = await broken(house, await a_case(house))
    path = f"/v1/break-glass/{glass.body['break_glass_id']}"
    uncleared = DPO.but(cleared=False)
    for other in (OTHER_DPO, uncleared, *FOREIGNERS):
        assert (await house.get(path, other)).slug == "break-glass-not-found"
        assert (await house.post(f"{path}/end", other, {})).slug == "break-glass-not-found"
        assert (await house.get("/v1/break-glass", other)).body == {"items": []}
    assert (await house.post(f"{path}/end", SUPERVISOR, {})).body["ended_by"] == "reader"


async def test_no_reason_no_glass(house: House) -> None:
    case_id = await a_case(house, restricted=False)
    for more in ({"explanation": "short"}, {"explanation": "She stands\u202e at our desk"}, {"reason": "curious"}, {"explanation": None}):
        assert (await house.post("/v1/break-glass", SUPERVISOR, why(case_id, **more))).status == 422
    assert (await broken(house, case_id)).status == 201
    assert await house.scalar("SELECT count(*) FROM break_glass WHERE details::text LIKE '%danger%'") == 0

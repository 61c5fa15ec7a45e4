"""How long data are kept: who is over their time and who is not, a dry run that changes nothing, reports that cannot be altered."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from ihala_contracts.intake_v1 import PersonErased
from ihala_intake.commands import retain
from ihala_intake.protection.retention import policy
from ihala_kit import cli, console
from typer.testing import CliRunner

from tests.intake.actors import COORDINATOR, NGO, OFFICER, WLCO
from tests.intake.casework import NOOR, done
from tests.intake.house import House
from tests.intake.protectors import ASKING_COORDINATOR
from tests.intake.samples import need, person, request
from tests.intake.story import asked
from tests.intake.test_plans import agreed, plan
from tests.intake.two_offices import brought, person_ids

YEAR = timedelta(days=366)


async def close(house: House, need_id: Any) -> None:
    etag = (await house.get(f"/v1/needs/{need_id}", COORDINATOR)).etag
    assert (await house.post(f"/v1/needs/{need_id}/closure", COORDINATOR, {"reason": "moved"}, if_match=etag)).status == 200


async def ended(house: House, name: str, **changes: Any) -> UUID:
    """A person whose one need is closed now; return the person."""
    story = await asked(house, WLCO, person=person(given_name=name, phones=[]), **{"needs": [need()], "household": None, **changes})
    await close(house, story.need_id)
    found: UUID = await house.scalar("SELECT person_id FROM need WHERE id = :id", id=story.need_id)
    return found


async def living(house: House) -> set[UUID]:
    return set(await house.scalar("SELECT coalesce(array_agg(id), '{}') FROM data_key WHERE wrapped IS NOT NULL"))


async def run(house: House) -> int:
    seen = 0
    while number := await retain.run(house.database):
        seen += number
    return seen


def test_the_policy_names_both_classes_and_restricted_goes_sooner() -> None:
    days = {kept.sensitivity: kept.days for kept in policy().classes}
    assert days == {"standard": 730, "restricted": 365}


async def test_two_years_after_the_last_end_the_key_goes(house: House) -> None:
    over = await ended(house, "زينب")
    still_open = await asked(house, WLCO, person=person(given_name="نور", phones=[]), needs=[need()], household=None)
    await house.later(YEAR)
    later = await ended(house, "هدى")
    assert await run(house) == 0
    await house.later(YEAR)
    await house.events()
    assert await run(house) == 1
    left = await living(house)
    assert over not in left
    assert {later, await house.scalar("SELECT person_id FROM need WHERE id = :id", id=still_open.need_id)} <= left
    [told] = [event for event in await house.events() if isinstance(event, PersonErased)]
    assert len(told.needs) == 1
    assert await house.scalar("SELECT reason || ' ' || state || ' ' || asked_by FROM erasure") == "retention done system"
    assert await run(house) == 0
    await house.later(YEAR)
    assert await run(house) == 1
    assert later not in await living(house)


async def test_restricted_files_go_after_one_year_and_the_other_file_stays(house: House) -> None:
    answer = await house.post("/v1/requests", WLCO, request(need("protection.gbv"), need(), household=None))
    for one in answer.body["needs"]:
        await close(house, one["need_id"])
    rows = await house.scalar("SELECT jsonb_object_agg(sensitivity, key_id) FROM need")
    await house.later(YEAR)
    assert await run(house) == 1
    assert await living(house) == {UUID(rows["standard"])}


async def test_one_open_need_keeps_the_person(house: House) -> None:
    story = await asked(house, WLCO, needs=[need(), need("education.enrolment")], household=None)
    await close(house, story.need_id)
    await house.later(3 * YEAR)
    assert await run(house) == 0
    other = await house.scalar("SELECT id FROM need WHERE state <> 'closed'")
    await close(house, other)
    assert await run(house) == 0
    await house.later(2 * YEAR)
    assert await run(house) == 1


async def merged_with_one_over(house: House) -> tuple[str, UUID, UUID]:
    """Two that are decided to be one, of whom the first needs nothing any more; return the merge and both."""
    first = await brought(house, WLCO)
    await brought(house, NGO)
    one, other = await person_ids(house)
    await close(house, first.body["needs"][0]["need_id"])
    made = await house.post("/v1/merges", OFFICER, {"kept_id": str(one), "merged_id": str(other)})
    assert made.status == 201, made.body
    return made.body["merge_id"], one, other


async def test_who_is_one_with_somebody_in_need_is_kept_and_goes_with_them(house: House) -> None:
    _, one, other = await merged_with_one_over(house)
    await house.later(2 * YEAR)
    assert [line async for line in retain.rehearse(house.database)] == ["nothing is over its time"]
    assert await run(house) == 0
    assert {one, other} <= await living(house)
    await close(house, await house.scalar("SELECT id FROM need WHERE person_id = :id", id=other))
    await house.later(2 * YEAR)
    await house.events()
    assert await run(house) == 1
    assert not {one, other} & await living(house)
    [told] = [event for event in await house.events() if isinstance(event, PersonErased)]
    assert len(told.needs) == 2


async def test_who_was_taken_for_somebody_else_is_not_kept_for_ever(house: House) -> None:
    merge_id, one, other = await merged_with_one_over(house)
    await house.later(2 * YEAR)
    assert await run(house) == 0
    assert (await house.call("POST", f"/v1/merges/{merge_id}/undo", OFFICER, if_match='"1"')).status == 200
    assert await run(house) == 0
    await house.later(2 * YEAR)
    assert await run(house) == 1
    left = await living(house)
    assert one not in left and other in left


async def test_members_without_needs_go_with_the_last_who_had_one(house: House) -> None:
    members = [{"call_name": "يوسف", "role": "child", "sex": "male", "birth_year": 2014}]
    await ended(house, "زينب", household={"members": members})
    assert len(await living(house)) == 2
    await house.later(2 * YEAR)
    assert await run(house) == 2
    assert await living(house) == set()


async def worked_on(house: House) -> tuple[UUID, str]:
    """A person whose need is closed and whose file an officer has; return both."""
    person_id = await ended(house, "زينب")
    case_id = await house.scalar("SELECT id FROM case_file WHERE person_id = :id", id=person_id)
    assert (await done(house, case_id, "assignment", NOOR, {"officer": "zainab-7"})).status == 200
    return person_id, str(case_id)


async def proposed(house: House) -> list[str]:
    return [one["case_id"] for one in (await house.get("/v1/cases?closing=true", COORDINATOR)).body["items"]]


async def test_a_file_that_is_worked_on_keeps_its_person(house: House) -> None:
    person_id, case_id = await worked_on(house)
    await agreed(house, plan(case_id))
    for _ in range(3):
        await house.later(YEAR)
        assert (await done(house, case_id, "assignment", NOOR, {"officer": "karim-2"})).status == 200
        await run(house)
    assert person_id in await living(house)
    assert await proposed(house) == []
    assert [line async for line in retain.rehearse(house.database)] == ["nothing is over its time"]
    assert await house.scalar("SELECT count(*) FROM retention_report") == 0


async def test_a_file_that_was_forgotten_open_is_told_of_before_its_person_is_destroyed(house: House) -> None:
    person_id, case_id = await worked_on(house)
    await house.later(2 * YEAR)
    await run(house)
    assert await proposed(house) == [case_id]
    assert (await house.get(f"/v1/cases/{case_id}/steps", COORDINATOR)).body["items"][-1]["act"] == "forgotten"
    await house.later(timedelta(days=80))
    await run(house)
    assert person_id in await living(house)
    assert await house.scalar("SELECT count(*) FROM case_step WHERE act = 'forgotten'") == 1
    await house.later(timedelta(days=11))
    await run(house)
    assert person_id not in await living(house)
    assert await house.scalar("SELECT count(*) FROM retention_look") == 0
    assert await run(house) == 0


@pytest.mark.parametrize("kept_open", [True, False])
async def test_what_a_coordinator_decides_of_a_forgotten_file_begins_the_time_anew(house: House, kept_open: bool) -> None:
    person_id, case_id = await worked_on(house)
    await house.later(2 * YEAR)
    await run(house)
    if kept_open:
        decided = await done(house, case_id, "closure-refusal", COORDINATOR, None)
    else:
        decided = await done(house, case_id, "closure", COORDINATOR, {"reason": "goals_reached", "told": "phone", "recorded_by": "O-1"})
    assert (decided.status, decided.body["state"]) == (200, "open" if kept_open else "closed"), decided.body
    await house.later(timedelta(days=700))
    await run(house)
    assert person_id in await living(house)
    await house.later(timedelta(days=40))
    await run(house)
    assert (person_id in await living(house)) is kept_open  # which is told of once more first
    assert await proposed(house) == ([case_id] if kept_open else [])


async def test_help_on_the_spot_ends_with_its_file(house: House) -> None:
    at = house.database.clock.now().isoformat()
    body = request(consent=None, helped_on_the_spot={"code": "basic.items", "at": at}, household=None) | {"needs": []}
    assert (await house.post("/v1/requests", WLCO, body)).status == 202
    await house.later(2 * YEAR)
    assert await run(house) == 1
    assert await living(house) == set()


async def test_what_two_people_were_about_to_decide_the_policy_decides(house: House) -> None:
    over = await ended(house, "زينب")
    assert (await house.post(f"/v1/persons/{over}/erasure", ASKING_COORDINATOR, {"reason": "person_asked"})).status == 201
    await house.later(2 * YEAR)
    assert await run(house) == 1
    assert await house.scalar("SELECT array_agg(state) FROM erasure") == ["done"]


async def test_a_dry_run_says_it_and_changes_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("زينب", "نور", "هدى"):
        await ended(house, name)
    await house.later(2 * YEAR)
    before = await living(house)
    monkeypatch.setattr(console, "load", lambda _: house.service)
    lines = [line async for line in retain.rehearse(house.database)]
    assert len(lines) == 1
    assert "dry run" in lines[0]
    assert "personal: 3 would_destroy" in lines[0]
    assert await living(house) == before
    assert await run(house) == 3
    shown = await asyncio.to_thread(CliRunner().invoke, cli.app, ["retention", "reports", "intake"])
    assert shown.exit_code == 0, shown.output
    assert [line.rsplit("  ", 1)[1] for line in shown.output.splitlines()] == ["genuine", "genuine"]
    assert "personal: 3 destroyed" in shown.output


async def test_an_altered_report_shows(house: House) -> None:
    await ended(house, "زينب")
    await house.later(2 * YEAR)
    await run(house)
    for change in ("counts = '{}'", "dry_run = true", "ran_at = ran_at - interval '1 day'", "operator_id = gen_random_uuid()"):
        async with house.database.transaction(retain.SYSTEM) as tx:
            [report] = await retain.store.retention_reports(tx, retain.SYSTEM, None, 5)
            assert retain.is_genuine(tx, report)
        connection = await _owner(house)
        await connection.execute(f"UPDATE retention_report SET {change}")
        await connection.close()
        assert [line.rsplit("  ", 1)[1] async for line in retain.reports(house.database)] == ["ALTERED"]
        connection = await _owner(house)
        await connection.execute("UPDATE retention_report SET counts = $1, dry_run = false, ran_at = $2, operator_id = $3",
                                 json.dumps(report.counts), report.ran_at, report.operator_id)  # fmt: skip
        await connection.close()


async def _owner(house: House) -> Any:
    return await asyncpg.connect(house.super_url)


async def test_a_key_that_cannot_be_destroyed_now_is_tried_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    over = await ended(house, "زينب")
    await house.later(2 * YEAR)

    async def fails(*_: Any) -> None:
        raise RuntimeError("not now")

    with monkeypatch.context() as patched:
        patched.setattr(retain.erase, "destroy", fails)
        await retain.run(house.database)
    assert over in await living(house)
    assert await house.scalar("SELECT counts #>> '{personal,failed}' FROM retention_report") == "1"
    await retain.run(house.database)
    assert over not in await living(house)

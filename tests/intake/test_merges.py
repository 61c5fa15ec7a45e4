"""A pair is decided by the operator alone: told apart, merged, and taken back exactly."""

import asyncio
from datetime import timedelta
from uuid import UUID

from ihala_contracts.intake_v1 import NeedChanged, PersonMerged, PersonMergeUndone

from tests.intake.actors import HLP, NGO, OFFICER, OTHER_COORDINATOR, STRANGER, WLCO
from tests.intake.house import House
from tests.intake.protectors import DPO
from tests.intake.test_routes import WHO, everything
from tests.intake.test_rows import counted
from tests.intake.two_offices import brought, pairs, person_ids, the_pair


async def test_an_opened_pair_shows_both_to_the_operator_and_stands_in_both_logs(house: House) -> None:
    pair = await the_pair(house)
    answer = await house.call("GET", f"/v1/merges/candidates/{pair['candidate_id']}", OFFICER, headers={"Accept-Language": "ar"})
    assert (answer.status, answer.etag) == (200, '"1"')
    assert [side["person"]["identity"]["given_name"] for side in answer.body["sides"]] == ["زينب", "زينب"]
    assert {side["origin_id"] for side in answer.body["sides"]} == {str(HLP.organization_id), str(NGO.organization_id)}
    assert all(len(side["cases"]) == 1 for side in answer.body["sides"])
    assert "اسم الأب متطابق." in {reason["words"] for reason in answer.body["reasons"]}
    assert [await house.chain(UUID(one)) for one in pair["person_ids"]] == [1, 1]
    assert "زينب" not in str(pair)


async def test_not_the_same_lets_the_need_go_on_and_is_not_asked_again(house: House) -> None:
    pair = await the_pair(house)
    path = f"/v1/merges/candidates/{pair['candidate_id']}/decision"
    assert (await house.post(path, OFFICER, {"same": False}, if_match='"9"')).status == 412
    decided = await house.post(path, OFFICER, {"same": False}, if_match='"1"')
    assert (decided.status, decided.body["state"]) == (200, "different")
    [changed] = await house.events()
    assert isinstance(changed, NeedChanged)
    assert (changed.match_settled, changed.facts) == (True, None)
    again = await house.post(path, OFFICER, {"same": True}, if_match='"2"')
    assert (again.status, again.slug) == (409, "candidate-decided")
    for one in await person_ids(house):
        known = await house.get(f"/v1/persons/{one}", OFFICER)
        changes = {"family_name": "الجبوري"}
        assert (await house.call("PATCH", f"/v1/persons/{one}", OFFICER, changes, if_match=known.etag)).status == 200
    await house.work()
    assert await pairs(house) == []


async def test_a_merge_keeps_both_senders_references_and_shows_neither_the_others(house: House) -> None:
    first, second = await brought(house, HLP), await brought(house, NGO, mother_name="هدية")
    [pair] = await pairs(house)
    await house.events()
    decided = await house.post(
        f"/v1/merges/candidates/{pair['candidate_id']}/decision", OFFICER, {"same": True}, if_match='"1"'
    )  # fmt: skip
    assert (decided.status, decided.body["state"]) == (200, "same"), decided.body
    merged, changed = sorted(await house.events(), key=lambda event: isinstance(event, NeedChanged))
    assert isinstance(merged, PersonMerged)
    assert isinstance(changed, NeedChanged)
    assert [merged.person_id, merged.merged_id] == await person_ids(house)
    [found] = (await house.get(f"/v1/merges?person_id={merged.person_id}", OFFICER)).body["items"]
    assert {case["origin_id"] for case in found["cases"]} == {str(HLP.organization_id), str(NGO.organization_id)}
    for actor, answer in ((HLP, first), (NGO, second)):
        seen = await house.get(f"/v1/requests/{answer.body['request_id']}", actor)
        assert seen.body["identifiers"] == answer.body["identifiers"]
        assert seen.body["case_ids"] == answer.body["case_ids"]
        assert (await house.get(f"/v1/merges/{found['merge_id']}", actor.but(scopes=("intake:merge",)))).slug == "merge-not-found"


async def test_who_reads_all_of_a_person_stands_in_the_log_of_both_who_are_one(house: House) -> None:
    await the_pair(house)
    one, other = await person_ids(house)
    assert (await house.post("/v1/merges", OFFICER, {"kept_id": str(one), "merged_id": str(other)})).status == 201
    held = (await house.get(f"/v1/persons/{one}/held", DPO)).body["held"]
    assert len(held["person"]) == 2
    assert [await house.chain(person_id) for person_id in (one, other)] == [1, 1]


async def test_a_merge_is_taken_back_exactly_and_not_proposed_again(house: House) -> None:
    pair = await the_pair(house)
    before = await house.scalar("SELECT string_agg(p::text, '|' ORDER BY id) FROM person p")
    kept, merged = pair["person_ids"]
    made = await house.post("/v1/merges", OFFICER, {"kept_id": kept, "merged_id": merged})
    assert (made.status, made.body["state"]) == (201, "done")
    assert await pairs(house) == []
    await house.events()
    path = f"/v1/merges/{made.body['merge_id']}"
    assert (await house.post(f"{path}/undo", OTHER_COORDINATOR, {}, if_match='"1"')).status == 404
    undone = await house.call("POST", f"{path}/undo", OFFICER, if_match='"1"')
    assert (undone.status, undone.body["state"], undone.body["version"]) == (200, "undone", 2)
    [event] = await house.events()
    assert isinstance(event, PersonMergeUndone)
    assert await house.scalar("SELECT string_agg(p::text, '|' ORDER BY id) FROM person p") == before
    assert [one["state"] for one in await pairs(house, state="different")] == ["different"]
    twice = await house.call("POST", f"{path}/undo", OFFICER, if_match='"2"')
    assert (twice.status, twice.slug) == (409, "merge-undone")
    assert (await house.post("/v1/merges", OFFICER, {"kept_id": merged, "merged_id": kept})).status == 201


async def test_two_merges_at_once_leave_one(house: House) -> None:
    await the_pair(house)
    await brought(house, WLCO, birth_year=1986)
    one, two, three = map(str, await person_ids(house))
    bodies = [(one, two), (two, one), (three, two), (two, three), (one, two), (two, one)]
    answers = await asyncio.gather(
        *(house.post("/v1/merges", OFFICER, {"kept_id": kept, "merged_id": merged}) for kept, merged in bodies)
    )  # fmt: skip
    made = [answer for answer in answers if answer.status == 201]
    assert {answer.slug for answer in answers if answer.status != 201} == {"already-merged"}
    assert 1 <= len(made) <= 2
    assert await house.scalar("SELECT count(*) FROM merge") == len(made)
    assert await house.scalar("SELECT count(*) FROM merge a JOIN merge b ON a.kept_id = b.merged_id AND a.merged_id = b.kept_id") == 0
    arabic = await house.call("POST", "/v1/merges", OFFICER, {"kept_id": one, "merged_id": one}, headers={"Accept-Language": "ar"})
    assert (arabic.status, arabic.slug) == (422, "malformed-request")


async def test_a_need_waits_while_any_pair_of_its_person_is_open(house: House) -> None:
    await the_pair(house)
    await brought(house, WLCO)
    assert len(await pairs(house)) == 3
    last = await house.scalar("SELECT person_id FROM need ORDER BY id DESC LIMIT 1")
    about = [one for one in await pairs(house) if str(last) in one["person_ids"]]
    await house.events()
    settled = []
    for pair in about:
        path = f"/v1/merges/candidates/{pair['candidate_id']}/decision"
        assert (await house.post(path, OFFICER, {"same": False}, if_match='"1"')).status == 200
        settled.append(await house.scalar("SELECT match_settled FROM need WHERE person_id = :id", id=last))
    assert settled == [False, True]


async def test_an_erased_person_is_no_candidate_and_cannot_be_merged(house: House) -> None:
    first = await brought(house, HLP)
    await brought(house, NGO)
    [pair] = await pairs(house)
    await house.erase(UUID(first.body["needs"][0]["need_id"]))
    assert (await house.get(f"/v1/merges/candidates/{pair['candidate_id']}", OFFICER)).slug == "person-erased"
    path = f"/v1/merges/candidates/{pair['candidate_id']}/decision"
    assert (await house.post(path, OFFICER, {"same": True}, if_match='"1"')).slug == "person-erased"
    assert await house.scalar("SELECT count(*) FROM merge") == 0
    await brought(house, WLCO)
    assert len(await pairs(house)) == 2  # the open one, and the one between the two who are left
    await house.later(timedelta(days=1))


OUTSIDE = ("origin", "provider", "stranger", "other operator", "ministry", "nobody")


async def test_every_route_is_the_operators_alone(house: House) -> None:
    pair = await the_pair(house)
    kept, merged = pair["person_ids"]
    made = await house.post("/v1/merges", OFFICER, {"kept_id": kept, "merged_id": merged})
    one, two = f"/v1/merges/candidates/{pair['candidate_id']}", f"/v1/merges/{made.body['merge_id']}"
    await house.events()
    for who in OUTSIDE:
        actor, foreign = everything(WHO[who]), 401 if who == "nobody" else 404
        for path in (one, two):
            assert (await house.get(path, actor)).status == foreign, (who, path)
        for path, body in (
            (f"{one}/decision", {"same": False}),
            (f"{two}/undo", None),
            ("/v1/merges", {"kept_id": kept, "merged_id": merged}),
        ):
            answer = await house.call("POST", path, actor, body, if_match='"1"')
            assert answer.status == foreign, (who, path, answer.body)
        for path in ("/v1/merges", "/v1/merges/candidates?state=same"):
            answer = await house.get(path, actor)
            assert answer.status == foreign if who == "nobody" else answer.body == {"items": []}, (who, path)
    assert await house.events() == []
    assert len((await house.get("/v1/merges", everything(WHO["operator"]))).body["items"]) == 1


async def test_rows_of_pairs_and_merges_show_to_the_operator_alone(house: House) -> None:
    pair = await the_pair(house)
    kept, merged = pair["person_ids"]
    await house.post("/v1/merges", OFFICER, {"kept_id": kept, "merged_id": merged})
    for table in ("match_candidate", "merge", "person_mark"):
        assert await counted(house, OFFICER, table) > 0, table
        for actor in (HLP, NGO, STRANGER, OTHER_COORDINATOR):
            assert await counted(house, actor, table) == 0, (table, actor.client_id)

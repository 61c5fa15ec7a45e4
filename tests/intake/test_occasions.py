"""Open days, information sessions, community forums: counts, sign-ups on the spot, concerns of nobody in particular."""

from typing import Any
from uuid import uuid4

import pytest
from ihala_contracts.intake_v1 import ConcernFiled

from tests.intake.actors import COORDINATOR, FORUM, HLP, MOMD, NGO, OFFICER, OTHER_COORDINATOR, STRANGER, Actor
from tests.intake.house import House
from tests.intake.samples import SECRETS, need, person, request

HOSTING = NGO.but(scopes=(*NGO.scopes, "intake:occasion"))
NOTE = "انقطاع الماء عن المدرسة منذ شهرين"


def occasion(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "open_day",
        "name": "يوم مفتوح في المدرسة",
        "place": "IQG15Q08N01",
        "held_on": "2026-11-01",
        "topics": ["work.job"],
        **changes,
    }


def concern(**changes: Any) -> dict[str, Any]:
    return {"code": "basic.water", "households": 40, "note": NOTE, **changes}


async def held(house: House, actor: Actor = HOSTING, **changes: Any) -> str:
    answer = await house.post("/v1/occasions", actor, occasion(**changes))
    assert answer.status == 201, answer.body
    return str(answer.body["occasion_id"])


async def test_an_occasion_with_its_counts_and_who_signed_up(house: House) -> None:
    occasion_id = await held(house)
    for n, way in enumerate(("radio_or_tv", "poster", None)):
        body = request(need(), person=person(given_name=f"Sara{n}"), occasion_id=occasion_id, **({"heard_by": way} if way else {}))
        assert (await house.post("/v1/requests", HOSTING, body)).status == 202
    counts = {"attendance": {"women": 20, "men": 9, "girls": 3, "boys": 4}, "heard_by": {"radio_or_tv": 7, "school": 2}}
    counted = await house.call("PUT", f"/v1/occasions/{occasion_id}/counts", HOSTING, counts, if_match='"1"')
    assert (counted.status, counted.etag) == (200, '"2"'), counted.body
    seen = await house.get(f"/v1/occasions/{occasion_id}", OFFICER)
    assert seen.body == counted.body
    assert (seen.body["signed_up"], seen.body["attendance"], seen.body["name"]) == (3, counts["attendance"], occasion()["name"])
    assert seen.body["heard_by"] == {"radio_or_tv": 8, "school": 2, "poster": 1}
    assert (seen.body["governorate"], seen.body["district"], seen.body["topics"]) == ("IQG15", "IQG15Q08", ["work.job"])
    stale = await house.call("PUT", f"/v1/occasions/{occasion_id}/counts", HOSTING, counts, if_match='"1"')
    assert (stale.status, stale.slug) == (412, "stale")


async def test_occasions_are_listed_the_newest_first_page_by_page(house: House) -> None:
    made = [await held(house, held_on=f"2026-10-0{n}") for n in (2, 3, 1)]
    first = await house.get("/v1/occasions?limit=2", HOSTING)
    link = first.headers["Link"].partition(">")[0].removeprefix("</intake")
    rest = await house.get(link, HOSTING)
    assert [one["occasion_id"] for one in first.body["items"] + rest.body["items"]] == [made[1], made[0], made[2]]
    assert len((await house.get("/v1/occasions", COORDINATOR)).body["items"]) == 3


async def test_a_forum_files_a_concern_and_hears_what_is_done(house: House) -> None:
    occasion_id = await held(house, FORUM, kind="community_forum")
    filed = await house.post(f"/v1/occasions/{occasion_id}/concerns", FORUM, concern())
    assert (filed.status, filed.body["state"], filed.body["district"]) == (201, "received", "IQG15Q08"), filed.body
    [told] = await house.events()
    assert isinstance(told, ConcernFiled)
    assert (told.operator_id, told.governorate, str(told.concern_id)) == (MOMD, "IQG15", filed.body["concern_id"])
    path = f"/v1/occasions/{occasion_id}/concerns"
    said = {"state": "being_handled", "answer": "أُبلغت مديرية الماء"}
    assert (await house.post(f"{path}/{filed.body['concern_id']}/answer", FORUM, said, if_match='"1"')).slug == "concern-not-found"
    answered = await house.post(f"{path}/{filed.body['concern_id']}/answer", OFFICER, said, if_match='"1"')
    assert (answered.status, answered.etag) == (200, '"2"'), answered.body
    [seen] = (await house.get(path, FORUM)).body["items"]
    assert (seen["state"], seen["answer"], seen["note"], seen["households"]) == ("being_handled", said["answer"], NOTE, 40)
    assert (await house.get(f"/v1/occasions/{occasion_id}", FORUM)).body["concerns"] == 1


@pytest.mark.parametrize(("note", "code"), [
    ("اتصلوا بأبي علي ٠٧٧٠١٢٣٤٥٦٧", "holds_a_number"), ("card 199012345678", "holds_a_number"), ("a@example.org", "holds_an_address"),
])  # fmt: skip
async def test_a_concern_that_names_somebody_is_refused_and_not_repeated(house: House, note: str, code: str) -> None:
    occasion_id = await held(house, FORUM, kind="community_forum")
    for path, body, pointer in (
        (f"/v1/occasions/{occasion_id}/concerns", concern(note=note), "#/note"), ("/v1/occasions", occasion(name=note), "#/name"),
    ):  # fmt: skip
        refused = await house.post(path, FORUM, body)
        assert (refused.status, refused.slug) == (422, "malformed-request")
        assert [(one["pointer"], one["code"]) for one in refused.body["errors"]] == [(pointer, code)]
        assert note not in str(refused.body)
    assert await house.scalar("SELECT count(*) FROM concern") == 0


async def test_a_restricted_concern_is_called_protection_and_is_for_the_cleared(house: House) -> None:
    occasion_id = await held(house, FORUM, kind="community_forum")
    filed = await house.post(f"/v1/occasions/{occasion_id}/concerns", FORUM, concern(code="protection.child"))
    assert (filed.status, filed.body["code"], filed.body["district"]) == (201, "protection.child", None)
    assert await house.scalar("SELECT code FROM concern") == "protection"
    path = f"/v1/occasions/{occasion_id}/concerns"
    assert [len((await house.get(path, actor)).body["items"]) for actor in (FORUM, COORDINATOR, OFFICER)] == [1, 1, 0]
    said = {"state": "closed", "answer": "x"}
    assert (await house.post(f"{path}/{filed.body['concern_id']}/answer", OFFICER, said, if_match='"1"')).status == 404


async def test_a_forum_takes_no_names_and_the_other_occasions_no_concerns(house: House) -> None:
    forum, open_day = await held(house, kind="community_forum"), await held(house)
    signed = await house.post("/v1/requests", HOSTING, request(need(), occasion_id=forum))
    assert (signed.status, signed.slug) == (409, "forums-name-nobody")
    filed = await house.post(f"/v1/occasions/{open_day}/concerns", HOSTING, concern())
    assert (filed.status, filed.slug) == (409, "forums-name-nobody")
    assert await house.scalar("SELECT count(*) FROM request") == 0


async def test_an_occasion_is_there_for_who_held_it_and_the_operator_alone(house: House) -> None:
    occasion_id = await held(house, kind="community_forum")
    everything = [actor.but(scopes=(*actor.scopes, "intake:occasion")) for actor in (HLP, STRANGER, OTHER_COORDINATOR)]
    for actor in everything:
        assert (await house.get("/v1/occasions", actor)).body == {"items": []}
        for answer in (
            await house.get(f"/v1/occasions/{occasion_id}", actor),
            await house.get(f"/v1/occasions/{occasion_id}/concerns", actor),
            await house.post(f"/v1/occasions/{occasion_id}/concerns", actor, concern()),
            await house.call("PUT", f"/v1/occasions/{occasion_id}/counts", actor, {}, if_match='"1"'),
            await house.post("/v1/requests", actor, request(need(), occasion_id=occasion_id)),
        ):
            assert (answer.status, answer.slug) == (404, "occasion-not-found"), actor.client_id
    assert (await house.get("/v1/occasions", STRANGER.but(scopes=("intake:read",)))).slug == "insufficient-scope"


@pytest.mark.parametrize("bad", [
    {"kind": "party"}, {"place": "XX"}, {"held_on": "2026-02-30"}, {"held_on": "1999-01-01"}, {"held_on": "2199-01-01"},
    {"topics": ["housing.palace"]}, {"attendance": {"women": -1}}, {"heard_by": {"rumour": 1}}, {"name": ""},
])  # fmt: skip
async def test_bad_occasions(house: House, bad: dict[str, Any]) -> None:
    answer = await house.post("/v1/occasions", HOSTING, occasion(**bad))
    assert answer.status == 422
    assert await house.scalar("SELECT count(*) FROM occasion") == 0


async def test_what_was_written_is_sealed(house: House) -> None:
    occasion_id = await held(house, FORUM, kind="community_forum")
    await house.post(f"/v1/occasions/{occasion_id}/concerns", FORUM, concern())
    for table in ("occasion", "concern", "outbox", "idempotency"):
        content = str(await house.scalar(f"SELECT string_agg(t::text, ' ') FROM {table} t"))
        words = (NOTE, occasion()["name"], *SECRETS)
        assert not [word for word in words if word in content or word.encode().hex() in content], table


async def test_an_occasion_that_does_not_exist(house: House) -> None:
    assert (await house.get(f"/v1/occasions/{uuid4()}", OFFICER)).slug == "occasion-not-found"

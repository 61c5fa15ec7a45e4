"""What is hidden is found by the cleared and by its own organisation, by nobody else and by no word; what changes is found as it is."""

import json
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from ihala_directory.search import index
from ihala_directory.search.upkeep import index_outdated
from ihala_kit.asking import ask
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from sqlalchemy import text

from tests.directory.bodies import SERVICE
from tests.directory.conftest import SEED
from tests.directory.search.conftest import Searching
from tests.directory.test_restricted import HIDDEN, HIDDEN_IDS
from tests.directory.world import GBV_SERVICE, TELAFAR, TELAFAR_SERVICE, WLCO, People, World, key, match

SECRET_NAMES = [name for one in HIDDEN for named in (one, *one["services"]) for name in named["names"].values()]
SECRET_QUERIES = ["violence", "العنف", "توندوتیژی", "safe house", "البيت الآمن", "trafficking", "legal advice", "محامي", *SECRET_NAMES]
MOSUL = {"lat": 36.34, "lon": 43.13}
ASKED: list[dict[str, Any]] = [
    {"need": "protection"}, {"need": "protection.gbv"}, {"need": "legal"}, {"area": "IQG15"}, {"area": "IQG15Q05"}, {"kind": "wlco"},
    {**MOSUL, "within_km": 200}, {**MOSUL, "area": "IQG15"}, *({"q": query[:200]} for query in SECRET_QUERIES),
]  # fmt: skip


@pytest.mark.parametrize("who", ["nobody", "officer", "provider", "stranger", "cleared without the scope"])
async def test_the_uncleared_find_nothing_hidden(http: aiohttp.ClientSession, people: People, who: str) -> None:
    headers = {
        "nobody": people.nobody(), "officer": people.coordinator(cleared=False), "provider": people.provider(TELAFAR),
        "stranger": people.stranger(), "cleared without the scope": people.coordinator("directory:write"),
    }[who]  # fmt: skip
    for asked in ASKED:
        async with http.get("/v1/search", params={**asked, "limit": 200}, headers=headers) as answer:
            assert answer.status == 200
            said = await answer.text()
            assert not any(one in said for one in HIDDEN_IDS)
            assert not any(one["service"]["restricted"] for one in json.loads(said)["items"])
        async with http.get("/v1/search/suggestions", params={"q": str(asked.get("q", "mos"))[:80]}, headers=headers) as answer:
            offered = await answer.text()
            assert not any(one in offered for one in HIDDEN_IDS)


async def test_no_word_of_what_is_hidden_is_offered_as_a_spelling(world: World) -> None:
    public = {token[2:] for row in await world.rows("SELECT tsvector_to_array(tokens) FROM search_entry") for token in row[0]}
    known = {row[0] for row in await world.rows("SELECT part FROM search_word")}
    assert known and known <= public


async def test_the_cleared_and_its_own_organisation_find_it(search: Searching, people: People) -> None:
    assert str(GBV_SERVICE) in await search.ids("gender based violence", people.coordinator())
    assert str(GBV_SERVICE) in await search.ids("gender based violence", people.provider(WLCO))
    found = await search("gender based violence", people.coordinator())
    assert all(at.latitude is None and at.address == {} for one in found.items if one.service.restricted for at in one.service.at)


async def test_the_row_policy_is_the_second_lock(world: World, people: People) -> None:
    async with world.database.transaction(Caller.anonymous()) as tx:
        assert (await tx.execute(text("SELECT count(*) FROM search_hidden"))).scalar_one() == 0
    assert await world.value("SELECT count(*) FROM search_hidden") > 0


async def test_a_service_is_found_from_its_entry_to_its_end(http: aiohttp.ClientSession, people: People, search: Searching) -> None:
    body = SERVICE | {"organization_id": str(TELAFAR), "names": {"en": "Zebrawood workshop"}}
    async with http.post("/v1/services", json=body, headers=people.coordinator() | key()) as answer:
        made = await answer.json()
        assert answer.status == 201, made
    assert await search.ids("zebrawood") == [made["id"]]
    assert await search.ids("zebrawod") == [made["id"]]
    draft = {name: value for name, value in body.items() if name != "organization_id"} | {"names": {"en": "Ebony workshop"}}
    steps = [({}, True), ({"status": "paused"}, False), ({"status": "active"}, True), ({"status": "closed"}, False)]
    for change, found in steps:
        headers = people.coordinator() | match(made["version"])
        async with http.put(f"/v1/services/{made['id']}", json=draft | change, headers=headers) as answer:
            made = await answer.json()
            assert answer.status == 200, made
        assert (made["id"] in await search.ids("ebony")) is found
        assert await search.ids("zebrawood") == []


async def test_a_suspended_organisation_is_not_found(http: aiohttp.ClientSession, people: People, search: Searching) -> None:
    asked: dict[str, Any] = {"q": "land title Telafar"}
    assert str(TELAFAR_SERVICE) in await search.ids(**asked)
    for method, body, found in (("POST", {"reason": "conduct"}, False), ("DELETE", None, True)):
        async with http.get(f"/v1/organizations/{TELAFAR}", headers=people.coordinator()) as answer:
            version = (await answer.json())["version"]
        headers = people.coordinator() | key() | match(version)
        async with http.request(method, f"/v1/organizations/{TELAFAR}/suspension", json=body, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
        assert (str(TELAFAR_SERVICE) in await search.ids(**asked)) is found


async def test_what_is_hidden_later_is_not_found(http: aiohttp.ClientSession, people: People, search: Searching) -> None:
    known = next(one for one in SEED["organizations"] if one["id"] == str(TELAFAR))
    async with http.get(f"/v1/organizations/{TELAFAR}", headers=people.coordinator()) as answer:
        version = (await answer.json())["version"]
    body = {name: known[name] for name in ("kind", "names", "phone", "agreement", "reporting_duty")} | {"hidden": True}
    async with http.put(f"/v1/organizations/{TELAFAR}", json=body, headers=people.coordinator() | match(version)) as answer:
        assert answer.status == 200, await answer.text()
    assert str(TELAFAR_SERVICE) not in await search.ids(area="IQG15", limit=200)
    assert str(TELAFAR_SERVICE) in await search.ids(None, people.coordinator(), area="IQG15Q08", limit=200)
    async with http.get(
        "/v1/search/suggestions", params={"q": next(iter(known["names"].values()))[:20]}, headers=people.nobody()
    ) as answer:
        assert str(TELAFAR) not in await answer.text()


async def test_everything_of_the_seed_is_as_it_would_be_made_anew(world: World) -> None:
    assert await world.value("SELECT count(*) FROM search_entry WHERE made_by <> :made_by", made_by=index.maker()) == 0
    findable = await world.value("""
        SELECT count(*) FROM service s JOIN organization o ON o.id = s.organization_id WHERE s.status = 'active' AND o.status = 'active'
        AND EXISTS (SELECT 1 FROM service_at_location a WHERE a.service_id = s.id AND a.status = 'open')
    """)
    assert findable == await world.value("SELECT (SELECT count(*) FROM search_entry) + (SELECT count(*) FROM search_hidden)")


async def test_after_a_release_what_is_missing_or_outdated_is_indexed(world: World) -> None:
    cards = "SELECT service_id, CAST(card AS jsonb) FROM search_entry ORDER BY service_id"
    before = await world.rows(cards)
    await world.rows("DELETE FROM search_entry WHERE service_id = :id RETURNING 1", id=TELAFAR_SERVICE)
    await world.rows("UPDATE search_hidden SET made_by = 'an older release' RETURNING 1")
    assert await index_outdated(world.database) > 1
    assert await index_outdated(world.database) == 0
    assert await world.rows(cards) == before


COUNTED = "SELECT count(*) AS n FROM search_hidden"
FOUND = "SELECT count(*) AS n FROM search_hidden_found($1, $2, '!never'::tsquery)"


async def test_what_is_hidden_is_behind_its_row_policy_in_one_statement_too(world: World) -> None:
    async def told(statement: str, *values: object) -> int:
        return int((await ask(world.database, statement, *values))[0]["n"])

    there = await world.value(COUNTED)
    assert await told(COUNTED) == 0, "nobody asks"
    assert await told(FOUND, uuid4(), True) == there > 0
    assert await told(FOUND, uuid4(), False) == 0
    assert await told(COUNTED) == 0, "who asked is forgotten with the statement"


async def test_a_search_begins_no_transaction(search: Searching, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("a search asks in one statement")

    monkeypatch.setattr(Database, "transaction", refused)
    for headers in (people.nobody(), people.coordinator()):
        assert (await search("telafar", headers)).items

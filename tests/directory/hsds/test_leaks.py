"""Nothing restricted or hidden is reachable by the public: by no id, by no parameter, in no format, and in no count."""

import json
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from ihala_directory.needs import entries
from ihala_directory.places import places

from tests.directory.hsds.conftest import Feed
from tests.directory.world import GBV_AT, GBV_SERVICE, STRANGER, WLCO

TABLES = {"service": "services", "service_at_location": "service_at_locations", "organization": "organizations", "location": None}
LISTS = ("services", "service_at_locations", "organizations")
SHOWN_AT = "(SELECT id FROM service_at_location WHERE NOT hidden AND service_id IN (SELECT id FROM service WHERE NOT hidden) LIMIT 1)"


@pytest.fixture(scope="module")
async def secrets(feed: Feed) -> dict[str, set[str]]:
    """Ids by table of what is hidden, with a shown service that has a hidden place, and with words by which to look for it."""
    await feed.run(
        f"UPDATE service SET names = jsonb_build_object('en', 'Secretword') WHERE id = '{GBV_SERVICE}'",
        f"UPDATE organization SET names = jsonb_build_object('en', 'Secretword') WHERE id = '{WLCO}'",
        f"""INSERT INTO location SELECT (jsonb_populate_record(l, '{{"id": "0198f000-0000-7000-8000-00000000aaa1", "place": "IQG10Q01",
            "latitude": null, "longitude": null, "hidden": true, "names": {{"en": "Secretword"}}, "address": {{}}}}')).*
            FROM location l WHERE id = (SELECT location_id FROM service_at_location WHERE id = {SHOWN_AT})""",
        f"""INSERT INTO service_at_location
            SELECT (jsonb_populate_record(a, '{{"id": "0198f000-0000-7000-8000-00000000aaa2", "hidden": true, "areas": ["IQG10"],
            "location_id": "0198f000-0000-7000-8000-00000000aaa1", "changed_at": "2041-01-01T00:00:00Z",
            "figure_at": "2041-01-01T00:00:00Z", "held": 0}}')).* FROM service_at_location a WHERE id = {SHOWN_AT}""",
        "INSERT INTO service_reach SELECT 'housing.allowance', 'IQG10', '0198f000-0000-7000-8000-00000000aaa2'",
    )
    found = {table: {str(row.id) for row in await feed.rows(f"SELECT id FROM {table} WHERE hidden")} for table in TABLES}
    assert all(found.values()) and str(GBV_SERVICE) in found["service"] and str(GBV_AT) in found["service_at_location"]
    return found


async def test_no_id_of_a_hidden_entry_leads_anywhere(feed: Feed, secrets: dict[str, set[str]]) -> None:
    everything = set().union(*secrets.values())
    for name, hidden in product((*LISTS, "taxonomies", "taxonomy_terms"), everything):
        assert (await feed.get(f"/{name}/{hidden}"))[0] == 404
        assert (await feed.get(f"/{name}/{hidden}", full_service=True))[0] == 404
    for owner in secrets["organization"]:
        for name in LISTS:
            assert await feed.all(f"/{name}", organization_id=owner) == []


def questions() -> Iterator[dict[str, Any]]:
    yield from ({}, {"full": True}, {"full_service": True}, {"minimal": True}, {"format": "ndjson"}, {"search": "Secretword"})
    yield from ({"format": "ndjson", "full": True}, {"full": True, "full_service": True, "postcode": "1"}, {"modified_after": "2000-01-01"})
    yield from ({"proximity": 2_000_000, "lat": 34, "lon": 43, "full": True}, {"modified_after": "2040-01-01T00:00:00Z"})
    yield from ({"need": one.code} for one in entries().values() if one.kind == "need" and one.sensitivity == "restricted")
    yield from ({"taxonomy_term_id": one.hsds_id} for one in entries().values() if one.kind != "need")
    yield from ({"governorate": place.code} for place in places().search(None, "governorate", None, 600))
    yield from ({"district": code, "full": True} for code in ("IQG10Q01", "IQG15Q08"))


async def test_no_question_shows_anything_hidden(feed: Feed, secrets: dict[str, set[str]]) -> None:
    everything = {*set().union(*secrets.values()), "Secretword", "2041-01-01"}
    for asked, name in product(questions(), LISTS):
        status, text = await answered(feed, name, asked)
        assert status == 200 and [one for one in everything if one in text] == [], (name, asked)


async def test_a_count_and_a_filter_tell_nothing_of_the_hidden(feed: Feed, secrets: dict[str, set[str]]) -> None:
    shown = {
        name: (await feed.rows(f"SELECT count(*) FROM {table} WHERE NOT hidden"))[0][0]
        for table, name in TABLES.items()
        if name is not None
    }
    for name in LISTS:
        assert (await feed.get(f"/{name}"))[1]["total_items"] == shown[name]
        for asked in ({"search": "Secretword"}, {"modified_after": "2040-01-01"}, {"need": "protection.gbv"}):
            assert await feed.all(f"/{name}", **asked) == [], asked
        # the hidden place of a shown service is in IQG10: the service is found there only by what it shows
        found = await feed.all(f"/{name}", governorate="IQG10", need="housing.allowance")
        reached = await feed.rows("SELECT count(*) FROM service_reach JOIN service_at_location a ON a.id = service_at_location_id"
                                  " WHERE NOT a.hidden AND need_code = 'housing.allowance' AND area_code LIKE 'IQG10%'")  # fmt: skip
        assert bool(found) == bool(reached[0][0])


@pytest.mark.parametrize("sent", [{"hidden": True}, {"restricted": True}, {"cleared": "true"}, {"view": "full"}])
async def test_parameters_that_are_none_change_nothing(feed: Feed, secrets: dict[str, set[str]], sent: dict[str, Any]) -> None:
    for name in LISTS:
        assert await feed.all(f"/{name}", **sent) == await feed.all(f"/{name}")


async def test_the_public_feed_is_the_same_whoever_asks(feed: Feed, secrets: dict[str, set[str]]) -> None:
    for headers in (feed.people.coordinator(cleared=True), feed.people.provider(WLCO, cleared=True)):
        for name in LISTS:
            assert (await feed.get(f"/{name}", headers=headers, full=True))[1] == (await feed.get(f"/{name}", full=True))[1]
        assert (await feed.get(f"/services/{GBV_SERVICE}", headers=headers))[0] == 404


async def test_the_full_feed_shows_what_the_rows_of_its_caller_are(feed: Feed, secrets: dict[str, set[str]]) -> None:
    async def sees(headers: dict[str, str]) -> set[str]:
        status, body = await feed.get("/services", headers=headers, signed_in=True, per_page=100, full=True)
        assert status == 200
        return {one["id"] for one in body["contents"]}

    public = {one["id"] for one in await feed.all("/services")}
    assert await sees(feed.people.stranger()) == public == await sees(feed.people.coordinator(cleared=False))
    assert await sees(feed.people.coordinator()) == public | secrets["service"]
    own = {str(row.id) for row in await feed.rows("SELECT id FROM service WHERE organization_id = :id", id=WLCO)}
    assert await sees(feed.people.provider(WLCO)) == public | own
    for headers, status in ((feed.people.nobody(), 401), (feed.people.stranger("directory:write"), 403), (feed.people.stranger(), 200)):
        assert (await feed.get("/services", headers=headers, signed_in=True))[0] == status
    status, body = await feed.get(f"/service_at_locations/{GBV_AT}", headers=feed.people.coordinator(), signed_in=True)
    assert status == 200 and body["location"]["redacted"] and body["location"]["addresses"] == [] and "latitude" not in body["location"]


async def test_what_a_provider_holds_or_took_is_not_told(feed: Feed) -> None:
    before = await feed.all("/services", full=True)
    await feed.run("UPDATE service_at_location SET held = held + 1, used = used + 1, waiting = waiting + 3, waited_days = 4")
    assert await feed.all("/services", full=True) == before
    assert STRANGER not in before


async def answered(feed: Feed, name: str, asked: dict[str, Any]) -> tuple[int, str]:
    query = {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in asked.items()}
    async with feed.session.get(f"/hsds/{name}", params={"per_page": "100"} | query, headers=feed.people.nobody()) as answer:
        text = await answer.text()
        assert asked.get("format") == "ndjson" or json.loads(text)["total_pages"] <= 1
        return answer.status, text

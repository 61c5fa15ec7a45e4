"""The feed over the demonstration's data: every list and every entry is valid HSDS, pages count right, and filters cut together."""

import json
from typing import Any

import pytest
from sqlalchemy import event

from tests.directory.hsds.conftest import Feed
from tests.directory.hsds.validating import PAGE, faults

LISTS = {
    "services": "service_list", "service_at_locations": "service_at_location_list", "organizations": "organization_list",
    "taxonomies": "taxonomy", "taxonomy_terms": "taxonomy_term",
}  # fmt: skip
WHOLE = {
    "services": "service", "service_at_locations": "service_at_location", "organizations": "organization", "taxonomies": "taxonomy",
    "taxonomy_terms": "taxonomy_term",
}  # fmt: skip


@pytest.mark.parametrize("full", [False, True], ids=["public", "full"])
@pytest.mark.parametrize("name", LISTS)
async def test_every_list_and_every_entry_validates(feed: Feed, name: str, full: bool) -> None:
    headers = feed.people.coordinator() if full else None
    status, body = await feed.get(f"/{name}", headers=headers, signed_in=full, per_page=100)
    assert status == 200 and not list(PAGE.iter_errors(body)) and body["contents"]
    for brief in body["contents"]:
        assert faults(LISTS[name], brief) == []
        for language in ("en", "ar", "ckb"):
            told = (headers or feed.people.nobody()) | {"Accept-Language": language}
            status, entry = await feed.get(f"/{name}/{brief['id']}", headers=told, signed_in=full)
            assert status == 200 and entry["id"] == brief["id"]
            assert faults(WHOLE[name], entry) == []


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("services", {"full": True}),
        ("service_at_locations", {"full": True}),
        ("organizations", {"full": True}),
        ("organizations", {"full_service": True}),
    ],
)
async def test_a_list_of_whole_entries_has_the_entries_themselves(feed: Feed, name: str, asked: dict[str, Any]) -> None:
    for entry in await feed.all(f"/{name}", **asked):
        assert faults(WHOLE[name], entry) == []
        assert entry == (await feed.get(f"/{name}/{entry['id']}", **({"full_service": True} if "full_service" in asked else {})))[1]


async def test_the_root_says_where_everything_is(feed: Feed) -> None:
    for path in ("", "/"):
        status, body = await feed.get(path)
        assert status == 200 and body["version"] == "3.1.1"
    home = "http://127.0.0.1:8080"
    for address in (body["profile"], body["openapi_url"]):
        assert address.startswith(home) and (await feed.get(address.removeprefix(f"{home}/hsds")))[0] == 200


@pytest.mark.parametrize("name", ["services", "service_at_locations", "organizations", "taxonomy_terms"])
async def test_pages_count_right_and_hold_each_entry_once(feed: Feed, name: str) -> None:
    everything = [one["id"] for one in await feed.all(f"/{name}")]
    found: list[str] = []
    number, pages = 0, -(-len(everything) // 7)
    while number < pages:
        number += 1
        _, body = await feed.get(f"/{name}", page=number, per_page=7)
        found += [one["id"] for one in body["contents"]]
        assert (body["total_items"], body["total_pages"], body["page_number"]) == (len(everything), pages, number)
        assert (body["first_page"], body["last_page"], body["empty"]) == (number == 1, number == pages, False)
        assert body["size"] == len(body["contents"]) == (7 if number < pages else len(everything) - 7 * (pages - 1))
    assert found == everything and len(set(found)) == len(found)
    _, beyond = await feed.get(f"/{name}", page=pages + 1, per_page=7)
    assert beyond["empty"] and beyond["last_page"] and not beyond["first_page"] and beyond["contents"] == [] and beyond["size"] == 0


@pytest.mark.parametrize("name", LISTS)
async def test_a_question_by_post_is_the_question_by_get(feed: Feed, name: str) -> None:
    asked = {"per_page": 3, "page": 2 if name != "taxonomies" else 1}
    _, by_get = await feed.get(f"/{name}", **asked)
    async with feed.session.post(f"/hsds/{name}", json=asked, headers=feed.people.nobody()) as answer:
        assert (answer.status, await answer.json()) == (200, by_get)
    async with feed.session.post(f"/hsds/{name}?per_page=3", json={"page": asked["page"]}, headers=feed.people.nobody()) as answer:
        assert await answer.json() == by_get
    async with feed.session.post(f"/hsds/{name}?per_page=3&page={asked['page']}", headers=feed.people.nobody()) as answer:
        assert await answer.json() == by_get


@pytest.mark.parametrize("name", LISTS)
async def test_ndjson_is_the_whole_list(feed: Feed, name: str) -> None:
    for full in ({}, {"full": True}) if name != "taxonomies" else ({},):
        query = {"format": "ndjson", **({"full": "true"} if full else {})}
        async with feed.session.get(f"/hsds/{name}", params=query, headers=feed.people.nobody()) as answer:
            assert answer.content_type == "application/x-ndjson"
            lines = (await answer.text()).splitlines()
        assert [json.loads(line) for line in lines] == await feed.all(f"/{name}", **full)


async def test_each_filter_cuts_and_together_they_cut_more(feed: Feed) -> None:
    housing = "eb467ab3-f6e5-5d98-a71e-04f79605bd1d"
    domain = {one["id"] for one in await feed.all("/services", taxonomy_term_id=housing)}
    hlp = {one["id"] for one in await feed.all("/services", need="housing.hlp")}
    telafar = {one["id"] for one in await feed.all("/services", district="IQG15Q08")}
    assert hlp < domain and telafar and {one["id"] for one in await feed.all("/services", governorate="IQG15")} >= telafar
    assert {one["id"] for one in await feed.all("/services", need="housing.hlp", district="IQG15Q08")} == hlp & telafar
    assert telafar - hlp and domain - hlp
    owner = (await feed.all("/services", need="housing.hlp"))[0]["organization_id"]
    own = {one["id"] for one in await feed.all("/services", organization_id=owner)}
    assert {
        one["id"] for one in await feed.all("/services", organization_id=owner, need="housing.hlp", taxonomy_term_id=housing)
    } == own & hlp
    assert {one["service_id"] for one in await feed.all("/service_at_locations", need="housing.hlp", district="IQG15Q08")} == hlp & telafar
    owners = {one["id"] for one in await feed.all("/organizations", need="housing.hlp")}
    assert owners == {one["organization_id"] for one in await feed.all("/services", need="housing.hlp")}
    assert await feed.all("/services", need="housing.hlp", search="zzz") == []


async def test_taxonomies_filter(feed: Feed) -> None:
    needs, groups = (one["id"] for one in await feed.all("/taxonomies"))
    for name in ("services", "service_at_locations", "organizations"):
        everything, grouped = await feed.all(f"/{name}"), await feed.all(f"/{name}", taxonomy_id=groups)
        assert 0 < len(grouped) < len(everything)
        with_needs = await feed.all(f"/{name}", taxonomy_id=needs)
        assert len(with_needs) == len(everything) or name == "organizations"
        assert await feed.all(f"/{name}", taxonomy_id=owner_of_nothing()) == []
        assert await feed.all(f"/{name}", taxonomy_term_id=owner_of_nothing()) == []
    terms = await feed.all("/taxonomy_terms")
    assert {one["id"] for one in await feed.all("/taxonomy_terms", top_only=True)} == {one["id"] for one in terms if "parent_id" not in one}
    housing = next(one["id"] for one in terms if one["code"] == "housing")
    assert {one["code"] for one in await feed.all("/taxonomy_terms", parent_id=housing)} == {
        "housing.hlp",
        "housing.allowance",
        "housing.repair",
    }
    assert all(one["code"].startswith("group.") for one in await feed.all("/taxonomy_terms", taxonomy_id=groups))
    assert await feed.all("/taxonomy_terms", taxonomy_id=needs, top_only=True, parent_id=housing) == []


async def test_nearness_is_in_metres(feed: Feed) -> None:
    point = {"lat": 36.335, "lon": 43.11889}  # Mosul
    everything = await feed.all("/service_at_locations")
    here, near, far = [
        {one["id"] for one in await feed.all("/service_at_locations", proximity=metres, **point)} for metres in (1000, 60_000, 2_000_000)
    ]
    assert here < near < far == {one["id"] for one in everything if "latitude" in one["location"]}
    services = {one["id"] for one in await feed.all("/services", proximity=1000, **point)}
    assert services == {one["service_id"] for one in everything if one["id"] in here}
    assert await feed.all("/service_at_locations", postcode="41001") == everything


async def test_texts_are_in_the_language_asked_for(feed: Feed) -> None:
    for accepted, tag in (("ckb", "ckb"), ("ar-IQ,en;q=0.5", "ar"), ("fr", "en"), ("", "en")):
        headers = feed.people.nobody() | {"Accept-Language": accepted}
        async with feed.session.get("/hsds/services", headers=headers) as answer:
            assert answer.headers["Content-Language"] == tag and answer.headers["Vary"] == "Accept-Language"
            for one in (await answer.json())["contents"]:
                assert one["name"] == one["name_i18n"][tag]


async def test_a_harvester_gets_what_changed_and_only_that(feed: Feed) -> None:
    everything = await feed.all("/services", minimal=True)
    assert {frozenset(one) for one in everything} == {frozenset({"id", "modified_date"})}
    briefs = {one["id"]: one["last_modified"] for one in await feed.all("/services")}
    assert briefs == {one["id"]: one["modified_date"] for one in everything}
    newest = max(one["modified_date"] for one in everything)
    later = "2035-01-01T00:00:00Z"
    assert await feed.all("/services", modified_after=later) == []
    assert {one["id"] for one in await feed.all("/services", modified_after=newest)} == {k for k, v in briefs.items() if v >= newest}
    parts = {
        "service": ("service", "id"), "service_at_location": ("service_at_location", "service_id"),
        "organization": ("organization", None), "location": ("location", None),
    }  # fmt: skip
    for number, (table, _) in enumerate(parts.values()):
        at = f"2036-0{number + 1}-01T00:00:00+00:00"
        [row] = await feed.rows(f"SELECT x.id FROM {table} x WHERE NOT hidden AND {HAS_PLACES[table]} ORDER BY id LIMIT 1")
        await feed.run(f"UPDATE {table} SET changed_at = '{at}' WHERE id = '{row.id}'")
        changed = await feed.all("/services", modified_after=at)
        assert changed and all(one["last_modified"] >= at[:10] for one in changed)
        ats = await feed.all("/service_at_locations", modified_after=at)
        assert ats and all(one["last_modified"] >= at[:10] for one in ats)
        assert {one["service_id"] for one in ats} <= {one["id"] for one in changed}
        assert len(await feed.all("/services", modified_after=at.replace("+", " "))) == len(changed)


HAS_PLACES = {
    "service": "true", "service_at_location": "true", "location": "EXISTS (SELECT FROM service_at_location WHERE location_id = x.id)",
    "organization": "EXISTS (SELECT FROM service WHERE organization_id = x.id)",
}  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "slug"),
    [
        ({"page": 0}, "malformed-request"), ({"per_page": 0}, "malformed-request"), ({"per_page": 10**9}, "malformed-request"),
        ({"page": 10_000, "per_page": 50}, "page-too-deep"), ({"format": "xml"}, "malformed-request"),
        ({"taxonomy_term_id": "x"}, "malformed-request"), ({"modified_after": "yesterday"}, "malformed-request"),
        ({"proximity": 10}, "point-missing"), ({"lat": 36, "lon": 43}, "point-missing"),
        ({"proximity": 10, "lat": 91, "lon": 0}, "malformed-request"), ({"proximity": "nan", "lat": 1, "lon": 0}, "malformed-request"),
        ({"governorate": "IQG99"}, "unknown-place"), ({"governorate": "IQG15Q08"}, "unknown-place"),
        ({"district": "IQG15"}, "unknown-place"),
        ({"need": "housing"}, "unknown-need-code"), ({"search": "x" * 201}, "malformed-request"), ({"search": "\0"}, None),
    ],
)  # fmt: skip
async def test_a_wrong_question_is_a_problem_in_every_format(feed: Feed, asked: dict[str, Any], slug: str | None) -> None:
    for name in ("services", "service_at_locations", "organizations"):
        for lines in ({}, {"format": "ndjson"}) if "page" not in asked and "format" not in asked and slug else ({},):
            status, body = await feed.get(f"/{name}", **asked, **lines)
            assert (status, body.get("type")) == ((422, f"urn:ihala:problem:{slug}") if slug else (200, None)), body
            assert not slug or places_of(body) <= {f"query/{one}" for one in (*asked, "proximity")}
        if slug and "nan" not in asked.values():
            async with feed.session.post(f"/hsds/{name}", json=asked, headers=feed.people.nobody()) as answer:
                assert places_of(await answer.json()) <= {f"#/{one}" for one in asked} | {"query/proximity"}


def places_of(problem: dict[str, Any]) -> set[str]:
    """Where a problem says that something is wrong."""
    found = {one["pointer"] for one in problem.get("errors", [problem])}
    assert found
    return found


@pytest.mark.parametrize("name", WHOLE)
async def test_what_is_not_there_is_not_found(feed: Feed, name: str) -> None:
    for wrong in (owner_of_nothing(), "not-a-uuid", "1"):
        status, body = await feed.get(f"/{name}/{wrong}")
        assert (status, body["type"]) == (404, "urn:ihala:problem:entry-not-found")


async def test_a_million_characters_are_refused(feed: Feed) -> None:
    async with feed.session.post("/hsds/services", json={"search": "ا" * 500_000}, headers=feed.people.nobody()) as answer:
        assert answer.status in (413, 422)


@pytest.mark.parametrize("asked", [{}, {"full": True}, {"need": "housing.hlp", "district": "IQG15Q08", "modified_after": "2020-01-01"}])
async def test_a_page_is_a_fixed_number_of_statements(feed: Feed, asked: dict[str, Any]) -> None:
    said: list[str] = []

    def note(*given: Any) -> None:
        said.append(given[2])

    event.listen(feed.database.engine.sync_engine, "before_cursor_execute", note)
    try:
        for name, most in (("services", 4), ("service_at_locations", 3), ("organizations", 5)):
            counted = []
            for size in (2, 100):
                said.clear()
                assert (await feed.get(f"/{name}", per_page=size, **asked))[0] == 200
                counted.append(len(said))
            assert counted[0] == counted[1] <= most, (name, said)  # with the one that says who calls
    finally:
        event.remove(feed.database.engine.sync_engine, "before_cursor_execute", note)


def owner_of_nothing() -> str:
    return "0198f000-0000-7000-8000-0000000000aa"

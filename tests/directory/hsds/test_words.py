"""`search` in the feed finds what Ihala's own search finds, however it is written, and nothing that the caller may not see."""

from itertools import product
from typing import Any

import pytest
from ihala_directory.places import places

from tests.directory.hsds.conftest import Feed
from tests.directory.search.test_hidden import SECRET_QUERIES
from tests.directory.test_restricted import HIDDEN_IDS
from tests.directory.world import GBV_AT, GBV_SERVICE, TELAFAR, WLCO

WRITTEN = {
    "rent": ["rent", "ايجار", "الإيجار", "إِيجَار", "بدل السكن", "کرێ", "كرێ", "housing alowance"],
    "title": ["طابو", "الطابو", "تاپۆ", "land dispute", "مشكله في الارض", "كێشەى زەوى", "huosing land"],
    "title in Telafar": ["طابو تلعفر", "طابو في تل عفر", "land title in Tal Afar", "تاپۆ لە تەلەعفەر", "title Telafr"],
    "name": ["مدرسة", "مدارس", "قوتابخانە", "Zummar", "زمار", "معلومات عن الهجرة النظامية", "rent zzzzzz", "طابو كهرباء"],
}
EVERY = [(about, words) for about, queries in WRITTEN.items() for words in queries]
LISTS = ("services", "service_at_locations", "organizations")


async def searched(feed: Feed, words: str, headers: dict[str, str]) -> dict[str, dict[str, Any]]:
    """What Ihala's own search finds: cards by the service's id."""
    async with feed.session.get("/v1/search", params={"q": words, "limit": "200"}, headers=headers) as answer:
        body = await answer.json()
        assert answer.status == 200, body
    return {one["service"]["id"]: one["service"] for one in body["items"]}


@pytest.mark.parametrize(("about", "words"), EVERY, ids=[words for _, words in EVERY])
@pytest.mark.parametrize("who", ["nobody", "stranger", "cleared"])
async def test_the_feed_finds_what_search_finds(feed: Feed, about: str, words: str, who: str) -> None:
    headers = {"nobody": feed.people.nobody(), "stranger": feed.people.stranger(), "cleared": feed.people.coordinator()}[who]
    found = await searched(feed, words, headers)
    assert found

    async def listed(name: str) -> list[dict[str, Any]]:
        return await feed.all(f"/{name}", search=words, headers=headers, signed_in=who != "nobody")

    assert {one["id"] for one in await listed("services")} == set(found)
    assert {one["id"] for one in await listed("organizations")} == {card["organization"]["id"] for card in found.values()}
    ats = {at["service_at_location_id"]: at for card in found.values() for at in card["at"]}
    shown = {one["id"] for one in await listed("service_at_locations")}
    if about == "title in Telafar":
        there = set(places().around("IQG15Q08"))
        assert shown == {id for id, at in ats.items() if {at["place"], *at["areas"]} & there}
    else:
        assert shown <= set(ats) and {one["service_id"] for one in await listed("service_at_locations")} == set(found)


async def test_one_meaning_is_found_by_all_its_spellings(feed: Feed) -> None:
    for about in ("rent", "title in Telafar"):
        found = [frozenset(one["id"] for one in await feed.all("/services", search=words)) for words in WRITTEN[about]]
        assert frozenset.intersection(*found), about


async def test_a_service_is_found_by_its_name_in_every_language(feed: Feed) -> None:
    for one in await feed.all("/services"):
        if one["status"] == "active":
            for name in one["name_i18n"].values():
                assert one["id"] in {found["id"] for found in await feed.all("/services", search=name)}, name


async def test_words_cut_together_with_what_else_is_asked(feed: Feed) -> None:
    rent = {one["id"] for one in await feed.all("/services", search="ايجار")}
    owner = (await feed.all("/organizations", search="ايجار"))[0]["id"]
    own = {one["id"] for one in await feed.all("/services", organization_id=owner)}
    assert {one["id"] for one in await feed.all("/services", search="ايجار", organization_id=owner)} == rent & own != set()
    # of organisations: one and the same service is both
    both = {one["organization_id"] for one in await feed.all("/services", search="ايجار", need="housing.hlp")}
    assert {one["id"] for one in await feed.all("/organizations", search="ايجار", need="housing.hlp")} == both


async def test_words_that_say_nothing_ask_for_nothing_and_strange_ones_find_nothing(feed: Feed) -> None:
    everything = await feed.all("/services")
    for words in ("", "؟!", "\0", "& | ()"):
        assert await feed.all("/services", search=words) == everything
    for words in ("100%_\\", "zzzzzz", "'quoted' & x:*"):
        for name in LISTS:
            assert await feed.all(f"/{name}", search=words) == []


@pytest.mark.parametrize("words", SECRET_QUERIES)
async def test_no_word_leads_the_uncleared_to_what_is_hidden(feed: Feed, words: str) -> None:
    people = feed.people
    asking = [(people.nobody(), False), (people.coordinator(), False)]  # the public feed is nobody's, whoever asks
    asking += [(headers, True) for headers in (people.stranger(), people.coordinator(cleared=False), people.provider(TELAFAR))]
    for name, (headers, signed_in) in product(LISTS, asking):
        status, body = await feed.get(f"/{name}", headers=headers, signed_in=signed_in, search=words[:200], full=True)
        said = str(body)
        assert status == 200 and not any(hidden in said for hidden in HIDDEN_IDS)


async def test_the_cleared_and_its_own_organisation_find_it(feed: Feed) -> None:
    wanted = {"services": GBV_SERVICE, "service_at_locations": GBV_AT, "organizations": WLCO}
    for name, id in wanted.items():
        for headers in (feed.people.coordinator(), feed.people.provider(WLCO)):
            found = await feed.all(f"/{name}", headers=headers, signed_in=True, search="gender based violence")
            assert str(id) in {one["id"] for one in found}

"""Services are found however the words are written, by place and by distance; counts and pages agree with what is found."""

import json
from collections import Counter

import aiohttp
import pytest
from ihala_directory.search import index
from ihala_directory.search.models import Facets
from ihala_directory.search.understanding import understand
from ihala_kit.auth import Caller
from sqlalchemy import text

from tests.directory.search.conftest import Searching
from tests.directory.test_proposals import ABOUT_SERVICE, before_at, decide, propose, read
from tests.directory.world import TELAFAR, TELAFAR_SERVICE, People, World, next_page, slug

ALLOWANCE, HLP = "housing.allowance", "housing.hlp"


@pytest.mark.parametrize(
    ("query", "need"),
    [
        ("ايجار", ALLOWANCE), ("الإيجار", ALLOWANCE), ("rent", ALLOWANCE), ("کرێ", ALLOWANCE), ("housing alowance", ALLOWANCE),
        ("بدل السكن", ALLOWANCE), ("طابو", HLP), ("تاپۆ", HLP), ("land dispute", HLP), ("كێشەى زەوى", HLP), ("مشكله في الارض", HLP),
    ],
)  # fmt: skip
async def test_a_need_is_found_however_it_is_said(search: Searching, query: str, need: str) -> None:
    found = await search(query)
    assert found.items
    assert need in found.items[0].service.need_codes
    assert not found.relaxed


@pytest.mark.parametrize("query", ["طابو تلعفر", "طابو في تل عفر", "land title in Tal Afar", "تاپۆ لە تەلەعفەر", "title Telafr"])
async def test_a_place_among_the_words_narrows(search: Searching, query: str) -> None:
    found = await search(query)
    assert found.understood.places == ["IQG15Q08"]
    assert str(TELAFAR_SERVICE) in [str(one.service.id) for one in found.items]


async def test_who_reads_a_card_learns_that_it_is_closed_for_a_while(
    search: Searching, http: aiohttp.ClientSession, people: People
) -> None:
    """Of a service and of one of its places: else people set out in vain by the opening hours beside it."""
    for_all = {"from": "2030-01-02", "until": "2030-01-20", "reason": {"ar": "ترميم"}}
    here = {"from": "2030-02-01", "until": "2030-02-02", "reason": {}}
    service = await read(http, people.provider(TELAFAR))
    change = {"closures": [for_all], "at": before_at(service, closures=[here])}
    await decide(http, people.coordinator(), await propose(http, people.provider(TELAFAR), ABOUT_SERVICE, change))
    [card] = [one.service for one in (await search("طابو تلعفر")).items if one.service.id == TELAFAR_SERVICE]
    assert [one.model_dump(mode="json") for one in (*card.closures, *card.at[0].closures)] == [for_all, here]


async def test_what_is_misspelt_is_put_right_and_said(search: Searching) -> None:
    found = await search("hospitl")
    assert (found.corrected, found.understood.needs) == ("hospital", ["health.medical"])
    of_equals = await search("traning")  # a letter from "tracing", too: of equals what is said most
    assert (of_equals.corrected, of_equals.understood.needs) == ("training", ["work.training"])
    assert (await search("hosing")).corrected == "Housing"


@pytest.mark.parametrize(
    ("query", "needs"),
    [
        ("school", {"education.enrolment", "education.support"}), ("مدارس", {"education.enrolment", "education.support"}),
        ("ماء", {"basic.water"}), ("الماء", {"basic.water"}), ("ما هي خدمات الإيجار", {ALLOWANCE, HLP}),  # no "what"
        ("بدل فاقد", {"legal.documents"}), ("طفل ضايع", {"protection.child"}), ("تعويض", {HLP}), ("پێناسە", {"legal.documents"}),
        ("قرض لمشروع", {"work.business"}), ("ڕاهێنانی پیشەیی", {"work.training"}), ("ناسنامە", {"legal.documents"}), ("منو", set()),
        ("العودة", {"reintegration"}), ("رجوع", {"reintegration"}), ("عودة للمدرسة", {"education.enrolment"}),
        ("كارت وطني", {"legal.documents"}), ("اريد اشتغل", {"work.job"}),
    ],
)  # fmt: skip
def test_what_words_mean(query: str, needs: set[str]) -> None:
    assert {code for one in understand(query).needs for code in one} == needs


async def test_counts_are_those_of_what_is_found(search: Searching) -> None:
    found = await search(area="IQG15", limit=200, facets="true")
    assert (await search(area="IQG15")).facets is None
    assert found.facets is not None and found.complete and found.total == len(found.items) > 5
    for name in Facets.model_fields:
        counts = [one.count for one in getattr(found.facets, name)]
        assert counts == sorted(counts, reverse=True)
    cards = [one.service for one in found.items]
    assert {one.code: one.count for one in found.facets.needs} == Counter(code for card in cards for code in card.need_codes)
    assert {one.code: one.count for one in found.facets.kind} == Counter(card.organization.kind for card in cards)
    assert {one.code: one.count for one in found.facets.languages} == Counter(code for card in cards for code in card.languages)
    for facet, name in (("needs", "need"), ("kind", "kind"), ("languages", "language")):
        for one in getattr(found.facets, facet):
            assert (await search(area="IQG15", **{name: one.code})).total == one.count


async def test_the_nearest_first_and_nothing_farther_than_asked(search: Searching) -> None:
    point = {"lat": 36.375, "lon": 42.45}  # Telafar
    found = await search(area="IQG15", **point)
    known = [one.distance_km for one in found.items if one.distance_km is not None]
    assert len(known) > 1
    near = await search(**point, within_km=25)
    assert near.items and all(one.distance_km is not None and one.distance_km <= 25 for one in near.items)
    distances = [one.distance_km for one in near.items if one.distance_km is not None]
    assert distances == sorted(distances)


async def test_pages_hold_everything_once(http: aiohttp.ClientSession, people: People, search: Searching) -> None:
    whole = await search.ids(area="IQG15", limit=200)
    paged: list[str] = []
    url: str | None = "/v1/search?area=IQG15&limit=2"
    while url:
        async with http.get(url, headers=people.nobody()) as answer:
            body = await answer.json()
            paged += [one["service"]["id"] for one in body["items"]]
            url = next_page(answer)
    assert paged == whole
    assert len(set(paged)) == len(paged)


async def test_suggestions(http: aiohttp.ClientSession, people: People) -> None:
    async def texts(q: str) -> list[tuple[str, str]]:
        async with http.get("/v1/search/suggestions", params={"q": q}, headers=people.nobody()) as answer:
            assert answer.status == 200
            return [(one["kind"], one["code"]) for one in (await answer.json())["items"]]

    assert ("need", ALLOWANCE) in await texts("إيجا")
    assert ("need", ALLOWANCE) in await texts("housing all")
    assert ("place", "IQG15Q08") in await texts("تلع")
    assert await texts("a") == []
    assert await texts("'; DROP TABLE service --") == []


STRANGE = [
    "' & | ! :* <-> ( )",
    "\\",
    "'' ''",
    "%_%",
    "\u202e\u200f",
    "a" * 200,
    "\U0001f642",
    "ــــ",
    "و",
    "1",
    "في",
    "عبد",
    "& rent |",
    "\u0001",
]


@pytest.mark.parametrize("query", STRANGE)
async def test_strange_words_are_safe(http: aiohttp.ClientSession, people: People, query: str) -> None:
    for path in ("/v1/search", "/v1/search/suggestions"):
        async with http.get(path, params={"q": query[:80] if "sugg" in path else query}, headers=people.nobody()) as answer:
            assert answer.status in (200, 422), await answer.text()


@pytest.mark.parametrize(
    ("asked", "status", "name"),
    [
        ({"q": "x" * 201}, 422, "malformed-request"), ({"q": "x" * 8000}, 422, "malformed-request"), ({}, 422, "nothing-asked"),
        ({"q": "؟!"}, 422, "nothing-asked"), ({"need": "no.such"}, 422, "unknown-need-code"), ({"area": "IQX"}, 422, "unknown-place"),
        ({"q": "rent", "lat": "36"}, 422, "point-incomplete"), ({"q": "rent", "within_km": "5"}, 422, "point-incomplete"),
        ({"q": "rent", "lat": "nan", "lon": "44"}, 422, "malformed-request"), ({"q": "rent", "cursor": "xx"}, 400, "malformed-cursor"),
    ],
)  # fmt: skip
async def test_what_cannot_be_asked(http: aiohttp.ClientSession, people: People, asked: dict[str, str], status: int, name: str) -> None:
    async with http.get("/v1/search", params=asked, headers=people.nobody()) as answer:
        assert await slug(answer, status) == name


USED = {
    "search_entry_tokens": "SELECT 1 FROM search_entry WHERE tokens @@ to_tsquery('simple', 'rent')",
    "search_word_pkey": "SELECT 1 FROM search_word WHERE key = ANY(CAST('{rent,ren}' AS text[]))",
    "search_name_pkey": "SELECT 1 FROM search_name WHERE folded >= 'a' AND folded < 'b'",
    "search_hidden_of_organization": "SELECT 1 FROM search_hidden WHERE organization_id = '0198f000-0000-7000-8000-000000000001'",
}


@pytest.mark.parametrize("name", USED)
async def test_words_are_looked_up_in_an_index(world: World, name: str) -> None:
    """As the application, under the row policies; with few rows PostgreSQL would rather read them all, so that is forbidden."""
    async with world.database.transaction(Caller.anonymous()) as tx:
        await tx.execute(text("SET LOCAL enable_seqscan = off"))
        plan = (await tx.execute(text(f"EXPLAIN (FORMAT json) {USED[name]}"))).scalar_one()
    assert name in json.dumps(plan)
    assert "Seq Scan" not in json.dumps(plan)


def test_a_row_fits_on_a_page_however_much_is_said() -> None:
    long = {"en": " ".join(f"word{n}" for n in range(900))}
    kept = index.of_names([("w", [{"en": "rent"}]), ("t", [long])])
    assert "w.rent" in kept
    assert sum(len(token.encode()) for token in kept) <= index.MOST_BYTES

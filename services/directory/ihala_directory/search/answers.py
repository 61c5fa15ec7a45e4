"""From a query to the answer: understood, looked up, relaxed when nothing fits, and written as JSON from cards that are JSON already."""

import json
from collections.abc import Sequence
from uuid import UUID

from ihala_kit.asking import Ask
from ihala_kit.auth import Caller
from ihala_kit.pages import PageRequest, page_of

from ihala_directory.errors import NothingAsked
from ihala_directory.search import store
from ihala_directory.search.store import Hit, Hits, Key
from ihala_directory.search.tokens import FACETS
from ihala_directory.search.understanding import Understood, understand
from ihala_directory.search.wanted import Narrowed, Wanted, wanted

Facets = dict[str, list[dict[str, str | int]]]
ALL, SOME = "all", "some"  # how many of the words must fit; a cursor says it, so that a later page goes on as the first began


async def results(
    ask: Ask, caller: Caller, text: str | None, narrowed: Narrowed, page: PageRequest, *, facets: bool
) -> tuple[bytes, str | None]:
    """Return one page of models.Results as JSON, and the Link to the next. Raises NothingAsked (422), MalformedCursor (400)."""
    read = await understood(ask, text or "")
    strict = wanted(read, narrowed)
    if strict is None:
        raise NothingAsked()
    fits, found = await _found(ask, caller, read, narrowed, strict, page, counts=facets)
    shown = page_of(found.items, page, lambda hit: (fits, hit.rank, hit.id))
    counted = _facets(found, in_area=strict.in_area) if facets else None
    return _written(shown, found, read, counted, relaxed=fits == SOME), page.response.headers.get("Link")


async def understood(ask: Ask, text: str) -> Understood:
    """Return what the words mean; those that no list knows may be words of entries."""
    read = understand(text)
    return understand(text, await store.indexed(ask, read.unknown)) if read.unknown else read


async def _found(
    ask: Ask, caller: Caller, read: Understood, narrowed: Narrowed, strict: Wanted, page: PageRequest, *, counts: bool
) -> tuple[str, Hits]:
    """Return what fits all; when nothing does, what fits some."""
    after = page.after_as(str, int, UUID)
    key: Key | None = None if after is None else (after[1], after[2])
    if after is None or after[0] == ALL:
        found = await store.find(ask, caller, strict, page.fetch, key, counts=counts)
        if found.items or after is not None:
            return ALL, found
    loose = wanted(read, narrowed, relaxed=True)
    if loose is None or loose.queries["wanted"] == strict.queries["wanted"]:
        return ALL, Hits()
    found = await store.find(ask, caller, loose, page.fetch, key, counts=counts)
    return (SOME if found.items else ALL), found


def _written(shown: Sequence[Hit], found: Hits, read: Understood, facets: Facets | None, *, relaxed: bool) -> bytes:
    """Return models.Results; the cards are put in as they are."""
    rest = {
        "total": found.total,
        "complete": found.total < store.MOST_COUNTED,
        "relaxed": relaxed,
        "corrected": read.corrected,
        "understood": {
            "needs": sorted({code for need in read.needs for code in need}),
            "places": [place.code for place in read.places],
        },
        "facets": facets,
    }
    items = ",".join(f'{{"service":{hit.card},"distance_km":{_km(hit.metres)}}}' for hit in shown)
    return f'{{"items":[{items}],{json.dumps(rest, ensure_ascii=False, separators=(",", ":"))[1:]}'.encode()


def _km(metres: int | None) -> str:
    return "null" if metres is None else f"{metres / 1000:.1f}"


def _facets(found: Hits, *, in_area: bool) -> Facets:
    """Return the counts by facet, the most frequent first; districts only within an area."""
    names = {letter: name for name, letter in FACETS.items() if in_area or name != "districts"}
    counted: Facets = {name: [] for name in FACETS}
    for token, count in sorted(found.counts.items(), key=lambda item: (-item[1], item[0])):
        if token[:2] in names:
            counted[names[token[:2]]].append({"code": token[2:], "count": count})
    return counted

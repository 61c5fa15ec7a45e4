"""From a query to the answer: understood, looked up, relaxed when nothing fits, and written as JSON from cards that are JSON already."""

import json
from collections.abc import Sequence
from uuid import UUID

from ihala_kit.pages import PageRequest, page_of
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory.errors import NothingAsked
from ihala_directory.search import store
from ihala_directory.search.store import Hit, Hits, Key
from ihala_directory.search.tokens import FACETS
from ihala_directory.search.understanding import Understood, understand
from ihala_directory.search.wanted import Narrowed, Wanted, wanted

ALL, SOME = "all", "some"  # how many of the words must fit; a cursor says it, so that a later page goes on as the first began


async def results(tx: AsyncSession, text: str | None, narrowed: Narrowed, page: PageRequest) -> tuple[bytes, str | None]:
    """Return one page of models.Results as JSON, and the Link to the next. Raises NothingAsked (422), MalformedCursor (400)."""
    read = await _understood(tx, text or "")
    strict = wanted(read, narrowed)
    if strict is None:
        raise NothingAsked()
    fits, found = await _found(tx, read, narrowed, strict, page)
    shown = page_of(found.items, page, lambda hit: (fits, hit.rank, hit.id))
    return _written(shown, found, read, relaxed=fits == SOME, first=page.after is None), page.response.headers.get("Link")


async def _understood(tx: AsyncSession, text: str) -> Understood:
    read = understand(text)
    return understand(text, await store.indexed(tx, read.unknown)) if read.unknown else read


async def _found(tx: AsyncSession, read: Understood, narrowed: Narrowed, strict: Wanted, page: PageRequest) -> tuple[str, Hits]:
    """Return what fits all; when nothing does, what fits some."""
    after = page.after_as(str, int, UUID)
    key: Key | None = None if after is None else (after[1], after[2])
    if after is None or after[0] == ALL:
        found = await store.find(tx, strict, page.fetch, key)
        if found.items or after is not None:
            return ALL, found
    loose = wanted(read, narrowed, relaxed=True)
    if loose is None or loose.queries["wanted"] == strict.queries["wanted"]:
        return ALL, Hits()
    found = await store.find(tx, loose, page.fetch, key)
    return (SOME if found.items else ALL), found


def _written(shown: Sequence[Hit], found: Hits, read: Understood, *, relaxed: bool, first: bool) -> bytes:
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
        "facets": _facets(found) if first else None,
    }
    items = ",".join(f'{{"service":{hit.card},"distance_km":{_km(hit.metres)}}}' for hit in shown)
    return f'{{"items":[{items}],{json.dumps(rest, ensure_ascii=False, separators=(",", ":"))[1:]}'.encode()


def _km(metres: int | None) -> str:
    return "null" if metres is None else f"{metres / 1000:.1f}"


def _facets(found: Hits) -> dict[str, list[dict[str, str | int]]]:
    """Return the counts by facet, the most frequent first."""
    return {
        name: [{"code": code, "count": count} for code, count in sorted(found.counts[name].items(), key=lambda item: (-item[1], item[0]))]
        for name in FACETS
    }

"""The queries of search. What is hidden is asked for only when a caller may see it; its table's row policy is the second lock."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import caller_of
from sqlalchemy import TextClause, text
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory.search import spelling
from ihala_directory.search.stems import stem
from ihala_directory.search.tokens import FACETS
from ihala_directory.search.wanted import Wanted

MOST_COUNTED = 10_000
DISTANCE_STEP = 100_000_000  # a rank is so much times the score, less the metres
_METRES = """(SELECT min(111195 * sqrt(power(a - :latitude, 2) + power((o - :longitude) * cos(radians(:latitude)), 2)))::bigint
    FROM unnest(e.latitudes, e.longitudes) AS point (a, o))"""
_COUNTED = ", ".join(FACETS)
_INDEXED = text("SELECT key, part FROM search_word WHERE key = ANY(CAST(:keys AS text[])) LIMIT 500")
_NAMES = text("""
    SELECT organization_id, min(name) FROM (
        SELECT organization_id, name FROM search_name WHERE folded >= :start AND folded < :beyond ORDER BY folded LIMIT 50
    ) AS found GROUP BY organization_id ORDER BY min(name), organization_id LIMIT :limit
""")
Key = tuple[int, UUID]


@dataclass(slots=True)
class Hit:
    """One service found: its place in the order, its card as JSON, and how far it is (metres)."""

    rank: int
    id: UUID
    card: str
    metres: int | None


@dataclass(slots=True)
class Hits:
    """One page of them, how many there are in all, and by column how many have each code."""

    items: list[Hit] = field(default_factory=list)
    total: int = 0
    counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


async def find(tx: AsyncSession, wanted: Wanted, limit: int, after: Key | None) -> Hits:
    """Return at most `limit` services after `after`, best first; the counts only with the first page."""
    values: dict[str, Any] = {"limit": limit, "most": MOST_COUNTED, **wanted.queries}
    if wanted.point is not None:
        values |= {"latitude": wanted.point[0], "longitude": wanted.point[1], "within": wanted.within_metres}
    if after is not None:
        values |= {"rank": after[0], "id": after[1]}
    tables, caller = ["search_entry"], caller_of(tx)
    if _may_see_hidden(caller):
        tables.append("search_hidden")
        values["own"] = caller.organization_id
    found = Hits()
    for kind, number, metres, service_id, words in await tx.execute(_statement(_query(wanted, tables, caller, after)), values):
        if kind == "item":
            found.items.append(Hit(number, service_id, words, metres))
        elif kind == "total":
            found.total = number
        else:
            for code in words.split():
                found.counts[kind][code] += number
    found.items.sort(key=lambda hit: (-hit.rank, hit.id))
    return found


@lru_cache(256)
def _statement(query: str) -> TextClause:
    """Return a query as SQLAlchemy takes it; there are few, and reading one for its parameters each time costs as much as asking it."""
    return text(query)


def _may_see_hidden(caller: Caller) -> bool:
    return caller.is_system or "directory:read" in caller.scopes


def _query(wanted: Wanted, tables: Sequence[str], caller: Caller, after: Key | None) -> str:
    """Return the one statement, made of constants; what was asked for is in its parameters."""
    hits = " UNION ALL ".join(_hits(wanted, table, caller) for table in tables)
    later = "" if after is None else "WHERE rank < :rank OR (rank = :rank AND service_id > :id)"
    card = "SELECT 'item', rank, metres, service_id, card FROM page JOIN {} USING (service_id)"
    cards = " UNION ALL ".join(card.format(table) for table in tables)
    counted = [name for name in FACETS if name != "districts" or wanted.in_area]
    count = " UNION ALL SELECT '{0}', count(*), NULL, NULL, {0} FROM hit GROUP BY {0}"
    counts = "" if after is not None else "".join(count.format(name) for name in counted)
    return f"""
        WITH hit AS MATERIALIZED ({hits} LIMIT :most),
        page AS (SELECT service_id, rank, metres FROM hit {later} ORDER BY rank DESC, service_id LIMIT :limit)
        {cards} UNION ALL SELECT 'total', count(*), NULL, NULL, NULL FROM hit {counts}
    """  # noqa: S608


def _hits(wanted: Wanted, table: str, caller: Caller) -> str:
    score = " + ".join(f"{points} * (e.tokens @@ CAST(:{name} AS tsquery))::int" for name, points in wanted.points) or "0"
    metres = "NULL::bigint" if wanted.point is None else _METRES
    lifted = f"({score})::bigint * {DISTANCE_STEP}"
    conditions = ["e.tokens @@ CAST(:wanted AS tsquery)"]
    if table == "search_hidden" and not (caller.is_system or caller.cleared):
        conditions.append("e.organization_id = :own")
    found = f"SELECT e.service_id, {_COUNTED}, {lifted} AS lifted, {metres} AS metres FROM {table} e WHERE {' AND '.join(conditions)}"  # noqa: S608
    within = "" if wanted.within_metres is None else "WHERE metres <= :within"
    rank = f"lifted - least(coalesce(metres, {DISTANCE_STEP - 1}), {DISTANCE_STEP - 1})" if wanted.point else "lifted"
    return f"SELECT service_id, {_COUNTED}, metres, {rank} AS rank FROM ({found}) AS found {within}"  # noqa: S608


async def indexed(tx: AsyncSession, words: Sequence[str]) -> dict[str, list[str]]:
    """Return for each folded word the stems of public entries that are it, or differ from it by a letter."""
    by_key = {key: word for word in words for key in spelling.keys(stem(word))}
    found: dict[str, list[str]] = {}
    for key, part in await tx.execute(_INDEXED, {"keys": sorted(by_key)}):
        word = by_key[key]
        if spelling.distance(stem(word), part) <= 1:
            found.setdefault(word, []).append(part)
    return found


async def names(tx: AsyncSession, start: str, limit: int) -> list[tuple[UUID, str]]:
    """Return organisations that have something public and a name that begins so (folded)."""
    rows = await tx.execute(_NAMES, {"start": start, "beyond": start + "\U0010ffff", "limit": limit})
    return [(row[0], row[1]) for row in rows]

"""The queries of search, each one statement without a transaction around it. What is hidden is asked for only when a caller may see it,
by a function that says who calls; its table's row policy is the second lock."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from ihala_kit.asking import Ask
from ihala_kit.auth import Caller

from ihala_directory.search import spelling
from ihala_directory.search.stems import stem
from ihala_directory.search.wanted import Wanted

MOST_COUNTED = 10_000
DISTANCE_STEP = 100_000_000  # a rank is so much times the score, less the metres
_METRES = """(SELECT min(111195 * sqrt(power(a - {0}, 2) + power((o - {1}) * cos(radians({0})), 2)))::bigint
    FROM unnest(e.latitudes, e.longitudes) AS point (a, o))"""
_INDEXED = "SELECT key, part FROM search_word WHERE key = ANY($1::text[]) LIMIT 500"
_NAMES = """
    SELECT organization_id, min(name) FROM (
        SELECT organization_id, name FROM search_name WHERE folded >= $1 AND folded < $2 ORDER BY folded LIMIT 50
    ) AS found GROUP BY organization_id ORDER BY min(name), organization_id LIMIT $3
"""
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
    """One page of them, how many there are in all, and how many have each token that is counted (tokens.FACETS)."""

    items: list[Hit] = field(default_factory=list)
    total: int = 0
    counts: Counter[str] = field(default_factory=Counter)


class _Values(list[object]):
    """The values of a statement; `add` returns what stands for one in its text."""

    def add(self, value: object, kind: str) -> str:
        self.append(value)
        return f"${len(self)}::{kind}"


async def find(ask: Ask, caller: Caller, wanted: Wanted, limit: int, after: Key | None, *, counts: bool) -> Hits:
    """Return at most `limit` services after `after`, best first; with `counts`, how many of all there are have which token."""
    values = _Values()
    found = Hits()
    for service_id, number, metres, words in await ask(_query(wanted, caller, limit, after, values, counts=counts), *values):
        if service_id is not None:
            found.items.append(Hit(number, service_id, words, metres))
        else:
            found.total = number
            found.counts.update((words or "").split())
    found.items.sort(key=lambda hit: (-hit.rank, hit.id))
    return found


def _query(wanted: Wanted, caller: Caller, limit: int, after: Key | None, values: _Values, *, counts: bool) -> str:
    """Return the one statement, made of constants; what was asked for is put into `values`."""
    queries = {name: values.add(query, "tsquery") for name, query in wanted.queries.items()}
    point = None if wanted.point is None else [values.add(degrees, "float8") for degrees in wanted.point]
    sources = [(f"search_entry e WHERE e.tokens @@ {queries['wanted']}", "NULL::text")]
    if "directory:read" in caller.scopes:
        whose, cleared = values.add(caller.organization_id, "uuid"), values.add(caller.cleared, "boolean")
        sources.append((f"search_hidden_found({whose}, {cleared}, {queries['wanted']}) e", "e.card"))
    facets = "e.facets" if counts else "NULL::text AS facets"
    hits = " UNION ALL ".join(_hits(wanted, queries, point, source, f"{facets}, {card} AS card", values) for source, card in sources)
    later = "" if after is None else f"WHERE (-rank, service_id) > (-{values.add(after[0], 'bigint')}, {values.add(after[1], 'uuid')})"
    counted = "string_agg(facets, ' ')" if counts else "NULL"
    return f"""
        WITH hit AS MATERIALIZED ({hits} LIMIT {MOST_COUNTED}),
        page AS (SELECT service_id, rank, metres, card FROM hit {later} ORDER BY rank DESC, service_id LIMIT {values.add(limit, "int")})
        SELECT service_id, rank, metres, coalesce(page.card, e.card) FROM page LEFT JOIN search_entry e USING (service_id)
        UNION ALL SELECT NULL, count(*), NULL, {counted} FROM hit
    """  # noqa: S608


def _hits(
    wanted: Wanted, queries: Mapping[str, str], point: Sequence[str] | None, source: str, columns: str, values: _Values
) -> str:  # fmt: skip
    score = " + ".join(f"{points} * (e.tokens @@ {queries[name]})::int" for name, points in wanted.points) or "0"
    metres = "NULL::bigint" if point is None else _METRES.format(*point)
    lifted = f"({score})::bigint * {DISTANCE_STEP} AS lifted"
    found = f"SELECT e.service_id, {columns}, {lifted}, {metres} AS metres FROM {source}"  # noqa: S608
    within = "" if wanted.within_metres is None else f"WHERE metres <= {values.add(wanted.within_metres, 'bigint')}"
    rank = f"lifted - least(coalesce(metres, {DISTANCE_STEP - 1}), {DISTANCE_STEP - 1})" if point else "lifted"
    return f"SELECT service_id, facets, card, metres, {rank} AS rank FROM ({found}) AS found {within}"  # noqa: S608


async def indexed(ask: Ask, words: Sequence[str]) -> dict[str, list[str]]:
    """Return for each folded word the stems of public entries that are it, or differ from it by a letter."""
    by_key = {key: word for word in words for key in spelling.keys(stem(word))}
    found: dict[str, list[str]] = {}
    for key, part in await ask(_INDEXED, sorted(by_key)):
        word = by_key[key]
        if spelling.distance(stem(word), part) <= 1:
            found.setdefault(word, []).append(part)
    return found


async def names(ask: Ask, start: str, limit: int) -> list[tuple[UUID, str]]:
    """Return organisations that have something public and a name that begins so (folded)."""
    return [(row[0], row[1]) for row in await ask(_NAMES, start, start + "\U0010ffff", limit)]

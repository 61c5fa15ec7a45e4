"""What the beginning of a query could become: needs, places, and organisations that have something public."""

from functools import cache

from ihala_kit.asking import Ask
from ihala_kit.folding import folded

from ihala_directory.needs import entries
from ihala_directory.places import places
from ihala_directory.search import models, store
from ihala_directory.search.vocabulary import MEANT, need_phrases

MOST, OF_EACH = 10, 5
SHORTEST = 2  # folded letters


async def suggestions(ask: Ask, text: str) -> models.Suggestions:
    """Return at most ten; none for a single letter."""
    start = folded(text)
    if len(start) < SHORTEST:
        return models.Suggestions(items=[])
    found = [*_needs(start), *_places(start, text)]
    for organization_id, name in await store.names(ask, start, OF_EACH):
        found.append(models.Suggestion(kind="organization", code=str(organization_id), text=name, names={}))
    return models.Suggestions(items=found[:MOST])


def _needs(start: str) -> list[models.Suggestion]:
    """Return the needs of which a phrase begins so, each with the shortest; after them those of which a later word does."""
    found: dict[str, tuple[bool, int, str]] = {}
    for code, plain, text in _spoken():
        if plain.startswith(start) or f" {start}" in plain:
            rank = (not plain.startswith(start), len(plain), text)
            found[code] = min(rank, found.get(code, rank))
    best = sorted(found.items(), key=lambda item: (item[1], item[0]))[:OF_EACH]
    return [models.Suggestion(kind="need", code=code, text=rank[2], names=entries()[code].names) for code, rank in best]


def _places(start: str, text: str) -> list[models.Suggestion]:
    found = []
    for one in places().search(text, None, None, OF_EACH * 4):
        name = next((name for name in one.names.values() if folded(name).startswith(start)), None)
        if name:
            found.append(models.Suggestion(kind="place", code=one.code, text=name, names=one.names))
    return found[:OF_EACH]


@cache
def _spoken() -> tuple[tuple[str, str, str], ...]:
    """Return code, folded phrase and phrase of what each need is called."""
    return tuple((code, folded(text), text) for code, weight, text in need_phrases() if weight == MEANT and entries()[code].kind == "need")

"""Bundles of searches and histories, with links that go on by keyset. Nothing is counted: `total` stays away."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ihala_contracts.public_routes import FHIR
from ihala_kit.pages import Key, encoded
from ihala_kit.words import Language
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral.fhir import moves, reading, store
from ihala_referral.fhir.asked import NEXT, Asked
from ihala_referral.fhir.elements import Resource, instant
from ihala_referral.fhir.resources import resource
from ihala_referral.fhir.seen import Seen
from ihala_referral.fhir.store import Row


@dataclass(frozen=True, slots=True)
class Home:
    """Where FHIR is served, as the outside sees it, and in which language this answer is."""

    issuer: str
    language: Language

    @property
    def base(self) -> str:
        """Return FHIR's base address."""
        return self.issuer + FHIR


async def searched(tx: AsyncSession, home: Home, kind: str, asked: Asked) -> dict[str, Any]:
    """Return the bundle of a search."""
    if asked.by_time:
        changed = await moves.changed(tx, kind, asked)
        keys: list[Key] = [(at, move) for at, move, _ in changed]
        ids = [row for _, _, row in changed]
    else:
        ids = await store.oldest(tx, kind, asked)
        keys = [(row,) for row in ids]
    found = await store.rows(tx, ids[: asked.count])
    shown = await reading.several(tx, home.language, [found[one] for one in ids[: asked.count] if one in found])
    before = [seen for seen in shown if asked.until is None or seen.at < asked.until]
    entries = [{**_entry(home, kind, seen), "search": {"mode": "match"}} for seen in before]
    return _bundle("searchset", home, kind, asked, keys, entries)


async def history(tx: AsyncSession, home: Home, kind: str, asked: Asked, of: Row | None = None) -> dict[str, Any]:
    """Return the bundle of a history: of one row, or of everything the caller may see."""
    found = await reading.history(tx, home.language, asked, of)
    keys: list[Key] = [(move.at, move.id) for move, _ in found]
    entries = [_version(home, kind, seen) for _, seen in found[: asked.count] if seen is not None]
    path = f"{kind}/_history" if of is None else f"{kind}/{of.id}/_history"
    return _bundle("history", home, path, asked, keys, entries)


def _entry(home: Home, kind: str, seen: Seen) -> dict[str, Any]:
    return {"fullUrl": f"{home.base}/{kind}/{seen.id}", "resource": resource(kind, seen)}


def _version(home: Home, kind: str, seen: Seen) -> dict[str, Any]:
    """Return an entry with what FHIR wants in a history: how it came about, and what was answered."""
    made = seen.version == 1
    return {
        **_entry(home, kind, seen),
        "request": {"method": "POST" if made else "PUT", "url": kind if made else f"{kind}/{seen.id}"},
        "response": {"status": "201" if made else "200", "etag": etag(seen), "lastModified": instant(seen.at)},
    }


def etag(seen: Seen) -> str:
    """Return the version as FHIR's weak ETag."""
    return f'W/"{seen.version}"'


def _bundle(kind: str, home: Home, path: str, asked: Asked, keys: Sequence[Key], entries: list[Resource]) -> dict[str, Any]:
    links = [{"relation": "self", "url": _address(home, path, asked.used)}]
    if len(keys) > asked.count > 0:
        after = [*asked.used, (NEXT, encoded(keys[asked.count - 1]))]
        links.append({"relation": "next", "url": _address(home, path, after)})
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": kind, "link": links}
    return {**bundle, "entry": entries} if entries else bundle


def _address(home: Home, path: str, pairs: Sequence[tuple[str, str]]) -> str:
    query = "&".join(f"{quote(name, safe=':')}={quote(value, safe=',/:|')}" for name, value in pairs)
    return f"{home.base}/{path}" + (f"?{query}" if query else "")

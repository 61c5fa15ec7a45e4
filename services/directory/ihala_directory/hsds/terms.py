"""Our two taxonomies as HSDS: the needs, and the groups of people whom a service may be for. Pure."""

from collections.abc import Iterator
from functools import cache
from typing import Any
from uuid import UUID

from ihala_kit.words import Language

from ihala_directory.hsds.ids import OURS, part
from ihala_directory.hsds.speech import both
from ihala_directory.needs import Need, entries
from ihala_directory.places import folded

Term = dict[str, Any]
VERSION = "1"
_NAMES = {
    "needs": {"en": "Needs", "ar": "الاحتياجات", "ckb": "پێداویستییەکان"},
    "groups": {"en": "Groups of people", "ar": "الفئات السكانية", "ckb": "گرووپەکانی خەڵک"},
}
_ABOUT = {
    "needs": {
        "en": "What people who came back or were displaced may need, by domain.",
        "ar": "ما قد يحتاجه العائدون أو النازحون، بحسب المجال.",
        "ckb": "ئەوەی ڕەنگە گەڕاوەکان یان ئاوارەکان پێویستیان بێت، بەپێی بوار.",
    },
    "groups": {
        "en": "Groups of people whom a service may be meant for.",
        "ar": "الفئات التي قد تكون الخدمة مخصصة لها.",
        "ckb": "ئەو گرووپانەی ڕەنگە خزمەتگوزارییەکە بۆ ئەوان بێت.",
    },
}
TAXONOMIES = {part(OURS, "taxonomy", key): key for key in _NAMES}
_IDS = {key: taxonomy_id for taxonomy_id, key in TAXONOMIES.items()}


def taxonomy(key: str, language: Language) -> Term:
    """Return one of the two taxonomies."""
    return {
        "id": _IDS[key], **both("name", _NAMES[key], language), **both("description", _ABOUT[key], language), "version": VERSION,
    }  # fmt: skip


def taxonomies(search: str | None, language: Language) -> list[Term]:
    """Return both, or those whose names hold all the words."""
    return [taxonomy(key, language) for key in _NAMES if _holds(search, _NAMES[key].values())]


def term(code: str, language: Language) -> Term:
    """Return the term of a code of ours."""
    entry = entries()[code]
    key, parent = taxonomy_of(entry), entries().get(entry.parent or "")
    return {
        "id": entry.hsds_id, "code": entry.code, **both("name", entry.names, language), "description": entry.definition,
        **({"parent_id": parent.hsds_id} if parent else {}), "taxonomy": _NAMES[key]["en"], "taxonomy_id": _IDS[key], "language": language,
    }  # fmt: skip


def terms(search: str | None, taxonomy_id: UUID | None, parent_id: UUID | None, *, top_only: bool, language: Language) -> list[Term]:
    """Return the terms of which all that is asked holds, in the order of the list."""
    found = (entry for entry in entries().values() if _holds(search, [entry.code, *entry.names.values()]))
    if taxonomy_id is not None:
        found = (entry for entry in found if _IDS[taxonomy_of(entry)] == str(taxonomy_id))
    shown = (term(entry.code, language) for entry in found if not (top_only and entry.parent))
    return [one for one in shown if parent_id is None or one.get("parent_id") == str(parent_id)]


def taxonomy_of(entry: Need) -> str:
    """Return which of the two an entry belongs to."""
    return "groups" if entry.kind == "group" else "needs"


@cache
def by_id() -> dict[str, Need]:
    """Return the entries by their HSDS id."""
    return {entry.hsds_id: entry for entry in entries().values()}


def codes_below(entry: Need) -> list[str]:
    """Return its code and those of what lies in it."""
    return [entry.code, *(one.code for one in entries().values() if one.parent == entry.code)]


def _holds(search: str | None, names: Any) -> bool:
    words = [folded(word) for word in (search or "").split()]
    text = list(_folded(names))
    return all(any(word in name for name in text) for word in words)


def _folded(names: Any) -> Iterator[str]:
    return (folded(name) for name in names)

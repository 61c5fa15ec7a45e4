"""Codes that a file may name, with the words that people write for them: from `choices.csv`, the needs and the places."""

import csv
from collections import defaultdict
from functools import cache
from pathlib import Path

from ihala_kit.words import Words

from ihala_directory import needs
from ihala_directory.places import folded, places

Choices = dict[str, Words]


class Ambiguous(Exception):
    """A name that several places have."""


@cache
def lists() -> dict[str, Choices]:
    """Return all lists of codes by name: kinds, needs, groups, …"""
    found: dict[str, Choices] = defaultdict(dict)
    with Path(__file__).with_name("choices.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["list"]][row["code"]] = Words(row["en"], row["ar"], row["ckb"])
    for code, one in needs.entries().items():
        if one.kind != "domain":
            found[f"{one.kind}s"][code] = Words(one.names["en"], one.names["ar"], one.names["ckb"])
    return dict(found)


@cache
def _by_word(name: str) -> dict[str, str]:
    choices = lists()[name].items()
    return {_folded(word): code for code, words in choices for word in (words.en, words.ar, words.ckb, code)}


def chosen(value: str, name: str) -> str | None:
    """Return the code of the list of that name that is meant, by code or by word; None when there is none."""
    return _by_word(name).get(_folded(value))


def _folded(value: str) -> str:
    return folded(value) or value


@cache
def _areas_by_name() -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for place in places().search(None, None, None, 100_000):
        if place.level != "town":
            for name in place.known_as:
                found[name].add(place.code)
    return dict(found)


def area_code(value: str) -> str | None:
    """Return the P-code of an area by its code or name, None when there is none. Raises Ambiguous when several have that name."""
    if places().area(value.upper()) is not None:
        return value.upper()
    found = _areas_by_name().get(folded(value), set())
    if len(found) > 1:
        raise Ambiguous()
    return next(iter(found), None)

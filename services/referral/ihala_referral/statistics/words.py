"""Names of what is counted, in three languages. Those in data/words.csv await a native reader; needs, places and reasons have theirs."""

import csv
from functools import cache
from importlib.resources import files

from ihala_kit.words import Language, Words

from ihala_referral import consequences, labels
from ihala_referral.statistics import measures


def named(kind: str, code: str, language: Language) -> str:
    """Return the name of a measure or of a category; the code itself where it needs none."""
    found = _of_lists(kind, code) or _words().get((kind, code)) or _words().get(("any", code))
    return code if found is None else found.spoken(language)


def place(code: str, language: Language) -> str:
    """Return the name of a governorate."""
    found = labels.governorate(code)
    return code if found is None else found.spoken(language)


def _of_lists(kind: str, code: str) -> Words | None:
    if kind == measures.NEED:
        return labels.need(code)
    if kind == measures.DOMAIN:
        return labels.domain(code) or labels.need(code)  # `other` is a need without a domain
    return _reasons().get(code) if kind == measures.RESULT else None


@cache
def _reasons() -> dict[str, Words]:
    return {reason.code: reason.title for reason in consequences.reasons()}


@cache
def _words() -> dict[tuple[str, str], Words]:
    with (files("ihala_referral.statistics") / "data" / "words.csv").open("r", encoding="utf-8") as file:
        return {(row["kind"], row["code"]): Words(row["en"], row["ar"], row["ckb"]) for row in csv.DictReader(file)}

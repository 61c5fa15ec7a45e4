"""Names of needs and governorates for people, in three languages: a copy of directory's lists, without what is restricted."""

import csv
from functools import cache
from importlib.resources import files

from ihala_kit.words import Words


def need(code: str) -> Words | None:
    """Return the name of a need; None for a restricted or unknown one, which is not named."""
    return _labels().get(("need", code))


def domain(code: str) -> Words | None:
    """Return the name of a domain of needs; None for one whose needs are all restricted."""
    return _labels().get(("domain", code))


def governorate(code: str) -> Words | None:
    """Return the name of a governorate by its P-code."""
    return _labels().get(("governorate", code))


@cache
def _labels() -> dict[tuple[str, str], Words]:
    with (files("ihala_referral") / "data" / "labels.csv").open("r", encoding="utf-8") as file:
        return {(row["kind"], row["code"]): Words(row["en"], row["ar"], row["ckb"]) for row in csv.DictReader(file)}

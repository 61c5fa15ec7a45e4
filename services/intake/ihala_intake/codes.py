"""The controlled lists that a request is held against: needs, groups of people and places. Read once from the package's data."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ihala_contracts.intake_v1 import Sensitivity

RESTRICTED_CODE = "protection"  # what stands for every restricted need outside its sealed details


@dataclass(frozen=True)
class Place:
    """Where: governorate and, when the code is finer, district."""

    governorate: str
    district: str | None
    reference_prefix: str  # what references of the governorate begin with


def sensitivity_of(need_code: str) -> Sensitivity | None:
    """Return how sensitive a need is by its code, or None when there is no such need."""
    return _needs().get(need_code)


def is_group(code: str) -> bool:
    """Tell whether `code` names a group of people (group.returnee_abroad …)."""
    return code in _groups()


def place(code: str) -> Place | None:
    """Return the place of a P-code of any level, or None when there is none."""
    return _places().get(code)


def _rows(name: str) -> list[dict[str, str]]:
    with (files("ihala_intake") / "data" / name).open("r", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def _needs() -> dict[str, Sensitivity]:
    return {row["code"]: Sensitivity(row["sensitivity"]) for row in _rows("needs.csv") if row["kind"] == "need"}


@cache
def _groups() -> frozenset[str]:
    return frozenset(row["code"] for row in _rows("needs.csv") if row["kind"] == "group")


@cache
def _places() -> dict[str, Place]:
    rows = {row["code"]: row for row in _rows("places.csv")}

    def found(row: dict[str, str]) -> Place:
        chain = [row]
        while chain[-1]["parent"]:
            chain.append(rows[chain[-1]["parent"]])
        by_level = {one["level"]: one for one in chain}
        district = by_level.get("district")
        governorate = by_level["governorate"]
        return Place(governorate["code"], district["code"] if district else None, governorate["reference_prefix"])

    return {code: found(row) for code, row in rows.items()}

"""The controlled list of needs, and of the groups of people that rules may name, from the package's own copy."""

import csv
from dataclasses import dataclass
from functools import cache

from ihala_directory.places import DATA

PROTECTION = "protection"  # what a restricted need is called in events


@dataclass(frozen=True, slots=True)
class Need:
    """One entry: a domain, or a need in it; or a group of people."""

    code: str
    kind: str  # domain, need, group
    parent: str | None
    sensitivity: str  # standard, protected, restricted
    names: dict[str, str]
    definition: str
    label_status: dict[str, str]  # how far the Arabic and Kurdish labels were checked
    hsds_id: str


@cache
def entries() -> dict[str, Need]:
    """Return the list by code, in its order."""
    with (DATA / "needs.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: _need(row) for row in csv.DictReader(file)}


def _need(row: dict[str, str]) -> Need:
    names = {tag: row[f"name_{tag}"] for tag in ("ar", "ckb", "en")}
    status = {tag: row[f"{tag}_status"] for tag in ("ar", "ckb")}
    return Need(
        row["code"], row["kind"], row["parent"] or None, row["sensitivity"], names, row["definition_en"], status, row["hsds_id"]
    )  # fmt: skip


def is_need(code: str) -> bool:
    """Tell whether a service may say that it meets this."""
    found = entries().get(code)
    return found is not None and found.kind == "need"


def is_group(code: str) -> bool:
    """Tell whether this is a group of people that a rule may name."""
    found = entries().get(code)
    return found is not None and found.kind == "group"


def is_restricted(code: str) -> bool:
    """Tell whether a need is only ever handled by the cleared."""
    found = entries().get(code)
    return found is not None and found.sensitivity == "restricted"

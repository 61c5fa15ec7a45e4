"""Who may push what by itself, and where the rest belongs: origin kind x need x area, as data. What is outside is triaged, never lost.

An operator may have rows of its own; `competences/` keeps them. Domain, section 9.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from ihala_contracts.intake_v1 import Sensitivity
from ihala_kit.words import Words

EVERYTHING = "*"
MOI_KINDS = frozenset({"rgc", "wlco", "hlp", "cpf"})
"""Kinds of the Ministry of Interior: as origins they see no provider, place or time, and get no moves."""


@dataclass(frozen=True, slots=True)
class Competence:
    """One row: needs by code or domain, governorates by P-code."""

    kind: str
    needs: frozenset[str]
    governorates: frozenset[str]
    sex: str | None = None
    valid_from: date = date.min
    valid_until: date = date.max

    def covers(self, need_code: str, governorate: str, sex: str | None) -> bool:
        """Tell whether the row covers the need there. A sex that is not known is not held against anybody."""
        return (
            bool(self.needs & {need_code, domain_of(need_code), EVERYTHING})
            and bool(self.governorates & {governorate, EVERYTHING})
            and (self.sex is None or sex is None or sex == self.sex)
        )


@dataclass(frozen=True, slots=True)
class Route:
    """Where to turn: a kind of office with its name, and the needs that it takes though no rule says so."""

    code: str
    title: Words
    needs: frozenset[str]


Own = Mapping[str, Sequence[Competence]]
"""An operator's own rows by kind; a kind that it names has these and no others."""


def competent(kind: str, need_code: str, governorate: str, *, on: date, sex: str | None = None, own: Own | None = None) -> bool:
    """Tell whether origins of this kind may push this need in this governorate without a coordinator, on a day."""
    return any(row.covers(need_code, governorate, sex) for row in rows_of(kind, on, own))


def rows_of(kind: str, on: date, own: Own | None = None) -> Sequence[Competence]:
    """Return the rows that hold for a kind on a day: the operator's own, else those of everybody."""
    if own and kind in own:
        return own[kind]
    return [row for row in _rows() if row.kind == kind and row.valid_from <= on < row.valid_until]


def kinds() -> list[str]:
    """Return the kinds that everybody's rows name, in their order."""
    return list(dict.fromkeys(row.kind for row in _rows()))


def right_route(
    origin_kind: str, need_code: str, governorate: str, *, on: date, sex: str | None = None, own: Own | None = None
) -> str | None:
    """Return the kind of office that a need belongs to, other than its origin's; None where the data name none.

    An office for women is proposed only for who is known to be one.
    """
    others = [route for route in routes() if route.code != origin_kind]
    for route in others:
        if any(row.covers(need_code, governorate, sex) and (row.sex is None or sex) for row in _named(route.code, on, own)):
            return route.code
    return next((route.code for route in others if route.needs & {need_code, domain_of(need_code)}), None)


def _named(kind: str, on: date, own: Own | None) -> list[Competence]:
    """Return a kind's rows but for those that name no need: who may push everything is not therefore the right office for it."""
    return [row for row in rows_of(kind, on, own) if EVERYTHING not in row.needs]


def route_title(code: str | None) -> Words | None:
    """Return the name of a route, or None where it is no kind of office that we know."""
    return next((route.title for route in routes() if route.code == code), None)


def domains() -> frozenset[str]:
    """Return the domains of the needs."""
    return frozenset(domain_of(code) for code in _needs())


def sensitivity_of(need_code: str) -> Sensitivity | None:
    """Return how sensitive the need of that code is, or None when there is no such code."""
    found = _needs().get(need_code)
    return None if found is None else Sensitivity(found)


def domain_of(need_code: str) -> str:
    """Return the part before the dot."""
    return need_code.partition(".")[0]


def row_of(kind: str, row: Mapping[str, Any], valid_from: str = "0001-01-01") -> Competence:
    """Return a row as it is written down."""
    until = date.fromisoformat(row["valid_until"]) if row.get("valid_until") else date.max
    since = date.fromisoformat(row.get("valid_from") or valid_from)
    return Competence(kind, frozenset(row["needs"]), frozenset(row["governorates"]), row.get("sex"), since, until)


@cache
def routes() -> tuple[Route, ...]:
    """Return the routes, in the order in which they are proposed."""
    data = json.loads(files(__package__).joinpath("data/routes.json").read_text("utf-8"))
    return tuple(Route(row["code"], Words(**row["title"]), frozenset(row.get("needs", ()))) for row in data["routes"])


@cache
def _rows() -> tuple[Competence, ...]:
    data = json.loads(files(__package__).joinpath("data/competence.json").read_text("utf-8"))
    return tuple(row_of(row["kind"], row, data["valid_from"]) for row in data["rows"])


@cache
def _needs() -> dict[str, str]:
    found: dict[str, str] = json.loads(files(__package__).joinpath("data/needs.json").read_text("utf-8"))["needs"]
    return found

"""Who may push what by itself: origin kind x need x area, as data. What is outside is triaged, never lost. Domain, section 9."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ihala_contracts.intake_v1 import Sensitivity

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

    def covers(self, need_code: str, governorate: str, sex: str | None) -> bool:
        """Tell whether the row covers the need there. A sex that is not known is not held against anybody."""
        return (
            bool(self.needs & {need_code, domain_of(need_code), EVERYTHING})
            and bool(self.governorates & {governorate, EVERYTHING})
            and (self.sex is None or sex is None or sex == self.sex)
        )


def competent(kind: str, need_code: str, governorate: str, sex: str | None = None) -> bool:
    """Tell whether origins of this kind may push this need in this governorate without a coordinator."""
    return any(row.covers(need_code, governorate, sex) for row in _rows() if row.kind == kind)


def sensitivity_of(need_code: str) -> Sensitivity | None:
    """Return how sensitive the need of that code is, or None when there is no such code."""
    found = _needs().get(need_code)
    return None if found is None else Sensitivity(found)


def domain_of(need_code: str) -> str:
    """Return the part before the dot."""
    return need_code.partition(".")[0]


@cache
def _rows() -> tuple[Competence, ...]:
    data = json.loads(files(__package__).joinpath("data/competence.json").read_text("utf-8"))
    return tuple(Competence(row["kind"], frozenset(row["needs"]), frozenset(row["governorates"]), row.get("sex")) for row in data["rows"])


@cache
def _needs() -> dict[str, str]:
    found: dict[str, str] = json.loads(files(__package__).joinpath("data/needs.json").read_text("utf-8"))["needs"]
    return found

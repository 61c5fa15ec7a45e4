"""What is kept of an answer, so that it can be explained later and judged again by other rules.

Nothing personal: for each candidate how each criterion came out (a code and pass, fail or unknown), and figures about the service and the
area that was asked for. No age, sex, status, language or requirement is kept, and a restricted need has no candidates.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any
from uuid import UUID

from ihala_directory.matching.criteria import Figures
from ihala_directory.matching.judging import Match, ahead_by, judged, rank
from ihala_directory.matching.rules import Result, RuleBody

MOST_KEPT = 20


@dataclass(frozen=True, slots=True)
class Kept:
    """One candidate of a past answer."""

    service_at_location_id: UUID
    own: dict[str, Result]
    figures: Figures

    def results(self, body: RuleBody, urgency: str) -> dict[str, Result]:
        """Return what these rules make of it."""
        return judged(self.own, self.figures, body, urgency)

    def rank(self, body: RuleBody, urgency: str) -> tuple[float, ...]:
        """Return what these rules sort it by."""
        return rank(self.results(body, urgency), self.figures, body, urgency)

    def failing(self, body: RuleBody, urgency: str) -> list[str]:
        """Return the codes of what fails by these rules."""
        return sorted(code for code, result in self.results(body, urgency).items() if result == "fail")

    def ahead_of(self, other: "Kept", body: RuleBody, urgency: str) -> list[str]:
        """Return what puts it before the other by these rules."""
        by = ahead_by(self.rank(body, urgency), other.rank(body, urgency), body, urgency)
        return [by.value] if by else []


def keep(matches: Iterable[Match]) -> list[dict[str, Any]]:
    """Return the best candidates as they are stored. `own` names only what the rules turned into something else."""
    return [{**_explained(one), **_judged(one)} for one in islice(matches, MOST_KEPT)]


def keep_chosen(match: Match) -> list[dict[str, Any]]:
    """Return the one whom an officer chose as it is stored: explained, but not to be judged again, since no rule chose it."""
    return [_explained(match)]


def _explained(match: Match) -> dict[str, Any]:
    return {
        "service_at_location_id": str(match.candidate.service_at_location_id),
        "criteria": [one.model_dump() for one in match.criteria],
    }


def _judged(match: Match) -> dict[str, Any]:
    changed = {code: result for code, result in match.own.items() if match.results.get(code) != result}
    return {"own": changed, "figures": match.figures.kept()}


def read(explanation: list[dict[str, Any]]) -> list[Kept] | None:
    """Return the candidates of a stored explanation; None when an officer chose, or it was kept before there were figures."""
    if any("figures" not in row for row in explanation):
        return None
    return [_kept(row) for row in explanation]


def _kept(row: dict[str, Any]) -> Kept:
    own = {one["code"]: one["result"] for one in row["criteria"]} | row["own"]
    return Kept(UUID(row["service_at_location_id"]), own, replace(Figures(), **row["figures"]))


def first(kept: Iterable[Kept], body: RuleBody, urgency: str) -> tuple[UUID | None, set[str]]:
    """Return whom the rules put first among past candidates, and what fails for all of them when nobody serves."""
    ordered = sorted(((one.rank(body, urgency), one.service_at_location_id, one) for one in kept), key=lambda each: each[:2])
    if ordered and ordered[0][0][0] == 0:
        return ordered[0][1], set()
    failing = [set(one.failing(body, urgency)) for _, _, one in ordered]
    return None, set.intersection(*failing) if failing else set()

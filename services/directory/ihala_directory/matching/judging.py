"""What a ruleset makes of candidates: which criteria fail, who comes first, and why before the next. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

from ihala_contracts.directory_v1 import Criterion

from ihala_directory.matching.candidates import Candidate, Sought
from ihala_directory.matching.criteria import Figures, looked_at
from ihala_directory.matching.rules import SHIPPED, By, Criteria, Result, RuleBody, Rules

SETTABLE = frozenset(Criteria.model_fields)
ORDERED_APART = frozenset({"language", "woman_counsellor"})  # have an order of their own beside `known`
_UNKNOWN_DISTANCE = float("inf")


@dataclass(slots=True)
class Match:
    """A candidate with its explanation; `own` is how it came out by itself, `results` what the rules made of it."""

    candidate: Candidate
    own: dict[str, Result] = field(repr=False)
    figures: Figures
    results: dict[str, Result]
    rank: tuple[float, ...] = field(repr=False)
    number: int  # of the ruleset

    @property
    def criteria(self) -> list[Criterion]:
        """Return the explanation."""
        return [criterion(code, result, self.number) for code, result in self.results.items()]

    @property
    def serves(self) -> bool:
        """Tell whether no criterion fails."""
        return "fail" not in self.results.values()

    @property
    def failing(self) -> set[str]:
        """Return the codes of what fails."""
        return {code for code, result in self.results.items() if result == "fail"}

    @property
    def distance_km(self) -> float | None:
        """Return how far it is from the middle of the area; None where no point is known."""
        return self.figures.distance_km


@cache
def criterion(code: str, result: Result, number: int) -> Criterion:
    """Return one line of an explanation; there are few, and they never change."""
    return Criterion(code=code, result=result, rule_version=number)


def matched(candidate: Candidate, sought: Sought, rules: Rules = SHIPPED) -> Match:
    """Hold one candidate against every criterion."""
    own, figures = looked_at(candidate, sought)
    results = judged(own, figures, rules.body, sought.urgency)
    return Match(candidate, own, figures, results, rank(results, figures, rules.body, sought.urgency), rules.number)


def explain(candidate: Candidate, sought: Sought, rules: Rules = SHIPPED) -> list[Criterion]:
    """Return how the candidate comes out, criterion by criterion; one that does not apply to it is left out."""
    return matched(candidate, sought, rules).criteria


def ranked(candidates: Iterable[Candidate], sought: Sought, rules: Rules = SHIPPED) -> list[Match]:
    """Return every candidate explained: those that serve first, best first; then those that do not."""
    return in_order([matched(one, sought, rules) for one in candidates])


def in_order(matches: Iterable[Match]) -> list[Match]:
    """Return matches by the same rules, best first."""
    return sorted(matches, key=lambda match: (match.rank, match.candidate.service_at_location_id))


def judged(own: dict[str, Result], figures: Figures, body: RuleBody, urgency: str) -> dict[str, Result]:
    """Return what the rules make of how it came out by itself."""
    results: dict[str, Result] = {}
    for code, result in own.items():
        found: Result | None = result
        if code == "capacity" and result == "pass" and figures.figure_age_days > body.figure_good_for_days:
            found = "unknown"
        elif code in SETTABLE:
            if code == "hours" and result == "pass" and (figures.opens_in_hours or 0.0) > 24 * getattr(body.opens_within_days, urgency):
                result = "fail"  # noqa: PLW2901 - the rules say how soon it must be open
            found = _by_strictness(getattr(body.criteria, code), result)
        if found is not None:
            results[code] = found
    return results


def _by_strictness(strictness: str, result: Result) -> Result | None:
    if strictness == "off":
        return None
    if strictness == "show" and result == "fail":
        return "unknown"
    return "fail" if strictness == "prove" and result == "unknown" else result


def rank(results: dict[str, Result], figures: Figures, body: RuleBody, urgency: str) -> tuple[float, ...]:
    """Return what to sort by: those that serve, by the order of the rules; the others by how much speaks against them."""
    failing = list(results.values()).count("fail")
    return (failing, *[_steps(_FIGURES[step.by](results, figures, body), step.step) for step in body.order_for(urgency)])


def _steps(value: float, step: float) -> float:
    return value if value == _UNKNOWN_DISTANCE else round(value / step)


def _known(results: dict[str, Result], figures: Figures, body: RuleBody) -> float:
    return sum([result == "unknown" and code not in ORDERED_APART for code, result in results.items()])


def _answer_rate(results: dict[str, Result], figures: Figures, body: RuleBody) -> float:
    known = figures.answer_rate is not None and figures.answers >= body.answers_until_known
    return -(figures.answer_rate or 0.0) if known else -body.answer_rate_unless_known


_FIGURES: dict[By, Callable[[dict[str, Result], Figures, RuleBody], float]] = {
    By.KNOWN: _known,
    By.WOMAN_COUNSELLOR: lambda results, figures, body: float(results.get("woman_counsellor", "pass") != "pass"),
    By.LANGUAGE: lambda results, figures, body: float(results.get("language", "pass") != "pass"),
    By.DISTANCE: lambda results, figures, body: _UNKNOWN_DISTANCE if figures.distance_km is None else figures.distance_km,
    By.WAIT: lambda results, figures, body: body.wait_days_unless_known if figures.wait_days is None else figures.wait_days,
    By.OPENS: lambda results, figures, body: 24.0 * 14 if figures.opens_in_hours is None else figures.opens_in_hours,
    By.ANSWER_RATE: _answer_rate,
    By.PLACES: lambda results, figures, body: -figures.places,
    By.FIGURE_AGE: lambda results, figures, body: figures.figure_age_days,
}
"""Each thing to order by; smaller is better."""


def ahead_by(one: tuple[float, ...], other: tuple[float, ...], body: RuleBody, urgency: str) -> By | None:
    """Return what puts a match before the next; None when nothing that is ordered by differs, or when it is whether they serve."""
    if one[0] != other[0]:
        return None
    pairs = zip(one[1:], other[1:], body.order_for(urgency), strict=True)
    return next((step.by for mine, yours, step in pairs if mine != yours), None)


def failed_everywhere(matches: Sequence[Match], number: int = SHIPPED.number) -> list[Criterion]:
    """Return what failed for every candidate; if there is no such thing, what failed for any; `area` when there are no candidates."""
    failing = Failing()
    for one in matches:
        failing.add(one.failing)
    return failing.criteria(number)


class Failing:
    """What failed everywhere, and anywhere, over as many candidates as there are."""

    def __init__(self) -> None:
        self._everywhere: set[str] | None = None
        self._anywhere: set[str] = set()

    def add(self, codes: set[str]) -> None:
        """Count one more candidate."""
        self._everywhere = codes if self._everywhere is None else self._everywhere & codes
        self._anywhere |= codes

    def criteria(self, number: int) -> list[Criterion]:
        """Return what failed everywhere, else what failed anywhere; `area` when there was no candidate."""
        codes = {"area"} if self._everywhere is None else self._everywhere or self._anywhere
        return [criterion(code, "fail", number) for code in sorted(codes)]

"""Reason → consequence, as data served by the API. Domain, section 7."""

import json
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from ihala_kit.words import Words

from ihala_referral.errors import CommentMissing, CriterionMissing, QuestionNotAsked, ReasonUnknown
from ihala_referral.states import Act, Party


class Next(StrEnum):
    """What happens to the placement after an attempt ended."""

    PLACE = "place"
    TRIAGE = "triage"
    END = "end"
    STAY = "stay"


class Exclude(StrEnum):
    """Who is not asked again for this need."""

    NONE = "none"
    LOCATION = "location"
    ONCE_MORE = "once_more"  # the same provider once more, after a check; then no more
    PAIR = "pair"


@dataclass(frozen=True, slots=True)
class Consequence:
    """What follows from the end of an attempt. `tasks` are kinds of work items."""

    next: Next
    exclude: Exclude
    tasks: tuple[str, ...] = ()
    replaces_offers: bool = False  # the whole service ended: its other open offers are placed again


@dataclass(frozen=True, slots=True)
class Reason:
    """One code: which acts may use it, who may say it, what it asks for and what follows."""

    code: str
    acts: frozenset[str]
    by: frozenset[Party]
    title: Words
    consequence: Consequence
    comment: bool
    criterion: bool
    after_question: bool
    operator_only: bool  # the origin is not told
    rejected_by: str  # whose no it is, whoever says it: a party, or `nobody`
    lasts_months: int | None  # after how long a coordinator looks at it; None: as long as the need is open
    valid_from: date
    valid_until: date | None  # the last day on which it may be given

    def in_force(self, on: date) -> bool:
        """Tell whether it may be given on that day."""
        return self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)


EXPIRED = Consequence(Next.PLACE, Exclude.LOCATION)
WITHDRAWN = Consequence(Next.PLACE, Exclude.PAIR)
WHOLE_NEED_WITHDRAWN = Consequence(Next.STAY, Exclude.NONE)
NARROWED = Consequence(Next.PLACE, Exclude.LOCATION)  # a new revision was read: the next offer keeps to it
COMPLETED = Consequence(Next.END, Exclude.NONE)
NOTHING_MET = Consequence(Next.TRIAGE, Exclude.LOCATION)


def reasons() -> tuple[Reason, ...]:
    """Return all reasons, in the order of the data."""
    return tuple(_reasons().values())


def reason(code: str) -> Reason:
    """Return the reason of that code; raises KeyError."""
    return _reasons()[code]


def told(code: str | None) -> bool:
    """Tell whether the origin may read why; a code that is no reason (completed, withdrawn) is no secret."""
    return code not in _reasons() or not _reasons()[code].operator_only


def stated(code: str, act: str, by: Party, on: date, *, comment: str | None, criterion: str | None = None, rounds: int = 0) -> Reason:
    """Return the reason that somebody states for an act on a day.

    Raises ReasonUnknown (also for one that is no longer in force), CommentMissing, CriterionMissing (422) and QuestionNotAsked (409).
    """
    found = _reasons().get(code)
    if found is None or act not in found.acts or by not in found.by or not found.in_force(on):
        known = [r.code for r in reasons() if act in r.acts and by in r.by and r.in_force(on)]
        raise ReasonUnknown(pointer="#/reason", known=known)
    if found.comment and not comment:
        raise CommentMissing(pointer="#/comment")
    if found.criterion and not criterion:
        raise CriterionMissing(pointer="#/criterion")
    if found.after_question and not rounds:
        raise QuestionNotAsked()
    return found


def of(act: Act, code: str | None) -> Consequence:
    """Return what follows when `act` ended an attempt for the reason `code`."""
    if act is Act.EXPIRE:
        return EXPIRED
    if act is Act.WITHDRAW:
        return WITHDRAWN
    assert code is not None, "every other end has a reason"
    return reason(code).consequence


@cache
def _reasons() -> dict[str, Reason]:
    data = json.loads(files(__package__).joinpath("data/reasons.json").read_text("utf-8"))
    return {entry["code"]: _reason({"valid_from": data["valid_from"]} | entry) for entry in data["reasons"]}


def _reason(entry: dict[str, Any]) -> Reason:
    until = entry.get("valid_until")
    tasks, replaces = tuple(entry.get("tasks", ())), entry.get("replaces_offers", False)
    return Reason(
        code=entry["code"],
        acts=frozenset(entry["acts"]),
        by=frozenset(Party(party) for party in entry["by"]),
        title=Words(**entry["title"]),
        consequence=Consequence(Next(entry["next"]), Exclude(entry["exclude"]), tasks, replaces),
        comment=entry.get("comment", False),
        criterion=entry.get("criterion", False),
        after_question=entry.get("after_question", False),
        operator_only=entry.get("operator_only", False),
        rejected_by=entry["rejected_by"],
        lasts_months=entry.get("lasts_months"),
        valid_from=date.fromisoformat(entry["valid_from"]),
        valid_until=None if until is None else date.fromisoformat(until),
    )

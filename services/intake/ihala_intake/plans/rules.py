"""The stages of a reintegration plan and how far one has come. Pure; the stages are data (data/plan_stages.json)."""

import json
from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from ihala_kit.words import Words

Stage = Literal[
    "reception", "counselling", "plan", "cash_or_in_kind", "business", "job", "training", "education", "housing",
    "monitoring_3", "monitoring_6", "monitoring_12",
]  # fmt: skip
StepState = Literal["planned", "done", "dropped"]
GoalState = Literal["open", "reached", "partly_reached", "dropped"]
EndReason = Literal["goals_reached", "moved_away", "person_asked", "another_plan", "other"]


def words(stage: str) -> Words:
    """Return what a stage is called."""
    return Words(**{language: _stages()[stage][language] for language in ("en", "ar", "ckb")})


def monitoring(begins_on: date) -> dict[str, date]:
    """Return when the office looks again how it goes, by stage: 3, 6 and 12 months after the plan began."""
    return {code: months_after(begins_on, stage["months"]) for code, stage in _stages().items() if "months" in stage}


def months_after(day: date, months: int) -> date:
    """Return the same day of a later month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def stage_of(steps: Iterable[tuple[str, str]]) -> str:
    """Return the furthest stage that was done, from (stage, state) of all steps; `plan` where nothing was."""
    order = list(_stages())
    return max((stage for stage, state in steps if state == "done"), key=order.index, default="plan")


@cache
def _stages() -> dict[str, dict[str, Any]]:
    found = json.loads((files("ihala_intake") / "data" / "plan_stages.json").read_text("utf-8"))
    return {one["code"]: one for one in found["stages"]}

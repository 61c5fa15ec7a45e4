"""When a person is asked whether help came, by whom and how. Pure; the numbers are data (data/follow_up_policy.json), with versions.

A follow-up keeps the version that it began with. The first class that fits a need holds.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from ihala_contracts.intake_v1 import NeedState, Sensitivity, Urgency
from ihala_kit.auth import Caller
from ihala_kit.words import Words

Way = Literal["phone", "message", "visit", "at_the_office", "meeting", "focal_point", "came_forward"]
HERE = ZoneInfo("Asia/Baghdad")


@dataclass(frozen=True)
class Terms:
    """What holds for the follow-ups of one need."""

    version: int
    name: str
    after: tuple[timedelta, ...]  # after the service, one for each time the person is asked
    own_worker: bool  # only whoever works with the person asks, and nobody calls
    ways: tuple[Way, ...]
    tries: int  # failed ones; then the need is unverified
    lapses_after: timedelta  # due, and nobody asked

    def due_at(self, served_at: datetime, number: int) -> datetime | None:
        """Return when the person is asked for the `number`th time, from 1; None when they are not."""
        return served_at + self.after[number - 1] if number <= len(self.after) else None


def terms(code: str, urgency: Urgency, sensitivity: Sensitivity, version: int | None = None) -> Terms:
    """Return what holds for a need, by this version of the policy or the newest."""
    policy = _versions()[version] if version else max(_versions().values(), key=lambda one: int(one["version"]))
    known = {"domain": code.partition(".")[0], "urgency": urgency.value, "sensitivity": sensitivity.value}
    found = next(one for one in policy["classes"] if all(known[what] in fitting for what, fitting in one["when"].items()))
    return Terms(
        version=policy["version"], name=found["class"], after=tuple(timedelta(days=days) for days in found["after_days"]),
        own_worker=found["own_worker"], ways=tuple(found["ways"]), tries=policy["tries"],
        lapses_after=timedelta(days=policy["lapses_after_days"]),
    )  # fmt: skip


def question(version: int, number: int) -> Words:
    """Return what the person is asked, the first time or again."""
    return Words(**_versions()[version]["words"]["first" if number == 1 else "again"])


def may_be_asked(state: NeedState, number: int) -> bool:
    """Tell whether a need still stands as it did when the question was planned: served, or, later on, looked at once."""
    return state is NeedState.SERVED if number == 1 else state in (NeedState.VERIFIED, NeedState.UNVERIFIED)


def is_own_worker(caller: Caller, *, operator_id: UUID, origin_id: UUID, officer: str | None) -> bool:
    """Tell whether the caller works with the person: the centre that brought her, or the officer who has the case."""
    if caller.organization_id == origin_id != operator_id:
        return True
    return officer is not None and caller.acting_officer == officer


def same_day(one: datetime, other: datetime) -> bool:
    """Tell whether two instants lie on the same day in Iraq."""
    return one.astimezone(HERE).date() == other.astimezone(HERE).date()


@cache
def _versions() -> dict[int, dict[str, Any]]:
    found = json.loads((files("ihala_intake") / "data" / "follow_up_policy.json").read_text("utf-8"))
    return {one["version"]: one for one in found["versions"]}

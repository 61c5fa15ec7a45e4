"""How many messages a recipient gets, and which step makes which earlier one needless. Data with versions: data/limits.json."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds. Each window lets so many through; `always` are said whatever was said before."""

    windows: tuple[tuple[timedelta, int], ...]
    news_for: timedelta  # what is younger is told step by step
    always: frozenset[str]
    needless: Mapping[str, frozenset[str]]  # by the later template
    of_the_same_referral: frozenset[str]  # of these only what speaks of the same referral

    @property
    def longest(self) -> timedelta:
        """Return how long a message counts."""
        return max(window for window, _ in self.windows)


@cache
def policy(factor: int = 1) -> Policy:
    """Return the newest version, with room for `factor` times as much."""
    found = json.loads((files("ihala_notify") / "data" / "limits.json").read_text("utf-8"))
    newest = max(found["versions"], key=lambda one: int(one["version"]))
    return Policy(
        windows=((timedelta(hours=1), newest["in_an_hour"] * factor), (timedelta(days=1), newest["in_a_day"] * factor)),
        news_for=timedelta(seconds=newest["news_for_seconds"]),
        always=frozenset(newest["always"]),
        needless={later: frozenset(earlier) for later, earlier in newest["needless"].items()},
        of_the_same_referral=frozenset(newest["of_the_same_referral"]),
    )

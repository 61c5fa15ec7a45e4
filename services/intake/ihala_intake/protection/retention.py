"""How long what is known of a person is kept, as data: then its key is destroyed, and what stays names nobody. Pure."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Kept:
    """One class of people's data: how many days it is kept after the last thing has ended, and how long before that a coordinator is told
    of a file that somebody worked on and nobody closed."""

    name: str
    sensitivity: str
    days: int
    told_days: int

    def cutoff(self, at: datetime) -> datetime:
        """Return the moment before which everything must have ended, for a person to be destroyed at `at`."""
        return at - timedelta(days=self.days)

    def told_before(self, at: datetime) -> datetime:
        """Return the moment before which a coordinator must have been told of an open file, for its person to be destroyed at `at`."""
        return at - timedelta(days=self.told_days)


@dataclass(frozen=True)
class Policy:
    """A version of the policy."""

    version: int
    classes: tuple[Kept, ...]


@cache
def policy() -> Policy:
    """Return the policy that holds."""
    read = json.loads((files("ihala_intake") / "data" / "retention.json").read_text("utf-8"))
    return Policy(read["version"], tuple(Kept(one["name"], one["sensitivity"], one["days"], one["told_days"]) for one in read["classes"]))


def signed_content(
    *, operator_id: str, policy_version: int, dry_run: bool, counts: dict[str, dict[str, int]], up_to: datetime, ran_at: datetime
) -> bytes:
    """Return what a report's signature is over: the same bytes for the same report."""
    content = {
        "operator_id": operator_id, "policy_version": policy_version, "dry_run": dry_run, "counts": counts,
        "up_to": up_to.isoformat(timespec="microseconds"), "ran_at": ran_at.isoformat(timespec="microseconds"),
    }  # fmt: skip
    return json.dumps(content, sort_keys=True).encode()

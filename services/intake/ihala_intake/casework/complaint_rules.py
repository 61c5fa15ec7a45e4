"""Which complaints are sensitive, and by when somebody must have done something: pure. Topics with their words are data.

The spans are proposals for the ministry, after common practice for complaint mechanisms (a day for what is sensitive, 30 days for an
answer); Kurdish labels await a native reader.
"""

import csv
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

from ihala_kit.words import Words

HANDLER = "complaints"  # the role of those who may read what is sensitive

Kind = Literal["complaint", "feedback"]
Outcome = Literal["put_right", "explained", "apologised", "passed_on", "not_confirmed", "noted"]


class Topic(NamedTuple):
    """What a complaint or feedback can be about, with its words."""

    kind: Kind
    sensitive: bool
    words: Words


@cache
def topics() -> dict[str, Topic]:
    """Return each topic by its code."""
    with (files("ihala_intake") / "data" / "complaint_topics.csv").open("r", encoding="utf-8") as file:
        return {
            row["code"]: Topic(
                "feedback" if row["kind"] == "feedback" else "complaint", row["sensitive"] == "yes", Words(row["en"], row["ar"], row["ckb"])
            )
            for row in csv.DictReader(file)
        }


def is_sensitive(topic: str, *, raised: bool, restricted: bool) -> bool:
    """Tell whether a complaint goes to the handlers alone: by its topic, as whoever wrote it down says, or since what it is about
    (case or referral) is restricted."""
    return raised or restricted or topics()[topic].sensitive


def act_within(*, sensitive: bool, begun: bool) -> timedelta:
    """Return how long somebody may take to begin, or from then to answer; afterwards it is escalated, again after each such span."""
    if begun:
        return timedelta(days=14 if sensitive else 30)
    return timedelta(days=1 if sensitive else 5)

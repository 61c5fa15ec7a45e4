"""The instants of an offer and of a first contact, counted in the time of who must act. Pure; `clock` puts them into the referral."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from ihala_referral.policy import Acting, Timing

Deadlines = dict[str, datetime]  # by the column that holds it

ACTING = {
    "acknowledge_by": Acting.RECEIVER, "decide_by": Acting.RECEIVER, "level_1_at": Acting.RECEIVER, "level_2_at": Acting.OFFICE,
    "level_3_at": Acting.OFFICE, "expires_at": Acting.RECEIVER, "first_contact_by": Acting.RECEIVER, "answer_by": Acting.ORIGIN,
}  # fmt: skip
RESTING = ("decide_by", "level_1_at", "level_2_at", "level_3_at", "expires_at")


def of_offer(timing: Timing, at: datetime) -> Deadlines:
    """Return the deadlines of an offer that is born at an instant; an urgent one is never five days without a coordinator."""
    first, second, third = timing.levels
    found = {
        "acknowledge_by": timing.after(at, timing.acknowledge),
        "decide_by": timing.after(at, timing.decide),
        "level_1_at": timing.after(at, first),
        "level_2_at": timing.after(at, second, Acting.OFFICE),
        "level_3_at": timing.after(at, third, Acting.OFFICE),
        "expires_at": timing.after(at, timing.expire),
    }
    if timing.coordinator_within is not None:
        found["level_2_at"] = min(found["level_2_at"], at + timing.coordinator_within)
    return in_order(found)


def of_contact(timing: Timing, requested_at: datetime, at: datetime) -> Deadlines:
    """Return the deadlines of the first contact after an acceptance; an emergency's counts from the request."""
    base = requested_at if timing.first_contact_from_request else at
    by = timing.after(base, timing.first_contact)
    begins = max(by, at)
    first, second, third = timing.levels
    return {"first_contact_by": by} | in_order({
        "level_1_at": begins,
        "level_2_at": timing.after(begins, second - first, Acting.OFFICE),
        "level_3_at": timing.after(begins, third - first, Acting.OFFICE),
        "expires_at": timing.after(begins, timing.expire - first),
    })  # fmt: skip


def in_order(found: Deadlines) -> Deadlines:
    """Keep the levels in order though several calendars count them, and the end behind the third. Whoever is late moves nobody back."""
    second = found["level_2_at"]
    third = max(second, found["level_3_at"])
    ordered = {"level_1_at": min(found["level_1_at"], second), "level_3_at": third, "expires_at": max(third, found["expires_at"])}
    return found | ordered


def put_off(timing: Timing, stood: Deadlines, offered_at: datetime, rests: Sequence[datetime]) -> Deadlines:
    """Return the deadlines of a decision after the last of its rests: what was left then is left now.

    An urgent one is never five days without a coordinator then either; the rests do not count.
    """
    rested_at, until = rests[-2:]
    moved = {column: timing.put_off(stood[column], rested_at, until, ACTING[column]) for column in RESTING}
    if timing.coordinator_within is not None:
        rested = sum((ends - begins for begins, ends in zip(rests[::2], rests[1::2], strict=True)), timedelta())
        moved["level_2_at"] = min(moved["level_2_at"], offered_at + timing.coordinator_within + rested)
    return stood | in_order(moved)

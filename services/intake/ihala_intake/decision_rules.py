"""When something may be passed on without the person's consent, and who may say so: pure. Source: domain section 8."""

from collections.abc import Collection
from datetime import timedelta
from typing import Literal

Basis = Literal["best_interests", "vital_interest"]
Refused = Literal["ended", "nothing_to_decide", "refusal_stands"]

PROPOSERS: dict[Basis, frozenset[str]] = {
    "best_interests": frozenset({"child-protection"}),
    "vital_interest": frozenset({"officer", "coordinator", "child-protection"}),
}
CONFIRMERS = frozenset({"coordinator", "child-protection"})
LASTS: dict[Basis, timedelta] = {"best_interests": timedelta(days=365), "vital_interest": timedelta(days=30)}
REMINDED_EVERY = timedelta(days=1)  # while a child's consent waits for somebody to decide


def refused(basis: Basis, state: str, *, ran_out: bool, of_minor: bool, restricted: bool) -> Refused | None:
    """Return why no such decision is taken, or None. What was given and ran out (`ran_out`) may be decided anew.

    Best interests are a child's alone. Vital interest never overrides an adult's refusal of a restricted need; a child's is decided in
    the child's best interests.
    """
    if state == "withdrawn":
        return "ended"
    if state == "given" and not ran_out:
        return "nothing_to_decide"
    if basis == "best_interests":
        return None if of_minor else "refusal_stands"
    return "refusal_stands" if restricted else None


def needs_clearance(basis: Basis, *, restricted: bool) -> bool:
    """Tell whether both people must be cleared."""
    return restricted or basis == "best_interests"


def may(roles: Collection[str], wanted: Collection[str]) -> bool:
    """Tell whether one of the roles is among those wanted."""
    return not frozenset(roles).isdisjoint(wanted)

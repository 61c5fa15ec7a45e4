"""What adds up, and what may be the same help twice. Pure; numbers and currencies are data (data/assistance_policy.json)."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Kind = Literal["cash", "in_kind", "grant"]
State = Literal["promised", "partly_given", "given", "cancelled"]
PartState = Literal["planned", "paid", "cancelled"]
# How the two are connected, the surest first.
Reason = Literal["same_person", "merged", "same_household", "maybe_same"]


def minor_units(currency: str) -> int | None:
    """Return how many decimals an ISO 4217 currency has; None when there is no such currency."""
    known = _policy()
    if currency not in known["currencies"]:
        return None
    units = known["minor_units"]
    return 0 if currency in units["none"] else 3 if currency in units["three"] else int(units["usual"])


def fits(amount: Decimal, currency: str) -> bool:
    """Tell whether the amount can be paid in the currency: no parts smaller than its smallest one."""
    units = minor_units(currency)
    return units is not None and amount == amount.quantize(Decimal(1).scaleb(-units))


def adds_up(amount: Decimal, parts: Sequence[Decimal]) -> bool:
    """Tell whether instalments are exactly the whole amount."""
    return sum(parts, Decimal(0)) == amount


def state_after(parts: Iterable[str]) -> State:
    """Return what the states of all instalments make of the whole; what was cancelled is owed no more."""
    left = [state for state in parts if state != "cancelled"]
    if not left:
        return "cancelled"
    if all(state == "paid" for state in left):
        return "given"
    return "partly_given" if "paid" in left else "promised"


def around(kind: str, at: datetime) -> tuple[datetime, datetime]:
    """Return between which instants the same kind of help may be the same help twice."""
    apart = timedelta(days=_policy()["days_apart"][kind])
    return at - apart, at + apart


def alike(code: str, other: str) -> bool:
    """Tell whether two codes are of the same domain of needs: cash for rent and cash for repairs are both housing."""
    return code.partition(".")[0] == other.partition(".")[0]


def most_instalments() -> int:
    """Return into how many parts help may be cut."""
    return int(_policy()["most_instalments"])


@cache
def _policy() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((files("ihala_intake") / "data" / "assistance_policy.json").read_text("utf-8"))
    return found

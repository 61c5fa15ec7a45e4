"""What holds at an employer alone (domain, section 10). Pure.

It takes nobody under 18, asks no fee of who works there, and is not told that somebody fled or came back. What was checked of it holds
until the operator has looked at the other: also of a trusted one an edit takes effect at once only where it touches nothing of that.

Whoever reaches an employer by a rule on status, or with a need of return, is known by that alone to have fled or come back. So the
services of an employer have neither; a rule from before counts for nobody.
"""

from collections.abc import Mapping, Sequence, Set
from decimal import Decimal
from typing import Any

from ihala_directory.models.drafts import Rules
from ihala_directory.models.parts import Cost

EMPLOYER = "private"
ABOUT_RETURN = "reintegration"  # the domain of needs that only who came back has
HIDDEN = "statuses"
GROWN_UP = 18  # years
UNCHECKED: Mapping[str, frozenset[str]] = {
    "organization": frozenset({"phone", "phones", "contacts", "email", "website"}),
    "service": frozenset({
        "phones", "contacts", "email", "url", "languages", "opening_hours", "schedules", "closures", "wait_days", "allows_waitlist",
        "decision_target_hours", "woman_counsellor", "status",
    }),
}  # fmt: skip
"""What of an entry says nothing of registration, fee, age or terms. A new field is looked at until it is named here."""


def tells_of_return(kind: str, need_code: str) -> bool:
    """Tell whether an organisation of this kind would learn from the need itself what it may not know."""
    return kind == EMPLOYER and need_code.partition(".")[0] == ABOUT_RETURN


def asks_status(kind: str, rules: Rules) -> bool:
    """Tell whether a service's rules ask what an organisation of this kind may not know."""
    return kind == EMPLOYER and bool(rules.statuses)


def fee(kind: str, costs: Sequence[Cost]) -> int | None:
    """Return the number of the first cost that a worker would pay; None where there is none."""
    return next((number for number, cost in enumerate(costs) if kind == EMPLOYER and Decimal(cost.amount or 0) > 0), None)


def is_looked_at(kind: str, about: str, fields: Set[str]) -> bool:
    """Tell whether an edit of these fields waits for the operator whoever makes it."""
    return kind == EMPLOYER and not fields <= UNCHECKED[about]


def rules_of(kind: str, rules: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rules that count at an organisation of this kind."""
    return {name: value for name, value in rules.items() if kind != EMPLOYER or name != HIDDEN}

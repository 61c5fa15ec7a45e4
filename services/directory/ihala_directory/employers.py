"""What holds at an employer alone (domain, section 10): it takes nobody under 18, and is not told that somebody fled or came back. Pure.

Whoever reaches an employer by a rule on status, or with a need of return, is known by that alone to have fled or come back. So the
services of an employer have neither; a rule from before counts for nobody.
"""

from collections.abc import Mapping
from typing import Any

from ihala_directory.models.drafts import Rules

EMPLOYER = "private"
ABOUT_RETURN = "reintegration"  # the domain of needs that only who came back has
HIDDEN = "statuses"
GROWN_UP = 18  # years


def tells_of_return(kind: str, need_code: str) -> bool:
    """Tell whether an organisation of this kind would learn from the need itself what it may not know."""
    return kind == EMPLOYER and need_code.partition(".")[0] == ABOUT_RETURN


def asks_status(kind: str, rules: Rules) -> bool:
    """Tell whether a service's rules ask what an organisation of this kind may not know."""
    return kind == EMPLOYER and bool(rules.statuses)


def rules_of(kind: str, rules: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rules that count at an organisation of this kind."""
    return {name: value for name, value in rules.items() if kind != EMPLOYER or name != HIDDEN}

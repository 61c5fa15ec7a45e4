"""What may be given for a message by hand, and until when it is of use. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ihala_notify.accepting.models import Values
from ihala_notify.wording import GIVEN, Template

IRAQ = ZoneInfo("Asia/Baghdad")
FARTHEST = timedelta(days=366)
_END_OF_DAY = time(23, 59, 59)


def faults(template: Template, values: Values, at: datetime) -> Iterator[tuple[str, str]]:
    """Yield the value's name and a code for each that is missing, not asked for, or no day ahead of `at`."""
    asked, given = template.placeholders & GIVEN, {name for name in GIVEN if getattr(values, name) is not None}
    yield from ((name, "fact_missing") for name in sorted(asked - template.optional - given))
    yield from ((name, "fact_unknown") for name in sorted(given - asked))
    if values.time is not None and values.date is None and "date" in template.optional:
        yield "date", "fact_missing"
    if values.date is not None:
        if instant(values) < at:
            yield "date", "in_the_past"
        if instant(values) > at + FARTHEST:
            yield "date", "too_far_away"


def instant(values: Values) -> datetime:
    """Return when it is: the given minute, or the end of the given day, in Iraq."""
    assert values.date is not None
    return datetime.combine(values.date, time.fromisoformat(values.time) if values.time else _END_OF_DAY, IRAQ)


def ends_at(given: Mapping[str, Any] | None) -> datetime | None:
    """Return when what a message speaks of is over; None when it names no day. `given` is what a message keeps."""
    if not given or "date" not in given:
        return None
    return instant(Values.model_validate({name: value for name, value in given.items() if name in GIVEN}))


def useful_for(template: Template, values: Values, at: datetime) -> timedelta:
    """Return for how long it is worth sending: never after what it speaks of."""
    return template.useful_for if values.date is None else min(template.useful_for, instant(values) - at)

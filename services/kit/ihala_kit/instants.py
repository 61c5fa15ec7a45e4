"""Days and instants as callers write them: ISO 8601, and within the years that Python and PostgreSQL have."""

import re
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator
from pydantic_core import PydanticCustomError

from ihala_kit.words import Words

_NUMBER = re.compile(r"[-+]?\d+(\.\d*)?")
FIELD_WORDS = {
    "not_a_date": Words(
        en="Write a day as 2026-01-31 and a time as 2026-01-31T09:30:00+03:00.",
        ar="اكتب التاريخ هكذا: 2026-01-31، والوقت هكذا: 2026-01-31T09:30:00+03:00.",
        ckb="بەروار بەم شێوەیە بنووسە: 2026-01-31، کاتیش بەم شێوەیە: 2026-01-31T09:30:00+03:00.",
    ),
    "year_out_of_range": Words(
        en="This lies outside of the years 1 to 9999.",
        ar="هذا خارج السنوات من 1 إلى 9999.",
        ckb="ئەمە لە دەرەوەی ساڵەکانی ١ تا ٩٩٩٩ـە.",
    ),
}


def as_iso(value: object) -> object:
    """Refuse numbers, in a text too (code not_a_date): pydantic counts seconds since 1970, and 20270601 would be a day of that August."""
    if isinstance(value, int | float) or (isinstance(value, str) and _NUMBER.fullmatch(value.strip())):
        raise PydanticCustomError("not_a_date", "a day or time as ISO 8601 writes it")
    return value


def in_utc(value: datetime) -> datetime:
    """Return an aware time in UTC. Raises PydanticCustomError (year_out_of_range) for one that is outside of all years there."""
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("year_out_of_range", "lies outside of the years 1 to 9999") from None


OnDay = Annotated[date, BeforeValidator(as_iso)]
Instant = Annotated[AwareDatetime, BeforeValidator(as_iso), AfterValidator(in_utc)]

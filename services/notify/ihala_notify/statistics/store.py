"""The sums of the caller's operator. The row policy holds the same rule once more."""

from collections import defaultdict
from datetime import date

from ihala_kit.auth import Caller
from ihala_kit.db import fetch
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.statistics.figures import Kind
from ihala_notify.store import is_of_operator

_READ = """
    SELECT day, channel, route, language, template, status, n FROM message_day
    WHERE operator_id = $1 AND day BETWEEN $2 AND $3 AND n > 0
"""


async def sums(tx: AsyncSession, caller: Caller, first: date, last: date) -> dict[date, dict[Kind, int]]:
    """Return the sums of each day from the first to the last; of days on which nothing ended nothing."""
    found: defaultdict[date, dict[Kind, int]] = defaultdict(dict)
    for row in await fetch(tx, _READ, caller.operator_id, first, last) if is_of_operator(caller) else ():
        kind = Kind(row["channel"], row["route"], row["language"], row["template"], row["status"])
        found[row["day"]][kind] = row["n"]
    return dict(sorted(found.items()))

"""When the next daily digest is due, by Iraq's time. Pure."""

from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("Asia/Baghdad")


def minutes(text: str) -> int:
    """Return "07:30" as minutes after midnight."""
    return int(text[:2]) * 60 + int(text[3:])


def words(of_day: int) -> str:
    """Return minutes after midnight as "07:30"."""
    return f"{of_day // 60:02}:{of_day % 60:02}"


def next_daily(after: datetime, of_day: int) -> datetime:
    """Return the first instant after `after` at which it is so many minutes after midnight in Iraq, aware UTC."""
    local = after.astimezone(ZONE)
    at = datetime.combine(local.date(), time(of_day // 60, of_day % 60), ZONE)
    return (at if at > local else at + timedelta(days=1)).astimezone(UTC)


def local(at: datetime) -> str:
    """Return an instant as officers read it: 2026-11-22 14:30, in Latin digits."""
    return f"{at.astimezone(ZONE):%Y-%m-%d %H:%M}"

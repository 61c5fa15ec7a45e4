"""What is counted and what of it is published. Nothing here names a need, but for an event that waits some seconds to be counted."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Date, Integer, SmallInteger, Text, Uuid

from ihala_referral.columns import AT, Table, counted, flag, maybe, needed


class StatisticEvent(Table, table=True):
    """Something to be counted: written with the event it is about, gone as soon as it is counted."""

    __tablename__ = "statistic_event"

    id: UUID = needed(Uuid, "in order of time", primary_key=True)
    operator_id: UUID = needed(Uuid, "the operator whose office owns the case")
    placement_id: UUID = needed(Uuid, "placement")
    referral_id: UUID | None = maybe(Uuid, "referral; empty for what is about the need")
    measure: str = needed(Text, "code, see statistics/measures.py")
    result: str | None = maybe(Text, "code: the reason, the outcome, the person's answer")
    at: datetime = needed(AT, "domain time")
    governorate: str = needed(Text, "P-code, as it was then")
    need_code: str = needed(Text, "as it was then; `protection` for every restricted need")
    restricted: bool = needed(Boolean, "counted by quarter and governorate alone")
    urgency: str = needed(Text, "as it was then")
    provider_kind: str | None = maybe(Text, "the receiver's kind")
    step_seconds: int | None = maybe(Integer, "since the step before: the offer, or the acceptance")
    request_seconds: int | None = maybe(Integer, "since the need was brought: its first clock")


class StatisticCount(Table, table=True):
    """How often something happened in a month and governorate, in one break-down; never of restricted needs."""

    __tablename__ = "statistic_count"

    operator_id: UUID = needed(Uuid, "the operator whose cases these were", primary_key=True)
    month: date = needed(Date, "its first day, in Baghdad", primary_key=True)
    governorate: str = needed(Text, "P-code", primary_key=True)
    measure: str = needed(Text, "code", primary_key=True)
    breakdown: str = needed(Text, "total, need, provider_kind, sex, age_band, disability or result", primary_key=True)
    category: str = needed(Text, "code within it; empty for the total", primary_key=True)
    n: int = needed(BigInteger, "how often")


class StatisticTime(Table, table=True):
    """How long something took, as a histogram of a month and governorate; never of restricted needs."""

    __tablename__ = "statistic_time"

    operator_id: UUID = needed(Uuid, "the operator whose cases these were", primary_key=True)
    month: date = needed(Date, "its first day, in Baghdad", primary_key=True)
    governorate: str = needed(Text, "P-code", primary_key=True)
    clock: str = needed(Text, "code: what took so long", primary_key=True)
    breakdown: str = needed(Text, "total, provider_kind or urgency", primary_key=True)
    category: str = needed(Text, "code within it; empty for the total", primary_key=True)
    bucket: int = needed(SmallInteger, "see statistics/measures.py", primary_key=True)
    n: int = needed(BigInteger, "how often")


class StatisticRestricted(Table, table=True):
    """How often something happened to restricted needs: by quarter and governorate alone."""

    __tablename__ = "statistic_restricted"

    operator_id: UUID = needed(Uuid, "the operator whose cases these were", primary_key=True)
    quarter: date = needed(Date, "its first day, in Baghdad", primary_key=True)
    governorate: str = needed(Text, "P-code", primary_key=True)
    measure: str = needed(Text, "code", primary_key=True)
    n: int = needed(BigInteger, "how often")


class StatisticSheet(Table, table=True):
    """What one reader may read of one quarter and governorate: published as a whole, never again once it is final."""

    __tablename__ = "statistic_sheet"

    viewer_id: UUID = needed(Uuid, "the operator; zeros for everybody else, who sees all operators together", primary_key=True)
    quarter: date = needed(Date, "its first day, in Baghdad", primary_key=True)
    governorate: str = needed(Text, "P-code", primary_key=True)
    changed_at: datetime = needed(AT, "when something was counted last")
    published_at: datetime | None = maybe(AT, "when it was published last")
    final: bool = flag("the quarter is over: it does not change any more")
    version: int = counted("how often it was published")


class StatisticFigure(Table, table=True):
    """One published figure."""

    __tablename__ = "statistic_figure"

    viewer_id: UUID = needed(Uuid, "as of the sheet", primary_key=True)
    quarter: date = needed(Date, "as of the sheet", primary_key=True)
    governorate: str = needed(Text, "as of the sheet", primary_key=True)
    period: str = needed(Text, "2026-01, or 2026-Q1", primary_key=True)
    measure: str = needed(Text, "code of a count, or of a clock", primary_key=True)
    breakdown: str = needed(Text, "as of the counts; `domain` for sums of needs, `restricted` for those alone", primary_key=True)
    category: str = needed(Text, "code; empty for a total; * where nothing of the break-down may be told", primary_key=True)
    n: int | None = maybe(BigInteger, "how often; empty: hidden, and for a clock")
    median_hours: int | None = maybe(Integer, "of a clock: half took no longer")
    p90_hours: int | None = maybe(Integer, "of a clock: nine of ten took no longer")

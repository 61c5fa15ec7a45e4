"""HTTP bodies of statistics, and what may be asked for."""

from typing import Annotated, Literal

from ihala_kit.suppression import LEAST
from pydantic import BaseModel, Field, StringConstraints

from ihala_referral.statistics.sheets import LEAST_RESTRICTED

Quarter = Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-Q[1-4]$")]
By = Literal["total", "need", "domain", "provider_kind", "sex", "age_band", "disability", "result", "urgency", "restricted"]
Period = Literal["month", "quarter"]
Whose = Literal["own", "everybody"]
Format = Literal["json", "csv"]
Measure = Literal[
    "identified", "unserved", "placed", "found_later", "never_found", "offered", "acknowledged", "accepted", "declined", "expired",
    "withdrawn", "cancelled", "failed", "started", "completed", "followed_up", "time_to_acknowledge", "time_to_decide",
    "time_to_first_contact", "time_to_outcome", "time_from_request_to_acceptance", "time_from_request_to_first_contact",
    "time_from_request_to_outcome",
]  # fmt: skip


class Figure(BaseModel):
    """One figure. What is not listed is nothing; of `restricted` it is fewer than ten."""

    period: str = Field(description="A month (2026-01) or a quarter (2026-Q1).", examples=["2026-Q1"])
    final: bool = Field(description="The quarter is over and this changes no more. Only the operator itself sees others than final ones.")
    governorate: str = Field(description="P-code")
    governorate_name: str
    measure: str
    measure_name: str
    by: str = Field(description="What `category` is a code of.")
    category: str = Field(description='Code; empty for a total; "*" where nothing of this break-down may be told.')
    category_name: str
    count: int | None = Field(description="How often. Empty where it is hidden, and for times.")
    hidden: bool = Field(description="There were some, but they are few, or would tell how few others were.")
    median_hours: int | None = Field(description="Times only: half took no longer.")
    p90_hours: int | None = Field(description="Times only: nine of ten took no longer.")


class Figures(BaseModel):
    """Figures in order of period, governorate, measure and category."""

    items: list[Figure]
    smallest_count: int = Field(default=LEAST, description="Smaller counts are hidden.")
    smallest_restricted_count: int = Field(default=LEAST_RESTRICTED, description="The same for restricted needs.")

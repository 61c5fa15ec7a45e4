"""Bodies of the statistics of messages, version 1."""

from datetime import date

from ihala_kit.suppression import LEAST
from pydantic import BaseModel, Field

from ihala_notify.statistics.figures import By


class MessageFigure(BaseModel):
    """How many messages ended on one day. What is not listed is nothing."""

    day: date = Field(description="On which they arrived, failed or were cancelled, in Iraq.")
    by: By
    category: str = Field(
        description="Of what: a channel, a route (`sms/one`), a language, a template; empty for all, `none` where unknown."
    )
    status: str = Field(description="delivered, temporary-failure, permanent-failure, technical-failure, cancelled; empty for all.")
    count: int | None = Field(description="Empty where it is hidden.")
    hidden: bool = Field(description="There were some, but they are few, or would tell how few others were.")


class MessageFigures(BaseModel):
    """Figures in the order of day, category and status. None is about a restricted need."""

    items: list[MessageFigure]
    smallest_count: int = Field(default=LEAST, description="Smaller counts are hidden.")

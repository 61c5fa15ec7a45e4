"""Bodies of what an operator looks at among messages, version 1."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field


class WaitingMessages(BaseModel):
    """Some messages that are not settled."""

    state: Literal["waiting", "sending", "awaiting_receipt"] = Field(
        description="waiting: to be tried, or tried again. awaiting_receipt: a route took them and has not said what became of them."
    )
    channel: str = Field(description="`none` where none was chosen yet.")
    route: str | None
    count: int
    oldest_queued_at: datetime
    next_at: datetime | None = Field(description="When the first of them is tried, taken over, or counted as lost.")


class Waiting(BaseModel):
    """All of an operator's messages that are not settled; of more than `counted_up_to` the oldest."""

    oldest_queued_at: datetime | None
    count: int
    counted_up_to: int
    items: list[WaitingMessages]

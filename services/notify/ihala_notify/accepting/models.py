"""Bodies of messages by hand."""

from uuid import UUID

from ihala_kit.bodies import Sent
from ihala_kit.instants import OnDay
from pydantic import ConfigDict, Field


class Values(Sent):
    """What the template asks of you (`placeholders` with `given_by_you`)."""

    model_config = ConfigDict(hide_input_in_errors=True)

    date: OnDay | None = Field(default=None, description="A day, as Iraq's calendar has it: not past, within a year.")
    time: str | None = Field(default=None, pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="Iraq's time, HH:MM; with a date.")
    count: int | None = Field(default=None, ge=1, le=999)


class MessageRequest(Sent):
    """A message to the person behind a need. Language, channel and how much it says are the person's choice, known only at sending."""

    model_config = ConfigDict(hide_input_in_errors=True)

    need_id: UUID
    template: str = Field(pattern=r"^[a-z][a-z-]{1,39}$", examples=["appointment-reminder"])
    values: Values = Field(default_factory=Values)

"""Bodies of the calls' HTTP API, version 1."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from ihala_notify.calls import rules
from ihala_notify.calls.tables import CallTask
from ihala_notify.models import Text

URGENCIES = {rank: name for name, rank in rules.RANKS.items()}


class CallResult(BaseModel):
    """What came of a call."""

    model_config = ConfigDict(extra="forbid")

    result: rules.Result = Field(
        description="`not_reached` three times and `wrong_number` give the call up: the coordinator decides. After `asked_not_to_call` no "
        "call is opened for this need any more. `handed_over`: the slip was, to a person without a phone."
    )


class Call(BaseModel):
    """One call to make about one need. Never a number: that is read in intake, by who may."""

    id: UUID
    need_id: UUID
    reason: rules.Why = Field(
        description="Why somebody calls: the person's wish, or why the first message did not arrive. wishes_a_slip: there is no phone to "
        "call; print what there is to say (`/v1/calls/{call_id}/pdf`) and hand it over when the person next comes."
    )
    urgency: Literal["emergency", "urgent", "routine"]
    state: Literal["open", "taken", "done", "given_up", "dropped"] = Field(
        description="dropped: there is nothing to say any more, since the need ended or the message was sent again."
    )
    result: str | None = Field(description="Of the last call; of a dropped one `overtaken` or `sent_again`.")
    tries: int = Field(description="Calls that reached nobody, so far.")
    due_at: datetime | None = Field(
        description="When somebody should have called; of a slip: until when the person should have come, then look for another way. Empty "
        "once it has ended."
    )
    taken_by: str | None = Field(description="The officer, as her client names her. Another may take it after two hours.")
    taken_at: datetime | None
    opened_at: datetime
    ended_at: datetime | None
    version: int = Field(description="For If-Match. It also grows when there is more to say.")

    @classmethod
    def of(cls, row: CallTask) -> "Call":
        """Return a call as it is shown."""
        return cls.model_validate({**row.model_dump(), "urgency": URGENCIES[row.rank]})


class Said(BaseModel):
    """One message that did not arrive."""

    message_id: UUID
    template: str
    queued_at: datetime
    to_the_person: Text | None = Field(
        description="To be read aloud once it is sure who listens. Empty for protected and restricted needs, and while a fact is unknown."
    )


class CallDetails(Call):
    """A call with what to say in it."""

    reference: str | None = Field(description="The need's reference, as people quote it.")
    person: str = Field(description="Where intake shows the person and the phones, to who may see them.")
    to_anybody: Text | None = Field(description="All that whoever answers the phone may hear.")
    items: list[Said] = Field(description="What is to be said, oldest first.")

"""Bodies of notify's HTTP API, version 1."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from ihala_notify import tables
from ihala_notify.states import EXPLAINED, Status, status_of


class CloudEvent(BaseModel):
    """One event as your organisation may see it (CloudEvents 1.0, JSON). It may come twice: know it by `id`.

    `sequence` is the position in your organisation's feed: 1, 2, 3, … without a gap. Where a subscription filters by type, positions
    are left out. What one `source` says about one `subject` comes in the order in which it happened; between sources nothing is promised:
    `time` says what was first, `referral_version` in `data` which move of a referral is newer. `data` holds ids, codes and times; ask the
    API, with its rights, for more.
    """

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: str = Field(examples=["/ihala/referral"])
    type: str = Field(examples=["org.ihala.referral.accepted"])
    subject: str = Field(description="The id of what it is about: a referral, a need, a service, …")
    time: datetime | None = Field(default=None, description="When it happened; absent where you may not know that.")
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: str | None = Field(
        default=None,
        description="Name and version of the schema of `data`. Of two versions that are written beside each other you receive the older.",
        examples=["urn:ihala:schema:referral.accepted.v1"],
    )
    sequence: int
    data: dict[str, Any]


class Events(BaseModel):
    """What follows a cursor, oldest first. Ask again with `after` = `cursor`, also when nothing came."""

    events: list[CloudEvent]
    cursor: str = Field(description="Opaque. Good for 30 days, for every client of your organisation.")


class Text(BaseModel):
    """One text in three languages."""

    en: str
    ar: str
    ckb: str


class Message(BaseModel):
    """What became of one message to a person. Never its text, and never where it went."""

    id: UUID
    need_id: UUID
    referral_id: UUID | None
    template: str
    template_version: int | None
    state: Literal["waiting", "sending", "delivered", "failed", "dropped"] = Field(
        description="sending: also while the network has not confirmed it. delivered: confirmed, or taken by a route that confirms nothing."
    )
    reason: str | None = Field(description="Why it failed, was dropped, or waits to be tried again.")
    said: Literal["full", "neutral"] | None = Field(description="neutral: only that there is news, and whom to call.")
    language: str | None
    channel: str | None
    attempts: int
    queued_at: datetime
    settled_at: datetime | None
    status: Status | None = Field(default=None, description="How it stands, more finely than `state`: which kind of failure it was.")
    explanation: Text | None = Field(default=None, description="`status` in plain words.")
    route: str | None = Field(default=None, description="Which of the channel's routes took it.")
    parts: int | None = Field(default=None, description="How many SMS it took.")
    words: Literal["built-in", "own"] | None = Field(
        default=None, description="Whose `template_version` it was: the built-in text's, or your own (`/v1/templates`)."
    )
    handed_over_at: datetime | None = Field(default=None, description="When the route took it. Its receipt may come for 72 hours.")

    @classmethod
    def of(cls, row: tables.Message) -> "Message":
        """Return a message as it is shown."""
        status = status_of(row.state, row.attempts, row.failure)
        known = {name: getattr(row, name) for name in cls.model_fields if hasattr(row, name)}
        explained = EXPLAINED[status]
        words = Text(en=explained.en, ar=explained.ar, ckb=explained.ckb)
        state = "sending" if row.state == "sent" else row.state
        whose = None if row.template_version is None else "own" if row.template_of else "built-in"
        more = {"state": state, "status": status, "explanation": words, "words": whose, "handed_over_at": row.handed_at}
        return cls.model_validate(known | more)

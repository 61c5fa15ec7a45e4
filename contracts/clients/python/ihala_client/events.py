"""Events as they come, by every way the same: what one is, and following a feed from a cursor that the caller keeps."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from ihala_client.api.events import BY_SCHEMA, BY_TYPE
from ihala_client.core import Wanted

LATEST = "latest"
SCHEMA = "urn:ihala:schema:"
WAIT_SECONDS = 20  # the service answers after 25 at most; proxies between often cut what is silent for 30
STREAM_SILENCE_SECONDS = 45.0  # it sends something every 15


class Event(BaseModel):
    """One event as your organisation may see it (CloudEvents 1.0). It may come twice: know it by `id`.

    `sequence` is its position in your organisation's feed. What one `source` says about one `subject` comes in the order in which it
    happened; between sources go by `time`, and by `referral_version` in `data`.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: UUID
    source: str
    type: str
    subject: str
    time: AwareDatetime | None = None  # absent where your organisation may not know that
    sequence: int
    dataschema: str = ""  # name and version of what `data` is: `urn:ihala:schema:referral.accepted.v1`
    data: dict[str, Any]
    replay: bool = Field(default=False, alias="ihalareplay")  # a webhook that was asked for again
    cursor: str = ""  # keep it once this event is dealt with; empty where it came by another way than a feed

    @property
    def name(self) -> str:
        """Return the type without what all have in common: `referral.accepted`."""
        return self.type.removeprefix("org.ihala.")

    @property
    def what(self) -> BaseModel | None:
        """Return `data` as the model of its type and version in `ihala_client.api.events`; None for one that is newer than this package."""
        kind = BY_SCHEMA.get(self.dataschema.removeprefix(SCHEMA)) if self.dataschema else BY_TYPE.get(self.type)
        return kind.model_validate(self.data) if kind else None

    @classmethod
    def from_kafka(cls, headers: Iterable[tuple[str, bytes]], value: bytes) -> "Event":
        """Return an event as Kafka brings it: attributes in headers (`ce_…`), data as JSON."""
        given = {name.removeprefix("ce_"): content.decode() for name, content in headers if name.startswith("ce_")}
        return cls.model_validate({**given, "data": json.loads(value)})


@dataclass
class Place:
    """How far somebody has come in a feed, or in one subscription of it. No network (see wire.py)."""

    cursor: str | None
    subscription_id: UUID | str | None = None
    limit: int = 100
    streamed: bool = False

    def wanted(self) -> Wanted:
        """Return the call for what follows."""
        part = "" if self.subscription_id is None else f"/subscriptions/{quote(str(self.subscription_id), safe='')}"
        path = f"/notify/v1{part}/events"
        if not self.streamed:
            params = {"after": self.cursor, "wait": WAIT_SECONDS, "limit": self.limit}
            return Wanted("GET", path, {name: value for name, value in params.items() if value is not None})
        headers = {"accept": "text/event-stream", "cache-control": "no-store"}
        if self.cursor is None or self.cursor == LATEST:
            params = {} if self.cursor is None else {"after": LATEST}
            return Wanted("GET", path, params, headers=headers, silence=STREAM_SILENCE_SECONDS, live=True)
        return Wanted("GET", path, headers=headers | {"last-event-id": self.cursor}, silence=STREAM_SILENCE_SECONDS, live=True)

    def page(self, content: bytes) -> Sequence[Event]:
        """Return a page's events, each with the cursor to keep once it is dealt with, and go to the page's end.

        A page has one cursor, which is after its last event: whoever stops before gets the page again.
        """
        given = json.loads(content)
        before, self.cursor = self.cursor or "", given["cursor"]
        last = len(given["events"]) - 1
        return [Event(**{**one, "cursor": self.cursor if n == last else before}) for n, one in enumerate(given["events"])]

    def streamed_event(self, cursor: str, data: str) -> Event | None:
        """Return an event of a stream; None for a beat, which has only moved the place."""
        self.cursor = cursor or self.cursor
        return Event(**{**json.loads(data), "cursor": self.cursor}) if data else None


def keep(path: Path, cursor: str) -> None:
    """Write a cursor to a file so that a program which is killed meanwhile finds the one before, or this one: never half of it."""
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(cursor)
    beside.replace(path)


def next_page(headers: Mapping[str, str]) -> str | None:
    """Return where the next page of a list is (Link, rel="next"), as path and query; None on the last one."""
    for part in headers.get("link", "").split(","):
        address, _, said = part.partition(";")
        if 'rel="next"' in said:
            return address.strip().removeprefix("<").removesuffix(">")
    return None

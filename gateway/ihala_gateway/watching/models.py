"""What the access log and the sums look like over HTTP."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field


class Call(BaseModel):
    """One request that the gateway answered: never its address, its query or its body."""

    at: datetime = Field(description="When it came.")
    request_id: str = Field(description="The same as in the answer's X-Request-Id and in problem documents.")
    client_id: str | None = Field(description="Null: nobody signed in, or nobody that was known.")
    organization_id: UUID | None
    account_id: str | None = Field(description="Of whoever signed in, where it was a person.")
    acting_officer: str | None = Field(description="Who sat at the client, by the opaque sign of its own system.")
    method: str
    route: str | None = Field(description="Its template; null when it was none of ours.", examples=["/intake/v1/needs/{need_id}"])
    version: str = Field(description="Of the API, as the route says it; empty where it says none.", examples=["v1"])
    status: int = Field(description="0: the caller went away before an answer began.")
    milliseconds: float
    bytes_in: int | None
    bytes_out: int | None
    segment: int | None = Field(description="Where it stands in the chain of the log: which segment,")
    number: int | None = Field(description="and which row in it.")


class Sums(BaseModel):
    """What was called, in sums."""

    calls: int
    refused: int = Field(description="Of these: answered with 4xx.")
    failed: int = Field(description="Of these: answered with 5xx, or not at all.")
    bytes_in: int
    bytes_out: int
    milliseconds: float = Field(description="All together.")


class UsageOfDay(Sums):
    """What one client called in one day by one route."""

    day: date = Field(description="UTC")
    client_id: str = Field(description="Empty: nobody, on public routes.")
    organization_id: UUID | None
    service: str = Field(description="Empty: the gateway's own addresses, and what was none of ours.")
    version: str
    method: str
    route: str
    deprecated: bool = Field(description="Whether the route was about to go when it was called.")


class UsageOfVersion(Sums):
    """What one client called of one version of an API in a span of days: who still needs what is about to go."""

    client_id: str
    organization_id: UUID | None
    service: str
    version: str
    deprecated: bool
    last_on: date = Field(description="The last day with a call, UTC.")

"""What the API says of clients."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel


class Client(BaseModel):
    """One system of one organisation."""

    client_id: str
    organization_id: UUID
    kind: Literal["sandbox", "live"]
    status: str
    scopes: list[str]
    trained_on: date | None
    version: int
    changed_at: datetime

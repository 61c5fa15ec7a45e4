"""What an access token gives, once it is verified."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Grant:
    """What a verified access token gives. `internal` keeps the internal tokens made from it:
    service and officer -> (header value, good until)."""

    claims: dict[str, Any]
    client_id: str
    client_version: int
    organization_id: str
    scopes: frozenset[str]
    expires_at: int  # seconds since 1970
    jti: str
    account_id: str | None = None  # the person for whom the client acts; None for the client itself
    account_version: int = 0
    confirmation: object = None  # `cnf`: to what the token is bound
    internal: dict[tuple[str, str | None], tuple[bytes, float]] = field(default_factory=dict)

"""Which limits there are, how high they are, and which of them a call counts against. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

WINDOW_SECONDS = 60
READ, WRITE = "read", "write"  # what a route counts against that names nothing else
OWN = "own"  # tokens, sign-in, keys, documents: whoever asks is not known yet
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Limit(BaseModel):
    """Calls a minute, for each who is counted."""

    model_config = ConfigDict(extra="forbid")

    client: int = Field(default=600, ge=1)
    organization: int = Field(default=1200, ge=1)
    address: int = Field(default=120, ge=1)  # of public routes, which nobody signs in for


DEFAULTS: dict[str, Limit] = {
    READ: Limit(client=3000, organization=6000, address=600),
    WRITE: Limit(client=600, organization=1200, address=60),
    OWN: Limit(address=1200),
    "search": Limit(client=600, organization=1200, address=300),
    "people": Limit(client=120, organization=240),  # who is known by a number: nobody may try numbers one after the other
}
"""By kind. A route's OpenAPI operation names its kind (`x-ihala: {limit: search}`); otherwise its method decides: read or write."""


def over_defaults(given: Any) -> Any:
    """Lay limits, as settings name them, over the usual ones: kinds and figures that they do not name stay. What is no limits stays."""
    if not isinstance(given, Mapping):
        return given
    said = {kind: limit.model_dump(exclude_unset=True) if isinstance(limit, Limit) else limit for kind, limit in given.items()}
    if not all(isinstance(limit, Mapping) for limit in said.values()):
        return given
    usual = {kind: limit.model_dump() for kind, limit in DEFAULTS.items()}
    return usual | {kind: usual.get(kind, {}) | dict(limit) for kind, limit in said.items()}


def kind_of(method: str, named: str | None) -> str:
    """Return the kind of limit that a route counts against."""
    return named or (READ if method in _READING else WRITE)


@dataclass(frozen=True, slots=True)
class Policy:
    """The limits of this gateway: the usual ones times a factor, and those that particular callers have instead."""

    limits: Mapping[str, Limit]
    factor: int = 1

    def quota(self, kind: str, who: str) -> int:
        """Return calls a minute for `client`, `organization` or `address`. A kind that has no limit of its own has that of `write`."""
        limit = self.limits.get(kind) or self.limits[WRITE]
        return int(getattr(limit, who)) * self.factor

"""What the core asks of whoever drives it: to send, to wait, to hold a token. The core itself touches no network."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. `silence` is how many seconds may pass without a byte; `live` leaves a good answer's body unread."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    params: Mapping[str, Any] = field(default_factory=dict)
    content: bytes | None = field(default=None, repr=False)
    silence: float = 60.0
    live: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer; header names in small letters. `live` is the open answer where that was asked for and its status is 200."""

    status: int
    headers: Mapping[str, str]
    content: bytes = field(default=b"", repr=False)
    live: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Token:
    """An access token. `good_until` is monotonic; the scheme is DPoP where it is bound to a key."""

    value: str = field(repr=False)
    scheme: str
    good_until: float


@dataclass(frozen=True, slots=True)
class Hold:
    """Give a token that is good and is not `refused`: one at a time, so that many callers ask for one token together."""

    refused: Token | None = None


Flow = Generator[Request | Pause | Hold, Any, T]
"""A piece of work: sends what is to be done, is sent what came of it, or has Unreachable thrown into it."""

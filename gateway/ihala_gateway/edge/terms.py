"""What a service's OpenAPI document says of one operation beside who may call it: its limit, its sizes and times, and when it goes. Pure.

x-ihala: {limit: search, largest_body: 8388608, silence_seconds: 300}
deprecated: true
x-deprecated-on: 2026-11-01      # RFC 9745
x-sunset: 2027-05-01             # RFC 8594; the route may be gone from that day on
x-successor: /referral/v2/referrals
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import format_datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ihala_gateway.limits.policy import READ, kind_of


class TermsError(Exception):
    """A document says something of an operation that cannot be read."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for a route. `None` means what the settings say."""

    limit: str = READ  # the kind its calls count against
    largest_body: int | None = None  # bytes
    silence_seconds: float | None = None  # longest pause in an answer
    notices: tuple[tuple[bytes, bytes], ...] = ()  # headers that every answer has


class _Extension(BaseModel):
    model_config = ConfigDict(extra="forbid")

    limit: str | None = Field(default=None, pattern="^[a-z-]{1,32}$")
    largest_body: int | None = Field(default=None, ge=0)
    silence_seconds: float | None = Field(default=None, gt=0)


def terms_of(operation: Mapping[str, Any], method: str) -> Terms:
    """Return what an operation's document says. Raises TermsError."""
    try:
        own = _Extension.model_validate(operation.get("x-ihala", {}))
        notices = _notices(operation) if operation.get("deprecated") else ()
    except (ValidationError, ValueError, TypeError) as error:
        raise TermsError(type(error).__name__) from None
    return Terms(kind_of(method, own.limit), own.largest_body, own.silence_seconds, notices)


def _notices(operation: Mapping[str, Any]) -> tuple[tuple[bytes, bytes], ...]:
    """Return the headers that tell a caller's programmer. A route that is deprecated must say since when."""
    if "x-deprecated-on" not in operation:
        raise ValueError("deprecated, but x-deprecated-on is missing")
    headers = [(b"deprecation", f"@{int(_midnight(operation['x-deprecated-on']).timestamp())}".encode("ascii"))]
    if "x-sunset" in operation:
        headers.append((b"sunset", format_datetime(_midnight(operation["x-sunset"]), usegmt=True).encode("ascii")))
    if "x-successor" in operation:
        headers.append((b"link", f'<{operation["x-successor"]}>; rel="successor-version"'.encode("ascii")))
    return tuple(headers)


def _midnight(day: str) -> datetime:
    found = date.fromisoformat(day)
    return datetime(found.year, found.month, found.day, tzinfo=UTC)

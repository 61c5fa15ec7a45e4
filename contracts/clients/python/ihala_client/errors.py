"""What can go wrong, by name. None of these texts holds anything personal, a token or a key."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

PREFIX = "urn:ihala:problem:"


class IhalaError(Exception):
    """Base of all errors of this package."""


class Unreachable(IhalaError):
    """Nobody answered, for as long as was allowed. What was sent with an Idempotency-Key may be sent again with the same key."""


class NotGenuine(IhalaError):
    """A webhook was not sent by Ihala, not now, or not to you. Answer 400 and look at nothing in it."""


class TokenRefused(IhalaError):
    """The gateway gives this client no token (RFC 6749, 5.2): it waits, is suspended, or its key is another."""

    def __init__(self, error: str, description: str | None, status: int) -> None:
        super().__init__(f"{error}: {description}" if description else error)
        self.error, self.description, self.status = error, description, status


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a request: where (`#/needs/0/code`, `query/limit`), and what, for programs (`missing`)."""

    pointer: str
    code: str
    expected: str | None = None
    title: str | None = None


class Problem(IhalaError):
    """The request was refused (RFC 9457). Decide by `slug` (or `type`); `title` is for people, in the client's language.

    `request_id` is what to quote when asking for help. `tries` above 1 means that the request was sent more than once: a 412
    (`stale`) may then be the echo of a change that had been made before its answer was lost.
    """

    def __init__(self, status: int, document: dict[str, Any], *, retry_after: float | None = None, tries: int = 1) -> None:
        self.status, self.document, self.retry_after, self.tries = status, document, retry_after, tries
        self.type = str(document.get("type", "about:blank"))
        self.slug = self.type.removeprefix(PREFIX)
        self.title = str(document.get("title", ""))
        self.pointer: str | None = document.get("pointer")
        super().__init__(" ".join(filter(None, [str(status), self.slug, self.title, self._where(), self.request_id])))

    @property
    def request_id(self) -> str | None:
        """Return the request's id; None where the answer named none."""
        instance = self.document.get("instance")
        return instance.rpartition(":")[2] if isinstance(instance, str) else None

    @property
    def faults(self) -> Sequence[Fault]:
        """Return what is wrong with the request, field by field; empty where the refusal is about something else."""
        found = self.document.get("errors")
        return [_fault(one) for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    def _where(self) -> str:
        return ", ".join(filter(None, [self.pointer, *(f"{fault.pointer} {fault.code}" for fault in self.faults)]))


def _fault(given: dict[str, Any]) -> Fault:
    return Fault(str(given.get("pointer", "")), str(given.get("code", "")), given.get("expected"), given.get("title"))

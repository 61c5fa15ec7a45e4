"""What every way has in common: what it is given, what it says it did, and how it fails."""

import re
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

import aiohttp

from ihala_notify.contacts import NotNow, Unreachable
from ihala_notify.wording import Language

_NUMBER = re.compile(r"\+?[0-9]{7,15}")


class Unsure(NotNow):
    """The other side may have taken it and may not: tried again it goes the same way, under the same id.

    `twice`: it would not know the id, and a person could read the same text twice.
    """

    def __init__(self, reason: str, *, twice: bool = False) -> None:
        super().__init__(reason)
        self.twice = twice


class RefusedHere(Unreachable):
    """This route refuses it, and its answer tells not whether number or text are at fault or what it knows of us: another one is asked."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One text on its way. `id` stays the same however often it is tried."""

    id: UUID
    to: str = field(repr=False)
    text: str = field(repr=False)
    language: Language


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The other side has the text. `receipts` are the ids under which it will say what became of it; without any nothing more comes."""

    route: str
    receipts: tuple[str, ...] = ()
    parts: int | None = None


class Channel(Protocol):
    """One way, or one route of it. `send` returns when the other side has taken the text."""

    @property
    def name(self) -> str:
        """Return what messages call it."""

    async def send(self, session: aiohttp.ClientSession, outgoing: Outgoing) -> HandedOver:
        """Hand the text over. Raises NotNow (it was not taken), Unsure, or Unreachable when trying again is of no use."""


def dialled(number: str) -> str:
    """Return the number as a route takes it. Raises Unreachable when it cannot be one."""
    plain = re.sub(r"[ \-().\u200e\u200f]", "", number)
    if not _NUMBER.fullmatch(plain):
        raise Unreachable("number_unusable")
    return plain

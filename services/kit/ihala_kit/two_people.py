"""Whether two callers are two people, as far as their tokens say: pure."""

from dataclasses import dataclass
from typing import Self

from ihala_kit.auth import Caller


@dataclass(frozen=True)
class Hand:
    """Who did something: the client, and the officer it named."""

    client_id: str
    acting_officer: str | None

    @classmethod
    def of(cls, caller: Caller) -> Self:
        """Return the hand of a caller."""
        return cls(caller.client_id, caller.acting_officer)

    def is_another_than(self, other: Self) -> bool:
        """Tell whether these are surely two people. One client that does not name both its officers counts as one person; so does one
        officer who comes through two clients.
        """
        if self.acting_officer is not None and other.acting_officer is not None:
            return self.acting_officer != other.acting_officer
        return self.client_id != other.client_id

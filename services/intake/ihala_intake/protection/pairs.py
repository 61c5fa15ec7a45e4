"""When two acts are the acts of two people. Pure."""

from dataclasses import dataclass

from ihala_kit.auth import Caller


@dataclass(frozen=True)
class Actor:
    """Who acted: a client, and the officer at it where the client names one."""

    client_id: str
    officer: str | None

    @classmethod
    def of(cls, caller: Caller) -> "Actor":
        """Return who calls."""
        return cls(caller.client_id, caller.acting_officer)


def are_two(one: Actor, other: Actor) -> bool:
    """Tell whether two different people acted, as far as can be known: in doubt they are one.

    At one client only two named officers are two people; an officer named at two clients is one.
    """
    if one.client_id == other.client_id:
        return None not in (one.officer, other.officer) and one.officer != other.officer
    return one.officer is None or one.officer != other.officer

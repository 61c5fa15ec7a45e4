"""Ids of what has none in our tables: made of its owner and its place there, so they are the same in every answer."""

from uuid import UUID, uuid5

from ihala_contracts.public_routes import HSDS

OURS = uuid5(UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8"), f"https://ihala.org{HSDS}")  # RFC 9562's namespace for addresses


def part(owner: UUID | str, kind: str, place: int | str) -> str:
    """Return the id of `owner`'s part: its number in a list, or its code. UUIDv5."""
    return str(uuid5(OURS, f"{owner}/{kind}/{place}"))

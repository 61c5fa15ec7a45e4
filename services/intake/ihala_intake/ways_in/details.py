"""What is sealed of the ways in, as it lies inside."""

from pydantic import BaseModel, ConfigDict


class _Sealed(BaseModel):
    model_config = ConfigDict(extra="ignore")


class WaitingDetails(_Sealed):
    """Of one that waits: the announcer's number, and the language in which the person agreed to be announced."""

    system: str | None = None
    value: str | None = None
    agreed_in: str | None = None


class OccasionDetails(_Sealed):
    """Of an occasion."""

    name: str


class ConcernDetails(_Sealed):
    """Of a concern: its true code, what was said, and what was answered."""

    code: str
    note: str
    answer: str | None = None

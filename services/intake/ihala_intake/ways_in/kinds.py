"""The two kinds of what waits for a desk."""

from enum import StrEnum

from ihala_kit.problems import Problem

from ihala_intake.ways_in.errors import ArrivalNotFound, CallBackNotFound


class Kind(StrEnum):
    """An arrival was announced by others; a call-back was asked for by the person."""

    ARRIVAL = "arrival"
    CALL_BACK = "call_back"

    def not_found(self) -> Problem:
        """Return the refusal for one that is not there, or not the caller's."""
        return ArrivalNotFound() if self is Kind.ARRIVAL else CallBackNotFound()

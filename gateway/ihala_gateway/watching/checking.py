"""Checks segments and their rows as they come, from the database or from an export. Pure; needs no key."""

from collections.abc import Mapping
from typing import Any

from ihala_gateway.watching import chain
from ihala_gateway.watching.chain import Segment

MOST_FAULTS = 20  # told of one segment


class Checker:
    """`begin` a segment, `row` after row, `end` it, read `faults`; and so on with the next."""

    def __init__(self) -> None:
        self.number = 0  # of the segment that came last
        self.faults: list[str] = []
        self.started = False  # whether it is known what the first segment must name
        self._opening: bytes | None = None  # of the segment that came last
        self._opening_known = True
        self._segment: Segment | None = None
        self._head = b""
        self._rows = 0

    def start_behind(self, number: int, opening: bytes | None, *, known: bool = True) -> None:
        """Say what comes before the first segment. An opening of None is one that is missing, or not `known` where an export begins."""
        self.number, self._opening, self._opening_known, self.started = number, opening, known, True

    def begin(self, segment: Segment) -> None:
        """Go on to a segment."""
        self.faults = []
        if segment.number != self.number + 1:
            self.fault(f"segments {self.number + 1} to {segment.number - 1} are missing")
        elif self._opening is None:
            if self._opening_known:
                self.fault("the segment before it is missing")
        elif segment.opening != chain.opened(segment.number, segment.opened_at, self._opening).opening:
            self.fault("it does not name the segment before it, or began at another time")
        self._segment, self.number, self._opening, self._opening_known = segment, segment.number, segment.opening, True
        self._head, self._rows = segment.opening, 0

    def row(self, number: int, found: bytes, row: Mapping[str, Any]) -> None:
        """Check the next row of the segment."""
        if number != self._rows + 1:
            self.fault(f"row {self._rows + 1} is missing or out of place")
        expected = chain.link(self._head, row)
        if expected != found:
            self.fault(f"row {number} was changed, or is not where it was written")
        self._head, self._rows = found, number

    def end(self) -> None:
        """See whether the segment ends as it says."""
        segment = self._segment
        assert segment is not None, "nothing was begun"
        if (segment.dropped_at is None or self._rows) and (segment.rows, segment.head) != (self._rows, self._head):
            self.fault(f"it ends at row {self._rows} instead of {segment.rows}, or with another row")

    def fault(self, why: str) -> None:
        """Note what is wrong with the segment."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(why)

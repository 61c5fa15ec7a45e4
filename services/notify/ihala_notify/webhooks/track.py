"""How far a feed is settled when its events end in another order than they began. Pure."""

from collections.abc import Iterable


class Track:
    """Positions that were read and are not settled, and those settled ahead of them.

    `cursor` is what is kept: everything up to it is settled. `ahead` is kept beside it, so that whoever takes over sends none of that
    again.
    """

    def __init__(self, cursor: int, ahead: Iterable[int] = ()) -> None:
        self.read_to = cursor
        self._open: dict[int, None] = {}  # in the order of the feed
        self._ahead = set(ahead)

    def take(self, positions: Iterable[int], read_to: int) -> set[int]:
        """Note what was read, up to `read_to`; return the positions that still have to be delivered."""
        new = {position: None for position in positions if position not in self._ahead}
        self._open |= new
        self.read_to = read_to
        return set(new)

    def settle(self, position: int) -> None:
        """Note that a position is delivered, given up, or waits as a row."""
        self._open.pop(position, None)
        self._ahead.add(position)

    @property
    def unsettled(self) -> int:
        """How many positions were read and not settled."""
        return len(self._open)

    @property
    def cursor(self) -> int:
        """The position up to which everything is settled."""
        return next(iter(self._open)) - 1 if self._open else self.read_to

    def ahead(self) -> list[int]:
        """Return the settled positions after the cursor, smallest first."""
        cursor = self.cursor
        self._ahead = {position for position in self._ahead if position > cursor}
        return sorted(self._ahead)

"""What one webhook has to send: lines of items, one item of a line at a time. Pure.

Where order is asked for, a line is what is about one subject; else every item is a line of its own. A line is ready, or one of its items
is under way, or it waits for its first item to be tried again: what stands behind that waits with it, and all other lines go on.
What somebody asked for (a replay, a test) goes behind what is new.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from ihala_notify.webhooks.sending import Answer
from ihala_notify.webhooks.track import Track


@dataclass(slots=True)
class Item:
    """One event on its way to one receiver. `asked`: somebody wants it (again), whatever the state of the subscription."""

    id: UUID  # of the delivery
    position: int | None  # in the feed; None: a test, which stands in none
    event_id: UUID
    type: str
    subject: str
    begun_at: datetime
    body: bytes = field(repr=False)
    asked: bool = False
    track: Track | None = field(default=None, repr=False)  # which follows its position until it is settled or stands as a row
    attempts: int = 0
    state: str = "waiting"  # | delivered | failed
    answer: Answer | None = None  # to the last try
    rowed: bool = False  # stands in the table `delivery`
    next_at: datetime | None = None
    settled_at: datetime | None = None
    sent_at: datetime | None = None  # under way since
    wanted: bool = True  # not, where its subscription asks for something else since


class Lines:
    """The lines of one webhook."""

    def __init__(self, *, ordered: bool) -> None:
        self.ordered = ordered
        self.stuck: dict[object, datetime] = {}  # lines whose first item waits, and until when
        self.busy: dict[object, Item] = {}  # lines of which an item is under way
        self._lines: dict[object, deque[Item]] = {}
        self._again: deque[object] = deque()  # stand as rows already
        self._new: deque[object] = deque()
        self._asked: deque[object] = deque()

    def __len__(self) -> int:
        return sum(map(len, self._lines.values()))

    @property
    def waiting(self) -> int:
        """How many items wait for another try, their own or that of one before them."""
        return sum(len(self._lines[key]) for key in self.stuck)

    @property
    def waiting_rows(self) -> int:
        """How many of them stand as rows."""
        return sum(item.rowed for key in self.stuck for item in self._lines[key])

    def due_of(self, item: Item) -> datetime | None:
        """Return when the line of this item goes on; None when one of it is under way."""
        return self.stuck.get(self._key(item))

    @property
    def asked(self) -> int:
        """How many lines somebody asked for."""
        return sum(line[0].asked for line in self._lines.values())

    @property
    def ready(self) -> int:
        """How many lines may go on now."""
        return len(self._again) + len(self._new) + len(self._asked)

    def add(self, item: Item) -> None:
        """Put an item at the end of its line. One that waits for an instant makes its line wait, if it is the first."""
        key = self._key(item)
        line = self._lines.setdefault(key, deque())
        line.append(item)
        if len(line) > 1:
            return
        if item.next_at is None:
            self._turn(key, item)
        else:
            self.stuck[key] = item.next_at

    def take(self, *, new: bool = True) -> Item | None:
        """Return the next item to send: what waited, then new ones, then what was asked for. Without `new` only what stands as a row."""
        turn = self._again or (self._new if new else None) or self._asked
        return self._begin(turn.popleft()) if turn else None

    def take_asked(self) -> Item | None:
        """Return the next item that somebody asked for."""
        return self._begin(self._asked.popleft()) if self._asked else None

    def take_probe(self, at: datetime) -> Item | None:
        """Return the item that has waited for its turn the longest, if that has come and nothing else is under way."""
        key = min(self.stuck, key=self.stuck.__getitem__, default=None)
        if self.busy or key is None or self.stuck[key] > at:
            return None
        del self.stuck[key]
        return self._begin(key)

    def done(self, item: Item) -> None:
        """Take a settled item out; its line goes on."""
        key = self._key(item)
        self.busy.pop(key)
        line = self._lines[key]
        line.popleft()
        if line:
            self._turn(key, line[0])
        else:
            del self._lines[key]

    def again(self, item: Item, next_at: datetime) -> None:
        """Let an item that failed, and its line, wait."""
        key = self._key(item)
        self.busy.pop(key)
        item.next_at = self.stuck[key] = next_at

    def give_up(self, item: Item) -> None:
        """Take an item out that waits for another try; its line goes on."""
        key = self._key(item)
        del self.stuck[key]
        self.busy[key] = item
        self.done(item)

    def waiting_first(self) -> Iterator[Item]:
        """Yield what waits for a try of its own."""
        for key in self.stuck:
            yield self._lines[key][0]

    def release(self, at: datetime, *, asked_only: bool = False) -> None:
        """Let the lines go on whose time has come."""
        for key in [key for key, due in self.stuck.items() if due <= at]:
            first = self._lines[key][0]
            if first.asked or not asked_only:
                del self.stuck[key]
                self._turn(key, first)

    def hurry(self) -> None:
        """Let everything go on: the receiver is back."""
        self.release(max(self.stuck.values(), default=datetime.min))

    def next_due(self) -> datetime | None:
        """Return when the first line that waits goes on."""
        return min(self.stuck.values(), default=None)

    def behind(self, slow_since: datetime) -> Iterator[Item]:
        """Yield what holds the cursor up and has no row yet: what waits for another try, what takes long, and what stands behind either."""
        for key, line in self._lines.items():
            busy = self.busy.get(key)
            if key in self.stuck or (busy is not None and busy.sent_at is not None and busy.sent_at <= slow_since):
                yield from (item for item in line if not item.rowed)

    def items(self) -> Iterator[Item]:
        """Yield all that is not settled."""
        for line in self._lines.values():
            yield from line

    def _key(self, item: Item) -> object:
        return (item.subject, item.asked) if self.ordered else item.id

    def _turn(self, key: object, first: Item) -> None:
        (self._asked if first.asked else self._again if first.rowed else self._new).append(key)

    def _begin(self, key: object) -> Item:
        item = self._lines[key][0]
        self.busy[key] = item
        return item

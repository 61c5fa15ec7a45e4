"""What a lane has in hand: its lines, how far the feed is settled, how its receiver fares, and what is still to be written. No I/O."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from ihala_notify.subscriptions.states import State
from ihala_notify.webhooks.keeping import LEASE, Standing, Tried
from ihala_notify.webhooks.lines import Item, Lines
from ihala_notify.webhooks.loading import TEST, Hook, Replayed
from ihala_notify.webhooks.policy import HELD_AFTER_FAILURES, MOST_REFUSED, is_refusal
from ihala_notify.webhooks.sending import Answer
from ihala_notify.webhooks.track import Track

MOST_WAITING = 1000  # of a receiver that works: one that is away is held long before
READ_BELOW = 250  # deliveries in hand: under so many, more are read
MOST_UNSETTLED = 1000
SLOW = timedelta(seconds=0.5)  # what takes longer holds the cursor up no more: it becomes a row
TOO_OLD, NOT_WANTED = Answer(None, "too_old", None, 0), Answer(None, "not_wanted", None, 0)


class Ledger:
    """The state of one lane. `waiting` are the deliveries that stand as rows when it begins."""

    def __init__(self, hook: Hook, waiting: Iterable[Item]) -> None:
        self.receiver = hook.receiver
        self.told_before = hook.receiver.told
        self.version, self.url = hook.version, hook.url
        self._worked_at: datetime | None = None
        self.lines, self.track = Lines(ordered=hook.ordered), Track(hook.cursor, hook.ahead)
        self.kept_cursor = hook.cursor
        self.tried: list[Tried] = []
        self.replay: Track | None = None
        self.replay_found: Replayed = None, None
        self._touched: dict[UUID, Item] = {}
        self._rests_until = hook.rests_until  # as the receiver asked: whoever takes the lane over sends nothing earlier, either
        # A receiver that failed and is active: its owner has it go on.
        resumed = hook.receiver.state is State.ACTIVE and hook.receiver.failures >= HELD_AFTER_FAILURES
        self.add(waiting)
        if resumed or (
            hook.receiver.state is State.DEGRADED and not self.lines.stuck
        ):  # its owner has it go on; or nothing is there to try
            hook.receiver.worked()
            self.lines.hurry()
        self.look(hook)

    def known(self) -> set[UUID]:
        """Return the deliveries in hand."""
        return {item.id for item in self.lines.items()} | self._touched.keys()

    def add(self, items: Iterable[Item]) -> None:
        """Take deliveries in hand; those that nobody wants any more have ended."""
        for item in items:
            if item.wanted:
                self.lines.add(item)
            else:
                item.answer = NOT_WANTED
                self._ended(item, "failed", datetime.now(UTC))

    def look(self, hook: Hook) -> None:
        """Begin the replay that somebody asked for since, or go on further with the one that is under way."""
        cursor, _ = hook.replay
        if cursor != self.replay_found[0]:
            self.replay = None if cursor is None else Track(cursor)
        self.replay_found = hook.replay

    @property
    def replay_until(self) -> int:
        """Return the position at which the replay ends; 0 when there is none."""
        return self.replay_found[1] or 0

    @property
    def unkept(self) -> bool:
        """Tell whether something came of a delivery that is not written yet."""
        return bool(self._touched or self.tried)

    @property
    def has_room(self) -> bool:
        """Tell whether more of the feed may be read."""
        waiting = self.lines.waiting
        return (
            self.receiver.state is State.ACTIVE and waiting < MOST_WAITING and len(self.lines) - waiting < READ_BELOW
            and self.track.unsettled < MOST_UNSETTLED
        )  # fmt: skip

    @property
    def may_replay(self) -> bool:
        """Tell whether there is room for what is sent again: live events go before."""
        return self.has_room and len(self.lines) - self.lines.waiting < READ_BELOW // 4

    def release(self, at: datetime) -> None:
        """Let go on what may be tried again now; of a receiver that is held, only what somebody asks for."""
        self.lines.release(at, asked_only=self.receiver.state is State.DEGRADED)

    def next(self, at: datetime) -> Item | None:
        """Return what is sent next, if anything may be sent now."""
        if self._rests_until is not None and at < self._rests_until:
            return None
        if self.receiver.state is State.ACTIVE:
            item = self.lines.take(new=self.lines.waiting < MOST_WAITING)
        else:
            item = self.lines.take_asked()
            if item is None and self.receiver.state is State.DEGRADED:
                item = self.lines.take_probe(at)
        if item is not None:
            item.sent_at = at
        return item

    def next_instant(self, at: datetime) -> datetime | None:
        """Return when something may be sent again that waits for its time."""
        if self._rests_until is not None and self._rests_until <= at:
            self._rests_until = None
        due = self.lines.next_due()
        return max(due, self._rests_until) if due and self._rests_until else due or self._rests_until

    def came(self, item: Item, answer: Answer, at: datetime) -> None:
        """Note what came of sending an item."""
        item.attempts, item.answer, item.sent_at = item.attempts + 1, answer, None
        self.tried.append(Tried(item, item.attempts, at, answer))
        if answer.delivered:
            back = self.receiver.worked()
            self._worked_at = at
            self._settled(item, "delivered", at)
            if back:
                self.lines.hurry()
            self._see_room()
            return
        if item.type != TEST:
            self.receiver.failed(at, answer.status, again=item.attempts > 1)
        if answer.pause_seconds is not None and item.type != TEST:  # which says nothing of the receiver
            self._rests_until = at + timedelta(seconds=answer.pause_seconds)
        if item.type == TEST or self.receiver.gives_up(item.attempts, item.begun_at):
            self._settled(item, "failed", at)
        else:
            self.lines.again(item, at + self.receiver.pause(item.attempts, answer.pause_seconds))
            self._row(item)
            self._make_room(at)

    def lost(self, item: Item, at: datetime) -> None:
        """Note that an event is no longer kept and cannot be sent."""
        item.answer = TOO_OLD
        self._settled(item, "failed", at)

    def to_keep(self, at: datetime) -> tuple[Standing, Sequence[Item], Sequence[Tried]]:
        """Return what is to be written now; it counts as written from here."""
        room = MOST_WAITING - self.lines.waiting_rows
        for item, _ in zip(list(self.lines.behind(at - SLOW)), range(max(0, room)), strict=False):
            item.next_at = self.lines.due_of(item) or at + LEASE
            self._row(item)
        touched, tried = list(self._touched.values()), self.tried
        self._touched, self.tried = {}, []
        left: Replayed = None, None
        if self.replay is not None and self.replay.cursor < self.replay_until:
            left = self.replay.cursor, self.replay_until
        standing = Standing(
            self.track.cursor, self.track.ahead(), self.receiver, self._rests_until, self.version, self.url, self.replay_found, left
        )  # fmt: skip
        self.kept_cursor, self.replay_found = standing.cursor, left
        if left == (None, None):
            self.replay = None
        return standing, touched, tried

    def _make_room(self, at: datetime) -> None:
        """Give up what the receiver refused for good, first what it refused most often, where that is more than may wait.

        Only of one that works: something that it took was sent after it had the chance to take this.
        """
        if self.receiver.state is not State.ACTIVE:
            return
        first = list(self.lines.waiting_first())
        refused = [item for item in first if item.answer is not None and is_refusal(item.answer.status)]
        crowded = len(refused) > MOST_REFUSED or self.lines.waiting >= MOST_WAITING
        for item in sorted(refused, key=lambda item: (-item.attempts, item.begun_at)) if crowded else ():
            if not self._worked_since(item):
                continue
            self.lines.give_up(item)
            self._ended(item, "failed", at)
            self.receiver.choosy = True
            refused.remove(item)
            if len(refused) <= MOST_REFUSED and self.lines.waiting < MOST_WAITING:
                break
        if self.lines.waiting >= MOST_WAITING and any(map(self._worked_since, first)):
            self.receiver.choosy = True

    def _worked_since(self, item: Item) -> bool:
        return self._worked_at is not None and self._worked_at >= item.begun_at

    def _see_room(self) -> None:
        """Hold it no more against the receiver that it refused many, when few of them are left."""
        if self.receiver.choosy and self.lines.waiting <= MOST_REFUSED // 2:
            self.receiver.choosy = False

    def _settled(self, item: Item, state: str, at: datetime) -> None:
        self.lines.done(item)
        self._ended(item, state, at)

    def _ended(self, item: Item, state: str, at: datetime) -> None:
        item.state, item.settled_at, item.next_at = state, at, None
        self._row(item)

    def _row(self, item: Item) -> None:
        item.rowed = True
        self._touched[item.id] = item
        if item.track is not None and item.position is not None:
            item.track.settle(item.position)
        item.track = None

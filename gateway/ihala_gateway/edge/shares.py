"""Places for calls under way, so that one client cannot take all of a service: each has a share, who waits gets the next."""

import asyncio
from collections import OrderedDict, deque
from dataclasses import dataclass, field

from ihala_kit.problems import ServiceUnavailable

from ihala_gateway.limits.errors import TooManyAtOnce

WAIT_SECONDS = 2.0
MOST_WAITING_OF_ONE = 64


@dataclass(slots=True)
class Share:
    """The places at one service."""

    most: int
    most_of_one: int
    busy: int = 0
    of: dict[str, int] = field(default_factory=dict)
    _queues: OrderedDict[str, deque[asyncio.Future[None]]] = field(default_factory=OrderedDict)

    async def enter(self, who: str) -> None:
        """Take a place; `leave` must follow. Raises TooManyAtOnce (429), or ServiceUnavailable (503) when others have all places."""
        if self.busy < self.most and self.of.get(who, 0) < self.most_of_one and who not in self._queues:
            self._take(who)
        else:
            await self._wait(who)

    def leave(self, who: str) -> None:
        """Give a place back, to the next one who waits."""
        self.busy -= 1
        self.of[who] -= 1
        if not self.of[who]:
            del self.of[who]
        if self._queues:
            self._pass_on()

    def _take(self, who: str) -> None:
        self.busy += 1
        self.of[who] = self.of.get(who, 0) + 1

    async def _wait(self, who: str) -> None:
        queue = self._queues.setdefault(who, deque())
        if len(queue) >= MOST_WAITING_OF_ONE:
            raise TooManyAtOnce
        turn = asyncio.get_running_loop().create_future()
        queue.append(turn)
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await turn
        except TimeoutError:
            self._drop(who, turn)
            raise TooManyAtOnce if self.of.get(who, 0) >= self.most_of_one else ServiceUnavailable from None
        except asyncio.CancelledError:
            self._drop(who, turn)
            raise

    def _drop(self, who: str, turn: "asyncio.Future[None]") -> None:
        """Forget one who does not wait any more; a place that just became hers is the next one's."""
        if turn.done() and not turn.cancelled():
            self.leave(who)
        elif (queue := self._queues.get(who)) is not None and turn in queue:
            queue.remove(turn)
            if not queue:
                del self._queues[who]

    def _pass_on(self) -> None:
        for who in list(self._queues):
            if self.busy >= self.most:
                return
            if self.of.get(who, 0) >= self.most_of_one:
                continue
            queue = self._queues[who]
            turn = queue.popleft()
            if queue:
                self._queues.move_to_end(who)
            else:
                del self._queues[who]
            if not turn.done():
                self._take(who)
                turn.set_result(None)


class Shares:
    """The places at every service."""

    def __init__(self, most: int, most_of_one: int) -> None:
        self._most = most
        self._most_of_one = most_of_one
        self._by_service: dict[str, Share] = {}

    def at(self, service: str) -> Share:
        """Return the places at a service."""
        found = self._by_service.get(service)
        if found is None:
            found = self._by_service[service] = Share(self._most, self._most_of_one)
        return found

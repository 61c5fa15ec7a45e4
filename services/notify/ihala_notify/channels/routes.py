"""Several SMS routes as one way: each message has its route by weight, and goes by another when that one fails, slows or is full.

What one refuses is asked of one more: if that takes it the fault was the first one's and lowers its weight, else it is the person's.
"""

import hashlib
import math
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import aiohttp

from ihala_notify.channels.ways import Channel, HandedOver, Outgoing, RefusedHere, Unsure, dialled
from ihala_notify.contacts import NotNow, Unreachable
from ihala_notify.lanes import Lane, NoPlace

LOOKS_BACK_SECONDS = 300.0
FEWEST = 5  # tries before anything is concluded
TOLERATED = 0.15  # share of tries that failed or were slow
SLOW_SECONDS = 4.0
PATIENCE_SECONDS = 2.0  # for a place on a route while there is another one
LONGEST_PATIENCE_SECONDS = 10.0
PLACES = 10
REFUSALS_BELIEVED = 2  # where there are as many routes
LEAST = 0.02  # what is left of a weight, so that it is noticed when the route is well again


@dataclass
class Route:
    """One route, its weight among the others, how many texts it is given at a time, and how its last tries went (in this process)."""

    channel: Channel
    weight: float = 1.0
    places: int = PLACES
    _tries: deque[tuple[float, bool]] = field(default_factory=lambda: deque(maxlen=1000))

    def __post_init__(self) -> None:
        self.lane = Lane(self.places)

    def noted(self, well: bool, at: float | None = None) -> None:
        """Note how one try went; `at` in seconds of the monotonic clock."""
        self._tries.append((time.monotonic() if at is None else at, well))

    def weight_now(self, at: float | None = None) -> float:
        """Return the weight by how it went: whole up to 15 % bad tries of five minutes, then less; it comes back as they age."""
        since = (time.monotonic() if at is None else at) - LOOKS_BACK_SECONDS
        while self._tries and self._tries[0][0] < since:
            self._tries.popleft()
        bad = sum(not well for _, well in self._tries)
        if len(self._tries) < FEWEST or bad <= TOLERATED * len(self._tries):
            return self.weight
        return self.weight * max(LEAST, (1 - bad / len(self._tries)) ** 2)


class SmsRoutes:
    """SMS by whichever route is good. A message keeps to its route as long as that is well, so a repeated one is known there."""

    name = "sms"

    def __init__(self, routes: Sequence[Route]) -> None:
        self.routes = list(routes)

    async def send(self, session: aiohttp.ClientSession, outgoing: Outgoing) -> HandedOver:
        """Hand over to the first route that takes it. Raises Unreachable (no such number, or two routes refuse it), NotNow when none takes
        it, Unsure when one may have."""
        dialled(outgoing.to)  # what is no number is nobody's failure
        last = NotNow("no_sms_route")
        routes, refusing = self.order(outgoing.id), list[Route]()
        for route in routes:
            try:
                async with route.lane.place(PATIENCE_SECONDS if route is not routes[-1] else LONGEST_PATIENCE_SECONDS):
                    done = await self._by(route, session, outgoing)
            except NoPlace:
                route.noted(False)  # what it has does not come back
                last = NotNow("sms_route_full")
            except Unsure:
                raise  # by another route it might come twice
            except RefusedHere:
                refusing.append(route)
                if len(refusing) == min(len(routes), REFUSALS_BELIEVED):
                    raise
            except NotNow as error:
                last = error
            else:
                for one in refusing:
                    one.noted(False)
                return done
        raise last

    def order(self, message_id: UUID) -> list[Route]:
        """Return the routes in the order of this message: by weight, and the same each time while weights are the same."""
        usable = [(route.weight_now(), route) for route in self.routes]
        return [route for _, route in sorted(((_lot(message_id, r) / w, r) for w, r in usable if w > 0), key=lambda pair: pair[0])]

    async def _by(self, route: Route, session: aiohttp.ClientSession, outgoing: Outgoing) -> HandedOver:
        began = time.monotonic()
        try:
            done = await route.channel.send(session, outgoing)
        except RefusedHere:
            raise  # whose fault it is another one tells
        except Unreachable:
            route.noted(True)
            raise
        except BaseException:
            route.noted(False)
            raise
        route.noted(time.monotonic() - began <= SLOW_SECONDS)
        return done


def _lot(message_id: UUID, route: Route) -> float:
    """Return an exponential lot; the smallest of lots divided by weights is drawn in proportion to the weights."""
    drawn = hashlib.blake2b(message_id.bytes + route.channel.name.encode(), digest_size=8).digest()
    return -math.log((int.from_bytes(drawn, "big") + 1) / (2**64 + 1))

"""Spends assertions, several with one question: what comes while one is under way goes together with the next. So PostgreSQL is asked less
often the more there is to ask, and each token is still given by an answer that is younger than its request.
"""

import asyncio
import time

from ihala_kit.db import Database

from ihala_gateway import store
from ihala_gateway.store import Shown

MOST_TOGETHER = 100
PATIENCE_SECONDS = 1.0  # then those that wait are asked for beside a question that still is not answered


class Spending:
    """Asks for all requests of this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[tuple[Shown, asyncio.Future[bool | None]]] = []
        self._asking: set[asyncio.Task[None]] = set()
        self._asked_at = float("-inf")  # monotonic seconds

    async def spend(self, shown: Shown) -> bool | None:
        """Return whether this was the first time that the assertion was shown; None where its client's row is another one by now."""
        answer: asyncio.Future[bool | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((shown, answer))
        if not self._asking or time.monotonic() > self._asked_at + PATIENCE_SECONDS:
            self._asking.add(asyncio.create_task(self._ask()))
        return await answer

    async def _ask(self) -> None:
        """Ask until nobody waits. That this task ends is said in the same moment: whoever comes after it begins another."""
        this = asyncio.current_task()
        assert this is not None, "run as a task"
        try:
            while self._waiting:
                await self._ask_for(self._waiting[:MOST_TOGETHER])
        finally:
            self._asking.discard(this)

    async def _ask_for(self, batch: list[tuple[Shown, asyncio.Future[bool | None]]]) -> None:
        self._waiting, self._asked_at = self._waiting[len(batch) :], time.monotonic()
        try:
            found = await store.spend_if_same(self._database, [shown for shown, _ in batch])
        except BaseException as error:
            _fail([answer for _, answer in batch], error)
            if not isinstance(error, Exception):
                raise
            return
        for (_, answer), spent in zip(batch, found, strict=True):
            if not answer.done():
                answer.set_result(spent)


def _fail(answers: list[asyncio.Future[bool | None]], error: BaseException) -> None:
    for answer in answers:
        if answer.done():
            continue
        if isinstance(error, asyncio.CancelledError):
            answer.cancel()
        else:
            answer.set_exception(error)

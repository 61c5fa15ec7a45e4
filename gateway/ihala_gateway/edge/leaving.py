"""Notices that a caller went away while a service still works on its request."""

import asyncio

from ihala_gateway.edge.body import Body
from ihala_gateway.edge.visit import Visit


class Leaving:
    """Cancels the task of a request when its caller goes away while a service still works on it.

    Looks only after a moment, since most answers come sooner and a look costs a task.
    """

    AFTER_SECONDS = 0.1

    def __init__(self, visit: Visit, body: Body) -> None:
        self.gone = False
        self._visit = visit
        self._body = body
        self._request = asyncio.current_task()
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(self.AFTER_SECONDS, self._look)
        self._watcher: asyncio.Task[None] | None = None

    def end(self) -> None:
        """Stop looking."""
        self._timer.cancel()
        if self._watcher is not None:
            self._watcher.cancel()

    def _look(self) -> None:
        if self._body.read_whole:
            self._watcher = self._loop.create_task(self._watch())
        else:  # the body's own reader sees a caller that leaves
            self._timer = self._loop.call_later(self.AFTER_SECONDS, self._look)

    async def _watch(self) -> None:
        while (await self._visit.receive())["type"] != "http.disconnect":
            pass
        if self._request is not None and not self._visit.answered:  # a server says "disconnect" after the answer, too
            self.gone = True
            self._request.cancel()

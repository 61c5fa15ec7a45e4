"""Notices that a caller went away while a service still works on its request."""

import asyncio

from ihala_gateway.edge.body import Body
from ihala_gateway.edge.visit import Visit


class Leaving:
    """Cancels the task of a request when its caller goes away while a service still works on it.

    Whoever made it has it look once in a while: it begins at the second time, since most answers come sooner and watching costs a task.
    """

    def __init__(self, visit: Visit, body: Body) -> None:
        self.gone = False
        self._visit = visit
        self._body = body
        self._request = asyncio.current_task()
        self._old = False
        self._watcher: asyncio.Task[None] | None = None

    def end(self) -> None:
        """Stop looking."""
        if self._watcher is not None:
            self._watcher.cancel()

    def look(self) -> None:
        """Begin to watch, if the request is not one of a moment. While its body comes, the body's own reader sees a caller that leaves."""
        if self._old and self._watcher is None and self._body.read_whole:
            self._watcher = asyncio.get_running_loop().create_task(self._watch())
        self._old = True

    async def _watch(self) -> None:
        while (await self._visit.receive())["type"] != "http.disconnect":
            pass
        if self._request is not None and not self._visit.answered:  # a server says "disconnect" after the answer, too
            self.gone = True
            self._request.cancel()

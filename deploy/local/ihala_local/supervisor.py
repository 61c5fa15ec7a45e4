"""Starts parts in the order of their needs, keeps them alive and stops them in reverse."""

import asyncio
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ihala_local.parts import Part, Process, Status, Step
from ihala_local.running import Running, shorten

LOGS_LOOKED_AT_EVERY_SECONDS = 30.0


class Supervisor:
    """Runs the given parts; `changed` is called after every change of any status."""

    def __init__(self, parts: Sequence[Part], logs: Path, changed: Callable[[], None] = lambda: None) -> None:
        self.parts = {part.name: part for part in parts}
        self.status = {part.name: Status(part.name) for part in parts}
        self.logs, self._changed = logs, changed
        self._running = {
            part.name: Running(part, self.status[part.name], logs / f"{part.name}.log", changed)
            for part in parts
            if isinstance(part, Process)
        }
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._stops: dict[str, asyncio.Task[None]] = {}
        self._failure: asyncio.Future[None] | None = None

    async def start(self) -> None:
        """Start everything; returns when all is ready. Raises Trouble, after stopping all again, when a part fails."""
        self._failure = asyncio.get_running_loop().create_future()
        for part in self.parts.values():
            task = asyncio.create_task(self._keep(part), name=part.name)
            task.add_done_callback(self._note_failure)
            self._tasks[part.name] = task
        self._tasks[""] = asyncio.create_task(self._watch_logs())
        ready = asyncio.create_task(self._all_up())
        try:
            await asyncio.wait({ready, self._failure}, return_when=asyncio.FIRST_COMPLETED)
            if self._failure.done():
                self._failure.result()
        except BaseException:
            await self.stop()
            raise
        finally:
            ready.cancel()

    async def failed(self) -> None:
        """Wait until a part fails for good, which ends the stack; raises what it raised."""
        assert self._failure is not None, "not started"
        await asyncio.shield(self._failure)

    async def stop(self) -> None:
        """Stop all processes, each after those that need it; unfinished steps are given up."""
        for name, task in self._tasks.items():
            if name not in self._running or self._running[name].status.state in ("waiting", "preparing"):
                task.cancel()
        await asyncio.gather(*(self._stopped(name) for name in self._running))
        for task in self._tasks.values():  # what sleeps before a restart
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        if self._failure and not self._failure.done():
            self._failure.cancel()

    async def wait_ready(self, name: str, within_seconds: float = 60) -> None:
        """Return when the part is ready. Raises TimeoutError."""
        await asyncio.wait_for(self.status[name].up.wait(), within_seconds)

    async def kill(self, name: str, which: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to a process; after SIGKILL, return when it is gone (it is then started again by itself)."""
        self._running[name].signal(which)
        if which == signal.SIGKILL:
            await self.status[name].ended.wait()

    async def restart(self, name: str, within_seconds: float = 60) -> None:
        """Stop a process with its own signal and return when its successor is ready. Raises TimeoutError."""
        part = self._running[name].part
        self._running[name].signal(part.stop_signal)
        try:
            await asyncio.wait_for(self.status[name].ended.wait(), part.grace_seconds)
        except TimeoutError:
            await self.kill(name)
        await self.wait_ready(name, within_seconds)

    async def _all_up(self) -> None:
        while not all(status.up.is_set() for status in self.status.values()):  # one may fall while another starts
            for status in self.status.values():
                await status.up.wait()

    async def _keep(self, part: Part) -> None:
        for need in part.needs:
            await self.status[need].up.wait()
        if isinstance(part, Process):
            await self._running[part.name].keep()
        else:
            await self._do(part)

    async def _do(self, step: Step) -> None:
        status, began = self.status[step.name], time.monotonic()

        def report(detail: str, state: str = "starting") -> None:
            status.state, status.detail = state, detail
            self._changed()

        report("")
        try:
            await step.run(report)
        except Exception:
            report("", "failed")
            raise
        status.seconds = time.monotonic() - began
        status.up.set()
        report("", "done")

    async def _stopped(self, name: str) -> None:
        """Stop one process once everything that needs it, also through steps, has stopped."""
        if name not in self._stops:
            self._stops[name] = asyncio.create_task(self._stop_after_dependants(name))
        await self._stops[name]

    async def _stop_after_dependants(self, name: str) -> None:
        dependants = [other.name for other in self.parts.values() if name in self._all_needs(other)]
        await asyncio.gather(*(self._stopped(other) for other in dependants if other in self._running))
        await self._running[name].stop()

    def _all_needs(self, part: Part) -> set[str]:
        found = set(part.needs)
        for need in part.needs:
            found |= self._all_needs(self.parts[need])
        return found

    def _note_failure(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error and self._failure and not self._failure.done():
            self._failure.set_exception(error)

    async def _watch_logs(self) -> None:
        while True:
            await asyncio.sleep(LOGS_LOOKED_AT_EVERY_SECONDS)
            for name in self._running:
                await asyncio.to_thread(shorten, self.logs / f"{name}.log")

"""One process kept alive: started, watched until it is ready, started again with a growing pause, stopped with patience."""

import asyncio
import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

from ihala_local.parts import Process, Status
from ihala_local.trouble import Trouble, last_lines

READY_WITHIN_SECONDS = 120.0
TRIES_BEFORE_FIRST_READY = 4
SHORTEST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 10.0
STEADY_AFTER_SECONDS = 30.0
PROBE_EVERY_SECONDS = 0.05
LOG_BYTES = 50_000_000


class Running:
    """Keeps one process of the stack; `changed` is called after every change of its status."""

    def __init__(self, part: Process, status: Status, log: Path, changed: Callable[[], None]) -> None:
        self.part, self.status, self.log, self.changed = part, status, log, changed
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = False
        self._was_ready = False

    async def keep(self) -> None:
        """Run until stopped. Raises Trouble when the process never became ready in several tries."""
        rotate(self.log)
        if self.part.prepare:
            self._say("preparing")
            await self.part.prepare(self._detail)
        pause, tries = SHORTEST_PAUSE_SECONDS, 0
        while not self._stopping:
            began = time.monotonic()
            code = await self._run_once(began)
            if self._stopping:
                return
            tries += 1
            self._refuse_hopeless(tries, code)
            pause = SHORTEST_PAUSE_SECONDS if time.monotonic() - began > STEADY_AFTER_SECONDS else pause
            self.status.restarts += 1
            self._say("restarting", f"ended with {code}, starts again in {pause:g} s")
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def stop(self) -> None:
        """Ask it to stop, wait its grace, then kill it and whatever it started."""
        self._stopping = True
        process = self._process
        if process is None or process.returncode is not None:
            self._say("stopped")
            return
        self._say("stopping")
        self.signal(self.part.stop_signal)
        try:
            await asyncio.wait_for(process.wait(), self.part.grace_seconds)
        except TimeoutError:
            self.signal(signal.SIGKILL)
            await process.wait()
            self._say("stopped", "killed: it did not stop in time")
        else:
            self._say("stopped")

    def signal(self, which: signal.Signals) -> None:
        """Send a signal to the process alone; SIGKILL goes to everything it started, too."""
        process = self._process
        if process is None or process.returncode is not None:
            raise ProcessLookupError(f"{self.part.name} is not running")
        if which == signal.SIGKILL:
            os.killpg(process.pid, which)
        else:
            process.send_signal(which)

    async def _run_once(self, began: float) -> int:
        """Start it and return its exit code at its end, whatever ended it."""
        self._say("starting")
        self.status.ended.clear()
        self._process = await self.part.command().start(self.log)
        self.status.pid = self._process.pid
        gate = asyncio.create_task(self._gate(began))
        ended = asyncio.create_task(self._process.wait())
        try:
            await asyncio.wait({gate, ended}, return_when=asyncio.FIRST_COMPLETED)
            if gate.done():
                gate.result()
            return await ended
        finally:
            gate.cancel()
            if self._process.returncode is None:  # we were cancelled, or the gate saw what no new start can mend
                self.signal(signal.SIGKILL)
                await self._process.wait()
            self.status.up.clear()
            self.status.ended.set()
            self.status.pid = None

    async def _gate(self, began: float) -> None:
        while not await self.part.ready():
            if time.monotonic() - began > READY_WITHIN_SECONDS:
                self.signal(signal.SIGKILL)
                return
            await asyncio.sleep(PROBE_EVERY_SECONDS)
        self._was_ready = True
        self.status.seconds = time.monotonic() - began
        self.status.up.set()
        self._say("ready")

    def _refuse_hopeless(self, tries: int, code: int) -> None:
        if not self._was_ready and tries >= TRIES_BEFORE_FIRST_READY:
            self._say("failed")
            ended = f"{self.part.name} ended {tries} times before it was ready (last exit code {code})"
            raise Trouble(f"{ended}; the end of {self.log}:{last_lines(self.log)}")

    def _detail(self, text: str) -> None:
        self._say(self.status.state, text)

    def _say(self, state: str, detail: str = "") -> None:
        self.status.state, self.status.detail = state, detail
        self.changed()


def rotate(log: Path) -> None:
    """Keep the log of the last run beside the new one."""
    if log.exists():
        log.replace(log.with_suffix(".log.1"))


def shorten(log: Path) -> None:
    """Keep a growing log within two files; the program goes on writing to the one it has open."""
    if log.exists() and log.stat().st_size > LOG_BYTES:
        shutil.copyfile(log, log.with_suffix(".log.1"))
        os.truncate(log, 0)

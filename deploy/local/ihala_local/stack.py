"""A whole local Ihala as one object, for `make run` and for tests, which start a throw-away one:

    async with Stack(directory, Ports.shifted(1000)) as stack:
        await stack.kill("kafka")          # -9; the supervisor starts it again
        await stack.wait_ready("kafka")

Whatever it started ends with this process, however this process ends.
"""

import os
import signal
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from types import TracebackType

from ihala_local import layout
from ihala_local.demo import Demo
from ihala_local.home import Home
from ihala_local.place import Place
from ihala_local.ports import APPS, Ports
from ihala_local.snapshot import Hold, Snapshot
from ihala_local.supervisor import Supervisor
from ihala_local.trouble import Trouble


class Stack:
    """All parts in one home directory, which one supervisor holds at a time.

    `apps` leaves services out, `seed=False` the demonstration data. `extra` is environment by service, for example
    {"referral": {"REFERRAL_CRASH_DIR": "…"}}; it may be changed before a `restart`. `changed` gets a Snapshot after every change.
    """

    def __init__(
        self,
        home: Path,
        ports: Ports,
        *,
        apps: Iterable[str] = APPS,
        seed: bool = True,
        extra: Mapping[str, Mapping[str, str]] | None = None,
        place: Place | None = None,
        changed: Callable[[Snapshot], None] = lambda _: None,
    ) -> None:
        self.place = place or Place(Home(home.resolve()), ports)
        self.home, self.ports = self.place.home, self.place.ports
        self.extra: dict[str, dict[str, str]] = {app: dict((extra or {}).get(app, {})) for app in APPS}
        self.snapshot = Snapshot(os.getpid(), asdict(self.ports))
        self._apps, self._seed, self._changed = tuple(apps), seed, changed
        self._hold = Hold(self.home)
        self._supervisor: Supervisor | None = None

    async def start(self) -> None:
        """Start all parts and return when all are ready. Raises Trouble, with everything stopped again, when one fails."""
        self.home.make()
        self._hold.take()
        try:
            self.home.make_secrets()
            self.ports.refuse_taken(self.place.listeners)
            parts = layout.parts(self.place, self._apps, self.extra, self._seed)
            self._supervisor = Supervisor(parts, self.home.logs, self._note)
            await self._supervisor.start()
            self._enter("up")
        except BaseException as error:
            self.snapshot.trouble = str(error) if isinstance(error, Trouble) else type(error).__name__
            self._enter("failed")
            self._supervisor = None  # it has stopped everything already
            self._hold.release()
            raise

    async def stop(self) -> None:
        """Stop all parts in the reverse order of their needs; nothing of them is left running."""
        if self._supervisor is None:
            return
        self._enter("stopping")
        await self._supervisor.stop()
        self._enter("stopped")
        self._hold.release()

    async def __aenter__(self) -> "Stack":
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.stop()

    async def failed(self) -> None:
        """Wait until a part fails for good, and raise why."""
        await self.supervisor.failed()

    async def kill(self, name: str, which: signal.Signals = signal.SIGKILL) -> None:
        """Send a part a signal. After SIGKILL it is gone when this returns, and is started again by itself."""
        await self.supervisor.kill(name, which)

    async def restart(self, name: str, within_seconds: float = 60) -> None:
        """Stop a part in order and return when it is ready again."""
        await self.supervisor.restart(name, within_seconds)

    async def wait_ready(self, name: str, within_seconds: float = 60) -> None:
        """Return when a part is ready. Raises TimeoutError."""
        await self.supervisor.wait_ready(name, within_seconds)

    @property
    def demo(self) -> Demo:
        """The addresses and demonstration clients; there once the stack has started with the gateway."""
        return Demo.read(self.home)

    @property
    def supervisor(self) -> Supervisor:
        assert self._supervisor is not None, "not started"
        return self._supervisor

    def environment(self, name: str, owner: bool = False) -> dict[str, str]:
        """Return the environment a service runs with, for running `ihala …` beside it."""
        return {**self.place.environment(name, owner), **self.extra[name]}

    def _enter(self, phase: str) -> None:
        self.snapshot.phase = phase
        self._note()

    def _note(self) -> None:
        if self._supervisor:
            self.snapshot.parts = [status.as_json() for status in self._supervisor.status.values()]
        self.snapshot.write(self.home)
        self._changed(self.snapshot)

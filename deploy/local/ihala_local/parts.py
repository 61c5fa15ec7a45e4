"""What a supervisor runs: processes that stay, and steps that end, each after what it needs."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ihala_local.trouble import Trouble, last_lines

SHIM = Path(__file__).with_name("shim.py")

Report = Callable[[str], None]
Probe = Callable[[], Awaitable[bool]]


@dataclass(frozen=True)
class User:
    """Whom to run as, by ids."""

    user_id: int
    group_id: int


@dataclass(frozen=True)
class Command:
    """A program as it is started: in a session of its own, so that Ctrl-C of a terminal reaches only the supervisor."""

    words: Sequence[str]
    environment: Mapping[str, str]  # the whole of it
    directory: Path
    run_as: User | None = None
    death_signal: signal.Signals = signal.SIGKILL  # what it gets when the supervisor dies without stopping it

    async def start(self, log: Path) -> asyncio.subprocess.Process:
        """Start it, its output added to `log`. Must run in a thread that lives as long as the program shall."""
        user = f"{self.run_as.user_id}:{self.run_as.group_id}" if self.run_as else "-"
        shim = [sys.executable, "-I", "-S", str(SHIM), str(os.getpid()), str(int(self.death_signal)), user]
        with log.open("ab") as out:
            return await asyncio.create_subprocess_exec(
                *shim, str(self.directory), *self.words, env=dict(self.environment), stdin=asyncio.subprocess.DEVNULL,
                stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip

    async def run(self, log: Path, what: str) -> None:
        """Run it to its end. Raises Trouble with the end of the log when it fails; kills it when cancelled."""
        process = await self.start(log)
        try:
            code = await process.wait()
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        if code != 0:
            raise Trouble(f"{what} failed (exit code {code}); the end of {log}:{last_lines(log)}")


@dataclass(frozen=True)
class Process:
    """A program that stays; it is started again when it ends by itself."""

    name: str
    command: Callable[[], Command]  # asked at every start
    ready: Probe
    needs: tuple[str, ...] = ()
    prepare: Callable[[Report], Awaitable[None]] | None = None  # once, before the first start
    stop_signal: signal.Signals = signal.SIGTERM
    grace_seconds: float = 20


@dataclass(frozen=True)
class Step:
    """Work that is done once while starting."""

    name: str
    run: Callable[[Report], Awaitable[None]]
    needs: tuple[str, ...] = ()


Part = Process | Step


@dataclass
class Status:
    """How a part stands, for people and for state.json."""

    name: str
    state: str = "waiting"  # waiting, preparing, starting, ready, done, restarting, stopping, stopped, failed
    seconds: float | None = None  # from its own start to ready or done
    detail: str = ""
    restarts: int = 0
    pid: int | None = None
    up: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    ended: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    def as_json(self) -> dict[str, object]:
        """Return everything but the events."""
        return {key: value for key, value in vars(self).items() if not isinstance(value, asyncio.Event)}

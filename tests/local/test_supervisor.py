import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from ihala_local.parts import Command, Part, Process, Report, Step
from ihala_local.supervisor import Supervisor
from ihala_local.trouble import Trouble

ORDERLY = "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: sys.exit(print('stopped', flush=True))); "
STAYS = ORDERLY + "open(sys.argv[1], 'w').close(); time.sleep(60)"
STUBBORN = "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); open(sys.argv[1], 'w').close(); time.sleep(60)"


def process(name: str, where: Path, code: str = STAYS, needs: tuple[str, ...] = (), grace: float = 5) -> Process:
    """A small program that is ready when it has made its file."""
    flag = where / f"{name}.flag"

    async def ready() -> bool:
        return flag.exists()

    def command() -> Command:
        flag.unlink(missing_ok=True)
        return Command([sys.executable, "-c", code, str(flag)], dict(os.environ), where)

    return Process(name, command, ready, needs, grace_seconds=grace)


def step(name: str, log: list[str], needs: tuple[str, ...] = (), error: Exception | None = None) -> Step:
    async def run(_: Report) -> None:
        log.append(name)
        if error:
            raise error

    return Step(name, run, needs)


def alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


async def until(holds: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never happened"
        await asyncio.sleep(0.02)


async def test_parts_start_after_what_they_need_and_stop_before_it(tmp_path: Path) -> None:
    stopped: list[str] = []
    seen: list[str] = []
    parts: list[Part] = [process("c", tmp_path, needs=("b",)), step("b", seen, ("a",)), process("a", tmp_path)]
    supervisor = Supervisor(parts, tmp_path)
    supervisor._changed = lambda: None
    for running in supervisor._running.values():
        running.changed = lambda running=running: stopped.append(running.part.name) if running.status.state == "stopped" else None
    await supervisor.start()
    states = {name: status.state for name, status in supervisor.status.items()}
    assert states == {"a": "ready", "b": "done", "c": "ready"}
    await supervisor.stop()
    assert stopped == ["c", "a"]
    assert (tmp_path / "a.log").read_text() == "stopped\n"


async def test_what_dies_is_started_again(tmp_path: Path) -> None:
    supervisor = Supervisor([process("a", tmp_path)], tmp_path)
    await supervisor.start()
    first = supervisor.status["a"].pid
    await supervisor.kill("a", signal.SIGKILL)
    assert first and not alive(first)
    await supervisor.wait_ready("a", 10)
    assert supervisor.status["a"].pid != first
    assert supervisor.status["a"].restarts == 1
    await supervisor.restart("a")
    assert supervisor.status["a"].restarts == 2
    await supervisor.stop()


async def test_what_never_gets_ready_is_a_sentence_with_its_last_words(tmp_path: Path) -> None:
    good = process("good", tmp_path)
    supervisor = Supervisor([good, process("bad", tmp_path, "import sys; sys.exit('no such place')")], tmp_path)
    with pytest.raises(Trouble, match=r"bad ended 4 times before it was ready(.|\n)*no such place"):
        await supervisor.start()
    assert supervisor.status["good"].state == "stopped"
    assert supervisor.status["good"].pid is None


async def test_a_failed_step_stops_everything(tmp_path: Path) -> None:
    supervisor = Supervisor([process("a", tmp_path), step("b", [], ("a",), Trouble("no room"))], tmp_path)
    with pytest.raises(Trouble, match="no room"):
        await supervisor.start()
    assert {name: status.state for name, status in supervisor.status.items()} == {"a": "stopped", "b": "failed"}


async def test_who_does_not_stop_is_killed_after_its_grace(tmp_path: Path) -> None:
    supervisor = Supervisor([process("a", tmp_path, STUBBORN, grace=0.3)], tmp_path)
    await supervisor.start()
    pid = supervisor.status["a"].pid
    began = time.monotonic()
    await supervisor.stop()
    assert pid and not alive(pid)
    assert 0.3 <= time.monotonic() - began < 3


async def test_a_stop_while_starting_leaves_nothing(tmp_path: Path) -> None:
    held = asyncio.Event()

    async def forever(_: Report) -> None:
        await held.wait()

    supervisor = Supervisor([process("a", tmp_path), Step("b", forever, ("a",)), process("c", tmp_path, needs=("b",))], tmp_path)
    starting = asyncio.create_task(supervisor.start())
    await until(lambda: supervisor.status["b"].state == "starting")
    pid = supervisor.status["a"].pid
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    assert pid and not alive(pid)
    assert supervisor.status["c"].state == "stopped"


async def test_children_die_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    """The supervisor runs in a process of its own, which is then killed -9."""
    code = (
        "import asyncio, sys; from pathlib import Path; from tests.local.test_supervisor import hold; asyncio.run(hold(Path(sys.argv[1])))"
    )
    holder = await asyncio.create_subprocess_exec(sys.executable, "-c", code, str(tmp_path), cwd=Path(__file__).parents[2])
    written = tmp_path / "pid"
    await until(lambda: written.exists() and written.read_text() != "", 20)
    child = int(written.read_text())
    assert alive(child)
    holder.kill()
    await holder.wait()
    await until(lambda: not alive(child))


async def hold(where: Path) -> None:
    """Supervise one process, tell its id, and stay."""
    supervisor = Supervisor([process("a", where, STUBBORN)], where)
    await supervisor.start()
    (where / "pid").write_text(str(supervisor.status["a"].pid))
    await asyncio.sleep(60)


async def test_the_log_of_the_last_run_is_kept(tmp_path: Path) -> None:
    for _ in range(2):
        supervisor = Supervisor([process("a", tmp_path)], tmp_path)
        await supervisor.start()
        await supervisor.stop()
    assert (tmp_path / "a.log").read_text() == (tmp_path / "a.log.1").read_text() == "stopped\n"

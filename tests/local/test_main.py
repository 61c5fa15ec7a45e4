"""The commands behind the Makefile, as a person meets them when something is wrong."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from ihala_local.home import REPOSITORY, Home
from ihala_local.place import Place
from ihala_local.ports import Ports, any_free
from ihala_local.progress import Progress
from ihala_local.snapshot import Snapshot, holder
from ihala_local.stack import Stack
from ihala_local.trouble import Trouble
from rich.console import Console

OFFSET = 3700


def ihala(home: Path, *words: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "IHALA_HOME": str(home), "IHALA_PORT_OFFSET": str(OFFSET), **environ}
    return subprocess.run(
        [sys.executable, "-m", "ihala_local", *words], env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_a_taken_port_is_a_sentence_and_nothing_is_left(tmp_path: Path) -> None:
    port = any_free()
    with socket.create_server(("127.0.0.1", port)):
        for command in ("up", "run"):
            ended = ihala(tmp_path / "home", command, IHALA_GATEWAY_PORT=str(port))
            assert ended.returncode == 1
            assert f"Port {port} (gateway) is taken" in ended.stderr
            assert "Traceback" not in ended.stderr + ended.stdout
            assert holder(Home(tmp_path / "home")) is None
            assert not (tmp_path / "home" / "postgres").exists()


def test_a_home_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = ihala(tmp_path / "file" / "home", "up")
    assert (ended.returncode, "Traceback" in ended.stderr) == (1, False)
    assert "set IHALA_HOME" in ended.stderr


def test_what_needs_a_running_ihala_says_so(tmp_path: Path) -> None:
    assert "make up" in ihala(tmp_path, "story").stderr
    assert "make up" in ihala(tmp_path, "token", "hlp-mosul").stderr
    assert ihala(tmp_path, "down").stdout == "Ihala was not running.\n"
    assert ihala(tmp_path, "status").returncode == 1


def test_a_snapshot_outlives_its_writer(tmp_path: Path) -> None:
    written = Snapshot(7, vars(Ports.shifted(5)), phase="up", parts=[{"name": "kafka", "state": "ready"}])
    written.write(Home(tmp_path))
    read = Snapshot.read(Home(tmp_path))
    assert read == written
    assert read.place_ports() == Ports.shifted(5)


def test_progress_without_a_terminal_prints_each_change_once(tmp_path: Path) -> None:
    console = Console(file=(tmp_path / "out").open("w+"), width=100)
    part = {"name": "kafka", "state": "starting", "seconds": None, "detail": "", "restarts": 0}
    snapshot = Snapshot(1, {}, parts=[part])
    with Progress(console) as progress:
        progress.show(snapshot)
        progress.show(snapshot)
        part.update(state="ready", seconds=1.25)
        progress.show(snapshot)
    console.file.flush()
    assert [line.split() for line in (tmp_path / "out").read_text().splitlines()] == [["kafka", "starting"], ["kafka", "ready", "1.2", "s"]]


def test_the_next_migration_is_numbered_and_chained(tmp_path: Path) -> None:
    from ihala_local.migration import make

    (tmp_path / "0001_create_referral.py").write_text("")
    made = make("referral", "add_a_column", tmp_path)
    assert made.name == "0002_add_a_column.py"
    assert 'revision = "0002"\ndown_revision = "0001"' in made.read_text()
    compile(made.read_text(), made.name, "exec")


def test_the_lock_of_kafka_names_no_host() -> None:
    from ihala_local.jars import LOCK, locked

    assert "://" not in LOCK.read_text()
    assert len(locked()) > 40
    assert json.dumps([jar.sha256 for jar in locked()]).count('"') == 2 * len({jar.sha256 for jar in locked()})


def test_what_make_starts_keeps_what_python_compiled() -> None:
    told = subprocess.run(
        ["make", "-f", "Makefile", "-f", "-", "told"], cwd=REPOSITORY, env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        input="told: ; @env", capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "PATH=" in told.stdout and "PYTHONDONTWRITEBYTECODE" not in told.stdout


async def test_a_stack_that_could_not_start_says_why_to_those_who_wait(tmp_path: Path) -> None:
    stack = Stack(tmp_path, Ports.shifted(OFFSET), apps=(), seed=False, place=Place(Home(tmp_path), Ports.shifted(OFFSET), NOBODY))
    with pytest.raises(Trouble, match="cannot be used as a superuser"):
        await stack.start()
    await stack.stop()
    left = Snapshot.read(Home(tmp_path))
    assert left
    assert (left.phase, "superuser" in left.trouble) == ("failed", True)
    assert holder(Home(tmp_path)) is None


NOBODY = "postgresql://nobody:wrong@127.0.0.1:1/postgres"

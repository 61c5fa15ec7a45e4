"""A supervisor without a terminal: started by `make up`, watched through state.json, stopped by `make down`."""

import os
import signal
import subprocess
import sys
import time

from ihala_local.home import REPOSITORY, Home
from ihala_local.place import Place
from ihala_local.progress import Progress
from ihala_local.running import rotate
from ihala_local.snapshot import Snapshot, holder
from ihala_local.trouble import Trouble, last_lines

LOOK_EVERY_SECONDS = 0.1
STOPS_WITHIN_SECONDS = 120


def up(place: Place, progress: Progress) -> bool:
    """Return when everything is ready; False when it already was. Raises Trouble when it cannot be."""
    place.home.make()
    pid, child = holder(place.home), None
    if pid is None:
        child = _start(place.home)
        pid = child.pid
    elif (running := Snapshot.read(place.home)) and running.phase == "up":
        return False
    try:
        with progress:
            _follow(place.home, pid, child, progress)
    except KeyboardInterrupt:
        down(place.home, progress)
        raise
    return True


def down(home: Home, progress: Progress) -> bool:
    """Stop whatever supervisor holds the home and return when it is gone; False when there was none. Raises Trouble."""
    pid = holder(home)
    if pid is None:
        return False
    if before := Snapshot.read(home):
        progress.know(before)
    os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + STOPS_WITHIN_SECONDS
    with progress:
        while holder(home) == pid:
            if time.monotonic() > until:
                raise Trouble(f"The supervisor (process {pid}) did not stop in {STOPS_WITHIN_SECONDS} seconds: `kill -9 {pid}` ends it.")
            _show(home, pid, progress)
            time.sleep(LOOK_EVERY_SECONDS)
        _show(home, pid, progress)
    return True


def _start(home: Home) -> "subprocess.Popen[bytes]":
    log = home.logs / "supervisor.log"
    rotate(log)
    with log.open("ab") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "ihala_local", "supervise"],
            stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, cwd=REPOSITORY,
        )  # fmt: skip


def _follow(home: Home, pid: int, child: "subprocess.Popen[bytes] | None", progress: Progress) -> None:
    """Show how it goes until it is up. Raises Trouble with the supervisor's own sentence when it fails."""
    while True:
        gone = child.poll() is not None if child else holder(home) != pid  # asked first: what it wrote before its end counts
        snapshot = _show(home, pid, progress)
        if snapshot and snapshot.phase == "up":
            return
        if snapshot and snapshot.phase == "failed":
            raise Trouble(snapshot.trouble)
        if gone:
            log = home.logs / "supervisor.log"
            raise Trouble(f"The supervisor ended before everything was ready; the end of {log}:{last_lines(log)}")
        time.sleep(LOOK_EVERY_SECONDS)


def _show(home: Home, pid: int, progress: Progress) -> Snapshot | None:
    snapshot = Snapshot.read(home)
    if snapshot is None or snapshot.pid != pid:  # of an earlier run
        return None
    progress.show(snapshot)
    return snapshot

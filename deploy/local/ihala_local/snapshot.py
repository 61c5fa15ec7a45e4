"""How a local Ihala stands, kept in state.json for `make up`, `make story`, `make status` and `make down`; and who holds it."""

import fcntl
import json
import os
import time
from dataclasses import asdict, dataclass, field
from typing import Any, TextIO

from ihala_local.home import Home, write_private
from ihala_local.ports import Ports
from ihala_local.trouble import Trouble


@dataclass
class Snapshot:
    """One look at the stack. `phase` is starting, up, stopping, stopped or failed; `parts` are Status.as_json()."""

    pid: int
    ports: dict[str, Any]  # as Ports has them
    began_at: float = field(default_factory=time.time)  # Unix time
    phase: str = "starting"
    trouble: str = ""  # the sentence, when it failed
    parts: list[dict[str, object]] = field(default_factory=list)

    def write(self, home: Home) -> None:
        """Keep it in state.json, whole or not at all."""
        write_private(home.path / "state.json", json.dumps(asdict(self)), durable=False)

    @classmethod
    def read(cls, home: Home) -> "Snapshot | None":
        """Return the last one kept, or None."""
        try:
            return cls(**json.loads((home.path / "state.json").read_text()))
        except FileNotFoundError:
            return None

    def place_ports(self) -> Ports:
        """Return the ports it was started with, whatever the environment says now."""
        return Ports(**self.ports)


class Hold:
    """The one supervisor of a home: a lock that ends with its process, however it ends."""

    def __init__(self, home: Home) -> None:
        self._file = home.path / "supervisor.lock"
        self._open: TextIO | None = None

    def take(self) -> None:
        """Become the supervisor. Raises Trouble when another one is."""
        opened = self._file.open("a+")
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            opened.seek(0)
            pid = opened.read().strip()
            opened.close()
            raise Trouble(f"Ihala is already running here (process {pid}): `make story` uses it, `make down` stops it.") from None
        opened.truncate(0)
        opened.write(str(os.getpid()))
        opened.flush()
        self._open = opened

    def release(self) -> None:
        """Let another one begin."""
        if self._open:
            self._open.close()
            self._open = None


def holder(home: Home) -> int | None:
    """Return the process id of the supervisor of this home, or None when there is none."""
    try:
        with (home.path / "supervisor.lock").open() as opened:
            try:
                fcntl.flock(opened, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(opened.read())
    except FileNotFoundError:
        pass
    return None

"""The port a server listens on, and how a process that starts takes it over from one that stops, so that no caller finds it closed.

Two sockets of one port (SO_REUSEPORT) are two queues, and what waits in the queue of one that closes is lost. So a process with the
setting `handover` asks at that path for the socket itself, whose one queue both read until the older one stops.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

log = logging.getLogger(__name__)

ASK_WITHIN_SECONDS = 2.0

_passed_on: list[socket.socket] = []  # by the process that this one was forked from


def listener(host: str, port: int, handover: Path | None = None) -> socket.socket:
    """Return the socket to listen on: the one passed on to us, another process's that gives it, or a new one that shares its port."""
    if _passed_on:
        return _passed_on[-1].dup()
    given = None if handover is None else _asked_for(handover)
    if given is not None and given.getsockname()[:2] == (_address(host), port):
        return given
    if given is not None:
        given.close()
    return _bound(host, port)


def pass_on(listening: socket.socket) -> None:
    """Have this process, and those that are forked from it, listen on this socket."""
    _passed_on.append(listening)


@contextmanager
def offering(listening: socket.socket, handover: Path | None) -> Iterator[None]:
    """Give the socket to whoever asks for it at `handover`; needs a running loop."""
    if handover is None:
        yield
        return
    desk = _desk(handover)
    ours = handover.stat().st_ino
    loop = asyncio.get_running_loop()
    loop.add_reader(desk, _give, desk, listening)
    try:
        yield
    finally:
        loop.remove_reader(desk)
        desk.close()
        with suppress(FileNotFoundError):
            if handover.stat().st_ino == ours:  # else it is the next process's already
                handover.unlink()


def _address(host: str) -> str:
    """Return the address that a socket bound to this host tells; it never tells a name."""
    return host if ":" in host else socket.gethostbyname(host)


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    shared = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # TCP by name: only so asyncio sends at once
    try:
        shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        shared.bind((host, port))
    except OSError:
        shared.close()
        raise
    return shared


def _asked_for(handover: Path) -> socket.socket | None:
    """Return the socket of the process that offers it, or None when there is none."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.settimeout(ASK_WITHIN_SECONDS)
        try:
            asking.connect(str(handover))
            _, numbers, _, _ = socket.recv_fds(asking, 1, 1)
        except OSError:
            return None
    return socket.socket(fileno=numbers[0]) if numbers else None


def _desk(handover: Path) -> socket.socket:
    """Return a socket at that path, which only our own user may open; it takes the place of an older one in one step."""
    beside = handover.with_name(f".{handover.name}.{os.getpid()}.{os.urandom(4).hex()}")
    desk = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        desk.bind(str(beside))
        beside.chmod(0o600)
        desk.listen(4)
        desk.setblocking(False)
        beside.replace(handover)
    except OSError:
        desk.close()
        beside.unlink(missing_ok=True)
        raise
    return desk


def _give(desk: socket.socket, listening: socket.socket) -> None:
    try:
        asking, _ = desk.accept()
    except OSError:
        return
    with asking:
        try:
            socket.send_fds(asking, [b"."], [listening.fileno()])
        except OSError as error:
            log.warning("the port was not handed over", extra={"error": type(error).__name__})

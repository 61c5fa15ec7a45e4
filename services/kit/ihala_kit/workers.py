"""Several processes of one role that share what they have loaded: one loads it all, then they are forked, before any loop, pool or thread.

They read one port's queue. What one of them dies of ends them all: whoever supervises the first process starts them anew.
"""

import ctypes
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from ihala_kit.listening import listener, pass_on
from ihala_kit.memory import settle

if TYPE_CHECKING:
    from ihala_kit.settings import KitSettings

log = logging.getLogger(__name__)

_PARENT_DIED = 1  # PR_SET_PDEATHSIG


def run_workers(settings: "KitSettings", count: int, work: Callable[[], None]) -> int:
    """Fork `count` processes that do the work; return the exit code when all have ended: 0 only when we were told to stop."""
    pass_on(listener(settings.host, settings.port, settings.handover))
    settle()
    parent, told = os.getpid(), False
    workers = {_forked(work, parent) for _ in range(count)}

    def stop(*_: object) -> None:
        nonlocal told
        told = True
        _stop(workers)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    code = 0
    while workers:
        ended, status = os.wait()
        workers.discard(ended)
        if not told:
            code = 1
            log.error("a worker ended", extra={"pid": ended, "status": status})
            stop()
    return code


def _forked(work: Callable[[], None], parent: int) -> int:
    """Return the process id of a new worker; in the worker itself, do the work and end."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_PARENT_DIED, signal.SIGTERM, 0, 0, 0)
        if os.getppid() == parent:
            work()
            code = 0
    except BaseException:  # the end of this process: nothing of the parent's may run in it
        log.exception("a worker died")
    finally:
        logging.shutdown()
        sys.stdout.flush()
        os._exit(code)


def _stop(workers: Iterable[int]) -> None:
    for worker in workers:
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGTERM)

"""Points at which a test may make this process die, since a random kill misses the windows that matter.

Without CRASH_DIR, as everywhere but in tests, a point does nothing.
"""

import os
from pathlib import Path

_armed: Path | None = None


def arm(folder: Path | None, service: str) -> None:
    """Look for the files `<folder>/<service>.<point>` from now on; each kills once."""
    global _armed
    _armed = folder / service if folder else None


def crash_point(name: str) -> None:
    """Die as by `kill -9` if a test asked for it here."""
    if _armed is None:
        return
    try:
        _armed.with_name(f"{_armed.name}.{name}").unlink()
    except FileNotFoundError:
        return
    os._exit(137)

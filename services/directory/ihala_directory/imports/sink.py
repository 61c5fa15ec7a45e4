"""Where a zip is written to that is sent while it is made."""

import io
from typing import Any


class Sink(io.RawIOBase):
    """Takes what the zip writes and gives it on; it cannot be wound back."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.size = 0

    def writable(self) -> bool:
        """Say that it can be written to: zipfile asks."""
        return True

    def write(self, data: Any) -> int:
        """Keep data until it is taken."""
        self._parts.append(bytes(data))
        self.size += len(data)
        return len(data)

    def taken(self) -> bytes:
        """Return what was written since the last call."""
        found = b"".join(self._parts)
        self._parts, self.size = [], 0
        return found

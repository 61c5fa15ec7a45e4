"""The public keys of access tokens in a file, for Kafka's broker: told an address, it would end when that is down at its start."""

import asyncio
import json
import logging
import os
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)


class PublishedFile:
    """Kept as the key set is; whole at every moment. Without a path, nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._written: str | None = None

    async def write(self, keys: dict[str, list[Any]]) -> None:
        """Write the key set if it is another one. What goes wrong is logged and tried with the next reading of keys."""
        text = json.dumps(keys, sort_keys=True)
        if self._path is None or text == self._written:
            return
        try:
            await asyncio.to_thread(_replace, self._path, text)
            self._written = text
        except OSError as error:
            log.warning("the keys for Kafka were not written", extra={"error": type(error).__name__})


def _replace(path: Path, text: str) -> None:
    """Write beside it and take its place; several processes may do so at once. Anybody may read public keys."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_text(text)
    part.chmod(0o644)
    part.replace(path)

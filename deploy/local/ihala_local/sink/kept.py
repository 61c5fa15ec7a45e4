"""What came, in its order."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

REMEMBERED = 200


class Messages:
    """Messages in the order they came, by id; on disk one JSON line each, written before the answer."""

    def __init__(self, file: Path) -> None:
        self.file = file
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.by_id = {message["id"]: message for message in self._load()}
        self.refused: dict[str, dict[str, Any]] = {}  # by id, the newest last; forgotten at the end of this process

    def keep(self, message: dict[str, Any]) -> dict[str, Any]:
        """Return the message as kept, which is the earlier one when its id was here before."""
        known: dict[str, Any] | None = self.by_id.get(message["id"])
        if known is not None:
            return known
        kept = {**message, "received_at": datetime.now(UTC).isoformat(timespec="milliseconds")}
        with self.file.open("a", encoding="utf-8") as out:
            out.write(json.dumps(kept, ensure_ascii=False) + "\n")
            out.flush()
            os.fsync(out.fileno())
        self.by_id[message["id"]] = kept
        return kept

    def refuse(self, message: dict[str, Any]) -> None:
        """Remember for the page what was not taken, and how often it came."""
        tries = self.refused.pop(message["id"], {}).get("tries", 0) + 1
        self.refused[message["id"]] = {**message, "received_at": datetime.now(UTC).isoformat(timespec="milliseconds"), "tries": tries}
        while len(self.refused) > REMEMBERED:
            del self.refused[next(iter(self.refused))]

    def _load(self) -> list[dict[str, Any]]:
        """Return what the file holds; half a line, left by a kill before the answer, is cut off."""
        if not self.file.exists():
            return []
        whole, _, half = self.file.read_bytes().rpartition(b"\n")
        if half:
            os.truncate(self.file, len(whole) + 1 if whole else 0)
        return [json.loads(line) for line in whole.splitlines()]

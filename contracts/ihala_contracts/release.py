"""Freezes the contracts as they are: `python -m ihala_contracts.release FOLDER VERSION WORDS` (`make release-contracts`).

What is frozen stays in `contracts/released`; tests compare with it from then on. CHANGELOG.md gets what is new, by name.
"""

import gzip
import json
import re
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ihala_contracts.asyncapi import asyncapi
from ihala_contracts.compatibility import Break, breaks_of_events

EVENTS, OPENAPI = "released/asyncapi.json", "released/openapi"
SHOWN = "released/shown.json"  # what integrators receive in 1.0, which its AsyncAPI document does not say; later ones do
CHANGELOG = "CHANGELOG.md"
_VERSION = re.compile(r"[0-9]+\.[0-9]+")
_NOTHING: dict[str, Any] = {"channels": {}, "components": {"messages": {}}}


class NotReleased(Exception):
    """The contracts cannot be released as they are; the text says why."""


def release(folder: Path, version: str, words: str, today: date) -> list[str]:
    """Freeze the contracts below `folder` (`contracts/`); return what is new, a line each. Raises NotReleased."""
    if not _VERSION.fullmatch(version) or f"## {version} " in (folder / CHANGELOG).read_text("utf-8"):
        raise NotReleased("a new version, such as 1.3")
    before, now = released_events(folder), asyncapi()
    if found := breaks_of_events(before, now):
        raise NotReleased("these need a new version of their event:\n" + "\n".join(str(one) for one in found))
    new = [_new(one) for one in breaks_of_events(now, before) if one.what in ("is gone", "the event is gone", "its topic is gone")]
    _write(folder, now)
    _tell(folder / CHANGELOG, version, today, [words, *new])
    return new


def released_events(folder: Path) -> dict[str, Any]:
    """Return the AsyncAPI document that was released last, with what integrators receive; before the first release one without events."""
    path = folder / EVENTS
    found: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else _NOTHING
    shown = json.loads((folder / SHOWN).read_text("utf-8")) if (folder / SHOWN).exists() else {}
    return {**found, "components": {**found["components"], "messages": {**shown, **found["components"]["messages"]}}}


def released_openapi(folder: Path) -> dict[str, bytes]:
    """Return the released OpenAPI documents, as JSON, by service."""
    return {path.name.partition(".")[0]: gzip.decompress(path.read_bytes()) for path in sorted((folder / OPENAPI).glob("*.json.gz"))}


def _new(missed: Break) -> str:
    """Return in words what the released contracts do not have: seen from what is now, it is what would be gone."""
    return f"new: {missed.where}"


def _write(folder: Path, events: dict[str, Any]) -> None:
    (folder / OPENAPI).mkdir(parents=True, exist_ok=True)
    (folder / EVENTS).write_text(json.dumps(events, ensure_ascii=False) + "\n", "utf-8")
    (folder / SHOWN).unlink(missing_ok=True)
    for document in sorted((folder / "openapi").glob("*.json")):
        small = json.dumps(json.loads(document.read_bytes()), ensure_ascii=False).encode()
        (folder / OPENAPI / f"{document.name}.gz").write_bytes(gzip.compress(small, mtime=0))


def _tell(changelog: Path, version: str, today: date, lines: list[str]) -> None:
    head, mark, older = changelog.read_text("utf-8").partition("\n## ")
    section = "\n".join(f"- {line}" for line in lines)
    changelog.write_text(f"{head.rstrip()}\n\n## {version} ({today.isoformat()})\n\n{section}\n" + (mark + older if mark else ""), "utf-8")


if __name__ == "__main__":
    try:
        made = release(Path(sys.argv[1]), sys.argv[2], sys.argv[3], datetime.now(UTC).date())
    except NotReleased as refusal:
        sys.exit(str(refusal))
    sys.stdout.write(f"released; {len(made)} new\n")

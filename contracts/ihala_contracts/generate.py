"""Writes the documents that are made from the models: `python -m ihala_contracts.generate FOLDER` (part of `make contracts`)."""

import json
import sys
from pathlib import Path
from typing import Any

from ihala_contracts.asyncapi import asyncapi
from ihala_contracts.catalogue import BY_TYPE
from ihala_contracts.envelope import schema_name, schema_of


def documents() -> dict[str, str]:
    """Return every generated document by its path below `contracts/`."""
    made = {f"schemas/{schema_name(model)}": _text(schema_of(model)) for model in BY_TYPE.values()}
    return {**made, "asyncapi.json": _text(asyncapi())}


def write(folder: Path) -> int:
    """Write them below `folder`; return how many."""
    found = documents()
    for name, content in found.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    return len(found)


def _text(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(f"{write(Path(sys.argv[1]))} documents written\n")

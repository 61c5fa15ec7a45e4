"""Finds the generated documents, in a checkout (`contracts/openapi`) and in an installed package alike."""

import json
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """Return the folder `openapi` or `schemas`; raises FileNotFoundError when the documents were never generated."""
    for place in (_PACKAGE / name, _PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise FileNotFoundError(f"no {name} documents: run `make contracts`")


def openapi(service: str) -> dict[str, Any]:
    """Return the committed OpenAPI 3.1 document of one service."""
    document: dict[str, Any] = json.loads((folder("openapi") / f"{service}.v1.json").read_text("utf-8"))
    return document


def schemas() -> dict[str, dict[str, Any]]:
    """Return every event's JSON Schema by file name."""
    return {path.name: json.loads(path.read_text("utf-8")) for path in sorted(folder("schemas").glob("*.v*.json"))}


def asyncapi() -> dict[str, Any]:
    """Return the committed AsyncAPI 3 document of all topics."""
    document: dict[str, Any] = json.loads((folder("schemas").parent / "asyncapi.json").read_text("utf-8"))
    return document


def problems() -> list[dict[str, Any]]:
    """Return every refusal that a service can give: slug, whose it is (a service's or everybody's: "kit"), status, title, what about."""
    found: list[dict[str, Any]] = json.loads((folder("schemas").parent / "problems.json").read_text("utf-8"))
    return found

"""JSON Merge Patch (RFC 7386): laying one over a document, finding the one between two, and ours over the compiled schemas. Pure."""

from collections.abc import Mapping
from typing import Any

Document = dict[str, Any]


def merged(target: Any, patch: Any) -> Any:
    """Return `target` with `patch` laid over it: null takes a member out, a list replaces a list."""
    if not isinstance(patch, dict):
        return patch
    found = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = merged(found.get(name), value)
    return found


def difference(before: Document, after: Document) -> Document:
    """Return the patch that makes `after` of `before`. A null in `after` cannot be said, and our documents have none."""
    gone: Document = {name: None for name in before if name not in after}
    for name, value in after.items():
        old = before.get(name)
        if isinstance(old, dict) and isinstance(value, dict):
            inner = difference(old, value)
            gone |= {name: inner} if inner else {}
        elif name not in before or old != value:
            gone[name] = value
    return gone


def profiled(schema: Any, patches: Mapping[str, Document]) -> Any:
    """Return a compiled schema with each patch laid over every object that has its name, wherever it is nested."""
    if isinstance(schema, list):
        return [profiled(one, patches) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inside = {name: profiled(value, patches) for name, value in schema.items()}
    patch = patches.get(str(schema.get("name"))) if "properties" in schema else None
    return inside if patch is None else merged(inside, patch)

"""Checks answers against the specification's compiled schemas and against our profile's, formats included."""

import re
from datetime import datetime
from functools import cache
from typing import Any

from ihala_directory.hsds import profile
from jsonschema import Draft202012Validator, FormatChecker

# jsonschema knows uuid and email by itself; these two it checks only with further libraries.
CHECKER = FormatChecker(("uuid", "email"))
_URI = re.compile(r"[a-z][a-z0-9+.-]*:[^\s<>\"{}|\\^`]+", re.IGNORECASE)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


@CHECKER.checks("uri")
def _uri(value: object) -> bool:
    return not isinstance(value, str) or _URI.fullmatch(value) is not None


@CHECKER.checks("date-time", raises=ValueError)
def _instant(value: object) -> bool:
    if not isinstance(value, str):
        return True
    datetime.fromisoformat(value)
    return _INSTANT.fullmatch(value) is not None


@cache
def validators(name: str) -> tuple[Draft202012Validator, Draft202012Validator]:
    """Return the specification's and the profile's validator of an answer."""
    strict, ours = profile.vendored(name), profile.schema(name)
    return Draft202012Validator(strict, format_checker=CHECKER), Draft202012Validator(ours, format_checker=CHECKER)


def faults(name: str, entry: Any) -> list[str]:
    """Return what is wrong with an entry, by either schema."""
    found = [f"{error.json_path}: {error.message[:200]}" for one in validators(name) for error in one.iter_errors(entry)]
    return found + [f"{path}: metadata, or null" for path in _forbidden(entry)]


def _forbidden(node: Any, path: str = "$") -> list[str]:
    if isinstance(node, dict):
        here = [f"{path}.{key}" for key, value in node.items() if key == "metadata" or value is None]
        return here + [one for key, value in node.items() for one in _forbidden(value, f"{path}.{key}")]
    return [one for number, value in enumerate(node) for one in _forbidden(value, f"{path}[{number}]")] if isinstance(node, list) else []


PAGE = Draft202012Validator({
    "type": "object",
    "properties": {
        **{name: {"type": "integer", "minimum": 0} for name in ("total_items", "total_pages", "size")},
        "page_number": {"type": "integer", "minimum": 1},
        **{name: {"type": "boolean"} for name in ("first_page", "last_page", "empty")}, "contents": {"type": "array"},
    },
    "required": ["total_items", "total_pages", "page_number", "size", "first_page", "last_page", "empty", "contents"],
    "additionalProperties": False,
})  # fmt: skip

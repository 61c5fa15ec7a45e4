"""A sheet as an answer over HTTP, and how the contract describes it."""

from typing import Any

from fastapi import Response

PDF = "application/pdf"
_BINARY = {"schema": {"type": "string", "format": "binary"}}
SHEET: dict[int | str, dict[str, Any]] = {200: {"description": "The sheet.", "content": {PDF: _BINARY}}}


def answer(content: bytes) -> Response:
    """Return a sheet so that no browser runs anything of it; its file's name says nothing."""
    headers = {"Content-Disposition": 'attachment; filename="letter.pdf"', "Content-Security-Policy": "sandbox; default-src 'none'"}
    return Response(content, media_type=PDF, headers=headers)

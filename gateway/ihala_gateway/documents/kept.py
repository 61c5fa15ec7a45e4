"""A document that is made once and answered often: kept compressed, with an ETag, sent as it lies to whoever takes gzip."""

import gzip
import hashlib
import re
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

_TAKES_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))", re.IGNORECASE)  # not `gzip;q=0`, which is a no
KEPT = {"Cache-Control": "public, max-age=300", "Vary": "Accept-Encoding"}


class Kept:
    """One text and how it is answered."""

    def __init__(self, text: str, media_type: str, headers: Mapping[str, str] | None = None) -> None:
        content = text.encode()
        self._compressed = gzip.compress(content, 6, mtime=0)
        self._headers = {**KEPT, "Content-Type": media_type, "ETag": f'"{hashlib.sha256(content).hexdigest()[:32]}"', **(headers or {})}

    def text(self) -> str:
        """Return the text itself."""
        return gzip.decompress(self._compressed).decode()

    def answer(self, request: Request) -> Response:
        """Answer a request: 304 to whoever has it already."""
        if self._headers["ETag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers={name: self._headers[name] for name in ("Cache-Control", "Vary", "ETag")})
        if _TAKES_GZIP.search(request.headers.get("accept-encoding", "")):
            return Response(self._compressed, headers={**self._headers, "Content-Encoding": "gzip"})
        return Response(gzip.decompress(self._compressed), headers=self._headers)

"""What both clients are made of: how they begin, and calls as the core wants them."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl, urlsplit

import httpx2

from ihala_client.core import Core, Wanted
from ihala_client.errors import IhalaError, Unreachable
from ihala_client.keys import SigningKey
from ihala_client.operation import Operation, content_of
from ihala_client.retrying import AGAIN, Patience
from ihala_client.wire import Reply, Request

Answer = TypeVar("Answer")
CONNECT_SECONDS = 10.0
ENDLESS = Patience(seconds=float("inf"), longest=30.0, again=AGAIN | {500})  # one fault there does not end what follows


@dataclass(frozen=True, slots=True)
class Answered(Generic[Answer]):
    """An answer with what came around it. `etag` is the version to name when it is to be changed (`if_match=`)."""

    body: Answer
    status: int
    headers: Mapping[str, str]
    tries: int

    @property
    def etag(self) -> str:
        """Return the version. Raises IhalaError where the answer has none."""
        try:
            return self.headers["etag"]
        except KeyError:
            raise IhalaError("this answer has no ETag") from None


def environment() -> dict[str, Any]:
    """Return how a client begins, from IHALA_URL, IHALA_CLIENT_ID and IHALA_KEY_FILE (IHALA_KEY_ID, IHALA_ISSUER). Raises IhalaError."""
    needed = {"address": "IHALA_URL", "client_id": "IHALA_CLIENT_ID", "key": "IHALA_KEY_FILE"}
    if missing := [name for name in needed.values() if not os.environ.get(name)]:
        raise IhalaError(f"{', '.join(missing)} must be set")
    given = {name: os.environ[variable] for name, variable in needed.items()}
    more = {
        name: os.environ[variable] for name, variable in (("key_id", "IHALA_KEY_ID"), ("issuer", "IHALA_ISSUER")) if variable in os.environ
    }
    return {**given, **more}


def core_of(
    address: str,
    client_id: str,
    key: str | Path | SigningKey,
    key_id: str | None,
    issuer: str | None,
    scope: str | None,
    bound: bool,
    language: str,
) -> Core:
    """Return the core of a client. Raises ValueError for a key that cannot be used, OSError for a file that cannot be read."""
    address = address.rstrip("/")
    return Core(address, client_id, SigningKey.read(key, key_id), (issuer or address).rstrip("/"), scope, bound, language)


def wanted_of(
    operation: Operation[Any, Any],
    body: object,
    parameters: Mapping[str, Any],
    if_match: str | None,
    idempotency_key: str | None,
    media_type: str,
) -> Wanted:
    """Return an operation as a call. Raises TypeError for parameters that it does not have, or lacks."""
    path, params = operation.target(parameters)
    content = content_of(body)
    headers = {"if-match": if_match, "idempotency-key": idempotency_key, "content-type": media_type if content is not None else None}
    if operation.kind is bytes:
        headers["accept"] = "*/*"
    return Wanted(operation.method, path, params, content, {name: value for name, value in headers.items() if value is not None})


def page_at(target: str) -> Wanted:
    """Return the call for a page that a Link leads to."""
    parts = urlsplit(target)
    params: dict[str, list[str]] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        params.setdefault(name, []).append(value)
    return Wanted("GET", parts.path, params)


def sendable(request: Request) -> dict[str, Any]:
    """Return a request as httpx2's `build_request` takes it."""
    return {
        "method": request.method, "url": request.url, "headers": dict(request.headers), "params": dict(request.params) or None,
        "content": request.content, "timeout": httpx2.Timeout(request.silence, connect=CONNECT_SECONDS),
    }  # fmt: skip


def is_live(request: Request, response: httpx2.Response) -> bool:
    """Tell whether the answer's body is left for the caller to read."""
    return request.live and response.status_code == 200


def reply_of(response: httpx2.Response, *, live: bool) -> Reply:
    """Return an answer as the core sees it; what is not live has been read."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(response.status_code, headers, b"" if live else response.content, response if live else None)


def unreachable(request: Request, error: httpx2.TransportError) -> Unreachable:
    """Return why nobody answered, such as a certificate that is not trusted. What was sent is not in it."""
    return Unreachable(f"{request.method} {request.url}: {type(error).__name__} {error}".strip())

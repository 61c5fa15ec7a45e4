"""A partner's system, as small as it can be: gets tokens by private_key_jwt and calls the gateway. The story and the tests use it."""

import asyncio
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from ihala_local.demo import Demo
from ihala_local.sign_in import ASSERTION_TYPE, assertion

RENEW_BEFORE_SECONDS = 60
PATIENCE_SECONDS = 90  # a service that was killed is back by then
PAUSE_SECONDS = 0.25
SUSPENDED_SECONDS = 30  # who is let in again, as its organisation is, is so everywhere two seconds later, on a busy machine somewhat more


class Unexpected(Exception):
    """An answer other than the one asked for."""

    def __init__(self, answer: "Answer", expected: tuple[int, ...]) -> None:
        super().__init__(f"{answer.method} {answer.path} answered {answer.status} instead of {expected}: {answer.body}")
        self.answer = answer


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers and the body: of JSON its value, of a PDF its bytes, else text."""

    method: str
    path: str
    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def etag(self) -> str:
        """Return the version for If-Match; raises KeyError when the answer has none."""
        return self.headers["ETag"]


class Refused(Unexpected):
    """The gateway gives no token."""


class Client:
    """One demonstration client. Safe calls, and calls with an Idempotency-Key, are repeated while a service is away.

    A token that is refused, as are all from before a suspension, is replaced; who gets none waits a while for the suspension to end.
    """

    def __init__(self, session: aiohttp.ClientSession, demo: Demo, client_id: str) -> None:
        self.session, self.demo, self.name = session, demo, client_id
        self.described = demo.client(client_id)
        self._token, self._expires_at = "", 0.0
        self._asking = asyncio.Lock()

    @property
    def organization_id(self) -> str:
        """Return the organisation for which it speaks."""
        return str(self.described["organization_id"])

    async def token(self) -> str:
        """Return an access token, asked for anew a minute before it ends."""
        async with self._asking:
            if time.monotonic() > self._expires_at - RENEW_BEFORE_SECONDS:
                await self._ask_for_token()
            return self._token

    async def get(self, path: str, *expected: int, **parameters: Any) -> Answer:
        """GET; raises Unexpected when the status is none of `expected` (200 when not given)."""
        given = {name: str(value) for name, value in parameters.items() if value is not None}
        return await self._call("GET", path, expected or (200,), params=given)

    async def post(self, path: str, body: Any, *expected: int, if_match: str | None = None, key: str | None = None) -> Answer:
        """POST with an Idempotency-Key; raises Unexpected when the status is none of `expected` (200, 201, 202)."""
        return await self._change("POST", path, body, expected, if_match, key)

    async def put(self, path: str, body: Any, *expected: int, if_match: str | None = None) -> Answer:
        """PUT, likewise."""
        return await self._change("PUT", path, body, expected, if_match, None)

    async def patch(self, path: str, body: Any, *expected: int, if_match: str) -> Answer:
        """PATCH, likewise."""
        return await self._change("PATCH", path, body, expected, if_match, None)

    async def delete(self, path: str, *expected: int, if_match: str) -> Answer:
        """DELETE; raises Unexpected when the status is none of `expected` (200, 204)."""
        return await self._call("DELETE", path, expected or (200, 204), headers={"If-Match": if_match})

    async def upload(self, method: str, path: str, content: bytes, media_type: str, *expected: int) -> Answer:
        """Send bytes as they are: a sheet, a part of a file; raises Unexpected when the status is none of `expected` (200, 201, 202)."""
        headers = {"Content-Type": media_type, "Idempotency-Key": str(uuid.uuid4())}
        return await self._call(method, path, expected or (200, 201, 202), data=content, headers=headers)

    async def _change(self, method: str, path: str, body: Any, expected: tuple[int, ...], if_match: str | None, key: str | None) -> Answer:
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        if if_match is not None:
            headers["If-Match"] = if_match
        return await self._call(method, path, expected or (200, 201, 202, 204), json=body, headers=headers)

    async def _call(self, method: str, path: str, expected: tuple[int, ...], **request: Any) -> Answer:
        headers, began = dict(request.pop("headers", {})), time.monotonic()
        while True:
            now = time.monotonic()
            late, perhaps_suspended = now > began + PATIENCE_SECONDS, now < began + SUSPENDED_SECONDS
            try:
                headers["Authorization"] = f"Bearer {await self.token()}"
                answer = await self._once(method, path, headers=headers, **request)
            except (aiohttp.ClientError, TimeoutError):
                if late:
                    raise
            except Refused as refused:
                if 401 in expected:
                    return refused.answer
                if not perhaps_suspended:
                    raise
            else:
                if answer.status in expected:
                    return answer
                if late or not (_may_be_repeated(answer) or (answer.status == 401 and perhaps_suspended)):
                    raise Unexpected(answer, expected)
                if answer.status == 401:
                    self._expires_at = 0.0
            await asyncio.sleep(PAUSE_SECONDS)

    async def _once(self, method: str, path: str, **request: Any) -> Answer:
        timeout = aiohttp.ClientTimeout(total=40)
        async with self.session.request(method, self.demo.base_url + path, timeout=timeout, **request) as answer:
            kind = answer.content_type or ""
            body = await (answer.json(content_type=None) if "json" in kind else answer.read() if "pdf" in kind else answer.text())
            return Answer(method, path, answer.status, answer.headers.copy(), body)

    async def _ask_for_token(self) -> None:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion(self.name, Path(self.described["key_file"]), self.demo.base_url),
        }
        answer = await self._once("POST", "/oauth/token", data=form)
        if answer.status != 200:
            if answer.status in (502, 503):
                raise aiohttp.ClientError("the gateway is not ready")
            raise Refused(answer, (200,))
        self._token = answer.body["access_token"]
        self._expires_at = time.monotonic() + answer.body["expires_in"]


def _may_be_repeated(answer: Answer) -> bool:
    """A service that is away (503, or 409 while the first try still runs) is asked again: the key makes it safe."""
    slug = str(answer.body.get("type", "")) if isinstance(answer.body, dict) else ""
    return answer.status in (502, 503) or slug.endswith("idempotency-in-progress")

"""An officer who asks for digests, and what the clock makes of it."""

import re
from dataclasses import dataclass, replace
from email.message import EmailMessage
from typing import Any
from uuid import UUID, uuid4

import aiohttp
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.testing import Mint
from ihala_notify.app import Notify
from sqlalchemy import text

ADDRESS = "ranin.office@example.org"
WISH = {"email": ADDRESS, "language": "ar", "daily_at": "07:30"}


@dataclass(frozen=True)
class Officer:
    """Somebody of an organisation, by the opaque sign that tokens name; None: a system that names nobody."""

    service: Notify
    database: Database
    http: aiohttp.ClientSession
    mint: Mint
    mails: Any
    organization_id: UUID
    sign: str | None

    def other(self, **change: Any) -> "Officer":
        return replace(self, **change)

    async def ask(self, method: str, path: str = "", body: Any = None, *, version: int | None = None) -> tuple[int, dict[str, Any]]:
        """Return status and body of an answer, with its ETag as `etag`."""
        headers = self.mint.headers(
            "notify", ["events:read"], org=str(self.organization_id), org_kind="nngo", acting_officer=self.sign
        )  # fmt: skip
        headers |= {"Idempotency-Key": str(uuid4())} if method == "POST" else {}
        headers |= {} if version is None else {"If-Match": f'"{version}"'}
        async with self.http.request(method, f"/v1/digests{path}", json=body, headers=headers) as answer:
            return answer.status, await answer.json(content_type=None) | {"etag": answer.headers.get("ETag", "").strip('"')}

    async def wish(self, **more: Any) -> dict[str, Any]:
        """Ask for digests, as it stands now."""
        _, known = await self.ask("GET")
        status, body = await self.ask("PUT", body=WISH | more, version=int(known["etag"]))
        assert status == 200, body
        return body

    async def confirmed(self, **more: Any) -> None:
        """Ask, and confirm by the code that was mailed."""
        await self.wish(**more)
        await self.send()
        [mail] = self.mails.take()
        status, body = await self.ask("POST", "/confirmation", {"code": code_in(mail)})
        assert (status, body["state"]) == (200, "active")

    async def job(self, name: str) -> int:
        return int(await next(job for job in self.service.jobs if job.name == name).run(self.database))

    async def send(self) -> None:
        """Send what was made."""
        while await self.job("send digests"):
            pass

    async def day(self) -> list[EmailMessage]:
        """Let a day pass: return the mails of it."""
        await self.rows("UPDATE digest SET next_at = now() WHERE state = 'active' AND daily_at IS NOT NULL RETURNING id")
        while await self.job("make digests"):
            pass
        await self.send()
        return list(self.mails.take())

    async def moment(self) -> list[EmailMessage]:
        """Let a moment pass: return the mails that are sent at once."""
        while await self.job("make urgent notices"):
            pass
        await self.send()
        return list(self.mails.take())

    async def rows(self, query: str, **values: Any) -> list[dict[str, Any]]:
        async with self.database.transaction(Caller.system("test")) as tx:
            return [dict(row) for row in (await tx.execute(text(query), values)).mappings()]


def code_in(mail: EmailMessage) -> str:
    found = re.search(r"\d{6}", plain(mail))
    assert found
    return found[0]


def plain(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def html(mail: EmailMessage) -> str:
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content())

"""A feed to be delivered, webhooks, and processes that deliver."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.ids import new_id
from ihala_kit.vault import Vault
from ihala_notify.webhooks.dispatcher import Dispatcher
from ihala_notify.webhooks.signing import new_key
from ihala_notify.webhooks.tables import about_key
from sqlalchemy import text

from tests.notify.samples import RECEIVER
from tests.notify.webhooks.receiver import Receiver

ALLOWED = frozenset({"127.0.0.1"})
SECONDS = 15.0  # less than a lease, which nothing here may wait for


class Rig:
    """One database of notify with webhooks in it."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def rows(self, query: str, **values: Any) -> list[dict[str, Any]]:
        async with self.database.transaction(Caller.system("test")) as tx:
            return [dict(row) for row in (await tx.execute(text(query), values)).mappings()]

    async def happen(self, number: int, *subjects: str, organization_id: UUID = RECEIVER) -> None:
        """Append so many events to a feed, about these subjects in turn."""
        about = list(subjects) or ["a"]
        await self.rows(
            """
            WITH counted AS (
                INSERT INTO feed_counter VALUES (:org, :n, 0)
                ON CONFLICT (organization_id) DO UPDATE SET position = feed_counter.position + :n RETURNING position
            )
            INSERT INTO feed (organization_id, position, event_id, source, type, subject, time, data, roles, appended_at)
            SELECT :org, position - :n + i, gen_random_uuid(), 'referral', 'org.ihala.referral.accepted',
                   (CAST(:about AS text[]))[1 + (i - 1) % :many], :at, CAST(:data AS jsonb), '{provider}', :at
            FROM counted, generate_series(1, :n) AS i RETURNING pg_notify('feed', :org || ' ' || position)
            """,
            org=str(organization_id), n=number, about=about, many=len(about), at=datetime.now(UTC), data=json.dumps({"code": "x"}),
        )  # fmt: skip

    async def hook(self, receiver: Receiver | str, *, ordered: bool = False, organization_id: UUID = RECEIVER, cursor: int = 0) -> UUID:
        """Have a webhook at this receiver; the receiver learns the secret."""
        made, at, key = new_id(), datetime.now(UTC), new_key("hmac")
        url = receiver if isinstance(receiver, str) else receiver.address
        if isinstance(receiver, Receiver):
            receiver.secrets = [key.secret]
        key_id = uuid4()
        sealed = Vault.of(self.database.settings).seal_direct(key.secret.encode(), about_key(key_id))
        values = {"id": made, "org": organization_id, "at": at}
        await self.rows(
            "INSERT INTO subscription (id, organization_id, client_id, kind, state, changed_at, version, created_at)"
            " VALUES (:id, :org, 'c', 'webhook', 'active', :at, 1, :at) RETURNING id", **values,
        )  # fmt: skip
        await self.rows(
            "INSERT INTO webhook (subscription_id, organization_id, url, ordered, cursor) VALUES (:id, :org, :url, :ordered, :cursor)"
            " RETURNING url", id=made, org=organization_id, url=url, ordered=ordered, cursor=cursor,
        )  # fmt: skip
        await self.rows(
            "INSERT INTO webhook_key (id, subscription_id, organization_id, kid, kind, secret, created_at)"
            " VALUES (:key, :id, :org, '1', 'hmac', :sealed, :at) RETURNING id", **values, key=key_id, sealed=sealed,
        )  # fmt: skip
        return made

    @asynccontextmanager
    async def delivering(self, dispatcher: Dispatcher | None = None) -> AsyncIterator[Dispatcher]:
        """Run a process that delivers."""
        found = dispatcher or Dispatcher(ALLOWED, tick_seconds=0.02)
        task = asyncio.create_task(found.run(self.database))
        try:
            yield found
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def deliveries(self, hook: UUID) -> list[dict[str, Any]]:
        return await self.rows("SELECT * FROM delivery WHERE subscription_id = :id ORDER BY id", id=hook)

    async def state(self, hook: UUID) -> str:
        [row] = await self.rows("SELECT state FROM subscription WHERE id = :id", id=hook)
        return str(row["state"])

    async def cursor(self, hook: UUID) -> int:
        [row] = await self.rows("SELECT cursor FROM webhook WHERE subscription_id = :id", id=hook)
        return int(row["cursor"])

    async def kept(self, hook: UUID, cursor: int) -> None:
        """Wait until everything up to this position is settled and written."""

        async def reached() -> bool:
            return await self.cursor(hook) == cursor

        await until(reached)

    async def hurry(self, hook: UUID) -> None:
        """Make what waits due now, for a process that begins."""
        await self.rows("UPDATE delivery SET next_at = now() WHERE state = 'waiting' AND subscription_id = :id RETURNING id", id=hook)


async def until(condition: Callable[[], Any], seconds: float = SECONDS) -> None:
    """Wait until the condition holds; it may be a coroutine function."""
    async with asyncio.timeout(seconds):
        while True:
            found = condition()
            if await found if asyncio.iscoroutine(found) else found:
                return
            await asyncio.sleep(0.01)

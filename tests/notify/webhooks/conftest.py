"""A receiver and a database with webhooks."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pytest
from ihala_kit.db import Database
from ihala_kit.testing import Mint, answering
from ihala_notify.app import Notify

from tests.notify.samples import OPERATOR, RECEIVER
from tests.notify.webhooks.calling import SCOPES, Call
from tests.notify.webhooks.receiver import Receiver, receiving
from tests.notify.webhooks.rig import ALLOWED, Rig


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as found:
        yield found


@pytest.fixture
def rig(database: Database) -> Rig:
    return Rig(database)


@pytest.fixture
async def call(service: Notify, database: Database, mint: Mint) -> AsyncIterator[Call]:
    """Call the API as a client of an organisation; every POST has an Idempotency-Key of its own."""
    service.settings.webhook_hosts = ALLOWED  # type: ignore[attr-defined]
    async with answering(service, database, mint) as address, aiohttp.ClientSession(address) as session:

        async def go(
            method: str,
            path: str,
            body: Any = None,
            *,
            by: UUID = RECEIVER,
            client: str = "client",
            scopes: tuple[str, ...] = SCOPES,
            **more: str,
        ) -> tuple[int, Any]:
            claims = {"org": str(by), "org_kind": "nngo", "operator": str(OPERATOR), "client_id": client}
            headers = mint.headers("notify", scopes, **claims) | {"Idempotency-Key": str(uuid4())} | more
            async with session.request(method, f"/v1{path}", json=body, headers=headers) as answer:
                return answer.status, await answer.json()

        yield go

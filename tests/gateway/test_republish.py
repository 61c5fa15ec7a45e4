"""What the gateway repeats for readers that begin late: which clients may call, and which may not any more."""

import asyncio
from uuid import uuid4

from ihala_contracts.catalogue import BY_TYPE
from ihala_gateway.clients import standing
from ihala_gateway.clients.repeating import SNAPSHOTS
from ihala_kit.auth import Caller
from ihala_kit.republish import republish, republish_key
from sqlalchemy import text

from tests.gateway.house import House


async def said(home: House, before: int) -> list[tuple[str, str]]:
    """Return client and type of what was repeated; all of it is marked."""
    async with home.database.transaction(Caller.system("test")) as tx:
        rows = (await tx.execute(text("SELECT * FROM outbox WHERE seq > :before ORDER BY seq"), {"before": before})).all()
    assert all(row.snapshot for row in rows)
    events = [BY_TYPE[row.type, row.version].model_validate_json(row.data) for row in rows]
    return [(vars(event)["client_id"], type(event).__name__) for event in events]


async def last(home: House) -> int:
    async with home.database.transaction(Caller.system("test")) as tx:
        return int(await tx.scalar(text("SELECT coalesce(max(seq), 0) FROM outbox")) or 0)


async def test_clients_are_repeated_as_they_stand_and_those_never_approved_are_not(home: House) -> None:
    ours, others = uuid4(), uuid4()
    for name, whose in (("may", ours), ("may-not", ours), ("another", others), ("asks", others)):
        await home.register(name, organization_id=whose)
    async with home.database.transaction(Caller.system("test")) as tx:
        assert await standing.suspend(tx, "may-not")
        await tx.execute(text("UPDATE client SET status = 'pending', approved_at = NULL WHERE client_id = 'asks'"))
    before = await last(home)
    assert [line async for line in republish(home.database, SNAPSHOTS)]
    told = await said(home, before)
    mine = {"may", "may-not", "another", "asks"}
    assert sorted(one for one in told if one[0] in mine) == [
        ("another", "ClientApproved"), ("may", "ClientApproved"), ("may-not", "ClientSuspended"),
    ]  # fmt: skip
    before = await last(home)
    assert await republish_key(home.database, SNAPSHOTS, ours) == 2
    assert await said(home, before) == [("may", "ClientApproved"), ("may-not", "ClientSuspended")]


async def test_nobody_waits_for_a_token_while_clients_are_repeated(home: House) -> None:
    whose = uuid4()
    await home.register("waits-not", organization_id=whose)
    async with home.database.transaction(Caller.system("test")) as tx:
        await SNAPSHOTS[0].events(tx, whose, True)
        async with asyncio.timeout(2):
            await home.token("waits-not")

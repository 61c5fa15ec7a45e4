"""Receipts: many in one commit, nonsense alone; and e-mail for what no phone will take, before anybody calls."""

import asyncio
from typing import Any

import pytest
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_local.sink import mail
from ihala_local.sink.kept import Messages
from ihala_local.sink.script import FATES, Fate
from ihala_notify import receipts
from ihala_notify.app import Notify
from ihala_notify.receipts import Handed, Receipts
from sqlalchemy.exc import DBAPIError

from tests.notify.channels.conftest import HOST, Network, sending_by
from tests.notify.channels.test_smpp import in_state, told, until_bound
from tests.notify.peers import Peers
from tests.notify.test_sender import outcome
from tests.notify.world import World


async def sent(world: World, number: int) -> list[str]:
    """Have so many messages handed over, of one part each; return what the route calls them."""
    needs = await world.queue(number)
    await world.rows("UPDATE message SET state = 'sent', attempts = 1, channel = 'sms', route = 'one', handed_at = now() RETURNING 1")
    rows = await world.rows("SELECT id FROM message")
    async with world.database.transaction(Caller.system("test")) as tx:
        await receipts.handed_over(tx, [Handed("one", f"part-{row['id']}", row["id"], 1) for row in rows])
    assert len(rows) == len(needs)
    return [f"part-{row['id']}" for row in rows]


async def test_what_comes_together_is_kept_in_few_commits(world: World, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    ids, resolve, commits = await sent(world, 120), receipts._resolve, []

    async def counting(*given: Any) -> None:
        commits.append(len(given[1]))
        await resolve(*given)

    monkeypatch.setattr(receipts, "_resolve", counting)
    heard = Receipts(database)
    await asyncio.gather(*(heard.told("one", each, "delivered", "000") for each in [*ids, *ids[:10]]))
    assert sum(commits) == 120 and len(commits) <= 3
    assert {row["state"] for row in await world.rows("SELECT state FROM message")} == {"delivered"}


async def test_one_that_cannot_be_kept_keeps_nobody_else_s(world: World, database: Database) -> None:
    ids, heard = await sent(world, 3), Receipts(database)
    told_of = [heard.told("one", each, "delivered") for each in ["first", "a\0b", *ids]]
    found = await asyncio.gather(*told_of, return_exceptions=True)
    assert [type(each) for each in found if each is not None] == [DBAPIError] or isinstance(found[1], DBAPIError)
    assert {row["state"] for row in await world.rows("SELECT state FROM message")} == {"delivered"}


async def test_who_is_told_to_end_takes_nobody_s_receipt_along(world: World, database: Database) -> None:
    ids, heard = await sent(world, 4), Receipts(database)
    tasks = [asyncio.create_task(heard.told("one", each, "delivered")) for each in ids]
    await asyncio.sleep(0.001)
    tasks[0].cancel()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert found[1:] == [None] * 3
    rows = await world.rows("SELECT foreign_id FROM message_part WHERE state = 'delivered'")
    assert {row["foreign_id"] for row in rows} >= set(ids[1:])


@pytest.mark.parametrize(("email", "state", "channel"), [("somebody@example.org", "delivered", "email"), (None, "failed", "sms")])
@pytest.mark.parametrize("fate", ["9001", "9003"])  # its receipt says never; the SMSC knows no such number
async def test_what_no_phone_takes_goes_by_mail_where_there_is_one(
    service: Notify, database: Database, smsc: Network, peers: Peers, tmp_path: Any, fate: str, email: str | None, state: str, channel: str
) -> None:
    kept = Messages(tmp_path / "mails.jsonl")
    server = await mail.start(kept, HOST, 0)
    change = {"smtp_host": HOST, "smtp_port": server.sockets[0].getsockname()[1], "smtp_security": "none"}
    smsc.all_are(FATES[fate])
    peers.contact |= {"email": email}
    by_both: Notify = type(service)(**vars(service) | {"settings": service.settings.model_copy(update=change)})
    async with sending_by(by_both, database, smsc.route()) as world:
        await until_bound(smsc)
        need = await told(world)
        await in_state(world, need, "waiting", state)
        await world.send()
        row = await in_state(world, need, state)
        assert (row["channel"], row["failure"]) == (channel, None if email else "permanent")
        assert len(kept.by_id) == (1 if email else 0) and row["not_by"] == (["sms"] if row["not_by"] else [])
        smsc.all_are(Fate())
        await world.hurry()
        await world.send()
        assert (await outcome(world, need))["state"] == state
    server.close()

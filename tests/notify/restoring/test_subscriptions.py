"""Subscriptions when notify comes back from a backup: how each stands is known again; of what its owner had changed since, nothing is sent
as it was wished before, and somebody is told."""

import json
import logging
from typing import Any
from uuid import UUID

import aiohttp
import pytest
from ihala_contracts.notify_v1 import TemplateChanged
from ihala_kit.auth import Caller
from ihala_kit.bus import message
from ihala_kit.db import Database
from ihala_kit.inbox import Inbox, handlers_in
from ihala_kit.reapplying import CALLER, RECALLED, apply_keys, by_key
from ihala_kit.records import Received, envelope_of
from ihala_kit.testing import Mint
from ihala_notify.restoring import RESTORING
from ihala_notify.subscriptions import states
from ihala_notify.subscriptions.tables import Subscription
from sqlalchemy import text

from tests.notify.samples import OPERATOR, RECEIVER, sample
from tests.notify.subscribing import Client, made
from tests.notify.world import World

TABLES = ("subscription", "webhook", "webhook_key", "stream", "feed_counter", "feed")


@pytest.fixture
def receiver(http: aiohttp.ClientSession, mint: Mint) -> Client:
    return Client(http, mint, RECEIVER)


async def back_up(world: World) -> dict[str, str]:
    """Return what a backup holds; what notify had said has been read by then."""
    await world.inbox.apply(await said(world))
    return {table: (await world.rows(f"SELECT jsonb_agg(t)::text AS all FROM {table} t"))[0]["all"] or "[]" for table in TABLES}


async def bring_back(world: World, backup: dict[str, str]) -> None:
    async with world.database.transaction(Caller.system("test")) as tx:
        for table in reversed(TABLES):
            await tx.execute(text(f"DELETE FROM {table}"))
        for table, rows in backup.items():
            await tx.execute(text(f"INSERT INTO {table} SELECT * FROM jsonb_populate_recordset(NULL::{table}, :rows)"), {"rows": rows})


async def said(world: World) -> list[Received]:
    """Return all that notify has said, as it lies on its topic; it has left the outbox."""
    found = []
    async with world.database.transaction(Caller.system("test")) as tx:
        for number, row in enumerate((await tx.execute(text("DELETE FROM outbox RETURNING *"))).mappings().all()):
            one = message(row, "notify")
            headers = {name: value.decode() for name, value in one.headers}
            found.append(Received(one.topic, 0, number, headers, one.value, envelope_of(headers)))
    return sorted(found, key=lambda record: record.envelope.sequence if record.envelope else 0)


async def restored(world: World, backup: dict[str, str]) -> list[Any]:
    """Lose what came since the backup, apply notify's own events again and read them again; return what is said then, type and data."""
    records = await said(world)
    await bring_back(world, backup)
    async with world.database.transaction(CALLER) as tx:
        tx.info[RECALLED] = {}
        await apply_keys(tx, handlers_in(RESTORING.replays), by_key(records))
    inbox = Inbox(world.database, "notify", {**world.service.handlers(), **handlers_in(RESTORING.readers)})
    await inbox.apply(records)
    assert await world.rows("SELECT error FROM parked") == []
    return [(one.envelope.type.removeprefix("org.ihala.notify."), json.loads(one.value)) for one in await said(world) if one.envelope]


async def stands(world: World) -> dict[str, tuple[str, str | None, bool]]:
    """Return state, reason and whether it has ended, of each subscription."""
    rows = await world.rows("SELECT id, state, reason, ended_at FROM subscription")
    return {str(row["id"]): (row["state"], row["reason"], row["ended_at"] is not None) for row in rows}


async def test_each_stands_as_it_stood_and_what_was_changed_rests_until_its_owner_has_looked(
    receiver: Client, world: World, database: Database
) -> None:
    kept, changed, paused, resumed, ended, failing, held = [await made(receiver) for _ in range(7)]
    await receiver.call("POST", f"/{resumed['id']}/pause", version=1)
    backup = await back_up(world)
    await receiver.call("PATCH", f"/{changed['id']}", {"roles": ["provider"]}, version=1)
    await receiver.call("POST", f"/{paused['id']}/pause", version=1)
    await receiver.call("POST", f"/{resumed['id']}/resume", version=2)
    await receiver.call("DELETE", f"/{ended['id']}", version=1)
    await receiver.call("PATCH", f"/{held['id']}", {"roles": ["provider"]}, version=1)
    async with database.transaction(Caller.system("test")) as tx:
        states.move(tx, await tx.get_one(Subscription, UUID(failing["id"])), states.State.DEGRADED, states.FAILING)
        states.move(tx, await tx.get_one(Subscription, UUID(held["id"])), states.State.PAUSED, states.BY_OPERATOR)
    new, over = [await made(receiver) for _ in range(2)]
    await receiver.call("DELETE", f"/{over['id']}", version=1)
    told = await restored(world, backup)
    assert await stands(world) == {
        kept["id"]: ("active", None, False),
        changed["id"]: ("paused", "restored", False),
        paused["id"]: ("paused", "by_owner", False),
        resumed["id"]: ("active", None, False),
        ended["id"]: ("active", None, True),
        failing["id"]: ("degraded", "failing", False),
        held["id"]: ("paused", "by_operator", False),
        new["id"]: ("paused", "lost", True),
        over["id"]: ("paused", "lost", True),
    }
    assert [(name, data["subscription_id"]) for name, data in told] == [
        ("subscription-paused", changed["id"]), ("subscription-ended", new["id"]),
    ]  # fmt: skip
    assert (await receiver.call("GET", f"/{new['id']}"))[0] == 404
    assert (await receiver.call("GET", f"/{changed['id']}/events", after=changed["cursor"]))[0] == 409
    back = (await receiver.call("POST", f"/{changed['id']}/resume", version=2))[1]
    assert (back["state"], back["roles"]) == ("active", None)


async def test_what_waits_for_its_client_does_not_go_on_by_itself_to_an_address_of_before(receiver: Client, world: World) -> None:
    one = await made(receiver)
    backup = await back_up(world)
    await receiver.call("PATCH", f"/{one['id']}", {"roles": ["provider"]}, version=1)
    async with world.database.transaction(Caller.system("test")) as tx:
        states.move(tx, await tx.get_one(Subscription, UUID(one["id"])), states.State.PAUSED, states.CLIENT_MAY_NOT_READ)
    await restored(world, backup)
    assert (await stands(world))[one["id"]] == ("paused", "restored", False)


async def test_a_second_run_tells_nothing_twice(receiver: Client, world: World) -> None:
    one = await made(receiver)
    backup = await back_up(world)
    await receiver.call("PATCH", f"/{one['id']}", {"roles": ["provider"]}, version=1)
    await made(receiver)
    records = await said(world)
    await bring_back(world, backup)
    for expected in (2, 0):
        async with world.database.transaction(CALLER) as tx:
            tx.info[RECALLED] = {}
            await apply_keys(tx, handlers_in(RESTORING.replays), by_key(records))
        await Inbox(world.database, "notify", {**world.service.handlers(), **handlers_in(RESTORING.readers)}).apply(records)
        assert len(await said(world)) == expected


async def test_whose_words_are_older_than_people_were_told_is_said(world: World, caplog: pytest.LogCaptureFixture) -> None:
    inbox = Inbox(world.database, "notify", {**world.service.handlers(), **handlers_in(RESTORING.readers)})
    lost = sample(TemplateChanged, organization_id=OPERATOR, code="request-received", revision=1)
    with caplog.at_level(logging.WARNING):
        await inbox.apply([world.record(lost)])
    [line] = [record for record in caplog.records if "words of a template" in record.message]
    assert (vars(line)["operator"], vars(line)["template"], vars(line)["revision"]) == (str(OPERATOR), "request-received", 1)
    caplog.clear()
    await world.rows(
        "INSERT INTO template_version VALUES (:operator, 'request-received', 2, NULL, 1, 'a', 'c', 'w', now()) RETURNING 1",
        operator=OPERATOR,
    )
    with caplog.at_level(logging.WARNING):
        await inbox.apply([world.record(sample(TemplateChanged, organization_id=OPERATOR, code="request-received", revision=2))])
    assert not [record for record in caplog.records if "words of a template" in record.message]
    assert len([item for item in await world.feed(OPERATOR) if item["type"].endswith("template-changed")]) == 2

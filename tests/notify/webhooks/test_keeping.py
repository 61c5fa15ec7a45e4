"""What is kept and for how long, by whom, and what of the feed a webhook is not sent."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from ihala_kit.db import Database
from ihala_kit.rewrap import rewrap
from ihala_kit.vault import Vault, new_master_key
from ihala_notify.app import Notify
from ihala_notify.subscriptions import reading
from ihala_notify.webhooks import jobs, keeping, loading
from ihala_notify.webhooks.feeding import SYSTEM
from ihala_notify.webhooks.tables import WRAPPED, first_id
from pydantic import SecretStr

from tests.notify.samples import RECEIVER
from tests.notify.webhooks.receiver import Receiver
from tests.notify.webhooks.rig import Rig, until


async def test_who_lost_the_lease_writes_nothing(rig: Rig, receiver: Receiver) -> None:
    go = asyncio.Event()

    async def answer(number: int, event: dict[str, Any]) -> int:
        await go.wait()
        return 200

    receiver.answer = answer
    await rig.happen(3)
    hook = await rig.hook(receiver)
    async with rig.delivering():
        await until(lambda: len(receiver.came) == 3)
        await rig.rows("UPDATE webhook SET lease_owner = 'other', lease_until = now() + interval '1 hour' RETURNING url")
        go.set()
        await until(lambda: len(receiver.taken) == 3)
        await asyncio.sleep(0.15)
    assert await rig.deliveries(hook) == [] and await rig.cursor(hook) == 0
    assert await rig.rows("SELECT lease_owner FROM webhook") == [{"lease_owner": "other"}]


async def test_what_is_settled_ahead_is_not_sent_again_by_a_successor(rig: Rig, receiver: Receiver) -> None:
    await rig.happen(6)
    await rig.hook(receiver)
    await rig.rows("UPDATE webhook SET cursor = 1, ahead = '{3,5}' RETURNING url")
    async with rig.delivering():
        await until(lambda: rig.rows("SELECT url FROM webhook WHERE cursor = 6 AND ahead = '{}'"))
    assert sorted(receiver.sequences()) == [2, 4, 6]


async def test_what_overtook_a_request_that_is_under_way_is_kept_beside_the_cursor(rig: Rig, receiver: Receiver) -> None:
    go = asyncio.Event()

    async def answer(number: int, event: dict[str, Any]) -> int:
        if event["sequence"] == 1:
            await go.wait()
        return 200

    receiver.answer = answer
    await rig.happen(4)
    await rig.hook(receiver)
    async with rig.delivering():
        await until(lambda: rig.rows("SELECT url FROM webhook WHERE cursor = 0 AND ahead = '{2,3,4}' OR cursor = 4"))
        go.set()
        await until(lambda: rig.rows("SELECT url FROM webhook WHERE cursor = 4 AND ahead = '{}'"))
    assert len(receiver.came) == 4


async def test_filters_hold_and_the_cursor_moves_past_what_they_leave_out(rig: Rig, receiver: Receiver) -> None:
    hook = await rig.hook(receiver)
    await rig.rows("UPDATE subscription SET types = '{org.ihala.referral.expired}' RETURNING id")
    await rig.happen(50)
    await rig.rows("UPDATE feed SET type = 'org.ihala.referral.expired' WHERE position = 20 RETURNING position")
    async with rig.delivering():
        await until(lambda: receiver.taken)
        await asyncio.sleep(0.1)
    assert receiver.sequences() == [20]
    assert await rig.cursor(hook) == 50  # kept when the lane ends


async def test_what_waits_and_is_asked_for_no_more_is_not_tried_again(rig: Rig, receiver: Receiver) -> None:
    receiver.answer = lambda number, event: 500
    await rig.happen(3, "a", "b", "c")
    hook = await rig.hook(receiver)
    async with rig.delivering():
        await until(lambda: rig.rows("SELECT count(*) FROM delivery HAVING count(*) = 3"))
    await rig.rows("UPDATE feed SET type = 'org.ihala.referral.expired' WHERE position > 1 RETURNING position")
    await rig.rows("UPDATE delivery SET asked = true WHERE position = 2 RETURNING id")
    await rig.rows("UPDATE subscription SET types = '{org.ihala.referral.accepted}', version = 2 RETURNING id")
    receiver.answer = lambda number, event: 204
    await rig.hurry(hook)
    async with rig.delivering():
        await until(lambda: rig.rows("SELECT id FROM delivery WHERE position = 3 AND reason = 'not_wanted' AND state = 'failed'"))
        await until(lambda: len(receiver.taken) == 2)
    assert sorted(receiver.sequences()) == [1, 2]  # somebody asked for the second, whatever the filters say


async def test_what_waits_and_is_no_longer_kept_is_told_as_failed(rig: Rig, receiver: Receiver) -> None:
    receiver.answer = lambda number, event: 500
    await rig.happen(1)
    hook = await rig.hook(receiver)
    async with rig.delivering():
        await until(lambda: rig.deliveries(hook))
    await rig.rows("DELETE FROM feed RETURNING position")
    await rig.hurry(hook)
    async with rig.delivering():
        await until(lambda: rig.rows("SELECT id FROM delivery WHERE state = 'failed' AND reason = 'too_old'"))
    assert len(receiver.came) == 1


async def test_a_webhook_that_rested_for_longer_goes_on_with_the_oldest_that_is_kept(rig: Rig, receiver: Receiver) -> None:
    await rig.happen(10)
    await rig.hook(receiver)
    await rig.rows("DELETE FROM feed WHERE position <= 7 RETURNING position")
    await rig.rows("UPDATE feed_counter SET purged_to = 7 RETURNING position")
    async with rig.delivering():
        await until(lambda: len(receiver.taken) == 3)
    assert sorted(receiver.sequences()) == [8, 9, 10]


async def test_the_log_is_thrown_away_after_thirty_days(rig: Rig, receiver: Receiver, database: Database) -> None:
    await rig.happen(4)
    hook = await rig.hook(receiver)
    async with rig.delivering():
        await until(lambda: rig.rows("SELECT url FROM webhook WHERE cursor = 4"))
    assert await jobs.purge(database) == 0
    [first, *_] = await rig.deliveries(hook)
    old = first_id(datetime.now(UTC) - timedelta(days=31))
    await rig.rows("UPDATE attempt SET delivery_id = :old WHERE delivery_id = :id RETURNING number", old=old, id=first["id"])
    await rig.rows("UPDATE delivery SET id = :old WHERE id = :id RETURNING id", old=old, id=first["id"])
    assert await jobs.purge(database) == 1
    assert len(await rig.deliveries(hook)) == len(await rig.rows("SELECT number FROM attempt")) == 3


async def test_secrets_go_under_a_new_master_key_and_sign_as_before(
    service: Notify, rig: Rig, receiver: Receiver, database: Database
) -> None:
    await rig.hook(receiver)
    await rig.happen(1)
    old = service.settings.master_key
    service.settings.master_key, service.settings.master_key_version = SecretStr(new_master_key()), 2
    service.settings.other_master_keys = SecretStr(f"1={old.get_secret_value()}")
    assert WRAPPED in service.all_wrapped()
    assert await rewrap(database, WRAPPED) == 1 and await rewrap(database, WRAPPED) == 0
    assert Vault.of(service.settings).version == 2
    async with rig.delivering():
        await until(lambda: receiver.taken)  # which checks the signature
    service.settings.other_master_keys, service.settings.blind_key = SecretStr(""), None


async def test_how_much_waits_is_measured(rig: Rig, receiver: Receiver, database: Database) -> None:
    await rig.happen(4)
    await rig.hook(receiver, cursor=1)
    assert await jobs.measure(database) == 0


async def test_a_lease_of_our_own_that_ended_begins_no_second_lane_beside_the_first(rig: Rig, receiver: Receiver) -> None:
    go = asyncio.Event()

    async def answer(number: int, event: dict[str, Any]) -> int:
        await go.wait()
        return 200

    receiver.answer = answer
    await rig.happen(3)
    hook = await rig.hook(receiver)
    async with rig.delivering():
        await until(lambda: len(receiver.came) == 3)
        await rig.rows("UPDATE webhook SET lease_until = now() - interval '1 second' RETURNING url")
        await until(lambda: rig.rows("SELECT url FROM webhook WHERE lease_until > now()"))
        assert sum(task.get_name() == f"webhook {hook}" for task in asyncio.all_tasks()) == 1
        go.set()
        await rig.kept(hook, 3)
        await rig.happen(1)
        await rig.kept(hook, 4)
    assert sorted(receiver.sequences()) == [1, 2, 3, 4]


async def test_a_lease_that_is_taken_as_its_lane_ends_waits_for_nobody(
    rig: Rig, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    take, ends = keeping.take, asyncio.Event()

    async def take_once_it_was_given_back(*values: Any) -> list[UUID]:
        while ends.is_set() and not await rig.rows("SELECT url FROM webhook WHERE lease_owner IS NULL"):
            await asyncio.sleep(0.01)
        ends.clear()
        return await take(*values)

    monkeypatch.setattr(keeping, "take", take_once_it_was_given_back)
    hook = await rig.hook(receiver)
    await rig.happen(1)
    async with rig.delivering():
        await rig.kept(hook, 1)
        ends.set()
        await rig.rows("UPDATE subscription SET version = version + 1 RETURNING id")  # its owner changed it: its lane ends
        await until(lambda: not ends.is_set())
        await rig.happen(1)
        await rig.kept(hook, 2)


async def test_a_held_receiver_with_nothing_left_to_try_goes_on_with_what_is_new(rig: Rig, receiver: Receiver) -> None:
    receiver.answer = lambda number, event: 400 if event["sequence"] == 1 else 200
    await rig.happen(3)
    hook = await rig.hook(receiver)
    await rig.rows("UPDATE subscription SET state = 'degraded' RETURNING id")
    await rig.rows("UPDATE webhook SET failures = 5, failing_since = now() - interval '1 hour', cursor = 1 RETURNING url")
    await rig.rows(
        "INSERT INTO delivery (id, subscription_id, organization_id, position, event_id, type, subject, asked, state, attempts, begun_at,"
        " next_at) SELECT :id, :hook, organization_id, 1, event_id, type, subject, false, 'waiting', 11, now() - interval '3 days', now()"
        " FROM feed WHERE position = 1 RETURNING id", id=first_id(datetime.now(UTC)), hook=hook,
    )  # fmt: skip
    async with rig.delivering():
        await rig.kept(hook, 3)
    assert sorted(receiver.sequences()) == [2, 3]


async def test_a_client_that_may_read_events_no_more_is_sent_none(rig: Rig, receiver: Receiver) -> None:
    await rig.hook(receiver)
    await rig.rows("INSERT INTO kafka_client VALUES ('c', :org, false, false, now()) RETURNING client_id", org=RECEIVER)
    await rig.happen(1)
    async with rig.delivering():
        await asyncio.sleep(0.15)
        assert receiver.came == []
        await rig.rows("UPDATE kafka_client SET allowed = true RETURNING client_id")
        await until(lambda: receiver.taken)


async def test_a_replay_through_a_narrow_filter_goes_on_by_itself(rig: Rig, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_SCANNED", 10)
    hook = await rig.hook(receiver)
    await rig.rows("UPDATE subscription SET types = '{org.ihala.referral.expired}' RETURNING id")
    await rig.happen(200)
    await rig.rows("UPDATE feed SET type = 'org.ihala.referral.expired' WHERE position = 195 RETURNING position")
    await rig.rows("UPDATE webhook SET cursor = 200, replay_cursor = 0, replay_until = 200 RETURNING url")
    async with rig.delivering():
        await until(lambda: receiver.taken)
        await until(lambda: rig.rows("SELECT url FROM webhook WHERE replay_cursor IS NULL"))
    assert receiver.sequences() == [195] and await rig.cursor(hook) == 200


async def test_live_deliveries_are_loaded_before_what_was_asked_for(
    rig: Rig, receiver: Receiver, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "MOST_LOADED", 2)
    hook = await rig.hook(receiver)
    await rig.happen(4)
    await rig.rows(
        "INSERT INTO delivery (id, subscription_id, organization_id, position, event_id, type, subject, asked, state, attempts, begun_at,"
        " next_at) SELECT gen_random_uuid(), :hook, organization_id, position, event_id, type, subject, position <> 3, 'waiting', 0, now(),"
        " now() FROM feed RETURNING id", hook=hook,
    )  # fmt: skip
    await rig.rows("UPDATE webhook SET lease_owner = 'me', lease_until = now() RETURNING url")
    async with database.transaction(SYSTEM) as tx:
        found = await loading.hook(tx, "me", hook)
        assert found is not None
        assert 3 in {each.position for each in await loading.waiting(tx, found, ())}

"""Feeds on Kafka: whole and in order, whoever falls in between."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_kit.bus import BusError, Producer
from ihala_local.testing_kafka import ThrowAwayKafka
from ihala_notify.kafka import access
from ihala_notify.kafka import writer as writing
from ihala_notify.kafka.partners import Partners
from ihala_notify.kafka.writer import Writer
from ihala_notify.settings import Settings
from pydantic import SecretStr

from tests.notify.direct.conftest import Office, working
from tests.notify.direct.partner import Issuer, header, read, reading, sequences


async def test_who_falls_between_kafkas_answer_and_its_own_note_sends_the_part_again(
    idle: Office, settings: Settings, issuer: Issuer, organization: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    await idle.approve_settled("doubled", organization)
    ids = await idle.append(organization, 3)

    def fall(_: str) -> None:
        raise InterruptedError

    async with Producer(settings) as producer:
        with monkeypatch.context() as patched, pytest.raises(InterruptedError):
            patched.setattr(writing, "crash_point", fall)
            await Writer().write(idle.database, producer)
        ids += await idle.append(organization, 2)
        while await Writer().write(idle.database, producer):
            pass
    async with reading(issuer, "doubled", organization) as consumer:
        records = await read(consumer, 8)
    assert sequences(records) == [1, 2, 3, 1, 2, 3, 4, 5], "as announced: doubles after a fall, in order, nothing missing"
    assert [header(record, "ce_id") for record in records] == [str(each) for each in [*ids[:3], *ids]]


async def test_many_feeds_go_side_by_side_and_each_in_its_order(office: Office, issuer: Issuer) -> None:
    organizations = [uuid4() for _ in range(5)]
    for number, organization in enumerate(organizations):
        await office.approve(f"side-{number}", organization)
    for _ in range(4):
        await asyncio.gather(*(office.append(organization, 30) for organization in organizations))
    for number, organization in enumerate(organizations):
        async with reading(issuer, f"side-{number}", organization) as consumer:
            assert sequences(await read(consumer, 120)) == list(range(1, 121))


async def test_what_many_transactions_append_in_a_moment_is_written_in_few_rounds(
    office: Office, organization: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds, send = 0, writing._send

    async def counted(producer: Producer, items: Sequence[Any]) -> None:
        nonlocal rounds
        rounds += 1
        await send(producer, items)

    monkeypatch.setattr(writing, "_send", counted)
    await office.approve("moment", organization)
    for _ in range(40):
        await office.append(organization, 1)
    await office.written(organization, 40)
    assert rounds <= 6


async def test_one_process_alone_works_and_another_takes_over(idle: Office, settings: Settings, issuer: Issuer, organization: UUID) -> None:
    await idle.approve_settled("taken-over", organization)
    second = Partners(settings)
    async with contextlib.AsyncExitStack() as waiting:
        async with working(idle.partners, idle.database):
            task = asyncio.create_task(second.run(idle.database))
            waiting.push_async_callback(asyncio.gather, task, return_exceptions=True)
            waiting.callback(task.cancel)
            await idle.append(organization, 5)
            await idle.written(organization, 5)
            assert (idle.partners.leading, second.leading) == (True, False)
        await idle.append(organization, 5)
        await idle.written(organization, 10)
        assert second.leading
    async with reading(issuer, "taken-over", organization) as consumer:
        assert sequences(await read(consumer, 11, 1)) == list(range(1, 11))


async def test_what_does_not_lead_any_more_moves_nothing(idle: Office, settings: Settings, organization: UUID) -> None:
    """The part that it read before is written down by its successor already: its own note comes too late and changes nothing."""
    await idle.approve_settled("zombie", organization)
    await idle.append(organization, 4)
    query = "SELECT organization_id, position AS written, position + 2 AS position FROM kafka_topic WHERE organization_id = :id"
    late = [type("Row", (), row) for row in await idle.rows(query, id=organization)]
    async with Producer(settings) as producer:
        while await Writer().write(idle.database, producer):
            pass
    await writing._written(idle.database, [late])
    assert await idle.rows("SELECT position FROM kafka_topic WHERE organization_id = :id", id=organization) == [{"position": 4}]


async def test_a_topic_that_fails_is_put_aside_and_the_others_go_on(
    idle: Office, settings: Settings, organization: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = uuid4()
    for number, each in enumerate((organization, other)):
        await idle.approve_settled(f"aside-{number}", each)
        await idle.append(each, 2)
    name = writing.topic_of(organization)
    monkeypatch.setattr(writing, "topic_of", lambda each: "ihala.referral.v1" if each == organization else f"ihala.for.{each}.v1")
    writer = Writer()
    async with Producer(settings) as producer:
        assert await writer.write(idle.database, producer) == 4
        assert await writer.write(idle.database, producer) == 0
    query = "SELECT organization_id, position FROM kafka_topic WHERE organization_id = ANY(:ids)"
    rows = {row["organization_id"]: row["position"] for row in await idle.rows(query, ids=[organization, other])}
    assert (rows, name) == ({organization: 0, other: 2}, f"ihala.for.{organization}.v1")


async def all_written(idle: Office, settings: Settings) -> None:
    """Write what other tests left."""
    async with Producer(settings) as producer:
        while await Writer().write(idle.database, producer):
            pass


async def test_organisations_whose_feeds_hold_nothing_more_take_no_turn_from_others(
    idle: Office, settings: Settings, organization: UUID
) -> None:
    """As when Kafka's data is lost and topics are written from the beginning: what was over 30 days ago is nowhere any more."""
    await all_written(idle, settings)
    quiet = [uuid4() for _ in range(writing.AT_ONCE)]
    await idle.approve_settled("heard", organization)
    await idle.append(organization, 2)
    await idle.rows("INSERT INTO feed_counter SELECT unnest(CAST(:ids AS uuid[])), 7, 7 RETURNING position", ids=quiet)
    await idle.rows(
        "INSERT INTO kafka_topic SELECT unnest(CAST(:ids AS uuid[])), true, now(), 0, '2026-01-01' RETURNING position", ids=quiet
    )
    async with Producer(settings) as producer:
        assert await Writer().write(idle.database, producer) == 2
    waiting = await idle.rows(access._WAITING.text)
    assert await idle.rows("SELECT position FROM kafka_topic WHERE organization_id = :id", id=organization) == [{"position": 2}]
    await idle.rows("DELETE FROM kafka_topic WHERE organization_id = ANY(:ids) RETURNING position", ids=quiet)
    assert await idle.rows(access._WAITING.text) == waiting, "nor is it counted as waiting"


async def test_only_a_full_round_says_that_more_waits(
    idle: Office, settings: Settings, organization: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    await all_written(idle, settings)
    await idle.approve_settled("full", organization)
    await idle.append(organization, 3)
    monkeypatch.setattr(writing, "OF_ONE", 2)
    writer = Writer()
    async with Producer(settings) as producer:
        assert [(await writer.write(idle.database, producer), writer.more) for _ in range(2)] == [(2, True), (1, False)]


async def test_a_topic_that_gives_no_answer_holds_up_the_others_once(
    idle: Office, settings: Settings, organization: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as one without a leader. The producer that still holds its records is given up, what the others got is noted."""
    await all_written(idle, settings)
    other, send = uuid4(), writing._send
    for number, each in enumerate((organization, other)):
        await idle.approve_settled(f"silent-{number}", each)
        await idle.append(each, 2)

    async def silent(producer: Producer, items: Sequence[Any]) -> None:
        if items[0].organization_id == organization:
            raise TimeoutError
        await send(producer, items)

    monkeypatch.setattr(writing, "_send", silent)
    writer = Writer()
    async with Producer(settings) as producer:
        with pytest.raises(TimeoutError):
            await writer.write(idle.database, producer)
        await idle.append(other, 1)
        assert await writer.write(idle.database, producer) == 1, "without waiting for the silent one"
    assert await idle.rows("SELECT position FROM kafka_topic WHERE organization_id = :id", id=other) == [{"position": 3}]
    writer._aside.clear()
    async with Producer(settings) as producer:
        with pytest.raises(TimeoutError):  # alone, it may be Kafka that is silent: nobody is put aside for that
            await writer.write(idle.database, producer)
    assert not writer._aside


async def test_kafka_itself_failing_is_told_and_nothing_is_noted(idle: Office, settings: Settings, organization: UUID) -> None:
    await idle.approve_settled("refused", organization)
    await idle.append(organization, 1)
    with pytest.raises(BusError):
        async with Producer(settings.model_copy(update={"kafka_password": SecretStr("wrong")})) as producer:
            await Writer().write(idle.database, producer)
    assert await idle.rows("SELECT position FROM kafka_topic WHERE organization_id = :id", id=organization) == [{"position": 0}]


async def test_it_goes_on_after_the_broker_was_killed(office: Office, kafka: ThrowAwayKafka, issuer: Issuer, organization: UUID) -> None:
    await office.approve("survivor", organization)
    await office.append(organization, 3)
    await office.written(organization, 3)
    await kafka.supervisor.kill("kafka")
    ids = await office.append(organization, 3)
    await office.suspend("unknown", organization)
    await kafka.supervisor.wait_ready("kafka")
    await office.written(organization, 6)
    await office.settled()
    async with reading(issuer, "survivor", organization) as consumer:
        records = await read(consumer, 6)
    assert sorted(set(sequences(records))) == [1, 2, 3, 4, 5, 6]
    assert [header(record, "ce_id") for record in records][-3:] == [str(each) for each in ids]

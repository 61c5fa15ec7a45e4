"""A partner reads its organisation's feed on Kafka and nothing else; who is suspended reads no more, also who is reading."""

import asyncio
import time
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import GroupAuthorizationFailedError, KafkaError, TopicAuthorizationFailedError
from ihala_kit.stopping import stop
from ihala_notify.kafka.names import topic_of

from tests.notify.direct.conftest import Office
from tests.notify.direct.partner import Issuer, header, read, reading, sequences, signed_in


async def test_a_client_reads_its_organisations_feed_from_its_beginning(office: Office, issuer: Issuer, organization: UUID) -> None:
    ids = await office.append(organization, 3)
    await office.approve("reader", organization)
    ids += await office.append(organization, 2)
    async with reading(issuer, "reader", organization) as consumer:
        records = await read(consumer, 5)
        await consumer.commit()
    assert [header(record, "ce_id") for record in records] == [str(each) for each in ids]
    assert sequences(records) == [1, 2, 3, 4, 5]
    [row] = await office.rows("SELECT * FROM feed WHERE organization_id = :id AND position = 1", id=organization)
    about = {name: header(records[0], name) for name in ("ce_specversion", "ce_source", "ce_type", "ce_subject", "content-type")}
    assert about == {
        "ce_specversion": "1.0", "ce_source": "/ihala/referral", "ce_type": row["type"], "ce_subject": row["subject"],
        "content-type": "application/json",
    }  # fmt: skip
    assert (records[0].key, records[0].timestamp) == (row["subject"].encode(), int(row["appended_at"].timestamp() * 1000))


async def test_nothing_else_is_open_to_it(office: Office, issuer: Issuer, organization: UUID) -> None:
    other = uuid4()
    await office.approve("narrow", organization)
    await office.approve("another", other)
    await office.append(organization, 1)
    await office.append(other, 1)
    for topic in (topic_of(other), "ihala.referral.v1", "ihala.notify.v1", "__consumer_offsets"):
        consumer = AIOKafkaConsumer(topic, **signed_in(issuer, "narrow"))
        with pytest.raises(TopicAuthorizationFailedError):
            await asyncio.wait_for(consumer.start(), 10)
            await read(consumer, 1, 5)
        await stop(consumer)
    for group in (f"{other}.mine", "ihala.referral", "mine"):
        with pytest.raises(GroupAuthorizationFailedError):
            async with reading(issuer, "narrow", organization, group=group) as consumer:
                await read(consumer, 1, 5)
    producer = AIOKafkaProducer(**signed_in(issuer, "narrow"))
    await producer.start()
    with pytest.raises(TopicAuthorizationFailedError):
        await producer.send_and_wait(topic_of(organization), b"forged")
    await producer.stop()
    admin = AIOKafkaAdminClient(**signed_in(issuer, "narrow"))
    await admin.start()
    answer = await admin.create_topics([NewTopic("ihala.for.mine", 1, 1)])
    assert [error[1] for error in answer.topic_errors] == [TopicAuthorizationFailedError.errno]
    assert await admin.list_topics() == [topic_of(organization)]
    await admin.close()


async def test_without_the_scope_there_is_nothing_to_read(office: Office, issuer: Issuer, organization: UUID) -> None:
    await office.approve("scopeless", organization, "referral:read")
    with pytest.raises(KafkaError):
        async with reading(issuer, "scopeless", organization) as consumer:
            await read(consumer, 1, 3)
    await office.approve("scopeless", organization)
    await office.append(organization, 1)
    async with reading(issuer, "scopeless", organization) as consumer:
        assert sequences(await read(consumer, 1)) == [1]
    await office.approve("scopeless", organization, "referral:read")
    with pytest.raises(KafkaError):
        async with reading(issuer, "scopeless", organization) as consumer:
            await read(consumer, 1, 3)


async def test_who_is_suspended_while_reading_reads_no_more_within_five_seconds(office: Office, issuer: Issuer, organization: UUID) -> None:
    await office.approve("cut", organization)
    await office.approve("staying", organization)
    async with reading(issuer, "cut", organization) as consumer, reading(issuer, "staying", organization) as staying:
        await office.append(organization, 1)
        assert sequences(await read(consumer, 1)) == sequences(await read(staying, 1)) == [1]
        began = time.monotonic()
        await office.suspend("cut", organization)
        await office.settled()
        gone_after = time.monotonic() - began
        await office.append(organization, 3)
        with pytest.raises((TopicAuthorizationFailedError, GroupAuthorizationFailedError)):
            assert await read(consumer, 1, 5) == []
        assert sequences(await read(staying, 4)) == [1, 2, 3, 4], "the organisation's other clients go on; the newest came twice"
    assert gone_after < 5
    print(f"off the list after {gone_after:.3f} s")
    await office.approve("cut", organization)
    async with reading(issuer, "cut", organization) as consumer:
        assert sequences(await read(consumer, 5)) == [1, 1, 2, 3, 4], "nothing is missing for who comes back"


async def test_of_an_organisation_without_clients_nothing_more_is_written(office: Office, issuer: Issuer, organization: UUID) -> None:
    await office.approve("alone", organization)
    await office.append(organization, 1)
    await office.written(organization, 1)
    await office.suspend("alone", organization)
    await office.append(organization, 2)
    busy = uuid4()
    await office.approve("busy", busy)
    await office.append(busy, 1)
    await office.written(busy, 1)
    assert await office.rows("SELECT position, open FROM kafka_topic WHERE organization_id = :id", id=organization) == [
        {"position": 1, "open": False}
    ]
    await office.approve("alone", organization)
    async with reading(issuer, "alone", organization) as consumer:
        assert sequences(await read(consumer, 4)) == [1, 1, 2, 3]


async def test_a_question_that_waits_at_the_broker_is_not_answered_with_what_came_after_a_suspension(
    office: Office, issuer: Issuer, organization: UUID
) -> None:
    """The broker asks the list when a question comes, and not when it answers: a client may wait there for as long as it likes."""
    await office.approve("patient", organization)
    await office.approve("other", organization)
    await office.append(organization, 2)
    waiting = {"fetch_max_wait_ms": 20_000, "metadata_max_age_ms": 300_000, "request_timeout_ms": 30_000, "group_id": None}
    async with reading(issuer, "patient", organization, **waiting) as consumer, reading(issuer, "other", organization) as other:
        assert sequences(await read(consumer, 2)) == sequences(await read(other, 2)) == [1, 2]
        await asyncio.sleep(0.2)  # the next question is there
        await office.suspend("patient", organization)
        await office.settled()
        await office.append(organization, 1)
        assert sequences(await read(other, 2)) == [2, 3], "to the others the newest comes twice"
        told: list[int] = []
        with pytest.raises(TopicAuthorizationFailedError):
            while True:
                told += sequences(await read(consumer, 1, 5))
        assert set(told) <= {2}

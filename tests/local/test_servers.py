"""What provisioning makes on real servers, and what the servers outlive."""

import asyncio
import signal
import struct
from email.message import EmailMessage

import aiohttp
import aiosmtplib
import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaConnectionError, KafkaError, TopicAuthorizationFailedError
from ihala_local.place import Place
from ihala_local.ports import APPS
from ihala_local.provision import databases, topics
from ihala_local.stack import Stack
from ihala_local.trouble import Trouble
from ihala_local.work import only_once


def signed_in(stack: Stack, user: str, password: str | None = None) -> dict[str, object]:
    return {
        "bootstrap_servers": stack.place.kafka_servers,
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": user,
        "sasl_plain_password": password or stack.home.secret(f"{user}-kafka"),
    }


def url(stack: Stack, service: str, owner: bool = False) -> str:
    name = f"{service.upper()}_{'OWNER_' if owner else ''}DATABASE_URL"
    return stack.environment(service, owner)[name]


async def test_the_application_role_owns_nothing_and_passes_no_row_policy(servers: Stack) -> None:
    owner, app = await asyncpg.connect(url(servers, "intake", owner=True)), await asyncpg.connect(url(servers, "intake"))
    try:
        await owner.execute("CREATE TABLE person (id int); GRANT SELECT ON person TO ihala_intake")
        assert await app.fetch("SELECT * FROM person") == []
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.execute("CREATE TABLE mine (id int)")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.execute("DELETE FROM person")
        passes = await app.fetchval(
            "SELECT rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
        )
        assert passes is False
    finally:
        await owner.execute("DROP TABLE person")
        await owner.close()
        await app.close()


async def test_a_service_cannot_enter_the_database_of_another(servers: Stack) -> None:
    other = url(servers, "referral").removesuffix("ihala_referral") + "ihala_intake"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(other)


async def test_acknowledged_commits_are_durable(servers: Stack) -> None:
    connection = await servers.place.server.connect()
    settings = {
        name: await connection.fetchval(f"SHOW {name}") for name in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums")
    }
    await connection.close()
    assert set(settings.values()) == {"on"}


async def test_provisioning_again_changes_nothing(servers: Stack) -> None:
    place = servers.place
    await databases.provision(place.server, [place.database(app) for app in APPS])
    await asyncio.to_thread(topics.provision, place.kafka_admin, place.kafka_passwords)
    client = place.kafka_admin.client()
    found = await asyncio.to_thread(client.list_topics)
    ours = {name: len(topic.partitions) for name, topic in found.topics.items() if name.startswith("ihala.")}
    assert ours == {f"ihala.{app}.v1": 12 for app in APPS}


async def test_another_kafka_on_our_port_is_refused(servers: Stack) -> None:
    with pytest.raises(Trouble, match="Another Kafka answers"):
        await asyncio.to_thread(topics.provision, servers.place.kafka_admin, {}, "another-cluster")


async def test_a_service_writes_its_own_topic_alone_and_reads_all(servers: Stack) -> None:
    producer = AIOKafkaProducer(**signed_in(servers, "intake"), enable_idempotence=True, acks="all")
    reader = AIOKafkaConsumer("ihala.intake.v1", **signed_in(servers, "referral"), group_id="ihala.referral", auto_offset_reset="earliest")
    await producer.start()
    await reader.start()
    try:
        await producer.send_and_wait("ihala.intake.v1", b"one", key=b"need")
        assert (await asyncio.wait_for(reader.getone(), 30)).value == b"one"
        with pytest.raises(TopicAuthorizationFailedError):
            await producer.send_and_wait("ihala.referral.v1", b"forged", key=b"need")
    finally:
        await producer.stop()
        await reader.stop()


async def test_a_group_of_another_service_is_closed(servers: Stack) -> None:
    consumer = AIOKafkaConsumer(**signed_in(servers, "notify"), group_id="ihala.intake", enable_auto_commit=False)
    await consumer.start()
    try:
        with pytest.raises(KafkaError):
            await consumer.committed(TopicPartition("ihala.intake.v1", 0))
    finally:
        await consumer.stop()


async def test_nobody_enters_kafka_without_a_password(servers: Stack) -> None:
    for how in (signed_in(servers, "intake", "wrong"), {"bootstrap_servers": servers.place.kafka_servers}):
        client = AIOKafkaAdminClient(**how, request_timeout_ms=3000)
        with pytest.raises(KafkaConnectionError):
            await client.start()
        await client.close()
    internal = AIOKafkaAdminClient(bootstrap_servers=servers.place.kafka_admin.servers, request_timeout_ms=3000)
    with pytest.raises(KafkaConnectionError):
        await internal.start()
    await internal.close()


async def test_topics_are_never_made_by_themselves(servers: Stack) -> None:
    client = servers.place.kafka_admin.client()
    await asyncio.to_thread(client.list_topics, "ihala.misspelt.v1")
    assert "ihala.misspelt.v1" not in (await asyncio.to_thread(client.list_topics)).topics


async def test_work_is_done_once_for_a_cause(servers: Stack) -> None:
    done: list[str] = []

    async def once(cause: str, error: Exception | None = None) -> None:
        async def work() -> None:
            done.append(cause)
            if error:
                raise error

        await only_once(servers.place.server, "ihala_notify", "test", cause, work)

    await once("a")
    await once("a")
    with pytest.raises(Trouble):
        await once("b", Trouble("half done"))
    await once("b")
    assert done == ["a", "b", "b"]


async def test_kafka_comes_back_after_kill_with_what_it_acknowledged(servers: Stack) -> None:
    producer = AIOKafkaProducer(**signed_in(servers, "directory"), enable_idempotence=True, acks="all")
    await producer.start()
    sent = [await producer.send_and_wait("ihala.directory.v1", str(number).encode(), key=b"k") for number in range(200)]
    await servers.kill("kafka")
    await producer.stop()
    await servers.wait_ready("kafka")
    partition = TopicPartition("ihala.directory.v1", sent[0].partition)
    reader = AIOKafkaConsumer(**signed_in(servers, "directory"), auto_offset_reset="earliest")
    await reader.start()
    reader.assign([partition])
    await reader.seek_to_beginning(partition)
    got = [int((await asyncio.wait_for(reader.getone(), 20)).value or b"") for _ in sent]
    await reader.stop()
    assert got == list(range(200))


async def test_postgres_comes_back_after_kill_with_what_it_committed(servers: Stack) -> None:
    connection = await asyncpg.connect(url(servers, "gateway", owner=True))
    await connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    await servers.kill("postgres", signal.SIGKILL)
    await servers.wait_ready("postgres")
    connection = await asyncpg.connect(url(servers, "gateway", owner=True))
    assert await connection.fetchval("SELECT number FROM kept") == 7
    await connection.execute("DROP TABLE kept")
    await connection.close()


async def test_the_sink_keeps_a_message_once(servers: Stack) -> None:
    async with aiohttp.ClientSession(servers.ports.url("sink")) as session:
        message = {"id": "m-1", "to": "+9647001234567", "text": "تم قبول طلبك <رقم 5>"}
        answers = [await session.post("/sms", json=message) for _ in range(2)]
        assert [answer.status for answer in answers] == [200, 200]
        assert await answers[0].json() == await answers[1].json()
        assert (await session.post("/sms", json={**message, "text": "other"})).status == 409
        assert (await session.post("/sms", json={"id": "m-2", "to": 5})).status == 400
        assert (await session.post("/sms", data="{")).status == 400
        await servers.kill("sink")
        await servers.wait_ready("sink")
        kept = (await (await session.get("/messages", params={"to": message["to"]})).json())["messages"]
        assert [(one["id"], one["text"]) for one in kept] == [("m-1", message["text"])]
        page = await (await session.get("/")).text()
        assert '<p dir="auto">تم قبول طلبك &lt;رقم 5&gt;</p>' in page


def test_ports_and_secrets_of_a_running_stack_are_in_its_place(servers: Stack) -> None:
    assert isinstance(servers.place, Place)
    assert servers.snapshot.phase == "up"
    assert all(part["state"] in ("ready", "done") for part in servers.snapshot.parts)


async def test_the_sink_takes_texts_by_smpp_and_mails_by_smtp(servers: Stack) -> None:
    """That it speaks both is tried by notify's own tests; here, that it listens where the ports say, and shows what came."""
    mail = EmailMessage()
    mail["To"], mail["Subject"], mail["Message-ID"] = "somebody@example.org", "نامەیەک بۆ ئێوە", "<1@example.org>"
    mail.set_content("هەواڵێکی نوێتان هەیە")
    await aiosmtplib.send(mail, sender="no-reply@example.org", hostname="127.0.0.1", port=servers.ports.sink_smtp, start_tls=False)
    reader, writer = await asyncio.open_connection("127.0.0.1", servers.ports.sink_smpp)
    writer.write(struct.pack(">IIII", 16, 0x15, 0, 7))
    assert struct.unpack(">IIII", await reader.readexactly(16)) == (16, 0x80000015, 0, 7)  # enquire_link
    writer.close()
    async with aiohttp.ClientSession(servers.ports.url("sink")) as session:
        page = await (await session.get("/")).text()
    assert '<p dir="auto"><strong>نامەیەک بۆ ئێوە</strong></p><p dir="auto">هەواڵێکی نوێتان هەیە</p>' in page


async def test_scripted_numbers_are_refused_by_http(servers: Stack) -> None:
    async with aiohttp.ClientSession(servers.ports.url("sink")) as session:
        for number, status in (("+9647000009003", 422), ("+9647000009006", 503), ("+9647000009001", 200)):
            answer = await session.post("/sms", json={"id": number, "to": number, "text": "x"})
            assert answer.status == status

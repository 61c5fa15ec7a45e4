"""The list of who may read follows the table: at once what changed, and all of it when compared, whoever touched it."""

import asyncio
from collections.abc import Collection
from uuid import UUID, uuid4

import pytest
from ihala_kit.bus import Producer
from ihala_kit.measuring import Gauges
from ihala_notify.kafka import broker as administration
from ihala_notify.kafka import writer as writing
from ihala_notify.kafka.access import AccessLists
from ihala_notify.kafka.broker import Broker, BrokerAway, _filter
from ihala_notify.kafka.names import USERS, Right, rights, topic_of
from ihala_notify.kafka.writer import Writer
from ihala_notify.settings import Settings
from pydantic import SecretStr

from tests.notify.direct.conftest import Office
from tests.notify.direct.partner import Issuer, read, reading, sequences

LEFT_OUT = "SELECT client_id FROM kafka_client WHERE listed IS DISTINCT FROM allowed"


class Standing(Broker):
    """A broker of which one call runs something first: what happens meanwhile."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.meanwhile: list[object] = []

    async def allow(self, rights: Collection[Right]) -> None:
        while self.meanwhile and rights:
            await self.meanwhile.pop()  # type: ignore[misc]
        await super().allow(rights)


async def held(settings: Settings, client_id: str) -> frozenset[Right | None]:
    return (await Broker(settings).listed()).get(client_id, frozenset())


async def test_what_somebody_took_away_or_added_by_hand_is_put_right(office: Office, settings: Settings, organization: UUID) -> None:
    await office.approve("kept", organization)
    wanted = rights("kept", organization)
    broker = Broker(settings)
    await broker.deny(["kept"])
    assert await office.partners.lists.compare(office.database) >= 1
    assert await held(settings, "kept") == wanted
    other = uuid4()
    await broker.allow([Right("kept", "topic", topic_of(other)), *rights("nobody", other)])
    await office.partners.lists.compare(office.database)
    assert (await held(settings, "kept"), await held(settings, "nobody")) == (wanted, frozenset())
    assert await office.partners.lists.compare(office.database) == 0, "and what is right stays as it is"


async def test_a_right_of_another_kind_is_found_and_taken_away(office: Office, settings: Settings, organization: UUID) -> None:
    """Such as one to write, which nothing of ours ever gives."""
    from confluent_kafka.admin import AclBinding, AclOperation, AclPermissionType, ResourcePatternType, ResourceType

    await office.approve("writer", organization)
    binding = AclBinding(
        ResourceType.TOPIC, topic_of(organization), ResourcePatternType.LITERAL, f"{USERS}writer", "*", AclOperation.WRITE,
        AclPermissionType.ALLOW,
    )  # fmt: skip
    broker = Broker(settings)
    await asyncio.to_thread(lambda: [done.result(5) for done in broker._admin.create_acls([binding]).values()])
    assert None in await held(settings, "writer")
    await office.partners.lists.compare(office.database)
    assert await held(settings, "writer") == rights("writer", organization)


async def test_rights_of_our_own_services_are_not_touched(office: Office, settings: Settings, organization: UUID) -> None:
    broker = Broker(settings)

    async def ours() -> set[str]:
        found = await asyncio.to_thread(lambda: broker._admin.describe_acls(_filter(None)).result(5))
        return {str(binding) for binding in found if not binding.principal.startswith(USERS)}

    before = await ours()
    await broker.allow(rights("nobody", organization))
    assert await office.partners.lists.compare(office.database) == 1
    assert len(before) > 20
    assert await ours() == before


async def test_who_is_suspended_while_rights_are_given_is_left_with_none(idle: Office, settings: Settings, organization: UUID) -> None:
    """Also when the process that gives them was frozen in between, and another one has taken them away before."""
    standing = Standing(settings)
    slow, successor = AccessLists(standing), AccessLists(Broker(settings))
    await idle.approve_only("frozen", organization)

    async def meanwhile() -> None:
        await idle.suspend("frozen", organization)
        await successor.settle(idle.database)

    standing.meanwhile.append(meanwhile())
    await slow.settle(idle.database)
    assert await held(settings, "frozen") == rights("frozen", organization), "for a moment they are there"
    assert [row["client_id"] for row in await idle.rows(LEFT_OUT)] == ["frozen"], "but nobody thinks that all is well"
    await successor.settle(idle.database)
    assert (await held(settings, "frozen"), await idle.rows(LEFT_OUT)) == (frozenset(), [])


async def test_while_kafka_refuses_it_stays_due_and_is_done_later(
    idle: Office, settings: Settings, organization: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    await idle.approve_only("later", organization)
    stranger = AccessLists(Broker(settings.model_copy(update={"kafka_access_password": SecretStr("wrong")})))
    with monkeypatch.context() as impatient, pytest.raises(BrokerAway):
        impatient.setattr(administration, "WITHIN_SECONDS", 0.5)
        await stranger.settle(idle.database)
    assert [row["client_id"] for row in await idle.rows(LEFT_OUT)] == ["later"]
    await AccessLists(Broker(settings)).settle(idle.database)
    assert (await held(settings, "later"), await idle.rows(LEFT_OUT)) == (rights("later", organization), [])


async def test_a_topic_that_was_taken_away_is_made_again(office: Office, settings: Settings, issuer: Issuer, organization: UUID) -> None:
    await office.approve("again", organization)
    await office.append(organization, 3)
    await office.written(organization, 3)
    admin = Broker(settings.model_copy(update={"kafka_access_username": "admin", "kafka_access_password": office.admin_password}))._admin
    await asyncio.to_thread(lambda: [done.result(5) for done in admin.delete_topics([topic_of(organization)]).values()])
    async with asyncio.timeout(30):
        while topic_of(organization) in await Broker(settings).topics():
            await asyncio.sleep(0.05)
    await office.partners.lists.compare(office.database)
    await office.settled()
    assert topic_of(organization) in await Broker(settings).topics()
    await office.append(organization, 1)
    async with reading(issuer, "again", organization) as consumer:
        assert sequences(await read(consumer, 4)) == [1, 2, 3, 4], "with all that the feed still holds"


async def test_one_whose_topic_is_gone_holds_up_nobodys_rights(
    idle: Office, settings: Settings, organization: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also its own are taken away. The topic is one that notify may not write, which is told at once."""
    await idle.approve_settled("lost", organization)
    await idle.append(organization, 1)
    async with Producer(settings) as producer:
        await Writer().write(idle.database, producer)
    monkeypatch.setattr(writing, "topic_of", lambda _: "ihala.referral.v1")
    await idle.suspend("lost", organization)
    other = uuid4()
    await idle.approve_settled("waits-for-it", other)
    assert (await held(settings, "lost"), await held(settings, "waits-for-it")) == (frozenset(), rights("waits-for-it", other))
    assert await idle.rows(LEFT_OUT) == []


async def test_how_much_is_not_written_yet_is_told(
    idle: Office, settings: Settings, organization: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: dict[str, float] = {}
    monkeypatch.setattr(Gauges, "set", lambda _, name, value, *unit: told.update({name: value}))
    lists = AccessLists(Broker(settings))
    await lists.compare(idle.database)
    before = told["partners.waiting"]
    await idle.approve_settled("waiting", organization)
    await idle.append(organization, 3)
    await lists.compare(idle.database)
    assert told["partners.waiting"] - before == 3

"""What is asked of Kafka's administration, by confluent-kafka (aiokafka has no such calls). Its calls block, so each runs in a thread."""

import asyncio
from collections.abc import Callable, Collection, Iterable
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined] # public, but not exported as mypy wants it
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    NewTopic,
    ResourcePatternType,
    ResourceType,
)

from ihala_notify.kafka.names import USERS, Right, topic_of
from ihala_notify.settings import Settings

T = TypeVar("T")
WITHIN_SECONDS = 10.0
TOPIC = {"retention.ms": str(31 * 24 * 3600 * 1000), "cleanup.policy": "delete"}  # as the feed, and the day by which some are dated back
_KINDS: dict[str, tuple[Any, Any]] = {
    "topic": (ResourceType.TOPIC, ResourcePatternType.LITERAL),
    "group": (ResourceType.GROUP, ResourcePatternType.PREFIXED),
}


class BrokerAway(Exception):
    """Kafka does not answer, or refuses; the text is its code."""


class Broker:
    """Kafka, as the user that keeps partners' topics and rights."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def make_topics(self, organizations: Collection[UUID]) -> None:
        """Make the topics that are not there. Raises BrokerAway."""
        if organizations:
            await _asked(lambda: self._make_topics(organizations))

    async def topics(self) -> set[str]:
        """Return the topics of partners that are there. Raises BrokerAway."""
        return await _asked(lambda: set(self._admin.list_topics(timeout=WITHIN_SECONDS).topics))

    async def allow(self, rights: Collection[Right]) -> None:
        """Put rights on the list. Raises BrokerAway."""
        if rights:
            await _asked(lambda: _results(self._admin.create_acls(_bindings(rights), request_timeout=WITHIN_SECONDS).values()))

    async def deny(self, clients: Collection[str]) -> None:
        """Take everything of these clients off the list. Raises BrokerAway."""
        filters = [_filter(client_id) for client_id in clients]
        if filters:
            await _asked(lambda: _results(self._admin.delete_acls(filters, request_timeout=WITHIN_SECONDS).values()))

    async def listed(self) -> dict[str, frozenset[Right | None]]:
        """Return what is on the list by client; None stands for what we never put there. Raises BrokerAway."""
        found: dict[str, frozenset[Right | None]] = {}
        asked = _filter(None)
        bindings = await _asked(lambda: self._admin.describe_acls(asked, request_timeout=WITHIN_SECONDS).result(WITHIN_SECONDS))
        for binding in bindings:
            if binding.principal.startswith(USERS):
                client_id = binding.principal.removeprefix(USERS)
                found[client_id] = found.get(client_id, frozenset()) | {_right(client_id, binding)}
        return found

    @cached_property
    def _admin(self) -> AdminClient:
        return AdminClient({
            "bootstrap.servers": self._settings.kafka_servers,
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": self._settings.kafka_access_username,
            "sasl.password": self._settings.kafka_access_password.get_secret_value(),
            "log_level": 0,
        })  # fmt: skip

    def _make_topics(self, organizations: Collection[UUID]) -> None:
        new = [NewTopic(topic_of(each), num_partitions=1, replication_factor=-1, config=TOPIC) for each in organizations]
        for made in self._admin.create_topics(new, operation_timeout=WITHIN_SECONDS, request_timeout=WITHIN_SECONDS).values():
            try:
                made.result(WITHIN_SECONDS)
            except KafkaException as error:
                if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                    raise


async def _asked(call: Callable[[], T]) -> T:
    try:
        return await asyncio.to_thread(call)
    except KafkaException as error:
        raise BrokerAway(error.args[0].name()) from None
    except TimeoutError:
        raise BrokerAway("no answer") from None


def _results(futures: Iterable[Any]) -> None:
    for future in list(futures):
        future.result(WITHIN_SECONDS)


def _bindings(rights: Collection[Right]) -> list[AclBinding]:
    return [
        AclBinding(kind, each.name, pattern, USERS + each.client_id, "*", AclOperation.READ, AclPermissionType.ALLOW)
        for each in rights
        for kind, pattern in [_KINDS[each.kind]]
    ]


def _filter(client_id: str | None) -> AclBindingFilter:
    """Return what finds all of a client's rights, of whatever kind, or everybody's."""
    anything: Any = None
    whose = anything if client_id is None else USERS + client_id
    return AclBindingFilter(
        ResourceType.ANY, anything, ResourcePatternType.ANY, whose, anything, AclOperation.ANY, AclPermissionType.ANY
    )  # fmt: skip


def _right(client_id: str, binding: AclBinding) -> Right | None:
    for kind in ("topic", "group"):
        right = Right(client_id, kind, binding.name)
        if _bindings([right]) == [binding]:
            return right
    return None

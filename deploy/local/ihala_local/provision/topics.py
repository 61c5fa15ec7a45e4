"""Topics, users and access lists of Kafka, by confluent-kafka's administration client (aiokafka has no such calls)."""

import time
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined] # public, but not exported as mypy wants it
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    NewTopic,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from ihala_local.ports import APPS
from ihala_local.trouble import Trouble

WITHIN_SECONDS = 20.0
PARTITIONS = 12
TOPIC = {"retention.ms": str(30 * 24 * 3600 * 1000), "cleanup.policy": "delete"}
ITERATIONS = 4096
ACCESS = "notify-access"  # as whom notify keeps partners' topics and access lists; it can give rights, so nothing else signs in as it
CLUSTER = "kafka-cluster"  # as Kafka calls itself in access lists
PARTNERS = "ihala.for."  # how partners' topics begin
EFFECT_AFTER_SECONDS = 0.05


@dataclass(frozen=True)
class Cluster:
    """A Kafka cluster, as its administrator reaches it."""

    servers: str
    username: str
    password: str
    mechanism: str = "SCRAM-SHA-512"
    replicas: int = -1  # the cluster's own default

    def client(self) -> AdminClient:
        """Return a client; nothing is sent yet."""
        return AdminClient(self.sign_in())

    def sign_in(self) -> dict[str, Any]:
        """Return what any of confluent-kafka's clients needs to reach it."""
        return {
            "bootstrap.servers": self.servers,
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": self.mechanism,
            "sasl.username": self.username,
            "sasl.password": self.password,
            "log_level": 0,
        }


def topic_of(service: str) -> str:
    """Return the topic that a service writes."""
    return f"ihala.{service}.v1"


def provision(cluster: Cluster, passwords: dict[str, str], cluster_id: str | None = None) -> None:
    """Make users (by name, with these passwords), topics and access lists. Blocks; raises Trouble, also when another cluster answers."""
    client = cluster.client()
    try:
        _refuse_stranger(client, cluster.servers, cluster_id)
        make_users(client, passwords)
        make_topics(client, cluster.replicas)
        make_access_lists(client)  # last: when these hold, users and topics do
    except (KafkaException, TimeoutError) as error:
        why = error.args[0].str() if isinstance(error, KafkaException) else "no answer"
        raise Trouble(f"Kafka at {cluster.servers} could not be provisioned: {why}.") from error


def make_users(client: AdminClient, passwords: dict[str, str]) -> None:
    """Set the SCRAM password of each user."""
    how = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS)
    wanted: list[Any] = [UserScramCredentialUpsertion(user, how, password.encode()) for user, password in passwords.items()]
    _wait(client.alter_user_scram_credentials(wanted).values())


def make_topics(client: AdminClient, replicas: int) -> None:
    """Make the services' topics that are not there yet."""
    there = client.list_topics(timeout=WITHIN_SECONDS).topics
    new = [
        NewTopic(topic_of(app), num_partitions=PARTITIONS, replication_factor=replicas, config=TOPIC)
        for app in APPS
        if topic_of(app) not in there
    ]
    if new:
        _wait(client.create_topics(new, operation_timeout=WITHIN_SECONDS).values())


def make_access_lists(client: AdminClient) -> None:
    """Let each service write its own topic, read all of them, and move the offsets of its own group; nothing else."""
    until = time.monotonic() + WITHIN_SECONDS
    while missing := set(access_lists()) - set(_known_access_lists(client)):
        if time.monotonic() > until:
            raise TimeoutError
        _wait(client.create_acls(list(missing)).values())
        time.sleep(EFFECT_AFTER_SECONDS)  # what the controller wrote, the broker applies a moment later


def access_lists() -> Iterable[AclBinding]:
    """Yield the bindings of all services, and of notify where it keeps those of partners."""
    for app in APPS:
        yield _allow(app, ResourceType.TOPIC, topic_of(app), AclOperation.WRITE)
        yield _allow(app, ResourceType.GROUP, f"ihala.{app}", AclOperation.READ)
        for other in APPS:
            yield _allow(app, ResourceType.TOPIC, topic_of(other), AclOperation.READ)
    yield _allow("notify", ResourceType.TOPIC, PARTNERS, AclOperation.WRITE, ResourcePatternType.PREFIXED)
    yield _allow(ACCESS, ResourceType.TOPIC, PARTNERS, AclOperation.CREATE, ResourcePatternType.PREFIXED)
    yield _allow(ACCESS, ResourceType.TOPIC, PARTNERS, AclOperation.DESCRIBE, ResourcePatternType.PREFIXED)
    yield _allow(ACCESS, ResourceType.BROKER, CLUSTER, AclOperation.ALTER)
    yield _allow(ACCESS, ResourceType.BROKER, CLUSTER, AclOperation.DESCRIBE)


def _known_access_lists(client: AdminClient) -> list[AclBinding]:
    anything: Any = None
    whose = (ResourcePatternType.ANY, anything, anything)
    everything = AclBindingFilter(ResourceType.ANY, anything, *whose, AclOperation.ANY, AclPermissionType.ANY)
    found: list[AclBinding] = client.describe_acls(everything, request_timeout=WITHIN_SECONDS).result(WITHIN_SECONDS)
    return found


def _allow(
    user: str, kind: ResourceType, name: str, what: AclOperation, pattern: ResourcePatternType = ResourcePatternType.LITERAL
) -> AclBinding:
    return AclBinding(kind, name, pattern, f"User:{user}", "*", what, AclPermissionType.ALLOW)


def _refuse_stranger(client: AdminClient, servers: str, cluster_id: str | None) -> None:
    answered = client.describe_cluster(request_timeout=WITHIN_SECONDS).result(WITHIN_SECONDS).cluster_id
    if cluster_id and answered != cluster_id:
        raise Trouble(f"Another Kafka answers at {servers}: stop it, or choose another IHALA_PORT_OFFSET.")


def _wait(futures: Iterable["Future[Any]"]) -> None:
    for future in list(futures):
        future.result(WITHIN_SECONDS)

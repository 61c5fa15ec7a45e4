"""How users, topics and groups of partners are called on Kafka, and what a client may do there. Pure."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

USERS = "User:client."  # no user of ours begins so; the gateway writes the same into its tokens for Kafka


@dataclass(frozen=True, slots=True)
class Right:
    """That a client may read one topic, or all groups whose name begins so."""

    client_id: str
    kind: Literal["topic", "group"]
    name: str


def topic_of(organization_id: UUID) -> str:
    """Return the topic that holds an organisation's feed."""
    return f"ihala.for.{organization_id}.v1"


def groups_of(organization_id: UUID) -> str:
    """Return how the names of an organisation's groups begin."""
    return f"{organization_id}."


def rights(client_id: str, organization_id: UUID) -> frozenset[Right]:
    """Return all that a client of this organisation may do."""
    return frozenset({Right(client_id, "topic", topic_of(organization_id)), Right(client_id, "group", groups_of(organization_id))})

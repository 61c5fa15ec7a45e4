"""Events of the gateway: who may read its organisation's topic. What they change is done to Kafka right after (access.py)."""

from datetime import UTC, datetime
from uuid import UUID

from ihala_contracts.gateway_v1 import ClientApproved, ClientSuspended
from ihala_kit.inbox import reads
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

SCOPE = "events:read"
CHANNEL = "kafka_access"

_CLIENT = text("""
    INSERT INTO kafka_client (client_id, organization_id, allowed, listed, changed_at)
    VALUES (:client_id, :organization_id, :allowed, false, :at)
    ON CONFLICT (client_id) DO UPDATE SET allowed = excluded.allowed, changed_at = excluded.changed_at
""")
_TOPIC = text("""
    INSERT INTO kafka_topic (organization_id, open, made_at, position, written_at) VALUES (:organization_id, true, NULL, 0, :at)
    ON CONFLICT (organization_id) DO UPDATE SET open = true
""")
_CLOSE = text("""
    UPDATE kafka_topic SET open = false WHERE organization_id = :organization_id AND open
        AND NOT EXISTS (SELECT FROM kafka_client WHERE organization_id = :organization_id AND allowed)
""")
_TELL = text("SELECT pg_notify(:channel, '')")


@reads(ClientApproved)
async def client_approved(tx: AsyncSession, event: ClientApproved) -> None:
    """Let it read if it has the scope; a client whose scopes changed is approved anew, perhaps without it."""
    await _may(tx, event.client_id, event.organization_id, allowed=SCOPE in event.scopes)


@reads(ClientSuspended)
async def client_suspended(tx: AsyncSession, event: ClientSuspended) -> None:
    """Let it read nothing any more."""
    await _may(tx, event.client_id, event.organization_id, allowed=False)


async def _may(tx: AsyncSession, client_id: str, organization_id: UUID, *, allowed: bool) -> None:
    about = {"client_id": client_id, "organization_id": organization_id, "allowed": allowed, "at": datetime.now(UTC)}
    await tx.execute(_CLIENT, about)
    await tx.execute(_TOPIC if allowed else _CLOSE, about)
    await tx.execute(_TELL, {"channel": CHANNEL})

"""Events and records for tests of the kit: any event does, the kit knows no domain."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from ihala_contracts.envelope import Event, type_of, version_of
from ihala_contracts.gateway_v1 import TokenRevoked
from ihala_kit.auth import Caller
from ihala_kit.bus import message
from ihala_kit.db import Database
from ihala_kit.records import Received, envelope_of
from sqlalchemy import text


def revoked(key: UUID, jti: str = "one") -> TokenRevoked:
    """Return an event keyed by `key`."""
    at = datetime.now(UTC)
    return TokenRevoked(organization_id=key, client_id="test", jti=jti, expires_at=at, revoked_at=at)


def record(
    event: Event, sequence: int, *, source: str = "gateway", epoch: int = 1, event_id: UUID | None = None, snapshot: bool = False
) -> Received:
    """Return `event` as it arrives from Kafka."""
    headers = {
        "ce_id": str(event_id or uuid4()),
        "ce_source": f"/ihala/{source}",
        "ce_type": type_of(type(event)),
        "ce_dataschema": f"urn:ihala:schema:x.v{version_of(type(event))}",
        "ce_partitionkey": str(event.key),
        "ce_sequence": str(sequence),
        "ce_epoch": str(epoch),
        "ce_time": datetime.now(UTC).isoformat(),
        **({"ce_snapshot": "true"} if snapshot else {}),
    }
    return Received(event.topic, 0, sequence, headers, event.model_dump_json().encode(), envelope_of(headers))


async def sent(database: Database) -> list[Received]:
    """Return what lies in the outbox as a reader gets it, in the order of the relay."""
    async with database.transaction(Caller.system("test")) as tx:
        rows = (await tx.execute(text("SELECT * FROM outbox ORDER BY seq"))).mappings().all()
    found = []
    for number, row in enumerate(rows):
        one = message(row, "gateway")
        headers = {name: value.decode() for name, value in one.headers}
        found.append(Received(one.topic, 0, number, headers, one.value, envelope_of(headers)))
    return found

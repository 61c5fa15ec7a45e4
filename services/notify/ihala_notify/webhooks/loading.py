"""What a lane reads: its webhook, its keys, the deliveries that wait, and events of the feed as they are sent."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from ihala_kit.db import fetch
from ihala_kit.ids import new_id
from ihala_kit.vault import Vault
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.cloud_events import as_cloud_event
from ihala_notify.subscriptions import reading
from ihala_notify.subscriptions.filters import MATCHES, Filters
from ihala_notify.subscriptions.states import State
from ihala_notify.webhooks.lines import Item
from ihala_notify.webhooks.policy import HELD_PAUSE, Receiver
from ihala_notify.webhooks.sending import Answer
from ihala_notify.webhooks.signing import Signer
from ihala_notify.webhooks.tables import about_key
from ihala_notify.webhooks.track import Track

# Nothing is sent to whom the directory or the gateway shut out, or for a client that may read no events any more (clients.py tells it).
CLIENT_MAY_READ = """(
      NOT EXISTS (SELECT FROM refusal WHERE refusal.kind = 'client' AND refusal.subject = s.client_id AND refusal.before IS NULL)
      AND NOT EXISTS (SELECT FROM kafka_client k WHERE k.client_id = s.client_id AND NOT k.allowed))"""
NOT_SHUT_OUT = f"""s.ended_at IS NULL
      AND NOT EXISTS (SELECT FROM standing WHERE standing.organization_id = s.organization_id)
      AND {CLIENT_MAY_READ}"""
TEST = "org.ihala.notify.test"
Replayed = tuple[int | None, int | None]  # how far a replay is, and where it ends; nothing when there is none
MOST_LOADED = 500

_HOOK = f"""
    SELECT w.*, s.state, s.reason, s.version, s.types, s.governorates, s.services, s.roles
    FROM webhook w JOIN subscription s ON s.id = w.subscription_id
    WHERE w.subscription_id = $1 AND w.lease_owner = $2 AND {NOT_SHUT_OUT}
"""  # noqa: S608 - made of constants
_KEYS = "SELECT id, secret FROM webhook_key WHERE subscription_id = $1 AND (valid_until IS NULL OR valid_until > $2) ORDER BY created_at"
_WAITING = """
    SELECT * FROM delivery WHERE subscription_id = $1 AND state <> 'delivered' AND state = 'waiting' AND id <> ALL($3::uuid[])
    ORDER BY asked, id LIMIT $2
"""
# Something is tried within an hour of when it is due (policy.py), and then waits for another instant; so not all that waits is long due.
_UNSERVED = """
    SELECT FROM delivery WHERE subscription_id = $1 AND state <> 'delivered' AND state = 'waiting' AND NOT asked
    HAVING max(next_at) < $2
"""
_ITEMS = f"""
    SELECT position, event_id, source, type, subject, time, data::text AS data, version,
           ({MATCHES.format(types="$3", roles="$4", governorates="$5", services="$6")}) IS TRUE AS wanted
    FROM feed WHERE organization_id = $1 AND position = ANY($2)
"""  # noqa: S608 - made of constants


@dataclass(frozen=True)
class Hook:
    """A webhook as its lane needs it now. `version` changes with whatever its owner changes."""

    subscription_id: UUID
    organization_id: UUID
    url: str
    ordered: bool
    filters: Filters
    version: int
    receiver: Receiver
    cursor: int
    ahead: list[int]
    replay: Replayed
    rests_until: datetime | None


async def hook(tx: AsyncSession, owner: str, subscription_id: UUID) -> Hook | None:
    """Return the webhook, if the lease is still `owner`'s."""
    rows = await fetch(tx, _HOOK, subscription_id, owner)
    if not rows:
        return None
    row: Any = rows[0]
    receiver = Receiver.of(State(row["state"]), row["reason"], row["failures"], row["failing_since"])
    filters = Filters(row["types"], row["governorates"], row["services"], row["roles"])
    return Hook(
        subscription_id, row["organization_id"], row["url"], row["ordered"], filters, row["version"], receiver, row["cursor"],
        row["ahead"], (row["replay_cursor"], row["replay_until"]), row["rests_until"],
    )  # fmt: skip


async def unserved(tx: AsyncSession, subscription_id: UUID) -> bool:
    """Tell whether nobody tried anything for long, though it was due: days in which nothing is sent are no days of failure."""
    return bool(await fetch(tx, _UNSERVED, subscription_id, datetime.now(UTC) - 2 * HELD_PAUSE))


async def signer(tx: AsyncSession, subscription_id: UUID) -> Signer:
    """Return the keys that are good now."""
    vault = Vault.of(tx.info["service"])
    rows = await fetch(tx, _KEYS, subscription_id, datetime.now(UTC))
    return Signer([vault.open_direct(row["secret"], about_key(row["id"])).decode() for row in rows])


async def waiting(tx: AsyncSession, hook: Hook, known: Collection[UUID]) -> list[Item]:
    """Return the deliveries that wait and are not `known`, in the order of their lines; also those that nobody wants any more."""
    rows = await fetch(tx, _WAITING, hook.subscription_id, MOST_LOADED, list(known))
    new = sorted(rows, key=lambda row: (row["position"] or 0, row["id"]))
    positions = [row["position"] for row in new if row["position"] is not None]
    found: list[Any] = await fetch(tx, _ITEMS, hook.organization_id, positions, *hook.filters.asked()) if positions else []
    events = {event.position: (event, wanted) for *of_event, wanted in found for event in [reading.Item(*of_event)]}
    return [_waiting(row, *events.get(row["position"], (None, True))) for row in new]


def _waiting(row: Any, event: reading.Item | None, wanted: bool) -> Item:
    body = b""
    if row["type"] == TEST:
        body = _written(reading.Item(0, row["event_id"], "notify", TEST, row["subject"], row["begun_at"], "{}"))
    elif event is not None:
        body = _written(event, asked=row["asked"])
    return Item(
        row["id"], row["position"], row["event_id"], row["type"], row["subject"], row["begun_at"], body, row["asked"],
        attempts=row["attempts"], answer=Answer(row["status"], row["reason"], None, 0) if row["attempts"] else None, rowed=True,
        next_at=row["next_at"], wanted=wanted or row["asked"],
    )  # fmt: skip


def items(events: Sequence[reading.Item], track: Track, *, asked: bool = False) -> list[Item]:
    """Return new deliveries of these events, whose positions `track` follows."""
    at = datetime.now(UTC)
    return [
        Item(new_id(), each.position, each.event_id, each.type, each.subject, at, _written(each, asked=asked), asked, track)
        for each in events
    ]


def _written(event: reading.Item, *, asked: bool = False) -> bytes:
    return as_cloud_event(event, '"ihalareplay":true,' if asked else "").encode()

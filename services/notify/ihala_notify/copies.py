"""What notify keeps of other services' events: who is concerned by a need, how organisations are called, what services tell the public.

Topics have no order among each other, so an event of referral or directory may come before its need's NeedIdentified: it is kept, and
applied in its turn when that has come. Both sides lock the need's row first, therefore neither can miss the other.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
from ihala_contracts.catalogue import BY_TYPE
from ihala_contracts.directory_v1 import OrganizationJoined, ServiceChanged
from ihala_contracts.envelope import Envelope, Event
from ihala_contracts.intake_v1 import NeedChanged, NeedIdentified, Sensitivity
from ihala_contracts.referral_v1 import ReferralOffered
from ihala_kit.db import fetch
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.visibility import Circle, Receiving

# With the event's own referral, and who of those concerned takes part no more: one question, since it is on the way of every event.
_FIND = """
    SELECT need.*, referral.organization_id AS receiver_id, referral.service_id, referral.governorate AS offered_in,
           ARRAY(SELECT organization_id FROM standing WHERE organization_id IN (need.operator_id, need.origin_id, $3::uuid)) AS gone
    FROM need LEFT JOIN referral ON referral.referral_id = $2::uuid WHERE need_id = $1
"""
_PLACEHOLD = text("""
    INSERT INTO need (need_id, known, ended) VALUES (:need_id, false, false)
    ON CONFLICT (need_id) DO UPDATE SET need_id = excluded.need_id
""")
_LEARN = text("""
    INSERT INTO need (need_id, known, operator_id, origin_id, origin_kind, sensitivity, urgency, reference, governorate, origin_governorate,
                      messages_wanted, ended)
    VALUES (:need_id, true, :operator_id, :origin_id, :origin_kind, :sensitivity, :urgency, :reference, :governorate, :origin_governorate,
            :messages_wanted, false)
    ON CONFLICT (need_id) DO UPDATE SET
        known = true, operator_id = excluded.operator_id, origin_id = excluded.origin_id, origin_kind = excluded.origin_kind,
        sensitivity = excluded.sensitivity, urgency = excluded.urgency, reference = excluded.reference, governorate = excluded.governorate,
        origin_governorate = coalesce(need.origin_governorate, excluded.origin_governorate), messages_wanted = excluded.messages_wanted
""")
_CHANGE = text("""
    UPDATE need SET operator_id = :operator_id, urgency = :urgency, governorate = :governorate, messages_wanted = :messages_wanted
    WHERE need_id = :need_id AND known
""")
_OFFER = text("""
    INSERT INTO referral (referral_id, organization_id, service_id, service_at_location_id, governorate)
    VALUES (:referral_id, :organization_id, :service_id, :service_at_location_id, :governorate) ON CONFLICT (referral_id) DO NOTHING
""")
_END = text("""
    INSERT INTO need (need_id, known, ended) VALUES (:need_id, false, :ended)
    ON CONFLICT (need_id) DO UPDATE SET ended = excluded.ended OR need.erased
""")
_ERASE = text("""
    INSERT INTO need (need_id, known, ended, erased) VALUES (:need_id, false, true, true)
    ON CONFLICT (need_id) DO UPDATE SET ended = true, erased = true
""")
_IS_ERASED = text("SELECT erased FROM need WHERE need_id = :need_id FOR SHARE")
_KEEP = text("""
    INSERT INTO early_event (need_id, envelope, data, kept_at)
    VALUES (:need_id, CAST(:envelope AS jsonb), CAST(:data AS jsonb), :at)
""")
_TAKE = text("DELETE FROM early_event WHERE need_id = :need_id RETURNING number, envelope, data")
_ORGANIZATION = text("""
    INSERT INTO organization (organization_id, kind, names, phone, operator_id, hidden)
    VALUES (:organization_id, :kind, CAST(:names AS jsonb), :phone, :operator_id, :hidden)
    ON CONFLICT (organization_id) DO UPDATE SET
        kind = excluded.kind, names = excluded.names, phone = excluded.phone, operator_id = excluded.operator_id,
        hidden = excluded.hidden
""")
_OPERATOR_OF = text("SELECT operator_id FROM organization WHERE organization_id = :organization_id")
_SERVICE = text("""
    INSERT INTO service (service_id, organization_id, address, addresses, opening_hours, documents_to_bring)
    VALUES (:service_id, :organization_id, CAST(:address AS jsonb), CAST(:addresses AS jsonb), CAST(:opening_hours AS jsonb),
        CAST(:documents AS jsonb))
    ON CONFLICT (service_id) DO UPDATE SET
        organization_id = excluded.organization_id, address = excluded.address, addresses = excluded.addresses,
        opening_hours = excluded.opening_hours, documents_to_bring = excluded.documents_to_bring
""")


@dataclass(frozen=True, slots=True)
class NeedCopy:
    """What is known of a need. `known` is False when its NeedIdentified has not come; `erased`: its person was, and hears nothing."""

    need_id: UUID
    known: bool
    ended: bool
    erased: bool
    circle: Circle
    messages_wanted: bool = False  # of a restricted need: its person wishes to hear of it


async def need(tx: AsyncSession, event: Event) -> NeedCopy:
    """Return what is known of the event's need; where nothing is, its row is made and locked first."""
    asked = (event.key, getattr(event, "referral_id", None), getattr(event, "organization_id", None))
    rows = await fetch(tx, _FIND, *asked)
    if not rows or not rows[0]["known"]:
        await tx.execute(_PLACEHOLD, {"need_id": event.key})
        rows = await fetch(tx, _FIND, *asked)
    return _copy(rows[0])


async def learn_need(tx: AsyncSession, event: NeedIdentified) -> NeedCopy:
    """Keep what NeedIdentified says. A snapshot says where the need is now, which its origin may not know."""
    given = ("need_id", "operator_id", "origin_id", "origin_kind", "sensitivity", "urgency", "reference", "governorate", "messages_wanted")
    origin_governorate = None if event.envelope.snapshot else event.governorate
    await tx.execute(_LEARN, {name: getattr(event, name) for name in given} | {"origin_governorate": origin_governorate})
    return await need(tx, event)


async def change_need(tx: AsyncSession, event: NeedChanged) -> None:
    """Keep where the need is now, and which operator owns it: after a hand-over another one, and the one before hears no more."""
    given = ("need_id", "operator_id", "urgency", "governorate", "messages_wanted")
    await tx.execute(_CHANGE, {name: getattr(event, name) for name in given})


async def learn_offer(tx: AsyncSession, event: ReferralOffered) -> None:
    """Keep what the receiver is told of where the referral belongs."""
    told = ("referral_id", "organization_id", "service_id", "service_at_location_id", "governorate")
    await tx.execute(_OFFER, {name: getattr(event, name) for name in told})


async def end_need(tx: AsyncSession, need_id: UUID, *, ended: bool) -> None:
    """Keep that the need has ended, or is open again."""
    await tx.execute(_END, {"need_id": need_id, "ended": ended})


async def erase_need(tx: AsyncSession, need_id: UUID) -> None:
    """Keep that the need's person was erased, also of a need that is not known yet: it has ended whatever comes."""
    await tx.execute(_ERASE, {"need_id": need_id})


async def is_erased(tx: AsyncSession, need_id: UUID) -> bool:
    """Tell whether its person was erased by now. Whoever erases her meanwhile waits, and finds what this transaction adds."""
    return bool((await tx.execute(_IS_ERASED, {"need_id": need_id})).scalar_one())


async def keep_for_later(tx: AsyncSession, event: Event, need_id: UUID) -> None:
    """Keep an event until its need is known."""
    values = {"need_id": need_id, "envelope": event.envelope.model_dump_json(), "data": event.model_dump_json()}
    await tx.execute(_KEEP, values | {"at": datetime.now(UTC)})


async def take_kept(tx: AsyncSession, need_id: UUID) -> AsyncIterator[Event]:
    """Yield the events that were kept for the need, in the order in which they came; they are kept no longer."""
    rows = (await tx.execute(_TAKE, {"need_id": need_id})).all()
    for row in sorted(rows, key=lambda row: int(row.number)):
        envelope = Envelope.model_validate(row.envelope)
        yield BY_TYPE[envelope.type, envelope.version].model_validate(row.data).received(envelope)


async def learn_organization(tx: AsyncSession, event: OrganizationJoined) -> None:
    """Keep how the organisation is called now."""
    values = {name: getattr(event, name) for name in ("organization_id", "kind", "phone", "operator_id", "hidden")}
    await tx.execute(_ORGANIZATION, values | {"names": json.dumps(event.names)})


async def operator_of(tx: AsyncSession, organization_id: UUID) -> UUID | None:
    """Return the operator an organisation works with, as far as is known."""
    found: UUID | None = (await tx.execute(_OPERATOR_OF, {"organization_id": organization_id})).scalar_one_or_none()
    return found


async def learn_service(tx: AsyncSession, event: ServiceChanged) -> None:
    """Keep what the public is told of the service; of a hidden one nothing, since no message ever describes it."""
    addresses = {str(at): address for at, address in event.addresses.items()}
    public = {
        "address": event.address, "addresses": addresses, "opening_hours": event.opening_hours, "documents": event.documents_to_bring
    }  # fmt: skip
    values = {name: json.dumps({} if event.restricted or event.hidden else said) for name, said in public.items()}
    await tx.execute(_SERVICE, values | {"service_id": event.service_id, "organization_id": event.organization_id})


def _copy(row: asyncpg.Record) -> NeedCopy:
    sensitivity = Sensitivity(row["sensitivity"]) if row["sensitivity"] else Sensitivity.RESTRICTED
    receiving = Receiving(row["receiver_id"], row["service_id"], row["offered_in"]) if row["receiver_id"] else None
    circle = Circle(
        row["origin_id"], row["origin_kind"], row["operator_id"], sensitivity, row["governorate"], row["origin_governorate"], receiving,
        frozenset(row["gone"]),
    )  # fmt: skip
    return NeedCopy(row["need_id"], row["known"], row["ended"], row["erased"], circle, row["messages_wanted"])

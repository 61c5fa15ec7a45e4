"""What the gateway repeats for readers that begin late or missed something: which clients may call, and which may not any more."""

from collections.abc import Sequence
from uuid import UUID

from ihala_contracts.envelope import Event
from ihala_kit.republish import Repeated
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.clients import standing
from ihala_gateway.tables import Client


async def organizations(tx: AsyncSession, after: UUID | None, most: int) -> Sequence[UUID]:
    """Return organisations that have clients, in order, after one of them."""
    query = select(Client.organization_id).distinct().where(col(Client.approved_at).is_not(None))
    query = query if after is None else query.where(col(Client.organization_id) > after)
    return (await tx.exec(query.order_by(col(Client.organization_id)).limit(most))).all()


async def events_of_organization(tx: AsyncSession, organization_id: UUID, _: bool) -> list[Event]:
    """Return how an organisation's clients stand that were ever approved. Locks them."""
    query = select(Client).where(Client.organization_id == organization_id, col(Client.approved_at).is_not(None))
    found = await tx.exec(
        query.order_by(col(Client.client_id)).with_for_update(key_share=True), execution_options={"populate_existing": True}
    )
    return [standing.approved(one) if one.status == "active" else standing.suspended(one) for one in found.all()]


SNAPSHOTS = (Repeated("clients", organizations, events_of_organization),)

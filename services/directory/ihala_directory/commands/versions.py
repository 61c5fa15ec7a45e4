"""What is published is kept, in the transaction that publishes it: every version of an organisation and of a service stays readable.

It is found from then on, too: search's index is written here.
"""

from typing import Any
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import caller_of, now
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory import facade
from ihala_directory import store as entries
from ihala_directory.joining import store
from ihala_directory.search import index
from ihala_directory.tables import Organization, Service

_ANYBODY = Caller.anonymous()
_COUNTED = {"capacity", "waiting", "waited_days", "version"}  # of a service at a location: they change with every referral


async def keep_organization(tx: AsyncSession, row: Organization) -> None:
    """Keep an organisation as everybody may see it now, under its version."""
    await tx.flush()
    await _keep(tx, "organization", row, row.id, facade.organization(row, _ANYBODY).model_dump(mode="json"))
    await index.index_organization(tx, row)


async def keep_service(tx: AsyncSession, row: Service) -> None:
    """Keep a service with its locations as it is now, under its version; no places and waiting lists, nor its organisation."""
    await tx.flush()
    for whole in await entries.whole(tx, [row]):
        body = facade.service(whole).model_dump(mode="json", exclude={"organization": True, "at": {"__all__": _COUNTED}})
        await _keep(tx, "service", row, row.organization_id, body)
    await index.index_service(tx, row)


async def _keep(tx: AsyncSession, about: str, row: Organization | Service, organization_id: UUID, entry: dict[str, Any]) -> None:
    await store.keep(tx, {
        "entry_id": row.id, "version": row.version, "about": about, "organization_id": organization_id, "hidden": row.hidden,
        "entry": entry, "published_by": caller_of(tx).client_id, "published_at": now(tx),
    })  # fmt: skip

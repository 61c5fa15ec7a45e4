"""All services go out, as Open Referral or as the sheet: read in short transactions by id, so that a slow reader holds nothing.

Who harvests with `modified_after` is told, by id alone, what is not there any more: closed, of an organisation that left, or hidden.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import Database, caller_of
from ihala_kit.words import Language
from sqlalchemy import exists, not_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory.hours import ZONE
from ihala_directory.hsds import asked, conditions, entries
from ihala_directory.hsds import store as hsds_store
from ihala_directory.imports import four_w_out
from ihala_directory.imports.columns import columns
from ihala_directory.imports.tables import ServiceWithdrawn
from ihala_directory.imports.workbook import Workbook
from ihala_directory.tables import Service

AT_ONCE = 50
Entry = dict[str, Any]


async def ndjson(database: Database, caller: Caller, language: Language, since: datetime | None) -> AsyncIterator[bytes]:
    """Yield the lines of the export."""
    async for found in walk(database, caller, language, since):
        yield await asyncio.to_thread(_lines, found)


async def sheet(database: Database, caller: Caller, language: Language, since: datetime | None) -> AsyncIterator[bytes]:
    """Yield the export as the sheet that an import reads, an xlsx; ids of what is gone are not in it."""
    header = [column.header.spoken(language) for column in columns().values()]
    with Workbook(header, right_to_left=language != "en") as book:
        async for found in pages(database, caller, since):
            piece = await asyncio.to_thread(book.add, four_w_out.rows_of(filter(is_there, found)))
            if piece:
                yield piece
        yield await asyncio.to_thread(book.rest)


async def walk(database: Database, caller: Caller, language: Language, since: datetime | None) -> AsyncIterator[list[Entry]]:
    """Yield services by id, some at once, tombstones among them and after them."""
    async for found in pages(database, caller, since):
        told = entries.Told(language, database.clock.now().astimezone(ZONE).date())
        yield await asyncio.to_thread(_shown, found, told, tombstones=since is not None)
    if since is not None:
        async for gone in _withdrawn(database, caller, since):
            yield gone


async def pages(database: Database, caller: Caller, since: datetime | None) -> AsyncIterator[list[entries.ServiceRows]]:
    """Yield services by id with where they are offered, some at once, each time in a transaction that ends before they are used."""
    after: UUID | None = None
    while True:
        async with database.transaction(caller) as tx:
            condition = await conditions.of_services(tx, asked.Services(modified_after=since))
            ids = (await tx.execute(hsds_store.following(Service, condition, after, AT_ONCE))).scalars().all()
            found = await hsds_store.services(tx, ids, whole=True) if ids else []
        if not ids:
            return
        after = ids[-1]
        yield found


def is_there(rows: entries.ServiceRows) -> bool:
    """Tell whether a service is still one that could help anybody."""
    return rows.service.status != "closed" and rows.organization.status != "left"


def _shown(found: Iterable[entries.ServiceRows], told: entries.Told, *, tombstones: bool) -> list[Entry]:
    shown = []
    for rows in found:
        if is_there(rows):
            shown.append(_whole(rows, told))
        elif tombstones:
            shown.append(_tombstone(rows.service.id))
    return shown


def _whole(rows: entries.ServiceRows, told: entries.Told) -> Entry:
    """Return the HSDS entry with what HSDS has no word for, so that it can be imported again as it is."""
    row, entry = rows.service, entries.whole_service(rows, told)
    by_id = {str(at.id): (at, where) for at, where in rows.ats}
    for one in entry["service_at_locations"]:
        at, where = by_id[one["id"]]
        one |= {"capacity": {"kind": at.capacity_kind, "figure": at.figure}, "unit": at.unit}
        one["location"] |= {"place": where.place} | ({"sub_district": where.sub_district} if where.sub_district else {})
    owner = rows.organization
    entry["organization"] |= entries.parts_of_organization(owner, owner.phones, told) | ({"phone": owner.phone} if owner.phone else {})
    if owner.hidden:
        entry["organization"] |= {"hidden": True}  # else who reads it in gives a safe house a public page
    more: Entry = {"opening_hours_i18n": dict(row.opening_hours)} if row.opening_hours else {}
    if row.status == "active" and entry["status"] != "active":  # only for some days, or as long as its organisation is suspended
        more["service_status"] = row.status
    return entry | {"restricted": row.restricted} | more


def _tombstone(service_id: UUID) -> Entry:
    return {"id": str(service_id), "deleted": True}


async def _withdrawn(database: Database, caller: Caller, since: datetime) -> AsyncIterator[list[Entry]]:
    after: UUID | None = None
    while True:
        async with database.transaction(caller) as tx:
            ids = (await tx.execute(_withdrawn_query(tx, since, after))).scalars().all()
        if not ids:
            return
        after = ids[-1]
        yield [_tombstone(one) for one in ids]


def _withdrawn_query(tx: AsyncSession, since: datetime, after: UUID | None) -> Any:
    """Return the query for what was public once, is hidden since, and is not shown to this caller by right."""
    shown = exists(select(Service.id).where(Service.id == ServiceWithdrawn.service_id, conditions.seen(caller_of(tx), Service)))
    query = select(ServiceWithdrawn.service_id).where(ServiceWithdrawn.at >= since, not_(shown))
    query = query.order_by(col(ServiceWithdrawn.service_id)).limit(AT_ONCE * 10)
    return query if after is None else query.where(col(ServiceWithdrawn.service_id) > after)


def _lines(found: list[Entry]) -> bytes:
    return b"".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for one in found)

"""Many services are published at once, a statement a table: the rows, versions, events and index are those of `commands.services`.

That they are the same is tested.
"""

from collections.abc import Mapping, Sequence
from itertools import compress
from uuid import UUID

from ihala_kit.db import caller_of, now
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory import facade
from ihala_directory import store as entries
from ihala_directory.commands import places, rows, versions
from ihala_directory.imports.preparing import Offer
from ihala_directory.joining.tables import EntryVersion
from ihala_directory.opening import Offered, offered, opened
from ihala_directory.search import index
from ihala_directory.tables import Reach


async def publish(tx: AsyncSession, found: Sequence[Offer]) -> list[bool]:
    """Enter or change services; emits ServiceChanged for each that is new or differs, and returns which those are.

    Raises AlreadyExists (409): then some of it is there.
    """
    new = [one for one in found if one.is_new]
    await rows.insert_all(tx, [one.service for one in new])
    await rows.insert_all(tx, [where for one in new for where in one.new_locations])
    await rows.insert_all(tx, [at for one in new for at, _ in one.ats])
    before = [Offered() if one.is_new else offered(one.service, one.ats) for one in found]
    differs = [one.set_columns(now(tx)) for one in found]
    await tx.flush()
    await _settle(tx, {one.service.id: was for one, was in zip(found, before, strict=True)}, list(compress(found, differs)))
    return differs


async def _settle(tx: AsyncSession, before: Mapping[UUID, Offered], found: Sequence[Offer]) -> None:
    """Write what follows from a change: what matching looks up, the version, the index, the event."""
    if not found:
        return
    await entries.forget_reach(tx, [at.id for one in found if not one.is_new for at, _ in one.ats])
    await rows.insert_all(tx, [reach for one in found for reach in _reach(one)])
    await rows.insert_all(tx, [_version(tx, one) for one in found])
    await _index(tx, found)
    for one in found:
        await places.tell(tx, one.service, one.ats, **opened(before[one.service.id], offered(one.service, one.ats)))


def _reach(one: Offer) -> list[Reach]:
    found = {(need, area, at.id) for at, _ in one.ats for need in one.service.need_codes for area in at.areas}
    return [Reach(need_code=need, area_code=area, service_at_location_id=at) for need, area, at in sorted(found)]


def _version(tx: AsyncSession, one: Offer) -> EntryVersion:
    service, shown = one.service, facade.service((one.service, one.owner, list(one.ats)))
    entry = shown.model_dump(mode="json", exclude={"organization": True, "at": {"__all__": versions._COUNTED}})
    return EntryVersion(
        entry_id=service.id, version=service.version, about="service", organization_id=one.owner.id, hidden=service.hidden, entry=entry,
        published_by=caller_of(tx).client_id, published_at=now(tx),
    )  # fmt: skip


async def _index(tx: AsyncSession, found: Sequence[Offer]) -> None:
    """Let them be found; what an organisation's first public service does for its name is done with one of them."""
    made = [entry for one in found if (entry := index.entry(one.service, one.owner, one.ats)) is not None]
    for table in (index.PUBLIC, index.HIDDEN):
        of_table = [entry for entry in made if entry.table == table]
        if of_table:
            await index.write(tx, of_table)
    for service in {one.owner.id: one.service for one in found}.values():
        await index.index_service(tx, service)

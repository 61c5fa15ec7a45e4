"""A service whose database came back from a backup: closed, it learns from its own topic what it did since, begins a new epoch, says
how everything that is open stands, reads again what others said since, and opens.

Nothing is sent again that was sent, and nothing is done twice: what was re-applied counts as done, and is not announced.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import ModuleType
from uuid import UUID

import asyncpg
from ihala_contracts.catalogue import BY_TYPE
from ihala_contracts.envelope import Event, type_of, version_of
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_kit import parked, republish, sealed, topics
from ihala_kit.closing import closed
from ihala_kit.db import Database
from ihala_kit.inbox import Inbox, handlers_in
from ihala_kit.reapplying import CALLER, NotRestorable, NotRestored, Replay, apply, by_key, event_of
from ihala_kit.records import Received
from ihala_kit.republish import Repeated
from ihala_kit.service import Service

KEPT = timedelta(days=29)  # less than topics keep: what a younger backup had not read is there; what is gone, it had
MARGIN = timedelta(minutes=10)  # before the backup: clocks differ, and what was committed then may have left later
KEYS_AT_ONCE = 25

_BOOKMARKS = text("SELECT topic, partition, position FROM bookmark WHERE consumer = :consumer")
_KNEW = text("SELECT caught_up_at FROM reader WHERE consumer = :consumer")
_RAISE = "UPDATE stream_epoch SET epoch = greatest(epoch, $1) + 1 RETURNING epoch"
_MOST_EPOCH = text("SELECT max(epoch) FROM stream")


@dataclass(frozen=True)
class Restoring:
    """What a service says of how it is restored.

    `replays` are modules with a reader (`@reads`) for its own events: each sets what the event tells and emits nothing.
    `recalled` are events of others that those need by their key (`recall`); `readers` take the place of the service's own while it
    reads again what others said. `begin` marks, before that, where the lost time ends. `settle` locks the thing of a key and goes on with
    it where it was left in the middle; of all keys that the service repeats, or of those that `open_keys` returns, as Repeated's does.
    """

    topic: str
    replays: Sequence[ModuleType]
    recalled: Sequence[type[Event]]
    readers: Sequence[ModuleType]
    settle: Callable[[AsyncSession, UUID], Awaitable[None]] | None = None
    begin: Callable[[AsyncSession], Awaitable[None]] | None = None
    open_keys: Callable[[AsyncSession, UUID | None, int], Awaitable[Sequence[UUID]]] | None = None


async def restore(service: Service, database: Database, since: datetime | None, left_out: Sequence[UUID] = ()) -> AsyncIterator[str]:
    """Reconcile a restored database with what left it since, and open it; say line by line how it goes. May be run again.

    `since` is the instant of the backup, real time: from a little before it the own topic is read, else from its beginning.
    `left_out` are keys that could not be re-applied and stay as they were in the backup.
    Raises NotRestorable before it closes; NotRestored, StillWorking, topics.Cut, TimeoutError, what the bus raises: it stays closed.
    """
    how, owner = service.restoring, service.settings.owner_database_url
    if how is None or owner is None:
        raise NotRestorable("this service cannot be restored so, or its owner's address of the database is not set")
    async with closed(owner, "restore") as connection:
        yield "closed"
        since = await _no_later_than_the_backup(service, database, since)
        done = await _replay(service, how, database, since, left_out)
        yield f"own events: {done.events} of {done.keys} keys applied again"
        if done.failed:
            raise NotRestored("; ".join(f"{key}: {why}" for key, why in sorted(done.failed.items())))
        await _tell_left_out(service, database, left_out)
        yield f"epoch {await _raise_epoch(database, connection)}"
        await _new_sealing_key(service, database)
        if how.begin is not None:
            async with database.transaction(CALLER) as tx:
                await how.begin(tx)
        async for line in republish.republish(database, _without(service.all_snapshots(), left_out), waiting=False):
            yield f"told again: {line}"
        yield f"events of others: {await _read_again(service, how, database, since)} read again"
        yield f"settled: {await _settle(service, how, database, left_out)} keys"
    yield "open"


async def _replay(service: Service, how: Restoring, database: Database, since: datetime | None, left_out: Sequence[UUID]) -> Replay:
    """Apply the own events that the backup does not know, partition by partition."""
    settings, done = service.settings, Replay()
    handlers, bookmarks = handlers_in(how.replays), await _bookmarks(service, database)
    async with database.transaction(CALLER) as tx:
        lay_parked = await parked.all_waiting(tx, service.name)
    for place, begin in (await topics.places_at(settings, how.topic, since and since - MARGIN)).items():
        told = by_key([record async for part in topics.read_from(settings, {place: begin}) for record in part])
        for key in left_out:
            told.pop(key, None)
        others = {other: position for other, position in bookmarks.items() if other[1] == place[1]}
        known = await _recalled(service, how, lay_parked, others, cut=_young(since)) if told else {}
        keys = sorted(told)
        for page in (keys[first : first + KEYS_AT_ONCE] for first in range(0, len(keys), KEYS_AT_ONCE)):
            await apply(database, handlers, {key: told[key] for key in page}, known, done)
    return done


def _young(since: datetime | None) -> bool:
    return since is not None and datetime.now(UTC) - since < KEPT


async def _no_later_than_the_backup(service: Service, database: Database, since: datetime | None) -> datetime | None:
    """Return the instant from which on events may be unknown: the backup knows when its reader lived last, whatever an operator says."""
    async with database.transaction(CALLER) as tx:
        knew = await tx.scalar(_KNEW, {"consumer": service.name})
    return min(since, knew) if since and knew else since


async def _recalled(
    service: Service, how: Restoring, lay_parked: Sequence[Received], begins: Mapping[topics.Place, int], *, cut: bool
) -> dict[UUID, list[Event]]:
    """Return what others said that own events need, by key: what lay parked in the backup, and what came since."""
    wanted = {(type_of(model), version_of(model)) for model in how.recalled}
    topics_of_them = {model.topic for model in how.recalled}
    found: dict[UUID, list[Event]] = defaultdict(list)
    wanted_places = {place: at for place, at in begins.items() if place[0] in topics_of_them}

    def keep(records: Sequence[Received]) -> None:
        for record in records:
            if record.envelope is not None and (record.envelope.type, record.envelope.version) in wanted:
                found[record.envelope.key].append(event_of(record))

    keep(lay_parked)
    async for part in topics.read_from(service.settings, wanted_places, cut=cut):
        keep(part)
    return found


def _without(kinds: Sequence[Repeated], left_out: Sequence[UUID]) -> list[Repeated]:
    """Return what is told again, without the keys of which the database knows less than has been said."""

    def silent(kind: Repeated) -> Repeated:
        async def events(tx: AsyncSession, key: UUID, whole: bool) -> Sequence[Event]:
            return () if key in left_out else await kind.events(tx, key, whole)

        return replace(kind, events=events)

    return [silent(kind) for kind in kinds]


async def _tell_left_out(service: Service, database: Database, keys: Sequence[UUID]) -> None:
    """Have a human look at what stays as it was."""
    async with database.transaction(CALLER) as tx:
        for key in keys if service.on_parked else ():
            assert service.on_parked is not None, "just asked"
            await service.on_parked(tx, key)


async def _raise_epoch(database: Database, owner: asyncpg.Connection) -> int:
    async with database.transaction(CALLER) as tx:
        most = await tx.scalar(_MOST_EPOCH) or 0
    epoch: int = await owner.fetchval(_RAISE, most)
    return epoch


async def _new_sealing_key(service: Service, database: Database) -> None:
    """Make a key that all others take for the newest: those made since the backup are lost."""
    if service.seals is not None:
        async with database.transaction(CALLER) as tx:
            await sealed.renew(tx, service.name, service.seals)


async def _read_again(service: Service, how: Restoring, database: Database, since: datetime | None) -> int:
    """Apply what others said since the backup, and what had been applied before is skipped; return how many records there were."""
    inbox = Inbox(database, service.name, {**service.handlers(), **handlers_in(how.readers)}, service.on_parked, CALLER)
    read = 0
    async for part in topics.read_from(service.settings, await _bookmarks(service, database), cut=_young(since)):
        await inbox.apply(part)
        read += len(part)
    return read


async def _bookmarks(service: Service, database: Database) -> dict[topics.Place, int]:
    """Return from where each topic that the service reads must be read again: from its beginning where nothing was read before."""
    async with database.transaction(CALLER) as tx:
        rows = (await tx.execute(_BOOKMARKS, {"consumer": service.name})).all()
    found: dict[topics.Place, int] = {}
    for topic in sorted({BY_TYPE[name].topic for name in service.handlers()}):
        found |= await topics.places_at(service.settings, topic, None)
    return found | {(row.topic, row.partition): row.position for row in rows}


async def _settle(service: Service, how: Restoring, database: Database, left_out: Sequence[UUID]) -> int:
    """Go on with everything open that was left in the middle."""
    settled = 0
    if how.settle is None:
        return settled
    for open_keys in [how.open_keys] if how.open_keys else [kind.open_keys for kind in service.snapshots]:
        after: UUID | None = None
        while True:
            async with database.transaction(CALLER) as tx:
                page = await open_keys(tx, after, KEYS_AT_ONCE)
                for key in page:
                    if key not in left_out:
                        await how.settle(tx, key)
            if not page:
                break
            settled, after = settled + len(page), page[-1]
    return settled

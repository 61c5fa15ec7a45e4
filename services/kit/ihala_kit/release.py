"""What operators do with parked keys: apply them again in order, or leave one event out with a reason."""

from uuid import UUID

from sqlalchemy.exc import NoResultFound

from ihala_kit import parked
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.fences import Fences
from ihala_kit.inbox import Inbox


async def release_key(database: Database, inbox: Inbox, key: UUID) -> tuple[int, str | None]:
    """Apply the waiting events of `key`, one a transaction; return how many, and the kind of error that stopped it."""
    applied = 0
    while True:
        try:
            if not await _apply_first(database, inbox, key):
                return applied, None
        except Exception as error:  # noqa: BLE001 - told to the operator, and the event still waits
            return applied, type(error).__name__
        applied += 1


async def skip_first(database: Database, inbox: Inbox, key: UUID, reason: str) -> UUID:
    """Leave out the first waiting event of `key`; return its id. Raises NoResultFound when none waits."""
    async with database.transaction(Caller.system("parked")) as tx:
        first = await parked.waiting(tx, inbox.consumer, key)
        if not first:
            raise NoResultFound(f"nothing waits for {key}")
        number, _, record = first[0]
        await parked.settle(tx, number, "skipped", reason)
        if record.envelope is None:
            return key
        fences = await Fences.lock(tx, inbox.consumer, [record.envelope])
        fences.advance(record.envelope)
        fences.save(tx)
        return record.envelope.id


async def _apply_first(database: Database, inbox: Inbox, key: UUID) -> bool:
    async with database.transaction(Caller.system("parked")) as tx:
        first = await parked.waiting(tx, inbox.consumer, key)
        if not first or first[0][2].envelope is None:
            return False
        number, _, record = first[0]
        envelope = record.envelope
        assert envelope is not None, "checked above"
        fences = await Fences.lock(tx, inbox.consumer, [envelope])
        await parked.settle(tx, number, "released")
        handler = inbox.handlers.get((envelope.type, envelope.version))
        if handler is not None and envelope.id not in fences.seen:
            await inbox.handle(tx, record, handler)
        fences.advance(envelope)
        fences.save(tx)
    return True

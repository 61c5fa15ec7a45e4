"""Where messages about needs may go, for the one client that sends them: up to a hundred in one transaction, each read a link more."""

import logging
from collections.abc import Collection, Sequence
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import Database, now
from ihala_kit.problems import InternalError, Problem
from ihala_kit.vault import SealBroken
from pydantic import ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys, store
from ihala_intake.commands import elsewhere
from ihala_intake.contacts import contact_of
from ihala_intake.details import Hours
from ihala_intake.errors import NeedNotFound
from ihala_intake.ledger import Read, log_accesses
from ihala_intake.models.people import ContactView
from ihala_intake.same_person.store import merged_of
from ihala_intake.tables import Need, Person

log = logging.getLogger(__name__)


async def contacts_for(
    database: Database, reader: Caller, need_ids: Sequence[UUID], hours: Sequence[Hours]
) -> dict[UUID, ContactView | Problem]:
    """Return for each need where one message about it may go now, or why none may. `hours`: those of texts, where a phone has none.

    The reader's organisation owns nothing and receives nothing, so the system reads for it; the log names the reader. A refusal is
    NeedNotFound (404), PersonErased (410: nobody is to be told anything any more), ContactHeldByOrigin, ContactWithheld, MessagesStopped,
    NoSafeContact (409), ContactNotNow (503); of a file that cannot be read InternalError (500), which keeps no other need's answer back.
    """
    found: dict[UUID, ContactView | Problem] = dict.fromkeys(need_ids, NeedNotFound())
    async with database.transaction(Caller.system("contact")) as tx:
        rows = await store.needs_with_persons(tx, list(found))
        merged = await merged_of(tx, {person.id for _, person, _ in rows})
        found |= {need.id: await _contact(tx, need, person, hours, merged) for need, person, _ in rows}
        read = [(need, person) for need, person, _ in rows if isinstance(found[need.id], ContactView)]
        await log_accesses(tx, [Read("contact", p.id, n.operator_id, need_id=n.id, categories=["contact"]) for n, p in read], reader)
    return found


async def contact_for(database: Database, reader: Caller, need_id: UUID, hours: Sequence[Hours]) -> ContactView:
    """Return the same for one need; raises the refusal."""
    found = (await contacts_for(database, reader, [need_id], hours))[need_id]
    if isinstance(found, Problem):
        raise found
    return found


async def _contact(
    tx: AsyncSession, need: Need, row: Person, hours: Sequence[Hours], merged: Collection[UUID]
) -> ContactView | Problem:  # fmt: skip
    try:
        person = await elsewhere.with_what_is_closed(tx, need, row, merged)
        found = contact_of(person, need, now(tx), held_by_origin=row.identity_held_by == "origin", hours=hours)
    except Problem as refusal:
        return refusal
    except (SealBroken, ValidationError) as error:
        log.error(
            "a person's file cannot be read", extra={"person_id": str(row.id), "need_id": str(need.id), "error": type(error).__name__}
        )
        return InternalError()
    return found.model_copy(update={"recipient": _recipient(tx, row.id)})


def _recipient(tx: AsyncSession, person_id: UUID) -> UUID:
    """Return by what a person is counted elsewhere: always the same, and nothing can be learnt from it."""
    return UUID(bytes=keys.blind(tx, str(person_id), "recipient")[:16], version=5)

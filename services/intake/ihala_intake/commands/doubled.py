"""Help that may have been given twice: looked for by the system, decided by the operator, told to nobody else."""

from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import act_for, caller_of, now
from ihala_kit.etag import Stale
from ihala_kit.ids import new_id
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake.giving import rules, store
from ihala_intake.giving.errors import DuplicateDecided, DuplicateNotFound
from ihala_intake.models.assistance import DoubleDecisionIn
from ihala_intake.tables import Assistance, AssistanceDouble

LOOK_AGAIN = "look-for-the-same-help"  # due work, by person: they were found to be somebody else


async def look_again(tx: AsyncSession, person_id: UUID) -> None:
    """Hold all that a person was given against what was given to whom they were found to be; for the clock."""
    for given in await store.given_to(tx, person_id):
        await look_for(tx, given, person_id)


async def look_for(tx: AsyncSession, given: Assistance, person_id: UUID) -> None:
    """Write down what may be the same help as `given`, from whichever organisation. Never for what is restricted.

    Whoever writes help down learns nothing of it: not that there is other help, nor that others know the person.
    """
    caller = caller_of(tx)
    await act_for(tx, Caller.system("same-help"))
    since, until = rules.around(given.kind, given.given_at)
    for other_id, code, reason in await store.connected(tx, given, person_id, since, until):
        if rules.alike(given.code, code):
            tx.add(AssistanceDouble(
                id=new_id(), assistance_id=given.id, other_id=other_id, operator_id=given.operator_id, reason=reason, state="open",
                found_at=now(tx), version=1,
            ))  # fmt: skip
    await tx.flush()
    await act_for(tx, caller)


async def decide(tx: AsyncSession, caller: Caller, double_id: UUID, version: int, body: DoubleDecisionIn) -> AssistanceDouble:
    """Say whether it was the same help twice. Raises DuplicateNotFound (404), Stale (412), DuplicateDecided (409)."""
    found = await store.locked_double(tx, caller, double_id)
    if found is None:
        raise DuplicateNotFound()
    if found.version != version:
        raise Stale()
    if found.state != "open":
        raise DuplicateDecided()
    found.state, found.decided_at, found.version = "double" if body.double else "different", now(tx), found.version + 1
    found.client_id, found.acting_officer = caller.client_id, caller.acting_officer
    return found

"""Files that are worked on keep their person; a file that was worked on and forgotten open is told of before anything is destroyed.

Telling is to propose that it be closed, on the list where coordinators have the officers' proposals: whoever closes it begins the person's
time, whoever keeps it open, or works on it, begins it anew. If nobody does anything for `told_days`, the policy goes on.
"""

from datetime import datetime, timedelta
from uuid import UUID

from ihala_kit.auth import Caller
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake.casework import store
from ihala_intake.casework.rules import Step
from ihala_intake.commands.case_steps import write_step
from ihala_intake.protection import kept
from ihala_intake.tables import RetentionLook

Instants = dict[str, datetime]  # of one run: `at`, `cutoff`, `told_before`

LOOK_EVERY = timedelta(days=7)
REASON = "other"
_KEEPING = text(kept.cases("CAST(:person_id AS uuid)"))
_TOLD = text("SELECT max(at) FROM case_step WHERE case_id = :case_id AND act = 'forgotten'")
# Of who was erased meanwhile, or has a need again: its end is looked at when it comes.
_TIDY = text("""
    DELETE FROM retention_look l USING person p, data_key k
    WHERE p.id = l.person_id AND k.id = p.key_id AND (k.wrapped IS NULL OR EXISTS (
        SELECT FROM need n WHERE n.person_id = p.id AND n.state NOT IN ('verified', 'unverified', 'closed')))
""")


async def keeps(tx: AsyncSession, person_id: UUID, instants: Instants) -> bool:
    """Tell whether a file keeps somebody whose needs are over their time; then they are looked at again, and a coordinator is told of an
    open file that nobody will have worked on for the whole term when `told_days` have passed."""
    values = {"person_id": person_id, "cutoff": instants["cutoff"], "told_before": instants["told_before"]}
    found = (await tx.execute(_KEEPING, values)).all()
    if not found:
        return False
    soon = instants["cutoff"] + (instants["at"] - instants["told_before"])
    for row in found:
        if row.state == "open" and row.worked_at is not None and row.worked_at < soon:
            await _tell(tx, row.id, row.worked_at)
    await tx.merge(RetentionLook(person_id=person_id, look_at=instants["at"] + LOOK_EVERY))
    return True


async def tidy(tx: AsyncSession) -> None:
    """Forget whom no look is for any more."""
    await tx.execute(_TIDY)


async def _tell(tx: AsyncSession, case_id: UUID, worked_at: datetime) -> None:
    """Propose to close a file, unless that was said since it was last worked on. Who works there may propose it themselves."""
    case = await store.locked_case(tx, Caller.system("retention"), case_id)
    told = (await tx.execute(_TOLD, {"case_id": case_id})).scalar()
    if case is None or case.state != "open" or (told is not None and told >= worked_at):
        return
    case.closing_reason = case.closing_reason or REASON
    case.version += 1
    await write_step(tx, case, Step.FORGOTTEN, reason=REASON)

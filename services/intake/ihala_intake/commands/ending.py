"""What is under way for somebody who is erased ends with them: with their key gone nobody could finish it."""

from collections.abc import Sequence
from uuid import UUID

from ihala_kit.db import now
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake.casework import store
from ihala_intake.commands import cases, hand_overs, parting, programme_plan_rows
from ihala_intake.commands.case_steps import ERASED
from ihala_intake.protection import store as protected
from ihala_intake.tables import DataKey, Person

LEFT = "end-what-erasure-left"  # due work, by person
# Help and plans are locked before their parts, as whoever pays or settles one does.
_END = (
    """UPDATE appointment SET state = 'cancelled', reason = 'erased', recorded_at = :at, version = version + 1
       WHERE state = 'planned' AND case_id = ANY(:cases)""",
    """UPDATE follow_up SET state = 'lapsed', next_at = NULL, version = version + 1
       WHERE state IN ('planned', 'due') AND need_id IN (SELECT id FROM need WHERE case_id = ANY(:cases))""",
    """UPDATE plan SET state = 'ended', end_reason = 'other', ended_at = :at, version = version + 1
       WHERE state = 'active' AND case_id = ANY(:cases)""",
    "UPDATE plan_step SET state = 'dropped', settled_at = :at WHERE state = 'planned' AND case_id = ANY(:cases)",
    """UPDATE assistance SET cancelled_reason = 'erased', version = version + 1
       WHERE state IN ('promised', 'partly_given') AND case_id = ANY(:cases)""",
    "UPDATE instalment SET state = 'cancelled' WHERE state = 'planned' AND case_id = ANY(:cases)",
    """UPDATE assistance a SET state = CASE WHEN EXISTS (SELECT FROM instalment i WHERE i.assistance_id = a.id AND i.state = 'paid')
       THEN 'given' ELSE 'cancelled' END WHERE state IN ('promised', 'partly_given') AND case_id = ANY(:cases)""",
)


async def end_all(tx: AsyncSession, person: Person) -> None:
    """End a locked person's cases and all that was planned or sent for them; emits HandOverEnded, CaseClosed, ProgrammePlanSettled.

    What was paid stays paid. A complaint stays with those who handle it: it is about somebody else's work. Whoever might have been the
    same person is doubted no more for that, and their needs go on: nobody could compare the two.
    """
    found = await store.locked_cases_of(tx, person.id)
    for case in found:
        await hand_overs.withdraw(tx, case, ERASED)
        if case.state == "open":
            case.version += 1
            await cases.end(tx, case, ERASED)
    await tx.flush()
    await _run(tx, [case.id for case in found])
    await programme_plan_rows.end_with(tx, person.id, ERASED)
    await parting.end_doubts(tx, person.operator_id, [person.id])


async def end_left(tx: AsyncSession, person_id: UUID) -> None:
    """Do so for somebody who was erased when that ended no case yet: nobody could close it."""
    await protected.locked_needs(tx, [person_id])
    [person] = await protected.locked_persons(tx, [person_id])
    key = await tx.get_one(DataKey, person.key_id)
    if key.wrapped is None:
        await end_all(tx, person)


async def _run(tx: AsyncSession, case_ids: Sequence[UUID]) -> None:
    about = {"cases": list(case_ids), "at": now(tx)}
    for statement in _END if case_ids else ():
        await tx.execute(text(statement), {name: value for name, value in about.items() if f":{name}" in statement})

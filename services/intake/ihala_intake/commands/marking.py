"""By what people are found, written down again for those who were stored before there was that kind of mark.

Begun by a migration, done by the clock: a batch a transaction, and the next one begins where the last one ended, whatever happens between.
"""

from uuid import UUID

from ihala_kit.db import now
from ihala_kit.due import schedule
from sqlalchemy.dialects.postgresql import insert
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import people_store
from ihala_intake.commands.people import marks_for, open_person
from ihala_intake.tables import PersonMark

MARK = "mark-names"  # due work, begun by migrations
AT_ONCE = 200


async def mark_some(tx: AsyncSession, run: UUID, after: UUID | None) -> None:
    """Write the marks of the next people who can be found at all, and go on with those behind them.

    The marks they have stay. Pairs among them are not looked for: each is a pair as soon as somebody like them comes, and the batch review
    goes through all.
    """
    found = await people_store.locked_findable(tx, after, AT_ONCE)
    marks = [mark.model_dump() for person in found for mark in marks_for(tx, person, await open_person(tx, person))]
    if marks:
        await tx.execute(insert(PersonMark).on_conflict_do_nothing(), marks)
    if len(found) == AT_ONCE:
        await schedule(tx, MARK, run, now(tx), {"after": str(found[-1].id)})

"""Has a slip drawn: what there is to say to a person without a phone, to be handed over at the next visit. It is kept nowhere."""

from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import Database, now
from ihala_kit.words import Language
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.calls import commands, rules, saying, store
from ihala_notify.calls.errors import CallNotPrintable
from ihala_notify.letters import printing
from ihala_notify.letters.sheets import Sheet, news_of

ELSE_IN: Language = "ar"  # as intake has it of who said nothing


async def slip(database: Database, caller: Caller, call_id: UUID, language: Language | None) -> bytes:
    """Return a slip as PDF: in this language, or else in the person's own.

    Raises CallNotFound (404), CallNotPrintable (409), ServiceUnavailable (503) when drawing takes too long.
    """
    async with database.transaction(caller) as tx:
        sheet = await _sheet(tx, caller, call_id, language)
    return await printing.drawn(sheet, call_id)


async def _sheet(tx: AsyncSession, caller: Caller, call_id: UUID, language: Language | None) -> Sheet:
    call = await store.call(tx, caller, call_id)
    rules.demand_printable(call)
    rows = await store.to_say(tx, caller, call)
    told = saying.on_paper(rows, await commands.words_of(tx, call, rows), language or _own(rows) or ELSE_IN)
    if told is None:
        raise CallNotPrintable(why="phone_unknown")
    office = {"names": rows[0].operator_names, "phone": rows[0].operator_phone}
    return news_of(told.language, office, told.texts, now(tx) if told.in_full else None)


def _own(rows: store.Rows) -> Language | None:
    """Return the person's language, as it was when the last of these was to be sent."""
    return next((row.language for row in reversed(rows) if row.language), None)

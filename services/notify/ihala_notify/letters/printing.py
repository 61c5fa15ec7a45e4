"""Has the sheet of a letter drawn, outside of any transaction and of this process; the name on it is kept nowhere."""

import json
import logging
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.problems import ServiceUnavailable
from ihala_kit.untrusted import process
from ihala_kit.vault import Vault
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.letters import codes, commands, store
from ihala_notify.letters.errors import LetterTakesNoName
from ihala_notify.letters.sheets import Facts, Sheet, sheet_of
from ihala_notify.letters.tables import Letter

log = logging.getLogger(__name__)


async def sheet(database: Database, caller: Caller, letter_id: UUID, bearer: str | None) -> bytes:
    """Return a letter's sheet as PDF.

    Raises LetterNotFound (404), LetterMoveNotAllowed, LetterTakesNoName (409), ServiceUnavailable (503) when drawing takes too long.
    """
    async with database.transaction(caller) as tx:
        letter = await store.letter(tx, caller, letter_id)
        await commands.demand_valid(tx, caller, letter)
        if bearer is not None and letter.shows == "bare":
            raise LetterTakesNoName()
        told = await _told(tx, letter, bearer)
    return await drawn(told, letter_id)


async def drawn(told: Sheet, about: UUID) -> bytes:
    """Return a sheet as PDF, in no transaction; `about` is the id of what it is of, for the log.

    Raises ServiceUnavailable (503) when drawing takes too long.
    """
    ended = await process.run("ihala_notify.letters.draw", data=json.dumps(told.as_dict()).encode())
    if ended.returncode != 0 or not ended.said.startswith(b"%PDF-"):
        log.error("a sheet was not drawn", extra={"about": str(about), "returncode": ended.returncode})
        raise ServiceUnavailable(retry_after_s=30)
    return ended.said


async def _told(tx: AsyncSession, letter: Letter, bearer: str | None) -> Sheet:
    known = await store.printed(tx, letter)
    facts = Facts(
        known["office"], known["need"]["reference"], known["provider"], known["service"], letter.issued_at, letter.valid_until, bearer
    )
    settings = tx.info["service"]
    code = codes.code_of(Vault.of(settings), letter.id)
    return sheet_of(letter.kind, letter.shows, letter.language, facts, code, f"{settings.issuer}/notify/v1/slips/{code}")

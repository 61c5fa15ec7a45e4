"""Every change of a letter, and what its office is shown of it."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import Database, now
from ihala_kit.ids import new_id
from ihala_kit.vault import Vault
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.letters import codes, models, rules, store
from ihala_notify.letters.errors import LetterMoveNotAllowed, LetterNotAllowed
from ihala_notify.letters.tables import Letter

TRIES = 5  # a code that another letter has: once in thousands of letters, never twice in a row
KEPT = timedelta(days=365)  # after it stopped being good


async def issue(tx: AsyncSession, caller: Caller, wanted: models.LetterRequest) -> models.IssuedLetter:
    """Give out a letter. Raises LetterNeedNotFound (404), LetterNotAllowed (409)."""
    about = await store.about(tx, caller, wanted.need_id, wanted.referral_id if wanted.kind == "referral_slip" else None)
    accepted = about.referral_id is not None
    why = rules.refusal(wanted.kind, about.sensitivity, ended=about.ended, asked_for=wanted.asked_for, accepted=accepted)
    if why is not None:
        raise LetterNotAllowed(why=why)
    shows = rules.shows(wanted.kind, about.sensitivity, asked_for=wanted.asked_for, hidden_provider=about.hidden_provider)
    vault, at = Vault.of(tx.info["service"]), now(tx)
    for _ in range(TRIES):
        letter_id = new_id()
        code = codes.code_of(vault, letter_id)
        made = Letter(
            id=letter_id, operator_id=caller.organization_id, need_id=wanted.need_id,
            referral_id=about.referral_id if wanted.kind == "referral_slip" and shows != "bare" else None,
            kind=wanted.kind, shows=shows, asked_for=wanted.asked_for, language=wanted.language, restricted=shows == "bare",
            code_hash=codes.hash_of(vault, code), issued_by=_by(caller), issued_at=at, valid_until=at + rules.LASTS[wanted.kind], version=1,
        )  # fmt: skip
        if await store.keep(tx, made):
            return models.IssuedLetter(**_shown(made, "valid").model_dump(), code=code)
    raise RuntimeError("no free code for a letter")


async def use(tx: AsyncSession, caller: Caller, letter_id: UUID, version: int) -> models.Letter:
    """Say that the letter was shown and has done its work. Raises LetterNotFound (404), Stale (412), LetterMoveNotAllowed (409)."""
    letter = await store.locked(tx, caller, letter_id, version)
    await _demand(tx, caller, letter, {"valid"})
    letter.used_at, letter.used_by, letter.version = now(tx), _by(caller), letter.version + 1
    return _shown(letter, "used")


async def revoke(tx: AsyncSession, caller: Caller, letter_id: UUID, version: int) -> models.Letter:
    """Let the letter be good no more. Raises LetterNotFound (404), Stale (412), LetterMoveNotAllowed (409)."""
    letter = await store.locked(tx, caller, letter_id, version)
    await _demand(tx, caller, letter, {"valid", "ended", "expired"})
    letter.revoked_at, letter.revoked_by, letter.version = now(tx), _by(caller), letter.version + 1
    return _shown(letter, "revoked")


async def shown(tx: AsyncSession, caller: Caller, rows: Sequence[Letter]) -> list[models.Letter]:
    """Return letters that the caller may see, each with how it stands now. What became restricted meanwhile only the cleared are shown,
    and a letter that says more than may be said now, of the need or of who helps, is over."""
    if not rows:
        return []
    known, at = await store.known(tx, caller, rows), now(tx)
    return [
        _shown(row, rules.state_of(row, ended=_is_over(row, known), at=at))
        for row in rows
        if caller.cleared or not known.is_restricted(row.need_id)
    ]


def _is_over(letter: Letter, known: store.Known) -> bool:
    """Tell whether what it is about is over, or it shows more than one given out now would."""
    allowed = rules.shows(
        letter.kind, known.sensitivity[letter.need_id], asked_for=letter.asked_for, hidden_provider=letter.referral_id in known.hidden
    )
    return bool(known.over & {letter.need_id, letter.referral_id}) or rules.says_more(letter.shows, allowed)


async def forget(database: Database) -> int:
    """Delete letters a year after they stopped being good (domain time); return how many. For a Job."""
    return await store.forget(database, database.clock.now() - KEPT)


async def demand_valid(tx: AsyncSession, caller: Caller, letter: Letter) -> None:
    """Go on only for a letter that is good. Raises LetterMoveNotAllowed (409)."""
    await _demand(tx, caller, letter, {"valid"})


async def _demand(tx: AsyncSession, caller: Caller, letter: Letter, states: set[rules.State]) -> None:
    [found] = await shown(tx, caller, [letter])
    if found.state not in states:
        raise LetterMoveNotAllowed(state=found.state)


def _by(caller: Caller) -> str:
    return caller.account_id or caller.acting_officer or caller.client_id


def _shown(letter: Letter, state: rules.State) -> models.Letter:
    return models.Letter.model_validate({**letter.model_dump(exclude={"code_hash"}), "state": state})

"""Every query about letters; each takes the caller and returns only what they may see. Row policies hold the same once more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ihala_contracts.intake_v1 import Sensitivity
from ihala_kit.auth import Caller
from ihala_kit.db import Database, fetch, seeing_all
from ihala_kit.etag import Stale
from ihala_kit.pages import PageRequest
from sqlalchemy.dialects import postgresql
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.letters.errors import LetterNeedNotFound, LetterNotFound
from ihala_notify.letters.tables import Letter

AT_ONCE = 1000
PURPOSE = "letters"

_NEED = "SELECT operator_id, sensitivity, reference, ended FROM need WHERE need_id = $1 AND known"
# The referral that was asked for, or the newest that somebody has taken.
_REFERRAL = """
    SELECT referral_id, organization_id, service_id FROM referral
    WHERE of_need_id = $1 AND state = 'accepted' AND ($2::uuid IS NULL OR referral_id = $2) ORDER BY referral_id DESC LIMIT 1
"""
_OVER = """
    SELECT need_id AS id FROM need WHERE need_id = ANY($1) AND (ended OR operator_id IS DISTINCT FROM $3)
    UNION ALL SELECT referral_id FROM referral WHERE referral_id = ANY($2) AND state = 'ended'
"""
_SENSITIVITIES = "SELECT need_id, sensitivity FROM need WHERE need_id = ANY($1)"
_HIDDEN = """
    SELECT referral_id FROM referral LEFT JOIN organization USING (organization_id)
    WHERE referral_id = ANY($1) AND hidden IS NOT FALSE
"""
_ORGANIZATION = "SELECT names, phone, hidden FROM organization WHERE organization_id = $1"
_SERVICE = """
    SELECT coalesce(service.addresses -> referral.service_at_location_id::text, service.address) AS address,
           opening_hours, documents_to_bring
    FROM referral JOIN service USING (service_id) WHERE referral_id = $1
"""
_PROVIDER = "SELECT organization_id FROM referral WHERE referral_id = $1"
_FORGET = """
    DELETE FROM letter WHERE id IN (SELECT id FROM letter WHERE valid_until < $1 ORDER BY valid_until LIMIT $2) RETURNING id
"""


@dataclass(frozen=True, slots=True)
class About:
    """What a letter is about, as far as notify knows it."""

    sensitivity: Sensitivity
    reference: str
    ended: bool
    referral_id: UUID | None
    hidden_provider: bool


@dataclass(frozen=True, slots=True)
class Known:
    """How what some letters are about stands now."""

    over: set[UUID]  # needs and referrals that are over, or another operator's by now
    sensitivity: dict[UUID, Sensitivity]  # by need
    hidden: set[UUID]  # referrals of whose provider nobody may read

    def is_restricted(self, need_id: UUID) -> bool:
        """Tell whether only the cleared may know of it."""
        return self.sensitivity[need_id] is Sensitivity.RESTRICTED


async def about(tx: AsyncSession, caller: Caller, need_id: UUID, referral_id: UUID | None) -> About:
    """Return what is known of a need of the caller's operator. Raises LetterNeedNotFound (404)."""
    async with seeing_all(tx, PURPOSE):
        found = await fetch(tx, _NEED, need_id)
        if not found or not _is_of_operator(caller) or found[0]["operator_id"] != caller.operator_id:
            raise LetterNeedNotFound()
        taken = await fetch(tx, _REFERRAL, need_id, referral_id)
        provider = await fetch(tx, _ORGANIZATION, taken[0]["organization_id"]) if taken else []
    sensitivity = Sensitivity(found[0]["sensitivity"])
    if sensitivity is Sensitivity.RESTRICTED and not caller.cleared:
        raise LetterNeedNotFound()
    hidden = not provider or provider[0]["hidden"]
    return About(sensitivity, found[0]["reference"], found[0]["ended"], taken[0]["referral_id"] if taken else None, hidden)


async def keep(tx: AsyncSession, letter: Letter) -> bool:
    """Keep a new letter; False when another one has its code."""
    insert = postgresql.insert(Letter).values(letter.model_dump()).on_conflict_do_nothing(index_elements=["code_hash"])
    return (await tx.execute(insert.returning(col(Letter.id)))).one_or_none() is not None


async def letter(tx: AsyncSession, caller: Caller, letter_id: UUID) -> Letter:
    """Return one letter of the caller's operator. Raises LetterNotFound (404)."""
    return await _shown(tx, caller, await tx.get(Letter, letter_id))


async def by_hash(tx: AsyncSession, caller: Caller, code_hash: bytes | None) -> Letter:
    """Return the letter with this code. Raises LetterNotFound (404)."""
    query = select(Letter).where(col(Letter.code_hash) == code_hash)
    return await _shown(tx, caller, (await tx.exec(query)).one_or_none() if code_hash else None)


async def locked(tx: AsyncSession, caller: Caller, letter_id: UUID, version: int) -> Letter:
    """Return it locked, in the version that the caller read. Raises LetterNotFound (404), Stale (412)."""
    query = select(Letter).where(col(Letter.id) == letter_id).with_for_update()
    found = await _shown(tx, caller, (await tx.exec(query, execution_options={"populate_existing": True})).one_or_none())
    if found.version != version:
        raise Stale()
    return found


async def letters(tx: AsyncSession, caller: Caller, need_id: UUID | None, page: PageRequest) -> Sequence[Letter]:
    """Return letters of the caller's operator, newest first; whoever is no operator sees none."""
    if not _is_of_operator(caller):
        return []
    query = select(Letter).where(col(Letter.operator_id) == caller.operator_id)
    if not caller.cleared:
        query = query.where(col(Letter.restricted).is_(False))
    if need_id is not None:
        query = query.where(col(Letter.need_id) == need_id)
    if after := page.after_as(UUID):
        query = query.where(col(Letter.id) < after[0])
    return (await tx.exec(query.order_by(col(Letter.id).desc()).limit(page.fetch))).all()


async def known(tx: AsyncSession, caller: Caller, rows: Sequence[Letter]) -> Known:
    """Return how what the letters are about stands now; a need that is not known (any more) counts as restricted."""
    needs = [row.need_id for row in rows]
    referrals = [row.referral_id for row in rows if row.referral_id]
    async with seeing_all(tx, PURPOSE):
        ended = await fetch(tx, _OVER, needs, referrals, caller.operator_id)
        needed = await fetch(tx, _SENSITIVITIES, needs)
        hidden = await fetch(tx, _HIDDEN, referrals)
    told = {row["need_id"]: Sensitivity(row["sensitivity"]) for row in needed if row["sensitivity"]}
    sensitivity = dict.fromkeys(needs, Sensitivity.RESTRICTED) | told
    return Known({row["id"] for row in ended}, sensitivity, {row["referral_id"] for row in hidden})


async def printed(tx: AsyncSession, found: Letter) -> dict[str, Any]:
    """Return what the sheet of a letter that the caller may see can say: office, need and, where there is one, provider and service."""
    async with seeing_all(tx, PURPOSE):
        office = await fetch(tx, _ORGANIZATION, found.operator_id)
        need = await fetch(tx, _NEED, found.need_id)
        receiving = await fetch(tx, _PROVIDER, found.referral_id) if found.referral_id else []
        provider = await fetch(tx, _ORGANIZATION, receiving[0]["organization_id"]) if receiving else []
        service = await fetch(tx, _SERVICE, found.referral_id) if receiving else []
    named = {"office": office, "need": need, "provider": provider, "service": service}
    return {name: dict(rows[0]) if rows else {} for name, rows in named.items()}


async def forget(database: Database, before: datetime) -> int:
    """Delete up to a thousand letters that stopped being good before that instant; return how many."""
    async with database.transaction(Caller.system("purge")) as tx:
        return len(await fetch(tx, _FORGET, before, AT_ONCE))


async def _shown(tx: AsyncSession, caller: Caller, found: Letter | None) -> Letter:
    if found is None or not _is_of_operator(caller) or found.operator_id != caller.operator_id:
        raise LetterNotFound()
    if not caller.cleared and (found.restricted or (await known(tx, caller, [found])).is_restricted(found.need_id)):
        raise LetterNotFound()
    return found


def _is_of_operator(caller: Caller) -> bool:
    return caller.operator_id is not None and caller.operator_id == caller.organization_id

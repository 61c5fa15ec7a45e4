"""A referral that should never have been is emptied: asked for by one person, decided by another, one of them the data-protection officer.

What was said and shown is taken out; that there was a referral, its moves and who made them stay.
"""

from collections.abc import Sequence
from uuid import UUID

from ihala_contracts.referral_v1 import ReferralRedacted
from ihala_kit.auth import Caller
from ihala_kit.ids import new_id
from ihala_kit.pages import PageRequest
from ihala_kit.two_people import Hand
from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import announcing, clock, lifecycle, store
from ihala_referral.commands import ending
from ihala_referral.consequences import Consequence, Exclude, Next
from ihala_referral.errors import MoveNotAllowed
from ihala_referral.guards import Situation
from ihala_referral.parties import parties
from ihala_referral.sealing import GONE
from ihala_referral.states import OPEN, Act, Party, State
from ihala_referral.tables import Exchange, FileReference, Note, Redaction, Referral
from ihala_referral.together.errors import RedactionNotFound, RedactionUnderWay, SecondPersonNeeded
from ihala_referral.together.trouble_models import RedactionReason

REASON = "entered_in_error"
LOOKED_AT = Consequence(Next.TRIAGE, Exclude.NONE)  # the need may be as wrong as this was, or nobody agreed; the provider did nothing wrong
ASKERS = frozenset({Party.DPO, Party.COORDINATOR})


async def ask(tx: AsyncSession, caller: Caller, referral_id: UUID, reason: RedactionReason) -> Redaction:
    """Ask, as data-protection officer or coordinator of the owning office, that a referral be emptied.

    Raises ReferralNotFound (404), MoveNotAllowed, RedactionUnderWay (409).
    """
    situation, referral, who = await _begin(tx, caller, referral_id)
    if await _asked(tx, referral.id) is not None:
        raise RedactionUnderWay()
    row = Redaction(
        id=new_id(), referral_id=referral.id, operator_id=situation.placement.operator_id, reason=reason, state="asked",
        asked_at=situation.now, asked_client=caller.client_id, asked_officer=caller.acting_officer, asked_as_dpo=Party.DPO in who,
    )  # fmt: skip
    tx.add(row)
    by = Party.DPO if row.asked_as_dpo else Party.COORDINATOR
    announcing.record(tx, situation, "ask_redaction", by, referral.state, referral.state, referral=referral, reason=reason)
    return row


async def decide(tx: AsyncSession, caller: Caller, referral_id: UUID, *, agree: bool) -> Redaction:
    """Empty the referral, or leave it as it is; emits ReferralRedacted. Of an open one a coordinator decides what becomes of its need.

    Raises ReferralNotFound, RedactionNotFound (404), MoveNotAllowed, SecondPersonNeeded (409).
    """
    situation, referral, who = await _begin(tx, caller, referral_id)
    row = await _asked(tx, referral.id)
    if row is None:
        raise RedactionNotFound()
    two = Hand.of(caller).is_another_than(Hand(row.asked_client, row.asked_officer))
    if agree and not (two and (row.asked_as_dpo or Party.DPO in who)):
        raise SecondPersonNeeded()
    row.state, row.decided_at = "done" if agree else "refused", situation.now
    row.decided_client, row.decided_officer = caller.client_id, caller.acting_officer
    if agree:
        await _empty(tx, situation, referral)
    clock.wind(situation.placement, situation.referrals)
    return row


async def waiting(tx: AsyncSession, caller: Caller, page: PageRequest) -> Sequence[Redaction]:
    """Return a page of what waits for a second person at the caller's office, which owns the case now, oldest first."""
    owned = col(Referral.operator_id) == caller.organization_id
    query = select(Redaction).join(Referral).where(col(Redaction.state) == "asked", owned)
    after = page.after_as(UUID)
    if after is not None:
        query = query.where(col(Redaction.id) > after[0])
    return (await tx.exec(query.order_by(col(Redaction.id)).limit(page.fetch))).all()


async def _begin(tx: AsyncSession, caller: Caller, referral_id: UUID) -> tuple[Situation, Referral, frozenset[Party]]:
    situation, referral = await store.locked_for_move(tx, referral_id)
    who = parties(caller, referral)
    if not who & ASKERS or referral.state is State.ENTERED_IN_ERROR:
        raise MoveNotAllowed(moves=lifecycle.allowed(situation, referral, who))
    return situation, referral, who


async def _asked(tx: AsyncSession, referral_id: UUID) -> Redaction | None:
    query = select(Redaction).where(col(Redaction.referral_id) == referral_id, col(Redaction.state) == "asked")
    return (await tx.exec(query)).one_or_none()


async def _empty(tx: AsyncSession, situation: Situation, referral: Referral) -> None:
    before = referral.state
    if before in OPEN:
        await ending.end(tx, situation, referral, Act.REDACT, Party.DPO, REASON, consequence=LOOKED_AT, before=before.value)
    else:
        lifecycle.move(situation, referral, Act.REDACT, Party.DPO)
        referral.reason = REASON
        announcing.record(tx, situation, Act.REDACT, Party.DPO, before, referral.state, referral=referral, reason=REASON)
        told = {"service_at_location_id": referral.service_at_location_id, "before": before.value}
        announcing.moved(tx, situation, referral, ReferralRedacted, **told)
    await take_out(tx, situation, referral)


async def take_out(tx: AsyncSession, situation: Situation, referral: Referral) -> None:
    """Destroy what was said and shown of a referral."""
    referral.shown = referral.comment = referral.criterion = referral.outcomes = referral.tries = None
    referral.attributes = []
    of_it = referral.id
    await tx.exec(update(Exchange).where(col(Exchange.referral_id) == of_it).values(question=GONE, answer=None))
    await tx.exec(update(Note).where(col(Note.referral_id) == of_it).values(text=GONE))
    still_named = (col(FileReference.referral_id) == of_it, col(FileReference.removed_at).is_(None))
    await tx.exec(update(FileReference).where(*still_named).values(removed_at=situation.now))

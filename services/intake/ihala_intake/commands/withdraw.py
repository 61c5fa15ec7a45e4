"""The one door of withdrawal. What was disclosed is closed and referral is told in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from ihala_contracts.intake_v1 import ConsentWithdrawn
from ihala_kit.auth import Caller
from ihala_kit.db import now, seeing_all
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import store, views
from ihala_intake.casework import store as casework
from ihala_intake.commands import follow_ups, hand_overs, revisions
from ihala_intake.commands.disclose import close
from ihala_intake.commands.moves import move
from ihala_intake.details import ConsentDetails
from ihala_intake.errors import AlreadyWithdrawn, ConsentNotFound, NeedNotFound, ReferralNotFound
from ihala_intake.models.consents import WithdrawalIn, Withdrawn, WithdrawnNeed
from ihala_intake.needs import Act
from ihala_intake.tables import Consent, Need


@dataclass(frozen=True)
class _Part:
    """What is taken back, locked: the needs, then their consent."""

    needs: Sequence[Need]
    consent: Consent
    need_id: UUID | None = None
    referral_id: UUID | None = None


async def withdraw(tx: AsyncSession, caller: Caller, body: WithdrawalIn) -> Withdrawn:
    """Take back a consent, or its part for one need or referral; emits ConsentWithdrawn, DisclosureClosed and NeedStateChanged, and
    HandOverEnded where the case of a consent was offered to another operator: its office asks the person anew before it offers again.

    A consent ends for what receivers found under it, too, which its giver may not see.
    Raises ConsentNotFound, NeedNotFound, ReferralNotFound (404), AlreadyWithdrawn (409).
    """
    if body.consent_id is None:
        return await _take_back(tx, caller, body, await _of_need(tx, caller, body))
    if await store.consent_of(tx, caller, body.consent_id) is None:
        raise ConsentNotFound()
    async with seeing_all(tx, "withdrawal"):
        needs = await store.locked_needs_of_consent(tx, body.consent_id)
        return await _take_back(tx, caller, body, _Part(needs, await store.locked_consent(tx, body.consent_id)))


async def _take_back(tx: AsyncSession, caller: Caller, body: WithdrawalIn, part: _Part) -> Withdrawn:
    await _refuse_twice(tx, part)
    consent, at = part.consent, now(tx)
    whole = part.need_id is None
    consent.state = "withdrawn" if whole else consent.state
    consent.changed_at = at
    said = ConsentDetails(how=body.how, said_by=body.by)
    await revisions.add_next(tx, consent, "withdrawn", said, need_id=part.need_id, referral_id=part.referral_id)
    closed = await store.open_disclosures(tx, consent.id, need_id=part.need_id, referral_id=part.referral_id)
    for disclosure in closed:
        close(tx, disclosure, "withdrawn")
    for need in part.needs:
        _tell(tx, need, part)
        if part.referral_id is None:
            await follow_ups.let_go(tx, need)
    if whole:
        await _stay(tx, consent.case_id)
    return Withdrawn(
        consent_id=consent.id, revision=consent.revision, referral_id=part.referral_id, withdrawn_at=at,
        disclosures_closed=None if caller.organization_kind in store.INTERIOR else len(closed),
        needs=[WithdrawnNeed(need_id=need.id, state=views.state(caller, need)) for need in part.needs if store.is_own(caller, need)],
    )  # fmt: skip


async def _stay(tx: AsyncSession, case_id: UUID) -> None:
    """End what is offered of the case to another operator: the person agreed to that together with what is taken back now."""
    case = await casework.locked_case(tx, Caller.system("withdrawal"), case_id)
    if case is not None:
        await hand_overs.withdraw(tx, case, "withdrawn")


def _tell(tx: AsyncSession, need: Need, part: _Part) -> None:
    """Move the need, unless only one referral of it was taken back; tell referral, if it ever heard of the need."""
    if part.referral_id is None:
        move(tx, need, Act.WITHDRAW, reason="withdrawn")
    if need.announced_at is not None:
        emit(tx, ConsentWithdrawn(
            need_id=need.id, operator_id=need.operator_id, referral_id=part.referral_id, consent_id=part.consent.id,
            revision=part.consent.revision, withdrawn_at=now(tx),
        ))  # fmt: skip


async def _of_need(tx: AsyncSession, caller: Caller, body: WithdrawalIn) -> _Part:
    need_id = body.need_id
    if body.referral_id is not None:
        copy = await store.own_copy(tx, caller, body.referral_id)
        if copy is None:
            raise ReferralNotFound()
        need_id = copy.need_id
    need = await store.locked_need(tx, caller, need_id) if need_id else None
    if need is None:
        raise NeedNotFound()
    return _Part([need], await store.locked_consent(tx, need.consent_id), need.id, body.referral_id)


async def _refuse_twice(tx: AsyncSession, part: _Part) -> None:
    needs, referrals = await store.withdrawn_parts(tx, part.consent.id)
    if part.consent.state not in ("given", "awaited") or part.need_id in needs or part.referral_id in referrals:
        raise AlreadyWithdrawn()

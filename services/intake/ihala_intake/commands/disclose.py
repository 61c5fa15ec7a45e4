"""Opening and closing what a receiver may read of a person."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from ihala_contracts.intake_v1 import DisclosureClosed, DisclosureOpened, DisclosureRefused, NeedState
from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.due import schedule
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import consent_rules, store
from ihala_intake.commands import reaching, revisions
from ihala_intake.commands.people import open_person
from ihala_intake.errors import PersonErased
from ihala_intake.policy import ACCESS_AFTER_THE_END
from ihala_intake.tables import Consent, Disclosure, Need, Person, ReferralCopy

PERIOD_OVER = "close-disclosure"
TAKEN_BACK = frozenset({"refused", "withdrawn"})  # not what waits for a decision: nobody said no


async def open_or_refuse(tx: AsyncSession, need: Need, copy: ReferralCopy) -> None:
    """Answer an acceptance under the consent's lock: DisclosureOpened, or DisclosureRefused. The need is locked already.

    An organisation that is suspended as far as intake knows gets neither: its referral is about to fail, and if it was reinstated
    meanwhile, that event opens it.
    """
    consent = await store.locked_consent(tx, need.consent_id)
    if await store.disclosure_of_referral(tx, copy.referral_id) is not None:
        return
    refusal = await _refusal(tx, need, consent, copy)
    if refusal is not None:
        copy.state, copy.refused_reason = "refused", refusal
        emit(tx, DisclosureRefused(
            need_id=need.id, operator_id=need.operator_id, referral_id=copy.referral_id, organization_id=copy.organization_id,
            reason=refusal, refused_at=now(tx),
        ))  # fmt: skip
    elif not await store.is_suspended(tx, copy.organization_id):
        await _open(tx, need, consent, copy)


def close(tx: AsyncSession, disclosure: Disclosure, reason: str) -> None:
    """End a receiver's right to read, and ask it to delete; emits DisclosureClosed. The disclosure is locked and open."""
    disclosure.state, disclosure.closed_at, disclosure.reason = "closed", now(tx), reason
    disclosure.acknowledge_by = consent_rules.acknowledge_by(reason, disclosure.closed_at)
    emit(tx, DisclosureClosed(
        need_id=disclosure.need_id, operator_id=disclosure.operator_id, disclosure_id=disclosure.id, referral_id=disclosure.referral_id,
        organization_id=disclosure.organization_id, reason=reason, closed_at=disclosure.closed_at,
        acknowledge_by=disclosure.acknowledge_by,
    ))  # fmt: skip


async def open_again(tx: AsyncSession, needs: Sequence[Need], consent: Consent) -> None:
    """Open what ended with a consent's last day, where it holds again and the referral goes on; emits DisclosureOpened for each.

    The needs and their consent are locked. What the receiver said of what it had read is over: it reads anew, and is asked anew.
    """
    for disclosure in await store.ended_with_consent(tx, consent.id):
        need = next(one for one in needs if one.id == disclosure.need_id)
        copy = await tx.get_one(ReferralCopy, disclosure.referral_id, populate_existing=True)
        if copy.state != "accepted" or await _refusal(tx, need, consent, copy) or await store.is_suspended(tx, copy.organization_id):
            continue
        disclosure.state, disclosure.opened_at, disclosure.closed_at, disclosure.reason = "open", now(tx), None, None
        disclosure.categories, disclosure.revision = consent.categories, consent.revision
        disclosure.acknowledge_by = disclosure.acknowledged_at = disclosure.silent_since = None
        disclosure.acknowledgement = disclosure.legal_basis = None
        emit(tx, await opened(tx, need, await store.person(tx, need.person_id), disclosure))


async def close_later(tx: AsyncSession, disclosure: Disclosure, ended_at: datetime) -> None:
    """Let the receiver read for 14 days after the end, to write what it must."""
    disclosure.ends_at = ended_at + ACCESS_AFTER_THE_END
    await schedule(tx, PERIOD_OVER, disclosure.id, disclosure.ends_at)


async def _refusal(tx: AsyncSession, need: Need, consent: Consent, copy: ReferralCopy) -> consent_rules.Refusal | None:
    needs, referrals = await store.withdrawn_parts(tx, consent.id)
    return consent_rules.refusal(
        revisions.allowed(consent), copy.organization_id, now(tx),
        need_closed=need.state == NeedState.CLOSED,
        withdrawn=consent.state in TAKEN_BACK or need.id in needs or copy.referral_id in referrals,
    )  # fmt: skip


async def _open(tx: AsyncSession, need: Need, consent: Consent, copy: ReferralCopy) -> None:
    person = await store.person(tx, need.person_id)
    disclosure = Disclosure(
        id=new_id(), referral_id=copy.referral_id, organization_id=copy.organization_id, operator_id=need.operator_id,
        origin_id=need.origin_id, need_id=need.id, person_id=person.id, household_id=person.household_id, consent_id=consent.id,
        revision=consent.revision, categories=consent.categories, sensitivity=need.sensitivity, state="open", opened_at=now(tx),
    )  # fmt: skip
    tx.add(disclosure)
    emit(tx, await opened(tx, need, person, disclosure))


async def opened(tx: AsyncSession, need: Need, person: Person, disclosure: Disclosure) -> DisclosureOpened:
    """Return the event that tells of an open disclosure, as it is now."""
    try:
        known = await open_person(tx, person)
    except PersonErased:
        known = None
    return reaching.opened(tx, need, person, disclosure, known)


async def open_awaiting(tx: AsyncSession, referral_id: UUID) -> None:
    """Answer an acceptance that waited while its organisation was suspended, if it still stands."""
    copy = await tx.get_one(ReferralCopy, referral_id)
    need = await store.locked_need(tx, Caller.system("clock"), copy.need_id)
    await tx.refresh(copy)
    if need is not None and copy.state == "accepted":
        await open_or_refuse(tx, need, copy)

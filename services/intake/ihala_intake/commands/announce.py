"""Telling referral of a need: at once, or as soon as referral's first sealing key is known."""

from ihala_contracts.intake_v1 import ConsentScope, NeedIdentified, Sensitivity, Urgency
from ihala_kit.auth import Caller
from ihala_kit.db import Database, now
from ihala_kit.outbox import emit
from ihala_kit.sealed import seal_for
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import store
from ihala_intake.casework import store as casework
from ihala_intake.commands.people import open_person
from ihala_intake.details import PersonDetails
from ihala_intake.errors import PersonErased
from ihala_intake.facts import facts_of
from ihala_intake.tables import Consent, Need

AT_ONCE = 50


def scope_of(consent: Consent) -> ConsentScope:
    """Return what the newest revision allows, as events tell it."""
    return ConsentScope(
        consent_id=consent.id, revision=consent.revision, given=consent.state == "given", recipients=consent.recipients,
        objections=consent.objections, categories=consent.categories, until=consent.until,
    )  # fmt: skip


async def sealed_facts(tx: AsyncSession, need: Need, person: PersonDetails) -> str | None:
    """Return the facts sealed to referral; None for a restricted need, and while referral's key is not known."""
    if need.sensitivity == Sensitivity.RESTRICTED:
        return None
    return await seal_for(tx, "referral", need.id, dict(facts_of(person, now(tx))))


async def announce(tx: AsyncSession, need: Need, consent: Consent, person: PersonDetails, *, made_now: bool = False) -> bool:
    """Emit NeedIdentified for a new or locked need; return False when it has to wait for referral's key.

    Of a person who was made just now nothing is looked for.
    """
    facts = await sealed_facts(tx, need, person)
    need.waits = facts is None and need.sensitivity != Sensitivity.RESTRICTED
    if need.waits:
        return False
    need.announced_at = now(tx)
    emit(tx, await identified(tx, need, consent, facts, made_now=made_now))
    return True


async def identified(tx: AsyncSession, need: Need, consent: Consent, facts: str | None, *, made_now: bool = False) -> NeedIdentified:
    """Return the event that tells of a need, as it is now."""
    alone = made_now or need.sensitivity == Sensitivity.RESTRICTED
    return NeedIdentified(
        need_id=need.id, operator_id=need.operator_id, case_id=need.case_id, reference=need.reference, need_code=need.code,
        sensitivity=Sensitivity(need.sensitivity), urgency=Urgency(need.urgency), governorate=need.governorate, district=need.district,
        origin_id=need.origin_id, origin_kind=need.origin_kind, match_settled=need.match_settled, consent=scope_of(consent),
        facts=facts, preferred_reservation_id=need.preferred_reservation_id, requested_at=need.requested_at,
        messages_wanted=need.messages_wanted, earlier_cases=[] if alone else await casework.other_cases(tx, need),
    )  # fmt: skip


async def announce_waiting(database: Database) -> int:
    """Announce up to 50 needs that wait, the oldest first; return how many. For a Job, which runs again while it is not 0."""
    query = select(Need).where(col(Need.waits)).order_by(col(Need.requested_at), col(Need.id)).limit(AT_ONCE)
    announced = 0
    async with database.transaction(Caller.system("announce")) as tx:
        for need in await tx.exec(query.with_for_update(key_share=True, skip_locked=True)):
            try:
                person = await open_person(tx, await store.person(tx, need.person_id))
            except PersonErased:
                need.waits = False
                continue
            consent = await tx.get_one(Consent, need.consent_id)
            announced += await announce(tx, need, consent, person)
    return announced

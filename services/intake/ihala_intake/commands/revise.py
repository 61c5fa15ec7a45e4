"""A new revision of a consent: what is open follows it, and referral is told."""

from collections.abc import Sequence
from uuid import UUID

from ihala_contracts.intake_v1 import NeedConsentChanged, NeedState
from ihala_kit.auth import Caller
from ihala_kit.db import now, seeing_all
from ihala_kit.etag import Stale
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import needs, store
from ihala_intake.commands import checks, revisions
from ihala_intake.commands.announce import announce, scope_of
from ihala_intake.commands.disclose import close, open_again, opened
from ihala_intake.commands.people import open_person
from ihala_intake.commands.read import open_need
from ihala_intake.consent_rules import is_for
from ihala_intake.emergencies import commands as emergencies
from ihala_intake.errors import ConsentEnded, ConsentNotFound, WithdrawalHasOneDoor
from ihala_intake.errors_consents import GuardianNeeded
from ihala_intake.models.consents import ConsentIn, ConsentView
from ihala_intake.tables import Consent, Need


async def revise(tx: AsyncSession, caller: Caller, consent_id: UUID, revision: int, body: ConsentIn) -> ConsentView:
    """Write down what the person allows from now on; emits NeedConsentChanged for each open need, NeedIdentified for those that waited
    for a consent, DisclosureClosed for receivers that it no longer covers, DisclosureOpened for those whose time was over with it, and
    for those who read other categories by it.

    Raises ConsentNotFound (404), Stale (412), ConsentEnded, WithdrawalHasOneDoor, NoDutyRoster (409), ConsentMissing, GuardianNeeded,
    MalformedRequest (422).
    """
    if await store.consent_of(tx, caller, consent_id) is None:
        raise ConsentNotFound()
    async with seeing_all(tx, "consent"):  # it holds for what receivers found under it, too, which its giver may not see
        return await _revised(tx, caller, consent_id, revision, body)


async def _revised(tx: AsyncSession, caller: Caller, consent_id: UUID, revision: int, body: ConsentIn) -> ConsentView:
    of_consent = await store.locked_needs_of_consent(tx, consent_id)
    consent = await store.locked_consent(tx, consent_id)
    if consent.revision != revision:
        raise Stale()
    _refuse(consent, body)
    checks.check_consent(body, now(tx), "#")
    before, person = consent.state, await open_person(tx, await store.person(tx, consent.person_id))
    checks.check_speakers(body, person, now(tx), "#")
    await _refuse_to_drop(tx, of_consent, body)
    revisions.write_down(consent, body, now(tx), person, spoken_for=await revisions.spoken_for(tx, consent))
    if before == "refused":  # what nobody was to be told of was taken whoever is on duty
        await emergencies.refuse_any_uncovered(tx, consent.operator_id, of_consent)
    if before == "given" and consent.state == "awaited":
        raise GuardianNeeded(pointer="#/guardian")  # what was given is taken back at one door alone
    act = "changed" if before == consent.state else consent.state
    await revisions.add_next(tx, consent, act, revisions.said(body))
    await follow(tx, of_consent, consent)
    return consent_view(consent, [need.id for need in of_consent if store.is_own(caller, need)])


async def shown(tx: AsyncSession, caller: Caller, consent_id: UUID) -> ConsentView:
    """Return a consent as it is now. A centre of the ministry learns of no receiver there that it did not name itself.

    Raises ConsentNotFound (404).
    """
    consent = await store.consent_of(tx, caller, consent_id)
    if consent is None:
        raise ConsentNotFound()
    view = consent_view(consent, await store.need_ids_of_consent(tx, consent_id))
    if caller.organization_kind not in store.INTERIOR:
        return view
    known = await store.named_by(tx, consent_id, caller.organization_id)
    return view.model_copy(update={
        "recipients": [one for one in view.recipients if one in known], "objections": [one for one in view.objections if one in known],
    })  # fmt: skip


def consent_view(consent: Consent, need_ids: list[UUID]) -> ConsentView:
    """Return a consent as it is now."""
    return ConsentView.model_validate(consent.model_dump() | {"consent_id": consent.id, "need_ids": need_ids})


def _refuse(consent: Consent, body: ConsentIn) -> None:
    if consent.state == "withdrawn":
        raise ConsentEnded()
    if not body.given:
        raise WithdrawalHasOneDoor()


async def _refuse_to_drop(tx: AsyncSession, of_consent: Sequence[Need], body: ConsentIn) -> None:
    """A need that goes on is taken out of a consent by withdrawing it, where access to it ends."""
    for need in of_consent:
        if body.needs and NeedState(need.state) in needs.UNFINISHED and not is_for(body.needs, (await open_need(tx, need)).code):
            raise WithdrawalHasOneDoor(pointer="#/needs")


async def follow(tx: AsyncSession, of_consent: Sequence[Need], consent: Consent) -> None:
    """Bring what is open to the newest revision: other categories, or closed; open what ended with the last one's time; tell referral.

    The needs and the consent are locked.
    """
    allowed = revisions.allowed(consent)
    for disclosure in await store.open_disclosures(tx, consent.id):
        if allowed.covers(disclosure.organization_id, now(tx)):
            other = disclosure.categories != consent.categories
            disclosure.categories, disclosure.revision = consent.categories, consent.revision
            if other:
                need = next(one for one in of_consent if one.id == disclosure.need_id)
                emit(tx, await opened(tx, need, await store.person(tx, need.person_id), disclosure))
        else:
            close(tx, disclosure, "consent_changed")
    await open_again(tx, of_consent, consent)
    for need in of_consent:
        await tell(tx, need, consent)


async def tell(tx: AsyncSession, need: Need, consent: Consent) -> None:
    """Tell referral of a need's newest consent: NeedConsentChanged, or NeedIdentified if it never heard of the need."""
    state = NeedState(need.state)
    if need.announced_at is not None and state in needs.UNFINISHED:
        changed = NeedConsentChanged(need_id=need.id, operator_id=need.operator_id, consent=scope_of(consent), changed_at=now(tx))
        emit(tx, changed)
    elif need.announced_at is None and state is NeedState.OPEN and consent.state == "given":
        await announce(tx, need, consent, await open_person(tx, await store.person(tx, need.person_id)))

"""Decisions to pass something on without a consent: one person proposes, another confirms, the data-protection officer is told."""

from collections.abc import Sequence
from uuid import UUID

from ihala_contracts.intake_v1 import DecisionAwaited, LawfulBasisUsed, NeedState
from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.due import schedule
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from ihala_kit.two_people import Hand
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import decision_rules, decisions_store, keys, minors, needs, store
from ihala_intake.commands import checks, revisions
from ihala_intake.commands.people import open_person
from ihala_intake.commands.revise import follow
from ihala_intake.decision_rules import CONFIRMERS, LASTS, PROPOSERS, REMINDED_EVERY, Basis
from ihala_intake.details import ConsentDetails, DecisionDetails
from ihala_intake.errors import ConsentEnded, ConsentNotFound, RoleNeeded
from ihala_intake.errors_consents import DecisionNotFound, NothingToDecide, RefusalStands, SecondPersonNeeded
from ihala_intake.ledger import log_access
from ihala_intake.models.decisions import AnswerIn, DecisionIn, DecisionView
from ihala_intake.tables import Consent, ConsentDecision, Need

_REFUSALS = {"ended": ConsentEnded, "nothing_to_decide": NothingToDecide, "refusal_stands": RefusalStands}


async def propose(tx: AsyncSession, caller: Caller, consent_id: UUID, body: DecisionIn) -> DecisionView:
    """Write down a decision that a second person has to confirm. Nothing is passed on by it.

    Raises ConsentNotFound (404), RoleNeeded (403), ConsentEnded, NothingToDecide, RefusalStands (409), MalformedRequest (422).
    """
    _, consent = await _locked(tx, caller, consent_id)
    _admit(caller, consent, body.basis, PROPOSERS[body.basis])
    await _refuse(tx, consent, body.basis)
    if await decisions_store.proposed(tx, consent_id) is not None:
        raise NothingToDecide()
    checks.check_until(body.until, now(tx), "#/until")
    decision_id, key = new_id(), await keys.of(tx, consent.key_id)
    details = DecisionDetails(reason=body.reason, recorded_by=body.recorded_by)
    decision = ConsentDecision(
        id=decision_id, consent_id=consent.id, operator_id=consent.operator_id, origin_id=consent.origin_id, key_id=key.id,
        sensitivity=consent.sensitivity, basis=body.basis, state="proposed", recipients=sorted(set(body.recipients)),
        categories=sorted(set(body.categories)), until=body.until or now(tx) + LASTS[body.basis],
        details=key.seal(details, _about(decision_id)), proposed_client=caller.client_id, proposed_officer=caller.acting_officer,
        proposed_at=now(tx),
    )  # fmt: skip
    tx.add(decision)
    return _view(decision, details)


async def answer(tx: AsyncSession, caller: Caller, consent_id: UUID, decision_id: UUID, body: AnswerIn) -> DecisionView:
    """Confirm or reject what another person proposed. Confirmed, it is a revision of the consent like any other: emits LawfulBasisUsed
    and NeedIdentified or NeedConsentChanged for each open need.

    Raises ConsentNotFound, DecisionNotFound (404), RoleNeeded, SecondPersonNeeded (403), ConsentEnded, NothingToDecide,
    RefusalStands (409).
    """
    of_consent, consent = await _locked(tx, caller, consent_id)
    decision = await decisions_store.decision_of(tx, caller, consent_id, decision_id)
    if decision is None:
        raise DecisionNotFound()
    basis: Basis = "best_interests" if decision.basis == "best_interests" else "vital_interest"
    _admit(caller, consent, basis, CONFIRMERS)
    if decision.state != "proposed":
        raise NothingToDecide()
    if not Hand.of(caller).is_another_than(Hand(decision.proposed_client, decision.proposed_officer)):
        raise SecondPersonNeeded()
    key = await keys.of(tx, decision.key_id)
    details = key.open(DecisionDetails, decision.details, _about(decision.id)).model_copy(update={"second": body.by})
    if body.confirmed:
        await _refuse(tx, consent, basis)
        await _put_in_force(tx, consent, decision, details, of_consent)
    decision.revision = consent.revision if body.confirmed else None
    decision.details = key.seal(details, _about(decision.id))
    decision.state, decision.decided_at = "confirmed" if body.confirmed else "rejected", now(tx)
    decision.decided_client, decision.decided_officer = caller.client_id, caller.acting_officer
    return _view(decision, details)


async def shown(tx: AsyncSession, caller: Caller, consent_id: UUID) -> list[DecisionView]:
    """Return all decisions about a consent, with their reasons; logged with the person. Raises ConsentNotFound (404)."""
    consent = await decisions_store.owned_consent(tx, caller, consent_id)
    if consent is None:
        raise ConsentNotFound()
    found = await decisions_store.of_consent(tx, caller, consent_id)
    if not found:
        return []
    key = await keys.of(tx, consent.key_id)
    await log_access(tx, "decision", person_id=consent.person_id, operator_id=consent.operator_id)
    return [_view(one, key.open(DecisionDetails, one.details, _about(one.id))) for one in found]


async def remind(tx: AsyncSession, consent_id: UUID) -> None:
    """Tell that a child's consent waits for a decision, and again each day until somebody decides; emits DecisionAwaited for each need."""
    of_consent = await store.locked_needs_of_consent(tx, consent_id)
    consent = await store.locked_consent(tx, consent_id)
    waiting = [need for need in of_consent if NeedState(need.state) in needs.CAN_BE_PLACED]
    if consent.state != "awaited" or not waiting:
        return
    for need in waiting:
        emit(tx, DecisionAwaited(
            need_id=need.id, operator_id=need.operator_id, consent_id=consent.id, urgency=need.urgency, since=consent.changed_at,
        ))  # fmt: skip
    await schedule(tx, revisions.AWAITED, consent_id, now(tx) + REMINDED_EVERY)


def _admit(caller: Caller, consent: Consent, basis: Basis, roles: frozenset[str]) -> None:
    if not decision_rules.may(caller.roles, roles):
        raise RoleNeeded(roles=sorted(roles))
    if decision_rules.needs_clearance(basis, restricted=consent.sensitivity == "restricted") and not caller.cleared:
        raise RoleNeeded(roles=["cleared"])


async def _locked(tx: AsyncSession, caller: Caller, consent_id: UUID) -> tuple[Sequence[Need], Consent]:
    if await decisions_store.owned_consent(tx, caller, consent_id) is None:
        raise ConsentNotFound()
    return await store.locked_needs_of_consent(tx, consent_id), await store.locked_consent(tx, consent_id)


async def _refuse(tx: AsyncSession, consent: Consent, basis: Basis) -> None:
    person = await open_person(tx, await store.person(tx, consent.person_id))
    of_minor = consent.state == "awaited" or minors.minor(person, now(tx)) is not None
    restricted = consent.sensitivity == "restricted"
    ran_out = consent.until <= now(tx)
    why = decision_rules.refused(basis, consent.state, ran_out=ran_out, of_minor=of_minor, restricted=restricted)
    if why is not None:
        raise _REFUSALS[why]()


async def _put_in_force(
    tx: AsyncSession, consent: Consent, decision: ConsentDecision, details: DecisionDetails, of_consent: Sequence[Need]
) -> None:
    consent.state, consent.basis, consent.changed_at = "given", decision.basis, now(tx)
    consent.recipients, consent.categories, consent.until = decision.recipients, decision.categories, decision.until
    said = ConsentDetails(
        how="decided", said_by=decision.basis, recorded_by=details.recorded_by, reason=details.reason, second=details.second
    )
    await revisions.add_next(tx, consent, "decided", said)
    await follow(tx, of_consent, consent)
    for need in of_consent:
        if NeedState(need.state) in needs.UNFINISHED:
            emit(tx, LawfulBasisUsed(
                need_id=need.id, operator_id=need.operator_id, consent_id=consent.id, revision=consent.revision,
                basis=decision.basis, decided_at=now(tx),
            ))  # fmt: skip


def _view(decision: ConsentDecision, details: DecisionDetails) -> DecisionView:
    return DecisionView.model_validate(decision.model_dump() | {"decision_id": decision.id, "reason": details.reason})


def _about(decision_id: UUID) -> str:
    return f"consent_decision.details/{decision_id}"

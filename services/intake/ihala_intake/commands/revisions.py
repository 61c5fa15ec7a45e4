"""Adding to the chain of a consent."""

from datetime import datetime
from uuid import UUID

from ihala_kit.db import caller_of, now
from ihala_kit.due import schedule
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys, ledger, minors, store
from ihala_intake.consent_rules import LASTS_UNLESS_SAID, Allowed
from ihala_intake.details import ConsentDetails, PersonDetails
from ihala_intake.keys import Key
from ihala_intake.models.consents import ConsentIn
from ihala_intake.tables import Consent, ConsentRevision

ENDS, AWAITED = "consent-ends", "consent-decision-awaited"


def allowed(consent: Consent) -> Allowed:
    """Return what the consent says now."""
    return Allowed(
        given=consent.state == "given", restricted=consent.sensitivity == "restricted", recipients=consent.recipients,
        objections=consent.objections, categories=consent.categories, until=consent.until,
    )  # fmt: skip


def said(body: ConsentIn) -> ConsentDetails:
    """Return how the person said it."""
    return ConsentDetails.model_validate(body.model_dump(include=set(ConsentDetails.model_fields)))


def write_down(consent: Consent, body: ConsentIn, at: datetime, person: PersonDetails, *, spoken_for: bool = False) -> None:
    """Put what the person said into the consent's row, a new one or a locked one. A minor's may have to wait for a decision.

    `spoken_for`: what was said before was said as a child's.
    """
    guardian_agreed = body.guardian.agreed if body.guardian else None
    child = minors.minor(person, at, spoken_for=body.is_spoken_for or spoken_for)
    consent.state = minors.state_of(body.given, child, body.assent, guardian_agreed)
    consent.basis = "consent"
    consent.recipients = sorted(set(body.recipients)) if body.given else []
    consent.objections = sorted(set(body.objections))
    consent.categories = sorted(set(body.categories)) if body.given else []
    consent.until, consent.changed_at = body.until or at + LASTS_UNLESS_SAID, at


def add_first(tx: AsyncSession, consent: Consent, key: Key, details: ConsentDetails) -> None:
    """Begin the chain of a new consent. What is `due` for it has to be stored with it."""
    _add(tx, consent, key, details, consent.state, ledger.BEGINNING)


def due(consent: Consent, act: str, at: datetime) -> tuple[str, UUID, datetime] | None:
    """Return what is to be done for a consent after `act`: kind, key and when; None for nothing."""
    if consent.state == "given":
        return ENDS, consent.id, consent.until
    if consent.state == "awaited" and act != "withdrawn":
        return AWAITED, consent.id, at
    return None


async def add_next(
    tx: AsyncSession, consent: Consent, act: str, details: ConsentDetails, *, need_id: UUID | None = None, referral_id: UUID | None = None
) -> None:
    """Add what was said to the chain of a locked consent; its row must hold the new state already."""
    key = await keys.of(tx, consent.key_id)
    newest = await tx.get_one(ConsentRevision, (consent.id, consent.revision))
    consent.revision += 1
    _add(tx, consent, key, details, act, newest.hash, need_id, referral_id)
    work = due(consent, act, now(tx))
    if work is not None:
        await schedule(tx, *work)


async def spoken_for(tx: AsyncSession, consent: Consent) -> bool:
    """Tell whether a consent was ever said as a child's, or waits as one. Who is called a child stays one until their birth is known."""
    if consent.state == "awaited":
        return True
    key, found = await keys.of(tx, consent.key_id), await store.revisions_of(tx, consent.id)
    said = [key.open(ConsentDetails, one.details, _about(one)) for one in found]
    return any(one.assent is not None or one.guardian is not None for one in said)


def _about(row: ConsentRevision) -> str:
    return f"consent_revision.details/{row.consent_id}/{row.revision}"


def _add(
    tx: AsyncSession, consent: Consent, key: Key, details: ConsentDetails, act: str, previous: bytes,
    need_id: UUID | None = None, referral_id: UUID | None = None,
) -> None:  # fmt: skip
    caller, place = caller_of(tx), f"consent_revision.details/{consent.id}/{consent.revision}"
    row = ConsentRevision(
        consent_id=consent.id, revision=consent.revision, operator_id=consent.operator_id, origin_id=consent.origin_id,
        sensitivity=consent.sensitivity, act=act, need_id=need_id, referral_id=referral_id, given=consent.state == "given",
        basis=consent.basis, recipients=consent.recipients, objections=consent.objections, categories=consent.categories,
        until=consent.until, details=key.seal(details, place), client_id=caller.client_id, organization_id=caller.organization_id,
        acting_officer=caller.acting_officer, at=now(tx), previous=previous, hash=b"",
    )  # fmt: skip
    ledger.link(tx, row, previous)
    tx.add(row)

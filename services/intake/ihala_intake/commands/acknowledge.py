"""What a receiver says became of what it had read, and what happens when it says nothing."""

from uuid import UUID

from ihala_contracts.intake_v1 import DisclosureAcknowledged, DisclosureUnacknowledged
from ihala_kit.auth import Caller
from ihala_kit.db import Database, now
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import disclosures_store
from ihala_intake.errors import ReferralNotFound
from ihala_intake.errors_consents import AcknowledgementNotAsked, AlreadyDeleted
from ihala_intake.models.disclosures import AcknowledgementIn, AcknowledgementView
from ihala_intake.tables import Disclosure

AT_ONCE = 200


async def acknowledge(tx: AsyncSession, caller: Caller, referral_id: UUID, body: AcknowledgementIn) -> AcknowledgementView:
    """Write down the receiver's answer; emits DisclosureAcknowledged if it is another than before.

    Who named a basis may delete later. Raises ReferralNotFound (404), AcknowledgementNotAsked, AlreadyDeleted (409).
    """
    disclosure = await disclosures_store.received(tx, caller, referral_id)
    if disclosure is None:
        raise ReferralNotFound()
    if disclosure.acknowledge_by is None:
        raise AcknowledgementNotAsked()
    if disclosure.acknowledgement == "deleted" and body.acknowledgement != "deleted":
        raise AlreadyDeleted()
    if (disclosure.acknowledgement, disclosure.legal_basis) != (body.acknowledgement, body.legal_basis):
        disclosure.acknowledgement, disclosure.legal_basis, disclosure.acknowledged_at = body.acknowledgement, body.legal_basis, now(tx)
        emit(tx, DisclosureAcknowledged(
            need_id=disclosure.need_id, operator_id=disclosure.operator_id, disclosure_id=disclosure.id, referral_id=referral_id,
            organization_id=disclosure.organization_id, acknowledgement=body.acknowledgement, legal_basis=body.legal_basis,
            acknowledged_at=disclosure.acknowledged_at,
        ))  # fmt: skip
    return _view(disclosure)


async def notice_silence(database: Database) -> int:
    """Tell of up to 200 receivers that did not answer in time; return how many. For a Job, which runs again while it is not 0."""
    async with database.transaction(Caller.system("acknowledgements")) as tx:
        found = await disclosures_store.unanswered(tx, now(tx), AT_ONCE)
        for disclosure in found:
            disclosure.silent_since = disclosure.acknowledge_by
            assert disclosure.acknowledge_by is not None, "unanswered() returns only what was asked"
            emit(tx, DisclosureUnacknowledged(
                need_id=disclosure.need_id, operator_id=disclosure.operator_id, disclosure_id=disclosure.id,
                referral_id=disclosure.referral_id, organization_id=disclosure.organization_id, acknowledge_by=disclosure.acknowledge_by,
            ))  # fmt: skip
    return len(found)


def _view(disclosure: Disclosure) -> AcknowledgementView:
    assert disclosure.acknowledged_at is not None, "it was just answered"
    assert disclosure.acknowledge_by is not None, "it was asked"
    late = disclosure.acknowledged_at > disclosure.acknowledge_by
    return AcknowledgementView.model_validate(disclosure.model_dump() | {"late": late})

"""The receipt of a consent: what the person allowed, and what went to whom. Printing one is logged with the person."""

from collections.abc import Sequence
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.words import Language
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import disclosures_store, keys, store
from ihala_intake.details import ConsentDetails
from ihala_intake.errors import ConsentNotFound
from ihala_intake.errors_consents import ReceiptOnlyWhenAsked
from ihala_intake.ledger import log_access
from ihala_intake.portrait import categories_of
from ihala_intake.receipt_page import Receipt, Went, neutral_page, page
from ihala_intake.tables import CaseFile, Consent, ConsentRevision, Disclosed, Disclosure, Organization


async def receipt(tx: AsyncSession, caller: Caller, consent_id: UUID, language: Language, *, asked_for: bool) -> str:
    """Return the sheet in `language`. What is restricted has a neutral one, and that only when the person asked for it.

    Raises ConsentNotFound (404), ReceiptOnlyWhenAsked (409), PersonErased (410).
    """
    consent = await store.consent_of(tx, caller, consent_id)
    if consent is None:
        raise ConsentNotFound()
    if consent.sensitivity == "restricted" and not asked_for:
        raise ReceiptOnlyWhenAsked()
    key, code = await keys.of(tx, consent.key_id), (await tx.get_one(CaseFile, consent.case_id)).reference
    await log_access(tx, "receipt", person_id=consent.person_id, operator_id=consent.operator_id)
    if consent.sensitivity == "restricted":
        return neutral_page(code, now(tx), language)
    newest = await tx.get_one(ConsentRevision, (consent.id, consent.revision))
    details = key.open(ConsentDetails, newest.details, f"consent_revision.details/{consent.id}/{consent.revision}")
    return page(await _receipt(tx, caller, consent, details, code, language), language)


async def _receipt(tx: AsyncSession, caller: Caller, consent: Consent, details: ConsentDetails, code: str, language: Language) -> Receipt:
    """The ministry's centres print no organisation: they learn of none. Nobody prints one for a need that is to be spoken of neutrally."""
    may_name = caller.organization_kind not in store.INTERIOR and not await disclosures_store.has_protected_need(tx, consent.id)
    found, read = await disclosures_store.of_consent(tx, consent.id)
    wanted = {*consent.recipients, *consent.objections, *(one.organization_id for one in found)}
    names = _names(await disclosures_store.organizations(tx, wanted), language) if may_name else {}
    return Receipt(
        code=code, printed_at=now(tx), state=consent.state, basis=consent.basis, purpose=consent.purpose,
        categories=categories_of(consent.categories), recipients=[names.get(one) for one in consent.recipients],
        objections=[names.get(one) for one in consent.objections], until=consent.until, how=details.how, revision=consent.revision,
        reported=await disclosures_store.has_report(tx, consent.id),
        went=None if caller.organization_kind in store.INTERIOR else _went(found, read, names),
    )  # fmt: skip


def _went(found: Sequence[Disclosure], read: Sequence[Disclosed], names: dict[UUID, str]) -> list[Went]:
    return [
        Went(names.get(one.organization_id), categories_of({field.split(".")[0] for field in one.fields}), one.revision, one.last_read_at)
        for disclosure in found for one in read if one.disclosure_id == disclosure.id
    ]  # fmt: skip


def _names(organizations: Sequence[Organization], language: Language) -> dict[UUID, str]:
    """Return the public names in the language, else in Arabic or whatever there is; a hidden organisation stands on no paper."""
    return {
        one.id: one.names.get(language) or one.names.get("ar") or next(iter(one.names.values()))
        for one in organizations if one.names and not one.hidden
    }  # fmt: skip

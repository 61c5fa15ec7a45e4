"""Disclosures: the way out to a receiver, its word that it deleted, and the list of what went to whom."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Security
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Transaction
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import MalformedRequest, responses
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from ihala_intake import disclosures_store
from ihala_intake.api.attachments import FILE, file_response
from ihala_intake.casework.files.errors import AttachmentNotFound
from ihala_intake.commands import disclosed_files, read
from ihala_intake.commands.acknowledge import acknowledge
from ihala_intake.errors import DisclosurePending, ReferralNotFound, RoleNeeded, StateStale
from ihala_intake.errors_consents import AcknowledgementNotAsked, AlreadyDeleted
from ihala_intake.models.disclosures import AcknowledgementIn, AcknowledgementView, DisclosureReceipt
from ihala_intake.models.people import PersonView
from ihala_intake.tables import Disclosure

router = APIRouter(prefix="/v1/disclosures", tags=["disclosures"])
Receiving = Annotated[Caller, Security(caller, scopes=["intake:disclosure"])]
Owning = Annotated[Caller, Security(caller, scopes=["intake:consent"])]
OfPerson = Annotated[UUID | None, Query(description="Whose. Without it: those whose receiver did not answer in time, for the officer.")]
DPO = "dpo"


@router.get("", response_model=Page[DisclosureReceipt], responses=responses(RoleNeeded))
async def find(caller: Owning, tx: Transaction, page: PageQuery, person_id: OfPerson = None) -> Page[DisclosureReceipt]:
    """Return which fields of a person went to whom under which revision; or, to the data-protection officer, who keeps silent."""
    if person_id is not None:
        after = page.after_as(UUID)
        rows = await disclosures_store.of_person(tx, caller, person_id, after[0] if after else None, page.fetch)
        return Page(items=await _receipts(tx, page_of(rows, page, lambda row: (row.id,))))
    if DPO not in caller.roles:
        raise RoleNeeded(roles=[DPO])
    silent = await disclosures_store.silent(tx, caller, page.after_as(datetime, UUID), page.fetch)
    return Page(items=await _receipts(tx, page_of(silent, page, _since)))


@router.get("/{referral_id}", response_model=PersonView, responses=responses(ReferralNotFound, DisclosurePending, StateStale))
async def person(referral_id: UUID, caller: Receiving, tx: Transaction) -> PersonView:
    """Return exactly what the consent opens to the receiver of a referral. Every read is logged with the person."""
    return await read.person_of_referral(tx, caller, referral_id)


@router.get(
    "/{referral_id}/files/{attachment_id}", response_class=Response,
    responses=FILE | responses(ReferralNotFound, AttachmentNotFound, DisclosurePending, StateStale),
)  # fmt: skip
async def file(referral_id: UUID, attachment_id: UUID, caller: Receiving, tx: Transaction) -> Response:
    """Return the clean copy of a file that the consent opens to the receiver of a referral. Logged with the person, and on the receipt."""
    return file_response(*await disclosed_files.fetch(tx, caller, referral_id, attachment_id))


@router.post(
    "/{referral_id}/acknowledgement",
    response_model=AcknowledgementView,
    responses=responses(ReferralNotFound, AcknowledgementNotAsked, AlreadyDeleted, MalformedRequest),
)
async def confirm(referral_id: UUID, body: AcknowledgementIn, caller: Receiving, once: Once, tx: Transaction) -> AcknowledgementView:
    """Say, within 72 hours after access ended, that what was read is deleted, or on which legal basis it is kept."""
    return await once(AcknowledgementView, lambda: acknowledge(tx, caller, referral_id, body))


async def _receipts(tx: AsyncSession, rows: Sequence[Disclosure]) -> list[DisclosureReceipt]:
    read_under = await disclosures_store.read_under(tx, [row.id for row in rows])
    return [
        DisclosureReceipt.model_validate(
            row.model_dump() | {"disclosure_id": row.id, "read": [one for one in read_under if one.disclosure_id == row.id]}
        )
        for row in rows
    ]


def _since(row: Disclosure) -> tuple[datetime, UUID]:
    assert row.silent_since is not None, "silent() returns nothing else"
    return row.silent_since, row.id

"""Receipts of consents, to be printed for the person."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Security
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Transaction
from ihala_kit.problems import responses
from ihala_kit.words import Language, language_of
from starlette.responses import HTMLResponse

from ihala_intake.commands.receipt import receipt
from ihala_intake.errors import ConsentNotFound, PersonErased
from ihala_intake.errors_consents import ReceiptOnlyWhenAsked

router = APIRouter(prefix="/v1/consents", tags=["consents"])
Consenting = Annotated[Caller, Security(caller, scopes=["intake:consent"])]
Asked = Annotated[bool, Query(description="The person asked for it: needed for what is restricted, which then has a neutral sheet.")]
Spoken = Annotated[Language | None, Query(description="Else what Accept-Language prefers.")]
ONLY_THIS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Vary": "Accept-Language",
}


@router.get("/{consent_id}/receipt", response_class=HTMLResponse, responses=responses(ConsentNotFound, ReceiptOnlyWhenAsked, PersonErased))
async def show(
    consent_id: UUID, caller: Consenting, tx: Transaction, request: Request, asked: Asked = False, language: Spoken = None
) -> HTMLResponse:
    """Return what the person allowed, and what went to whom, as a sheet to print: without a name, a need, a script or an address."""
    chosen = language or language_of(request.headers.get("accept-language"))
    sheet = await receipt(tx, caller, consent_id, chosen, asked_for=asked)
    return HTMLResponse(sheet, headers=ONLY_THIS | {"Content-Language": chosen})

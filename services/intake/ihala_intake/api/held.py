"""Everything held about a person, and who saw it: for programs, and to read."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Security
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Transaction
from ihala_kit.problems import responses
from starlette.responses import HTMLResponse, Response

from ihala_intake.commands.subject_access import held
from ihala_intake.errors import PersonErased, RoleNeeded
from ihala_intake.models.protection import HeldView
from ihala_intake.protection.errors import OnSiteOnly, PersonNotFound
from ihala_intake.protection.held_page import page

router = APIRouter(prefix="/v1/persons/{person_id}/held", tags=["subject access"])
Protecting = Annotated[Caller, Security(caller, scopes=["intake:protect"])]
OnSite = Annotated[bool, Query(description="The person sits here, in private, with a cleared officer: needed for what is restricted")]
REFUSALS = responses(PersonNotFound, RoleNeeded, OnSiteOnly, PersonErased)
KEEP_NOTHING = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


@router.get("", response_model=HeldView, responses=REFUSALS)
async def show(person_id: UUID, caller: Protecting, tx: Transaction, response: Response, on_site: OnSite = False) -> HeldView:
    """Return all that is held of a person, and the offices that read it."""
    response.headers.update(KEEP_NOTHING)
    return await held(tx, caller, person_id, on_site=on_site)


@router.get("/page", response_class=HTMLResponse, responses=REFUSALS)
async def read(
    person_id: UUID, caller: Protecting, tx: Transaction, on_site: OnSite = False, language: Literal["ar", "ckb", "en"] = "ar"
) -> HTMLResponse:
    """Return the same as a page to read or print, without a script or an address in it."""
    found = await held(tx, caller, person_id, on_site=on_site)
    policy = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
    return HTMLResponse(page(found, language), headers=KEEP_NOTHING | policy)

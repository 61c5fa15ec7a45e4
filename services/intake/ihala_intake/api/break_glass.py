"""Break-glass: a file opened for three hours and a reason, seen by its owner and the data-protection officer."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Security
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Transaction
from ihala_kit.etag import set_etag
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import responses
from starlette.responses import Response

from ihala_intake.commands import break_glass, read_glass
from ihala_intake.errors import PersonErased, RoleNeeded
from ihala_intake.models.protection import BreakGlassIn, BreakGlassView, FileView
from ihala_intake.protection import store
from ihala_intake.protection.errors import BreakGlassEnded, BreakGlassNotFound, BreakGlassOpenAlready, CaseNotFound

router = APIRouter(prefix="/v1/break-glass", tags=["break-glass"])
Breaking = Annotated[Caller, Security(caller, scopes=["intake:protect"])]


@router.post("", status_code=201, response_model=BreakGlassView, responses=responses(RoleNeeded, CaseNotFound, BreakGlassOpenAlready))
async def open_file(body: BreakGlassIn, caller: Breaking, once: Once, tx: Transaction, response: Response) -> BreakGlassView:
    """Open a file for three hours. Its owner and the data-protection officer are told."""

    async def run() -> BreakGlassView:
        glass = await break_glass.open_file(tx, caller, body)
        set_etag(response, glass.version)
        return await read_glass.view(tx, glass)

    return await once(BreakGlassView, run)


@router.get("", response_model=Page[BreakGlassView])
async def find(caller: Breaking, tx: Transaction, page: PageQuery) -> Page[BreakGlassView]:
    """Return the openings of the caller's files, and the caller's own, the newest first."""
    after = page.after_as(UUID)
    rows = page_of(await store.break_glasses(tx, caller, after[0] if after else None, page.fetch), page, lambda one: (one.id,))
    return Page(items=[await read_glass.view(tx, one) for one in rows])


@router.get("/{break_glass_id}", response_model=BreakGlassView, responses=responses(BreakGlassNotFound))
async def show(break_glass_id: UUID, caller: Breaking, tx: Transaction, response: Response) -> BreakGlassView:
    """Return one opening."""
    glass = await store.break_glass_of(tx, caller, break_glass_id)
    if glass is None:
        raise BreakGlassNotFound()
    set_etag(response, glass.version)
    return await read_glass.view(tx, glass)


@router.get("/{break_glass_id}/file", response_model=FileView, responses=responses(BreakGlassNotFound, BreakGlassEnded, PersonErased))
async def file(break_glass_id: UUID, caller: Breaking, tx: Transaction, response: Response) -> FileView:
    """Return the file, to the one who opened it. Each read is logged with the person."""
    response.headers["Cache-Control"] = "no-store"
    return await read_glass.file(tx, caller, break_glass_id)


@router.post("/{break_glass_id}/end", response_model=BreakGlassView, responses=responses(BreakGlassNotFound, RoleNeeded, BreakGlassEnded))
async def end(break_glass_id: UUID, caller: Breaking, once: Once, tx: Transaction) -> BreakGlassView:
    """End it: the reader gives it back, or the data-protection officer takes it."""

    async def run() -> BreakGlassView:
        return await read_glass.view(tx, await break_glass.end(tx, caller, break_glass_id))

    return await once(BreakGlassView, run)

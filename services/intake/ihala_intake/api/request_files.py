"""Requests from a spreadsheet: sent, read and taken row by row as due work, with a report."""

import asyncio
import csv
import io
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from ihala_kit.db import Transaction
from ihala_kit.etag import set_etag
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import MalformedRequest, responses
from ihala_kit.untrusted import container
from ihala_kit.untrusted.container import XLSX
from ihala_kit.untrusted.findings import Unsafe
from ihala_kit.words import Language, language_of
from starlette.responses import Response

from ihala_intake.api.requests import Asking
from ihala_intake.commands import request_files
from ihala_intake.errors import OperatorUnknown
from ihala_intake.models.request_files import LineView, RequestFileView
from ihala_intake.models.requests import System
from ihala_intake.request_files import store, wording
from ihala_intake.request_files.columns import columns
from ihala_intake.request_files.errors import FileKindUnknown, FileNotFound, FileRefused, code_of
from ihala_intake.tables import RequestFile, RequestFileLine

router = APIRouter(prefix="/v1/requests/imports", tags=["requests"])

CSV = "text/csv"
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_BODY = {"requestBody": {"required": True, "content": {XLSX: _BINARY, CSV: _BINARY}}}
_REFUSALS = responses(FileKindUnknown, FileRefused, OperatorUnknown, MalformedRequest)


@router.get("/template", response_class=Response, responses={200: {"content": {CSV: _BINARY}, "description": "The columns' names"}})
async def template(request: Request, _: Asking) -> Response:
    """Return the header of a sheet in the caller's language, as CSV. Only the call name and the place are needed."""
    language, out = language_of(request.headers.get("accept-language")), io.StringIO()
    csv.writer(out).writerow([column.names[language] for column in columns().values()])
    headers = {"Content-Disposition": 'attachment; filename="ihala-requests.csv"', "Content-Language": language, "Vary": "Accept-Language"}
    return Response(out.getvalue().encode("utf-8-sig"), media_type=CSV, headers=headers)


@router.post("", status_code=202, response_model=RequestFileView, responses=_REFUSALS, openapi_extra=_BODY)
async def send(
    request: Request, response: Response, caller: Asking, once: Once, tx: Transaction,
    system: Annotated[System, Query(description="Whose numbers the file has: with them, sending it again changes nothing.")],
    dry_run: Annotated[bool, Query(description="Report only; nothing is taken.")] = False,
) -> RequestFileView:  # fmt: skip
    """Take a sheet of at most 1 MiB and 2,000 rows (xlsx, or CSV in UTF-8). Each row is a request, taken or refused by itself."""

    async def run() -> RequestFile:
        kind, content = await _file(request)
        row = await request_files.receive(tx, caller, kind, system, content, dry_run=dry_run)
        response.headers["Location"] = f"{request.app.state.prefix}{router.prefix}/{row.id}"
        set_etag(response, row.version)
        return row

    return await once(RequestFileView, run)


@router.get("/{file_id}", response_model=RequestFileView, responses=responses(FileNotFound))
async def show(file_id: UUID, caller: Asking, tx: Transaction, response: Response) -> RequestFile:
    """Return how a file stands. It is forgotten 90 days after its end; its requests stay."""
    row = await store.file_of(tx, caller, file_id)
    if row is None:
        raise FileNotFound()
    set_etag(response, row.version)
    return row


@router.get("/{file_id}/report", response_model=Page[LineView], responses=responses(FileNotFound))
async def report(
    file_id: UUID, request: Request, response: Response, caller: Asking, tx: Transaction, page: PageQuery,
    only: Annotated[Literal["all", "faults"], Query(description="`faults` leaves out what became of the good rows.")] = "all",
) -> Page[LineView]:  # fmt: skip
    """Return the report: for each faulty cell what is wrong, for each row what became of it; in the caller's language."""
    if await store.file_of(tx, caller, file_id) is None:
        raise FileNotFound()
    language, after = language_of(request.headers.get("accept-language")), page.after_as(int)
    response.headers["Content-Language"], response.headers["Vary"] = language, "Accept-Language"
    rows = await store.lines(tx, caller, file_id, after[0] if after else None, page.fetch, faults_only=only == "faults")
    return Page(items=[_line(row, language) for row in page_of(rows, page, lambda row: (row.n,))])


async def _file(request: Request) -> tuple[str, bytes]:
    """Return kind and content of what was sent: by its first bytes for a zip. Raises FileKindUnknown (415), FileRefused (422)."""
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    content = await request.body()
    if content.startswith(b"PK\x03\x04") and said in (XLSX, "application/octet-stream"):
        try:
            await asyncio.to_thread(container.check, content, sheet=True)
        except Unsafe as unsafe:
            raise FileRefused(code=code_of(unsafe)) from None
        return "xlsx", content
    if said == XLSX:
        raise FileRefused(code="not_a_sheet")
    if said != CSV:
        raise FileKindUnknown()
    return "csv", content


def _line(row: RequestFileLine, language: Language) -> LineView:
    level: Literal["fault", "note", "outcome"] = (
        "outcome" if row.code in wording.OUTCOMES else "note" if row.code in wording.NOTES else "fault"
    )
    return LineView(
        n=row.n, level=level, code=row.code, row=row.row, cell=row.cell, column=row.column_key,
        column_name=wording.column_name(row.column_key, language), words=wording.said(row.code, language), request_id=row.request_id,
    )  # fmt: skip

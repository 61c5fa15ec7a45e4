"""Files of partners come in: sheets, and Open Referral as JSON or CSV. Due work reads and loads them; a report says what became of them."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from ihala_kit.db import Transaction
from ihala_kit.etag import set_etag
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import responses
from ihala_kit.untrusted.container import XLSX
from ihala_kit.words import Language, language_of
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from ihala_directory import errors, rights
from ihala_directory.api.callers import Administering
from ihala_directory.imports import receiving, shown, store, template, wording
from ihala_directory.imports.errors import FileKindUnknown, FileRefused, ImportNotFound
from ihala_directory.imports.tables import ImportFile, ImportLine

router = APIRouter(prefix="/v1/imports", tags=["imports"])

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_FORM = {"schema": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}, "required": ["file"]}}
_TAKEN = (XLSX, "text/csv", "application/json", "application/x-ndjson", "application/zip")
_BODY = {"requestBody": {"required": True, "content": {**dict.fromkeys(_TAKEN, _BINARY), receiving.FORM: _FORM}}}


@router.get("/template", response_class=Response, responses={200: {"content": {XLSX: _BINARY}, "description": "The sheet to fill in"}})
async def get_template(request: Request, _: Administering) -> Response:
    """Return the sheet to fill in: who does what, where, for whom, with the codes that may stand in it."""
    language = language_of(request.headers.get("accept-language"))
    content = await run_in_threadpool(template.xlsx, language)
    name = f'attachment; filename="ihala-4w-{language}.xlsx"'
    headers = {"Content-Disposition": name, "Content-Language": language, "Vary": "Accept-Language"}
    return Response(content, media_type=XLSX, headers=headers)


@router.post(
    "",
    status_code=202,
    response_model=shown.Import,
    responses=responses(errors.OfficersOnly, FileKindUnknown, FileRefused),
    openapi_extra=_BODY,
)
async def import_file(
    request: Request,
    response: Response,
    caller: Administering,
    once: Once,
    tx: Transaction,
    source: Annotated[str, Query(pattern=r"^[a-z0-9][a-z0-9._-]{0,59}$", description="Whose ids the file has: entries are known by them.")],
    mode: Annotated[shown.Mode, Query(description="What happens to good rows when others are faulty.")] = "all_or_nothing",
    dry_run: Annotated[bool, Query(description="Report only; nothing is entered or changed.")] = False,
) -> shown.Import:
    """Take a file of at most 1 MiB and 2,000 rows: a sheet (xlsx, CSV), HSDS (JSON, a line an entry) or an HSDS data package (zip)."""

    async def receive() -> ImportFile:
        row = await receiving.receive(tx, caller, request, source, mode, dry_run=dry_run)
        set_etag(response, row.version)
        return row

    return await once(shown.Import, receive)


@router.get("/{import_id}", response_model=shown.Import, responses=responses(errors.OfficersOnly, ImportNotFound))
async def get_import(import_id: UUID, response: Response, caller: Administering, tx: Transaction) -> ImportFile:
    """Return how an import stands. It is forgotten 90 days after its end; what it entered stays."""
    rights.office(caller)
    row = await store.file(tx, import_id)
    set_etag(response, row.version)
    return row


@router.get("/{import_id}/report", response_model=Page[shown.Line], responses=responses(errors.OfficersOnly, ImportNotFound))
async def get_report(
    import_id: UUID,
    request: Request,
    response: Response,
    caller: Administering,
    page: PageQuery,
    tx: Transaction,
    only: Annotated[Literal["all", "faults"], Query(description="`faults` leaves out what became of the good rows.")] = "all",
) -> Page[shown.Line]:
    """Return the report in the caller's language: for each faulty cell what is wrong and right, for each row what became of it."""
    rights.office(caller)
    await store.file(tx, import_id)
    language = language_of(request.headers.get("accept-language"))
    response.headers["Content-Language"] = language
    response.headers["Vary"] = "Accept-Language"
    rows = await store.lines(tx, page, import_id, faults_only=only == "faults")
    return Page(items=[_line(row, language) for row in page_of(rows, page, lambda row: (row.number,))])


def _line(row: ImportLine, language: Language) -> shown.Line:
    wrong, right = wording.said(row.code, row.params, language)
    level: Literal["fault", "note", "outcome"] = (
        "outcome" if row.code in wording.OUTCOMES else "note" if row.code in wording.NOTES else "fault"
    )
    return shown.Line(
        number=row.number, level=level, code=row.code, row=row.row, cell=row.cell, column=row.column_key,
        column_name=wording.column_name(row.column_key, language), wrong=wrong, right=right,
    )  # fmt: skip

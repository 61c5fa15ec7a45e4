"""A file arrives: what it is, that it can be opened safely, and whom it is from."""

import asyncio
from uuid import UUID

from fastapi import Request
from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.ids import new_id
from ihala_kit.problems import MalformedRequest
from ihala_kit.untrusted import container
from ihala_kit.untrusted.findings import Unsafe
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from ihala_directory import rights
from ihala_directory.imports import work
from ihala_directory.imports.errors import FileKindUnknown, FileRefused
from ihala_directory.imports.shown import Mode
from ihala_directory.imports.tables import ImportFile

_JSON = ("application/json", "application/x-ndjson", "application/jsonl")
_UNSAID = ("application/octet-stream", "")
_ZIPS = (container.XLSX, "application/zip", "application/x-zip-compressed", *_UNSAID)
_ENDINGS = {"csv": "text/csv", "json": _JSON[0], "ndjson": _JSON[1]}
FORM = "multipart/form-data"


async def file_in(request: Request) -> tuple[str, bytes]:
    """Return media type and content of what was sent: the body, or the one file in a form. Raises MalformedRequest (422)."""
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    if said != FORM:
        return said, body
    try:
        async with request.form(max_files=1, max_fields=1) as form:
            part = next((value for value in form.values() if isinstance(value, UploadFile)), None)
            content = b"" if part is None else await part.read()
    except HTTPException:
        raise MalformedRequest(errors=[{"pointer": "#", "code": "multipart_malformed"}]) from None
    if part is None:
        raise MalformedRequest(errors=[{"pointer": "#/file", "code": "missing"}])
    ending = (part.filename or "").rpartition(".")[2].lower()
    kind = (part.content_type or "").partition(";")[0].strip().lower()
    return (_ENDINGS.get(ending, kind) if kind in {*_UNSAID, "text/plain", "application/vnd.ms-excel"} else kind), content


def kind_of(media_type: str, content: bytes) -> str:
    """Return what kind of file it is: by its first bytes or its media type. Raises FileKindUnknown (415), FileRefused (422)."""
    if content.startswith(b"PK\x03\x04") and media_type in _ZIPS:
        return "sheet" if b"xl/workbook.xml" in content else "hsds_csv"
    if media_type in _ZIPS and media_type not in _UNSAID:
        raise FileRefused(code="not_a_zip")
    if media_type == "text/csv":
        return "sheet_csv"
    if media_type in _JSON:
        return "hsds"
    raise FileKindUnknown()


async def receive(tx: AsyncSession, caller: Caller, request: Request, source: str, mode: Mode, *, dry_run: bool) -> ImportFile:
    """Keep the file of a request, for due work. Raises OfficersOnly (403), FileKindUnknown (415), FileRefused (422)."""
    operator_id: UUID = rights.office(caller)
    media_type, content = await file_in(request)
    kind = kind_of(media_type, content)
    if kind in {"sheet", "hsds_csv"}:
        try:
            await asyncio.to_thread(container.check, content, sheet=kind == "sheet")
        except Unsafe as unsafe:
            raise FileRefused(code=unsafe.code) from None
    row = ImportFile(
        id=new_id(), operator_id=operator_id, client_id=caller.client_id, cleared=caller.cleared, source=source, kind=kind, mode=mode,
        dry_run=dry_run, content=content, received_at=now(tx),
    )  # fmt: skip
    await work.accept(tx, row)
    return row

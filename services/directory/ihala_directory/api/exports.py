"""All services go out, to be kept elsewhere: as Open Referral in lines of JSON or a data package, or as a sheet; whole or what changed."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from ihala_kit.db import Database
from ihala_kit.problems import responses
from ihala_kit.untrusted.container import XLSX
from ihala_kit.words import language_of
from starlette.responses import Response, StreamingResponse

from ihala_directory.api.callers import Reading
from ihala_directory.hsds.asked import Instant
from ihala_directory.imports.errors import ExportsBusy
from ihala_directory.imports.exporting import Entry, ndjson, sheet, walk
from ihala_directory.imports.zipping import zipped

router = APIRouter(prefix="/v1/exports", tags=["exports"])

PACKAGES_AT_ONCE = 2  # their rows wait on the disk
OVERLAP = timedelta(minutes=5)  # what was changed by a transaction that ended after the export began must not be missed by the next
_NEXT = "Ihala-Modified-After"
_FORMATS = (
    "ndjson, hsds-csv (a zip with datapackage.json): Open Referral, with all that an entry has. 4w-xlsx: the sheet that POST /v1/imports "
    "takes, its header in the caller's language; what it has no column for is not in it, nor what it could not keep hidden."
)
_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The services that the caller may see; in HSDS, lines with `deleted` are ids of what is not there any more",
        "headers": {_NEXT: {"schema": {"type": "string"}, "description": "What the next harvest sends as `modified_after`"}},
        "content": {kind: {"schema": {"type": "string"}} for kind in ("application/x-ndjson", "application/zip", XLSX)},
    }
}


class _Count:
    """How many packages are being made by this process."""

    now = 0


@router.get("/services", response_class=Response, responses={**_ANSWER, **responses(ExportsBusy)})
async def export_services(
    request: Request,
    caller: Reading,
    format: Annotated[Literal["ndjson", "hsds-csv", "4w-xlsx"], Query(description=_FORMATS)] = "ndjson",
    modified_after: Annotated[
        Instant | None, Query(description="Only what changed at this time or later, and ids of what is gone.")
    ] = None,
) -> StreamingResponse:
    """Return all services, by id. The answer is read while it is written: its end is the end of the export."""
    database: Database = request.app.state.database
    language = language_of(request.headers.get("accept-language"))
    headers = {_NEXT: (database.clock.now() - OVERLAP).isoformat(), "Content-Language": language, "Vary": "Accept-Language"}
    if format == "ndjson":
        return StreamingResponse(ndjson(database, caller, language, modified_after), media_type="application/x-ndjson", headers=headers)
    if format == "4w-xlsx":
        headers["Content-Disposition"] = f'attachment; filename="ihala-4w-{language}.xlsx"'
        return StreamingResponse(sheet(database, caller, language, modified_after), media_type=XLSX, headers=headers)
    if _Count.now >= PACKAGES_AT_ONCE:
        raise ExportsBusy(headers={"Retry-After": "30"})
    headers["Content-Disposition"] = 'attachment; filename="ihala-services.zip"'
    return StreamingResponse(_counted(walk(database, caller, language, modified_after)), media_type="application/zip", headers=headers)


async def _counted(found: AsyncIterator[list[Entry]]) -> AsyncIterator[bytes]:
    _Count.now += 1
    try:
        async for piece in zipped(found):
            yield piece
    finally:
        _Count.now -= 1

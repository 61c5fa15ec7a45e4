"""Files of a case: sent in parts, given out only as a clean copy."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request, Security
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import responses
from starlette.responses import Response

from ihala_intake.casework.errors import CaseIsClosed, CaseNotFound
from ihala_intake.casework.files import limits, store
from ihala_intake.casework.files.errors import (
    AttachmentIncomplete,
    AttachmentNotClean,
    AttachmentNotFound,
    AttachmentPartMismatch,
    AttachmentsFull,
    AttachmentTooLarge,
    AttachmentTypeMismatch,
)
from ihala_intake.casework.files.kinds import EXTENSIONS, MediaType
from ihala_intake.commands import attachments
from ihala_intake.errors import IdentityHeldByOrigin, NeedNotFound, PersonErased
from ihala_intake.models.attachments import AttachmentIn, AttachmentView, RemovalIn
from ihala_intake.tables import Attachment

router = APIRouter(prefix="/v1", tags=["attachments"])
Reading = Annotated[Caller, Security(caller, scopes=["intake:read"])]
Adding = Annotated[Caller, Security(caller, scopes=["intake:request"])]
Working = Annotated[Caller, Security(caller, scopes=["intake:case"])]
Number = Annotated[int, Path(ge=1, le=limits.parts_of(limits.LARGEST))]

ANNOUNCING = responses(CaseNotFound, NeedNotFound, CaseIsClosed, AttachmentsFull, AttachmentTooLarge, IdentityHeldByOrigin, PersonErased)
SENDING = responses(AttachmentNotFound, AttachmentNotClean, AttachmentPartMismatch, AttachmentTypeMismatch, PersonErased)
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_PART = {"requestBody": {"required": True, "content": {"application/octet-stream": _BINARY}}}
FILE: dict[int | str, dict[str, Any]] = {200: {"description": "The clean copy.", "content": dict.fromkeys(EXTENSIONS, _BINARY)}}


@router.post("/cases/{case_id}/attachments", status_code=201, response_model=AttachmentView, responses=ANNOUNCING)
async def announce(
    case_id: UUID, body: AttachmentIn, caller: Adding, once: Once, tx: Transaction, response: Response
) -> AttachmentView:  # fmt: skip
    """Announce a file of at most 10 MiB: a JPEG or PNG picture, or a PDF. Then send its parts, and say that it is complete."""

    async def run() -> AttachmentView:
        return await _view(tx, await attachments.announce(tx, caller, case_id, body), response)

    return await once(AttachmentView, run)


@router.put("/attachments/{attachment_id}/parts/{n}", response_model=AttachmentView, responses=SENDING, openapi_extra=_PART)
async def put_part(
    attachment_id: UUID, n: Number, request: Request, caller: Adding, tx: Transaction, response: Response
) -> AttachmentView:  # fmt: skip
    """Send one part: `part_size` bytes, the last one what is left. After a lost line only the missing ones are sent again."""
    return await _view(tx, await attachments.put_part(tx, caller, attachment_id, n, await request.body()), response)


@router.post(
    "/attachments/{attachment_id}/completion", response_model=AttachmentView,
    responses=responses(AttachmentNotFound, AttachmentNotClean, AttachmentIncomplete),
)  # fmt: skip
async def complete(
    attachment_id: UUID, caller: Adding, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> AttachmentView:  # fmt: skip
    """Say that all parts are there. The file is in quarantine until its clean copy is made: without metadata, scripts or files inside."""

    async def run() -> AttachmentView:
        return await _view(tx, await attachments.complete(tx, caller, attachment_id, if_match), response)

    return await once(AttachmentView, run)


@router.get("/cases/{case_id}/attachments", response_model=Page[AttachmentView], responses=responses(CaseNotFound))
async def find(case_id: UUID, caller: Reading, tx: Transaction, page: PageQuery) -> Page[AttachmentView]:
    """Return a case's files that the caller brought or owns."""
    if await store.case_for(tx, caller, case_id) is None:
        raise CaseNotFound()
    after = page.after_as(UUID)
    rows = await store.attachments(tx, caller, case_id, after[0] if after else None, page.fetch)
    return Page(items=[await _view(tx, row) for row in page_of(rows, page, lambda row: (row.id,))])


@router.get("/attachments/{attachment_id}", response_model=AttachmentView, responses=responses(AttachmentNotFound))
async def show(attachment_id: UUID, caller: Reading, tx: Transaction, response: Response) -> AttachmentView:
    """Return how a file stands."""
    attachment = await store.attachment_of(tx, caller, attachment_id)
    if attachment is None:
        raise AttachmentNotFound()
    return await _view(tx, attachment, response)


@router.get(
    "/attachments/{attachment_id}/content", response_class=Response,
    responses=FILE | responses(AttachmentNotFound, AttachmentNotClean, PersonErased),
)  # fmt: skip
async def fetch(attachment_id: UUID, caller: Reading, tx: Transaction) -> Response:
    """Return the clean copy to the operator. Logged with the person."""
    return file_response(*await attachments.content_of(tx, caller, attachment_id))


@router.post(
    "/attachments/{attachment_id}/removal", response_model=AttachmentView, responses=responses(AttachmentNotFound, AttachmentNotClean)
)  # fmt: skip
async def remove(
    attachment_id: UUID, body: RemovalIn, caller: Working, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> AttachmentView:
    """Take a file out. Its bytes are gone; that there was one stays."""

    async def run() -> AttachmentView:
        return await _view(tx, await attachments.remove(tx, caller, attachment_id, if_match, body), response)

    return await once(AttachmentView, run)


def file_response(attachment: Attachment, content: bytes) -> Response:
    """Return a clean copy so that no browser shows or runs it; its name, which is personal, is not in a header."""
    media_type: MediaType = attachment.media_type  # type: ignore[assignment]
    headers = {
        "Content-Disposition": f'attachment; filename="{str(attachment.id)[-12:]}.{EXTENSIONS[media_type]}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(content, media_type=media_type, headers=headers)


async def _view(tx: Transaction, attachment: Attachment, response: Response | None = None) -> AttachmentView:
    if response is not None:
        set_etag(response, attachment.version)
    await tx.flush()
    there = await store.numbers(tx, attachment.id, "raw") if attachment.state == "uploading" else set(range(attachment.parts + 1))
    return AttachmentView.model_validate(attachment.model_dump(exclude={"details"}) | {
        "attachment_id": attachment.id, "part_size": limits.PART, "missing": sorted(set(range(1, attachment.parts + 1)) - there),
        **(await attachments.details_of(tx, attachment)).model_dump(),
    })  # fmt: skip

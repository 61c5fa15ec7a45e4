"""Calls that nginx passed on by itself (deploy/nginx): its log, line by line, into the same chain and the same sums."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Literal, TextIO
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, ValidationError

from ihala_gateway.watching.access_log import LARGEST_BATCH, AccessLog
from ihala_gateway.watching.chain import Row

WRITE_EVERY_SECONDS = 1.0
GONE = 499  # nginx's word for a caller that went away

Text = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")]


async def lines_of(stream: TextIO) -> AsyncIterator[str]:
    """Yield the lines of a file or a pipe as they come."""
    while line := await asyncio.to_thread(stream.readline):
        yield line


async def take_in(log: AccessLog, lines: AsyncIterator[str]) -> tuple[int, int]:
    """Write each line into the log; return how many were taken and how many were none of nginx's. Waits while the database is away.

    The log says that a call was lost: nobody knows what came before the first line, while nothing read.
    """
    log.lose(1)
    taken, strange = 0, 0
    writing = asyncio.create_task(_write(log))
    try:
        async for line in lines:
            row = row_of(line)
            if row is None:
                strange += 1
                continue
            while log.waiting >= LARGEST_BATCH:  # nothing is given up here: the file still has what is not read yet
                await asyncio.sleep(WRITE_EVERY_SECONDS / 10)
                await log.flush()
            log.take(row)
            taken += 1
    finally:
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
    while log.waiting:
        await log.flush()
        await asyncio.sleep(0 if not log.waiting else WRITE_EVERY_SECONDS)
    await log.close()
    return taken, strange


def row_of(line: str) -> Row | None:
    """Return the row that a line tells of; None when it is none of nginx's `log_format ihala`."""
    try:
        said = _Line.model_validate_json(line)
    except ValidationError:
        return None
    return {
        "at": said.time,
        "request_id": said.request_id,
        "client_id": said.client_id or None,
        "organization_id": said.organization_id or None,
        "account_id": said.account_id or None,
        "acting_officer": said.acting_officer or None,
        "method": said.method,
        "route": said.route or None,
        "status": 0 if said.status == GONE else said.status,
        "milliseconds": round(said.seconds * 1000, 2),
        "bytes_in": 0,  # nginx counts them with the headers only
        "bytes_out": said.bytes,
    }


class _Line(BaseModel):
    """A line; empty texts are what nginx writes where there is nothing."""

    time: AwareDatetime
    seat: Literal["nginx"]
    message: Literal["request"]
    request_id: Text
    client_id: Text
    organization_id: UUID | Literal[""]
    account_id: Text = ""
    acting_officer: Text = ""
    method: Text
    route: Text
    status: int = Field(ge=0, le=999)
    seconds: float = Field(ge=0, le=10**6)
    bytes: int = Field(ge=0, le=2**60)


async def _write(log: AccessLog) -> None:
    while True:
        await asyncio.sleep(WRITE_EVERY_SECONDS)
        await log.flush()

"""Calls that nginx passed on by itself (deploy/nginx): its log, line by line, into the same chain and the same sums."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import TextIO
from uuid import UUID

from ihala_gateway.watching.access_log import LARGEST_BATCH, AccessLog
from ihala_gateway.watching.chain import Row

WRITE_EVERY_SECONDS = 1.0


async def lines_of(stream: TextIO) -> AsyncIterator[str]:
    """Yield the lines of a file or a pipe as they come."""
    while line := await asyncio.to_thread(stream.readline):
        yield line


async def take_in(log: AccessLog, lines: AsyncIterator[str]) -> tuple[int, int]:
    """Write each line into the log; return how many were taken and how many were none of nginx's. Waits while the database is away."""
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
        said = json.loads(line)
        if (said["seat"], said["message"]) != ("nginx", "request"):
            return None
        return {
            "at": datetime.fromisoformat(said["time"]),
            "request_id": str(said["request_id"]),
            "client_id": said["client_id"] or None,
            "organization_id": str(UUID(said["organization_id"])) if said["organization_id"] else None,
            "account_id": said.get("account_id") or None,
            "acting_officer": said.get("acting_officer") or None,
            "method": str(said["method"]),
            "route": said["route"] or None,
            "status": 0 if said["status"] == 499 else int(said["status"]),  # nginx's word for a caller that went away
            "milliseconds": round(float(said["seconds"]) * 1000, 2),
            "bytes_in": int(said.get("bytes_in", 0)),
            "bytes_out": int(said["bytes"]),
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


async def _write(log: AccessLog) -> None:
    while True:
        await asyncio.sleep(WRITE_EVERY_SECONDS)
        await log.flush()

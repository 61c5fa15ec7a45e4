"""What a clock process does again and again: scans for deadlines, purges, key rotation."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ihala_kit.db import Database

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """`run` returns how much it did; while that is `much` it runs again after `pause_seconds`, else after `every_seconds`."""

    name: str
    every_seconds: float
    run: Callable[[Database], Awaitable[int]]
    pause_seconds: float = 0
    much: int = 1  # of what is done in batches: a full one


async def run_job(database: Database, job: Job) -> None:
    """Run one job until cancelled; what goes wrong in it is logged, and it is tried again."""
    while True:
        try:
            done = await job.run(database)
        except Exception as error:
            log.warning("a job fails", extra={"job": job.name}, exc_info=error)
            done = 0
        await asyncio.sleep(job.pause_seconds if done >= job.much else job.every_seconds)

"""How soon a job runs again."""

import asyncio
from types import SimpleNamespace

import pytest
from ihala_kit import jobs
from ihala_kit.db import Database
from ihala_kit.jobs import Job, run_job


async def test_a_job_runs_again_soon_while_there_is_much_and_in_its_time_when_there_is_not_or_it_fails(
    kit_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, pauses = [0, 1, 5, 9], list[float]()

    async def run(_: Database) -> int:
        return done.pop(0) if done else 1 // 0

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 5:
            raise asyncio.CancelledError

    monkeypatch.setattr(jobs, "asyncio", SimpleNamespace(sleep=sleep))
    with pytest.raises(asyncio.CancelledError):
        await run_job(kit_db, Job("counted", 60, run, pause_seconds=0.25, much=5))
    assert pauses == [60, 60, 0.25, 0.25, 60]

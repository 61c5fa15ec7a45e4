"""A process that sends, which a test may kill at a point of its choice: settings from NOTIFY_*, as the role `clock` has them."""

import asyncio

from ihala_kit import crash
from ihala_kit.db import Database
from ihala_kit.jobs import run_job
from ihala_notify.app import create
from ihala_notify.settings import Settings


async def main() -> None:
    """Send until killed."""
    settings = Settings()
    crash.arm(settings.crash_dir, "notify")
    database = Database(settings)
    await database.start()
    jobs = [job for job in create(settings).jobs if job.name in {"hold SMS routes", "send messages"}]
    await asyncio.gather(*(run_job(database, job) for job in jobs))


if __name__ == "__main__":
    asyncio.run(main())

"""A process that delivers, which a test may kill at a point of its choice: settings from NOTIFY_*, as the role `clock` has them."""

import asyncio

from ihala_kit import crash
from ihala_kit.db import Database
from ihala_notify.settings import Settings
from ihala_notify.webhooks.dispatcher import Dispatcher


async def main() -> None:
    """Deliver until killed."""
    settings = Settings()
    crash.arm(settings.crash_dir, "notify")
    database = Database(settings)
    await database.start()
    await Dispatcher(settings.webhook_hosts, tick_seconds=0.02).run(database)


if __name__ == "__main__":
    asyncio.run(main())

"""A reader of a group, which leaves a row for each event it applies. As a process of its own it runs until it is killed."""

import asyncio
import os

from ihala_contracts.envelope import type_of, version_of
from ihala_contracts.notify_v1 import SubscriptionDisabled
from ihala_kit import bus
from ihala_kit.db import Database
from ihala_kit.inbox import Inbox
from ihala_kit.settings import KitSettings
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

SESSION_MS = 1_500  # whoever is killed has left after that


def reader(database: Database, name: str) -> Inbox:
    """Return a reader that notes which event it applied; the table is one of the kit's that takes any words."""

    async def leave_a_row(tx: AsyncSession, event: SubscriptionDisabled) -> None:
        words = f"{event.key} {event.reason} {name} {event.envelope.id}"
        await tx.execute(text("INSERT INTO reader VALUES (:words, clock_timestamp())"), {"words": words})

    return Inbox(database, "notify", {(type_of(SubscriptionDisabled), version_of(SubscriptionDisabled)): leave_a_row})


async def main() -> None:
    bus.SESSION_MS = SESSION_MS
    database = Database(KitSettings(_env_prefix="MEMBER_"), pool_size=2)
    await database.start()
    await reader(database, str(os.getpid())).run()


if __name__ == "__main__":
    asyncio.run(main())

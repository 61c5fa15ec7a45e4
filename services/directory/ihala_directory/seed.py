"""Loads a file of organisations: `python -m ihala_directory.seed FILE`. It may run at each start:
what is the same already is left alone.

Figures of free places are taken from the file only for what is new: later they are the providers' own.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from ihala_kit.auth import Caller
from ihala_kit.db import Database
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory import store
from ihala_directory.commands import organizations, services
from ihala_directory.errors import OrganizationNotFound, ServiceNotFound
from ihala_directory.models.drafts import Seed, SeedOrganization, SeedService
from ihala_directory.settings import Settings
from ihala_directory.tables import Organization


async def load(database: Database, data: dict[str, Any]) -> int:
    """Load the file's content, one organisation a transaction; return how many organisations it has. Raises ValidationError."""
    seed = Seed.model_validate(data)
    for one in seed.organizations:
        async with database.transaction(Caller.system("seed")) as tx:
            await _load_organization(tx, one)
    return len(seed.organizations)


async def _load_organization(tx: AsyncSession, one: SeedOrganization) -> None:
    try:
        row = await store.organization(tx, one.id, lock=True)
    except OrganizationNotFound:
        row = await organizations.join(tx, one.operator_id, one.id, one)
    else:
        if row.status == "left":
            return
        await organizations.change(tx, row, one)
    for service in one.services:
        await _load_service(tx, row, service)


async def _load_service(tx: AsyncSession, owner: Organization, draft: SeedService) -> None:
    try:
        row = await store.service(tx, draft.id, lock=True)
    except ServiceNotFound:
        await services.publish(tx, owner, draft.id, draft)
    else:
        await services.change(tx, owner, row, draft)


async def main(path: Path) -> None:
    """Load one file into the database of the settings."""
    database = Database(Settings(), pool_size=2)
    await database.start()
    try:
        loaded = await load(database, json.loads(path.read_text("utf-8")))
    finally:
        await database.stop()
    sys.stdout.write(f"{loaded} organisations\n")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))

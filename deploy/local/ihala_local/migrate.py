"""Migrates several databases at once, in a process of its own: what `ihala migrate NAME` does, but the libraries are loaded once.

use: python -m ihala_local.migrate NAME…     (each with NAME_DATABASE_URL and NAME_OWNER_DATABASE_URL)
"""

import asyncio
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from ihala_kit.migrations import migrate_async

from ihala_local.home import Home
from ihala_local.place import Place
from ihala_local.ports import Ports


async def migrate(names: list[str]) -> None:
    """Bring each database to its newest form, as its owner; prints each name when it is done."""
    for name in names:
        owner_url, app_url = (os.environ[f"{name.upper()}_{whose}DATABASE_URL"] for whose in ("OWNER_", ""))
        await migrate_async(Place(Home(Path()), Ports()).migrations(name), owner_url, urlsplit(app_url).username or "")
        print(f"{name} done", flush=True)


if __name__ == "__main__":
    asyncio.run(migrate(sys.argv[1:]))

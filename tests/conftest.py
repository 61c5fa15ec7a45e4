"""What all tests share: one throw-away PostgreSQL a session."""

from collections.abc import AsyncIterator

import pytest
from ihala_local.testing import ThrowAwayPostgres, throw_away_postgres


@pytest.fixture(scope="session")
async def postgres() -> AsyncIterator[ThrowAwayPostgres]:
    """A real PostgreSQL; `postgres.scratch(name, make)` gives a fresh, migrated database."""
    async with throw_away_postgres() as server:
        yield server

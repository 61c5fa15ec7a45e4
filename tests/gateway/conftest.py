"""A gateway for each file of tests, and a fresh one where a test wants it."""

from collections.abc import AsyncIterator

import pytest
from ihala_local.testing import ThrowAwayPostgres

from tests.gateway.house import House, house


@pytest.fixture(scope="module")
async def home(postgres: ThrowAwayPostgres) -> AsyncIterator[House]:
    """A gateway that a file's tests share, with the client `centre`."""
    async with house(postgres) as found:
        await found.register()
        yield found


@pytest.fixture
def seen(home: House) -> House:
    """The shared gateway with nothing seen upstream yet."""
    home.upstream.seen.clear()
    home.upstream.answer = None
    home.upstream.left.clear()
    return home

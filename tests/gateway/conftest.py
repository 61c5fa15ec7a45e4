"""A gateway for each file of tests, and a fresh one where a test wants it."""

from collections.abc import AsyncIterator

import pytest
from ihala_gateway.staff.tables import Account
from ihala_local.testing import ThrowAwayPostgres

from tests.gateway.desk import Desk, operator_desk, organization_desk
from tests.gateway.house import OPERATOR, House, house
from tests.gateway.party import BACK
from tests.gateway.staff import Browser, account, browser


@pytest.fixture(scope="module")
async def home(postgres: ThrowAwayPostgres) -> AsyncIterator[House]:
    """A gateway that a file's tests share, with the client `centre`."""
    async with house(postgres) as found:
        await found.register()
        yield found


@pytest.fixture
async def ours(home: House) -> Desk:
    """The administrators of an organisation that the house's operator admitted."""
    return await organization_desk(home)


@pytest.fixture
async def operator(home: House) -> Desk:
    """The administrators of the house's operator."""
    return await operator_desk(home)


@pytest.fixture
def seen(home: House) -> House:
    """The shared gateway with nothing seen upstream yet."""
    home.upstream.seen.clear()
    home.upstream.answer = None
    home.upstream.left.clear()
    return home


@pytest.fixture(scope="module")
async def person(home: House) -> AsyncIterator[tuple[Browser, Account]]:
    """A browser at which somebody of the house's organisation is signed in, and three clients that people use."""
    await home.register("app", redirect_uris=[BACK])
    await home.register("own", redirect_uris=[BACK], first_party=True, organization_id=str(OPERATOR), organization_kind="operator")
    await home.register("live-app", redirect_uris=["https://app.example/back"], kind="live")
    name, row, _ = await account(home)
    async with browser(home) as found:
        await found.sign_in(name)
        yield found, row

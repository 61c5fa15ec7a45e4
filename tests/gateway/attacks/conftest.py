"""Every attack is tried on both seats of the gateway."""

from collections.abc import AsyncIterator

import pytest

from tests.gateway.attacks.seats import MISSING, NGINX, SEATS, behind_nginx
from tests.gateway.house import House


@pytest.fixture(scope="module")
async def fronted(home: House, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """The shared gateway's database with a further process on it, and nginx in front of that."""
    async with behind_nginx(home, tmp_path_factory.mktemp("nginx")) as found:
        yield found


@pytest.fixture(params=SEATS)
def seat(request: pytest.FixtureRequest) -> str:
    """Which seat decides."""
    if request.param == "nginx" and NGINX is None:
        pytest.skip(MISSING)
    return str(request.param)


@pytest.fixture
def seen(request: pytest.FixtureRequest, home: House, seat: str) -> House:
    """The gateway in one of its seats, with nothing seen upstream yet."""
    home.upstream.seen.clear()
    home.upstream.answer = None
    home.upstream.left.clear()
    house: House = home if seat == "built-in" else request.getfixturevalue("fronted")
    return house

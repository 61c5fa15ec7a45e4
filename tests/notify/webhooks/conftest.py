"""A receiver and a database with webhooks."""

from collections.abc import AsyncIterator

import pytest
from ihala_kit.db import Database

from tests.notify.webhooks.receiver import Receiver, receiving
from tests.notify.webhooks.rig import Rig


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as found:
        yield found


@pytest.fixture
def rig(database: Database) -> Rig:
    return Rig(database)

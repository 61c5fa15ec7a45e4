"""One throw-away stack of real PostgreSQL and Kafka for all tests of the local run, on unusual ports."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from ihala_local.home import Home
from ihala_local.ports import Ports
from ihala_local.stack import Stack
from ihala_local.testing import open_directory

OFFSET = 3000


@pytest.fixture(scope="package")
async def servers() -> AsyncIterator[Stack]:
    """PostgreSQL, Kafka and the sink, provisioned; no services."""
    with open_directory("ihala-local-") as directory:
        async with Stack(directory, Ports.shifted(OFFSET), apps=(), seed=False) as stack:
            yield stack


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """An empty home with its secrets."""
    made = Home(tmp_path / "home")
    made.make()
    made.make_secrets()
    yield made

"""One throw-away Ihala for all journeys: real PostgreSQL, real Kafka, gateway and services, on ports of its own."""

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from ihala_local.ports import APPS, Ports
from ihala_local.stack import Stack
from ihala_local.story.cast import Cast
from ihala_local.testing import open_directory

PORT_OFFSET = 1000


@pytest.fixture(scope="session")
async def crashes() -> AsyncIterator[Path]:
    """A directory in which a file such as `referral.relay.after-ack` kills that service once, at that point."""
    with tempfile.TemporaryDirectory(prefix="ihala-crashes-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
async def stack(crashes: Path) -> AsyncIterator[Stack]:
    """A whole Ihala, started once."""
    extra = {name: {f"{name.upper()}_CRASH_DIR": str(crashes)} for name in APPS}
    with open_directory("ihala-e2e-") as folder:
        async with Stack(folder / "home", Ports.shifted(PORT_OFFSET), extra=extra) as running:
            yield running


@pytest.fixture(scope="session")
async def cast(stack: Stack) -> AsyncIterator[Cast]:
    """Everybody who acts, ready."""
    async with Cast(stack.place) as ready:
        yield ready

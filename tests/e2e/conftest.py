"""One throw-away Ihala for all journeys: real PostgreSQL, real Kafka, gateway and services, on ports of its own.

What looks for people's words has another one, whose data no race spoils and whose traces are kept. Both are gone once the last
journey is over: even where nobody asks anything of it, an Ihala takes an eighth of a core from the tests that still come.
"""

import os
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from ihala_local.ports import APPS, Ports
from ihala_local.stack import Stack
from ihala_local.story.cast import Cast
from ihala_local.testing import open_directory

from tests.e2e.kept import Traces, collector
from tests.e2e.lives import Lives, told_of
from tests.e2e.words import Words

PORT_OFFSET = int(os.environ.get("IHALA_E2E_PORT_OFFSET", "1000"))


@pytest.fixture(scope="package")
async def crashes() -> AsyncIterator[Path]:
    """A directory in which a file such as `referral.relay.after-ack` kills that service once, at that point."""
    with tempfile.TemporaryDirectory(prefix="ihala-crashes-") as folder:
        yield Path(folder)


@pytest.fixture(scope="package")
async def stack(crashes: Path) -> AsyncIterator[Stack]:
    """A whole Ihala, started once."""
    extra = {name: {f"{name.upper()}_CRASH_DIR": str(crashes)} for name in APPS}
    with open_directory("ihala-e2e-") as folder:
        async with Stack(folder / "home", Ports.shifted(PORT_OFFSET), extra=extra) as running:
            yield running


@pytest.fixture(scope="package")
async def cast(stack: Stack) -> AsyncIterator[Cast]:
    """Everybody who acts, ready."""
    async with Cast(stack.place) as ready:
        yield ready


@dataclass
class Lived:
    """An Ihala in which everything happened to people, the words they gave, and where its traces went."""

    stack: Stack
    cast: Cast
    lives: Lives
    words: Words
    traces: Traces


@pytest.fixture(scope="package")
async def lived() -> AsyncIterator[Lived]:
    """Start one more Ihala and let everything happen in it, once."""
    async with collector() as traces:
        extra = {name: {f"{name.upper()}_OTLP_ENDPOINT": traces.url} for name in APPS}
        with open_directory("ihala-e2e-lived-") as folder:
            async with (
                Stack(folder / "home", Ports.shifted(PORT_OFFSET + 100), extra=extra) as running,
                Cast(running.place) as ready,
            ):
                words = Words()
                lives = Lives(ready, words)
                await told_of(ready, words)
                await lives.live()
                yield Lived(running, ready, lives, words, traces)

"""A scene for each journey, on the one Ihala of all journeys; what was said of its people is looked at when it is over."""

from collections.abc import AsyncIterator

import pytest
from ihala_local.story.cast import Cast

from tests.e2e.scenarios.scene import Scene


@pytest.fixture
async def scene(cast: Cast) -> AsyncIterator[Scene]:
    """Everybody is ready, and providers have places."""
    told = Scene(cast)
    await told.opens()
    yield told
    await told.leaves_no_word()

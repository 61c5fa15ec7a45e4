"""What the tests of search share: ask, and read the names found."""

from typing import Any

import aiohttp
import pytest
from ihala_directory.search import models

from tests.directory.world import People


class Searching:
    """Asks the service as somebody."""

    def __init__(self, http: aiohttp.ClientSession, people: People) -> None:
        self.http, self.people = http, people

    async def __call__(self, q: str | None = None, headers: dict[str, str] | None = None, **asked: Any) -> models.Results:
        """Return what is found; as nobody, unless headers say who."""
        params = {name: value for name, value in {"q": q, **asked}.items() if value is not None}
        async with self.http.get("/v1/search", params=params, headers=headers or self.people.nobody()) as answer:
            assert answer.status == 200, await answer.text()
            return models.Results.model_validate(await answer.json())

    async def ids(self, q: str | None = None, headers: dict[str, str] | None = None, **asked: Any) -> list[str]:
        """Return the ids of the services found, in their order."""
        return [str(one.service.id) for one in (await self(q, headers, **asked)).items]


@pytest.fixture
def search(http: aiohttp.ClientSession, people: People) -> Searching:
    return Searching(http, people)

"""Files that are traps: they are refused by name, quickly, and the service goes on."""

import asyncio

import aiohttp
import pytest
from ihala_directory.imports import apart
from ihala_kit.untrusted import limits

from tests.directory.imports.conftest import Office
from tests.directory.imports.files import XLSX, row, xlsx
from tests.directory.world import World, key, slug
from tests.kit.untrusted.traps import TRAPS


async def test_traps_are_refused_by_the_route_and_nothing_is_kept(world: World, office: Office, http: aiohttp.ClientSession) -> None:
    for name, (data, code) in TRAPS.items():
        headers = office.people.coordinator() | key() | {"Content-Type": XLSX}
        async with http.post("/v1/imports?source=partner", data=data, headers=headers) as answer:
            assert await slug(answer, 422) == "file-refused", name
            assert (await answer.json(content_type=None))["code"] == code, name
    assert await world.value("SELECT count(*) FROM import_file") == 0


async def test_a_body_over_the_limit_is_refused(office: Office, http: aiohttp.ClientSession) -> None:
    headers = office.people.coordinator() | key() | {"Content-Type": "text/csv"}
    async with http.post("/v1/imports?source=partner", data=b"a" * (1024 * 1024 + 1), headers=headers) as answer:
        assert await slug(answer, 413) == "body-too-large"


@pytest.mark.parametrize(("limit", "most"), [("CHILD_SECONDS", 0.05), ("CHILD_ANSWER_BYTES", 500)])
async def test_a_reader_that_takes_too_long_or_says_too_much_is_ended(monkeypatch: pytest.MonkeyPatch, limit: str, most: float) -> None:
    monkeypatch.setattr(limits, limit, most)
    reading = await apart.read("sheet", xlsx(row(1)))
    assert [one.code for one in reading.faults] == ["too_slow"]
    assert reading.entries == []


async def test_nested_json_ends_clearly() -> None:
    reading = await apart.read("hsds", b"[" * 200_000)
    assert [one.code for one in reading.faults] == ["not_hsds"]


async def test_reading_does_not_hold_up_the_service() -> None:
    reading = asyncio.create_task(apart.read("sheet", xlsx(*(row(number) for number in range(200)))))
    turns = 0
    while not reading.done():
        await asyncio.sleep(0.005)
        turns += 1
    assert (await reading).rows == 200
    assert turns > 20, "others had their turn, again and again"

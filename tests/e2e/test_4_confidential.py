"""After a full run no name, phone, number or told word of anybody stands in another service's tables, in a topic, a log or a trace."""

import asyncio
import base64
import urllib.parse
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import asyncpg
import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic
from ihala_intake.tables import Table
from ihala_kit.folding import folded
from ihala_local.ports import APPS

from tests.e2e.checker import databases
from tests.e2e.conftest import Lived
from tests.e2e.kept import Kept, everything, leaks
from tests.e2e.words import Search, Words

EXPORTED_EVERY_SECONDS = 5  # by OpenTelemetry's batches
NOT_LIVED = {  # nobody was reported by duty, called in vain or merged into a counted double; a row waits only while a sheet is read
    "follow_up_try", "report", "request_file_row",
}  # fmt: skip
LEFT = {  # what each other service keeps of it
    "directory": ("reservation",), "referral": ("referral", "need_key"), "notify": ("message", "feed"), "gateway": ("access_log",),
}  # fmt: skip

LISTS = ("directory: table", "topic ihala.directory.v1", "referral: table public.service", "notify: table public.service")


@pytest.fixture(scope="module")
async def kept(lived: Lived) -> Kept:
    """Everything that is kept anywhere after the run, once all of it has left."""
    await asyncio.sleep(EXPORTED_EVERY_SECONDS + 1)
    return await everything(lived.stack.place, lived.traces)


@pytest.fixture(scope="module")
async def search(lived: Lived) -> Search:
    return Search(lived.words.made)


@pytest.mark.timeout(900)
async def test_the_run_was_a_full_one(lived: Lived, kept: Kept) -> None:
    assert len(lived.words.made) > 400
    personal = {table.name for table in Table.metadata.tables.values() if any(column.info["personal"] for column in table.columns)}
    assert {name for name in personal if not kept[f"intake: table public.{name}"]} <= NOT_LIVED
    assert {name for app, names in LEFT.items() for name in names if not kept[f"{app}: table public.{name}"]} == set()
    assert {app for app in APPS if f"ihala-{app}".encode() not in kept["traces"]} == set()
    assert {app for app in APPS if not kept[f"log {app}.log"]} == set()
    assert {name for name in ("intake", "directory", "referral", "notify") if not kept.get(f"topic ihala.{name}.v1")} == set()
    assert kept["sent texts"]


async def test_the_words_can_be_read_where_they_may_be(lived: Lived, search: Search) -> None:
    [found, *_] = (await lived.lives.desk.get("/intake/v1/cases", limit=200)).body["items"]
    case = (await lived.lives.desk.get(f"/intake/v1/cases/{found['case_id']}")).body
    person = (await lived.lives.desk.get(f"/intake/v1/persons/{case['person_id']}")).body
    assert search.in_bytes(str(person).encode())


async def test_no_word_stands_anywhere(kept: Kept, search: Search) -> None:
    assert leaks(kept, search.in_bytes) == []


async def test_a_category_that_is_hidden_stands_where_services_are_listed_and_nowhere_else(kept: Kept) -> None:
    told = {place for place, content in kept.items() if b"protection.gbv" in content}
    assert {place for place in told if not place.startswith(("intake: table", *LISTS))} == set()


class Planted:
    """A word in every kind of place, each time in another form."""

    def __init__(self, lived: Lived) -> None:
        self.lived, self.word = lived, Words().name()
        self.search = Search([self.word])

    async def plant(self) -> None:
        """Put it there."""
        word, place = self.word, self.lived.stack.place
        for url in databases(place).values():
            await self._execute(url, f"CREATE TABLE planted AS SELECT convert_to('x{word}y', 'UTF8') AS held")
        await asyncio.to_thread(self._produce, place.kafka_admin.sign_in())
        (place.home.logs / "planted.log").write_text(f"GET /v1/persons?name={urllib.parse.quote(folded(word))} 200\n")
        async with aiohttp.ClientSession() as session, session.post(f"{self.lived.traces.url}/v1/traces", data=word.encode()) as answer:
            assert answer.status == 200

    async def pull_out(self) -> None:
        """Take it away again."""
        place = self.lived.stack.place
        for url in databases(place).values():
            await self._execute(url, "DROP TABLE planted")
        (place.home.logs / "planted.log").unlink()
        admin = AdminClient(place.kafka_admin.sign_in())
        await asyncio.to_thread(admin.delete_topics(["planted"])["planted"].result, 20)

    def _produce(self, sign_in: dict[str, Any]) -> None:
        admin = AdminClient(sign_in)
        admin.create_topics([NewTopic("planted", 1, 1)])["planted"].result(20)
        producer = Producer(sign_in)
        producer.produce("planted", b"{}", b"key", headers=[("ce_subject", base64.b64encode(f"xy{self.word}".encode()))])
        assert producer.flush(20) == 0

    async def _execute(self, url: str, statement: str) -> None:
        connection = await asyncpg.connect(url)
        await connection.execute(statement)
        await connection.close()


@pytest.fixture
async def planted(lived: Lived) -> AsyncIterator[Planted]:
    made = Planted(lived)
    await made.plant()
    yield made
    await made.pull_out()


async def test_a_word_that_is_planted_is_found_in_every_place(lived: Lived, planted: Planted) -> None:
    found = leaks(await everything(lived.stack.place, lived.traces), planted.search.in_bytes)
    wanted = {f"{app}: table public.planted" for app in APPS} | {"topic planted", "log planted.log", "traces"}
    assert {line.rpartition(":")[0] for line in found} == wanted

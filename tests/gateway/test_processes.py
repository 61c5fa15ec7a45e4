"""Two processes that share nothing but the database: under load, while keys rotate, while one of them is killed and comes back."""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import aiohttp
import pytest
from ihala_gateway.clients import standing as suspensions
from ihala_gateway.oauth import keys
from ihala_gateway.settings import Settings
from ihala_gateway.watching.verifying import KIND, verify
from ihala_kit.auth import Caller
from ihala_kit.vault import Vault

from tests.gateway.house import ASSERTION_TYPE, House, free_port
from tests.gateway.processes import Running, running

PATH = "/referral/v1/referrals"
AT_ONCE = 6
PAUSE_SECONDS = 0.01  # between two calls of one of them
WITHIN_SECONDS = 1.0  # architecture, section 3: so soon the built-in seat knows of a suspension


@pytest.fixture(scope="module")
async def two(home: House) -> AsyncIterator[tuple[Running, Running]]:
    """Two processes on the shared database."""
    async with AsyncExitStack() as stack:
        settings = [Settings.model_validate(home.settings.model_dump() | {"port": free_port()}) for _ in range(2)]
        first, second = await asyncio.gather(*(stack.enter_async_context(running(each)) for each in settings))
        yield first, second


@dataclass
class Load:
    """Calls on both processes, good ones and bad ones by turns, and what came back."""

    home: House
    processes: tuple[Running, Running]
    session: aiohttp.ClientSession
    tokens: list[str] = field(default_factory=list)
    worthless: list[str] = field(default_factory=list)
    good: Counter[int] = field(default_factory=Counter)
    bad: Counter[int] = field(default_factory=Counter)
    signed_by: set[str] = field(default_factory=set)
    lost: int = 0
    over: bool = False

    async def call(self, number: int) -> None:
        """Call until it is over. Who loses a connection goes to the other process, as a load balancer would."""
        for turn in itertools.count(number):
            if self.over:
                return
            self.good[await self._status(turn, self.tokens[turn % len(self.tokens)])] += 1
            self.bad[await self._status(turn, self.worthless[turn % len(self.worthless)])] += 1
            await asyncio.sleep(PAUSE_SECONDS)

    async def _status(self, turn: int, token: str) -> int:
        for process in (self.processes[turn % 2], self.processes[1 - turn % 2]):
            try:
                async with self.session.get(process.address + PATH, headers={"Authorization": f"Bearer {token}"}) as answer:
                    await answer.read()
                    return answer.status
            except aiohttp.ClientError:
                self.lost += 1
        return 0

    async def renew(self) -> None:
        """Get new tokens, from either process, for as long as it goes on; old ones stay in use."""
        for turn in itertools.count():
            if self.over:
                return
            form = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE, "client_assertion": self.home.assertion()}
            try:
                async with self.session.post(f"{self.processes[turn % 2].address}/oauth/token", data=form) as answer:
                    assert answer.status == 200, await answer.text()
                    self.tokens.append((await answer.json())["access_token"])
                    self.signed_by.add(self.tokens[-1].partition(".")[0])
            except aiohttp.ClientError:
                self.lost += 1
            await asyncio.sleep(0.05)


async def test_no_valid_call_is_refused_and_no_invalid_one_let_through(
    home: House, two: tuple[Running, Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "PUBLISHED_BEFORE", timedelta(seconds=0.8))  # four times as long as it takes the processes to read them
    await home.register("leaver")
    await home.register("sleeper")
    good, leaver, sleeper = [await home.token(client_id) for client_id in ("centre", "leaver", "sleeper")]
    async with aiohttp.ClientSession() as session:
        load = Load(home, two, session, [good], [good[:-8] + "AAAAAAAA", "x", leaver])
        await _suspend(home, "leaver")
        await _refused_by(two, leaver, session)
        work = [asyncio.create_task(each) for each in (*(load.call(number) for number in range(AT_ONCE)), load.renew())]
        await _rotated(home)
        assert await _status(session, two[0], sleeper) == 200
        await two[0].kill()
        await _suspend(home, "sleeper")
        await _rotated(home)
        await two[0].begin_again()
        assert await _status(session, two[0], sleeper) == 401, "it knows before its first answer"
        await _rotated(home)
        load.over = True
        await asyncio.gather(*work)
    assert set(load.good) == {200} and load.good[200] > 100, load.good
    assert set(load.bad) == {401} and load.bad[401] > 100, load.bad
    assert load.lost > 0, "somebody met the process that was killed"
    assert len(load.signed_by) >= 3, "keys that signed"


async def test_a_suspension_holds_within_a_second_in_all_processes(home: House, two: tuple[Running, Running]) -> None:
    async with aiohttp.ClientSession() as session:
        await home.register("first")
        token = await home.token("first")
        assert [await _status(session, process, token) for process in two] == [200, 200]
        await _suspend(home, "first")
        assert await _refused_by(two, token, session) < WITHIN_SECONDS


async def test_an_assertion_is_good_once_in_all_processes_together(home: House, two: tuple[Running, Running]) -> None:
    form = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE, "client_assertion": home.assertion()}
    async with aiohttp.ClientSession() as session:

        async def given(process: Running) -> int:
            async with session.post(f"{process.address}/oauth/token", data=form) as answer:
                return answer.status

        statuses = await asyncio.gather(*(given(process) for process in two * 4))
    assert sorted(statuses) == [200] + [401] * 7


async def test_every_answer_says_our_time_once(home: House, two: tuple[Running, Running]) -> None:
    """FAPI 2.0's own tests want a Date of whatever answers, refusals too."""
    headers = await home.signed_in()
    async with aiohttp.ClientSession(two[0].address) as session:
        for path in (PATH, "/oauth/jwks", "/referral/v1/unknown"):
            async with session.get(path, headers=headers) as answer:
                [date] = answer.headers.getall("Date")
                assert abs((parsedate_to_datetime(date) - datetime.now(UTC)).total_seconds()) < 10


async def _rotated(home: House) -> None:
    """Rotate the keys and wait until the new ones sign."""
    async with home.database.transaction(Caller.system("test")) as tx:
        begins = await keys.rotate(tx, Vault.of(home.settings), datetime.now(UTC))
    await asyncio.sleep(max(0.0, (begins - datetime.now(UTC)).total_seconds()) + 0.4)


async def _suspend(home: House, client_id: str) -> None:
    async with home.database.transaction(Caller.system("test")) as tx:
        await suspensions.suspend(tx, client_id)


async def _refused_by(processes: tuple[Running, Running], token: str, session: aiohttp.ClientSession) -> float:
    """Return after how many seconds both refuse the token."""
    began = time.monotonic()
    async with asyncio.timeout(30):
        while any([await _status(session, process, token) == 200 for process in processes]):
            await asyncio.sleep(0.01)
    return time.monotonic() - began


async def _status(session: aiohttp.ClientSession, process: Running, token: str) -> int:
    async with session.get(process.address + PATH, headers={"Authorization": f"Bearer {token}"}) as answer:
        return answer.status


async def test_the_access_log_of_all_of_them_holds_also_that_of_a_killed_one(home: House, two: tuple[Running, Running]) -> None:
    """Runs last in this file: it leaves one of them dead."""
    before = (await verify(home.database)).links[KIND]
    async with aiohttp.ClientSession() as session:
        assert [await _status(session, process, "x") for process in two] == [401, 401]
    async with asyncio.timeout(30):
        while (report := await verify(home.database)).links[KIND] < before + len(two):
            await asyncio.sleep(0.05)
    await two[1].kill()
    ended = await verify(home.database)
    assert ended.broken == [] and ended.links[KIND] >= report.links[KIND] and ended.chains[KIND] >= len(two)

"""What all tests share: one throw-away PostgreSQL a worker, and which tests one worker runs together."""

import gc
import os
import socket
from collections.abc import AsyncIterator, Generator

import pytest
from ihala_kit import sealed
from ihala_local.testing import ThrowAwayPostgres, throw_away_postgres
from xdist.scheduler import LoadScopeScheduling

TOGETHER = ("tests/e2e/", "tests/local/", "tests/kit/broker/", "tests/notify/direct/")  # each shares servers, gone when it is through


@pytest.fixture(scope="session")
async def postgres() -> AsyncIterator[ThrowAwayPostgres]:
    """A real PostgreSQL; `postgres.scratch(name, make)` gives a fresh, migrated database."""
    async with throw_away_postgres() as server:
        yield server


@pytest.fixture(autouse=True)
def no_key_of_others() -> None:
    """Databases are put back between tests, in processes that would go on with what they knew for seconds."""
    sealed.peers.clear()


class ByServers(LoadScopeScheduling):
    """A file at a time for each worker, but what shares servers in one piece."""

    def _split_scope(self, nodeid: str) -> str:
        return next((folder for folder in TOGETHER if nodeid.startswith(folder)), nodeid.partition("::")[0])


def pytest_xdist_auto_num_workers() -> int | None:
    """One worker more than cores: while the journeys wait for what dies, starts or comes over Kafka, others have work for the cores."""
    return None if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ else (os.cpu_count() or 1) + 1


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """What a worker tells of reruns goes at once: it writes twice before it reads, and the second waited 40 ms in each of 10,000 tests."""
    if hasattr(config, "workerinput") and config.pluginmanager.hasplugin("rerunfailures"):
        config.failures_db.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # type: ignore[attr-defined]


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadScopeScheduling:
    return ByServers(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for garbage once all tests are there, not each time that there are more of them; what they are made of stays to the end."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The journeys first: they take longest."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/e2e/"))

"""Hearing what other processes say with their commits: one LISTEN, made anew after a fault."""

import asyncio
import logging
from collections.abc import Callable

import asyncpg
from ihala_kit.db import Database
from ihala_kit.dsn import LOST, close, plain_dsn
from ihala_kit.waiting import is_set_within

log = logging.getLogger(__name__)

PAUSE_SECONDS = 1.0
PING_SECONDS = 10.0


async def hear(database: Database, channel: str, application: str, heard: Callable[[str], None], listening: Callable[[bool], None]) -> None:
    """Call `heard` with each notice of the channel, until cancelled; `listening` when that begins (look then: something may have been
    missed) and when it ends. `application` is how PostgreSQL shows the connection."""
    while True:
        try:
            await _hear(plain_dsn(database.settings.database_url), channel, application, heard, listening)
        except LOST as error:
            log.warning("listening starts anew", extra={"channel": channel, "error": type(error).__name__})
        finally:
            listening(False)
        await asyncio.sleep(PAUSE_SECONDS)


async def _hear(dsn: str, channel: str, application: str, heard: Callable[[str], None], listening: Callable[[bool], None]) -> None:
    connection, lost = await asyncpg.connect(dsn, server_settings={"application_name": application}), asyncio.Event()
    try:
        connection.add_termination_listener(lambda _: lost.set())
        await connection.add_listener(channel, lambda *about: heard(str(about[-1])))
        listening(True)
        while not lost.is_set():
            async with asyncio.timeout(PING_SECONDS):
                await connection.execute("SELECT")
            await is_set_within(lost, PING_SECONDS)
    finally:
        await close(connection)

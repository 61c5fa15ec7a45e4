"""Waiting for an event, and being cancelled while it is set."""

import asyncio

import pytest
from ihala_kit.waiting import is_set_within


async def test_what_is_set_in_time_is_told_from_what_is_not() -> None:
    event = asyncio.Event()
    assert not await is_set_within(event, 0.01)
    asyncio.get_running_loop().call_later(0.01, event.set)
    assert await is_set_within(event, 5)


async def test_whoever_is_cancelled_as_the_event_is_set_ends() -> None:
    event = asyncio.Event()
    waiting = asyncio.create_task(is_set_within(event, 5))
    await asyncio.sleep(0.01)
    event.set()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

"""Waiting for something to be set, but not for ever."""

import asyncio


async def is_set_within(event: asyncio.Event, seconds: float) -> bool:
    """Return whether `event` is set within so many seconds.

    `asyncio.wait_for` would do, but until Python 3.12 it forgets that its task was cancelled if the event is set at the same moment: a loop
    that is ended by cancelling it then goes on for ever.
    """
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True

"""A guard around aiokafka: ending a client whose broker is away.

aiokafka (0.14) cancels its own tasks then, waits for them and lets their cancellation out as if it were the caller's; or it waits for
an answer that does not come. Whoever only wanted a new client would end with it, and the old connections would stay.
"""

import asyncio

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

WITHIN_SECONDS = 15.0


async def stop(client: AIOKafkaConsumer | AIOKafkaProducer) -> None:
    """Stop a client, also one that never started; cancelled only when the caller is."""
    stopping = asyncio.ensure_future(client.stop())  # type: ignore[no-untyped-call]
    try:
        done, _ = await asyncio.wait({stopping}, timeout=WITHIN_SECONDS)
    except asyncio.CancelledError:
        stopping.cancel()
        raise
    if done and not stopping.cancelled():
        stopping.result()
        return
    stopping.cancel()
    await (client.client if isinstance(client, AIOKafkaProducer) else client._client).close()

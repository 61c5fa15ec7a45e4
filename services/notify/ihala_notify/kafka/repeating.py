"""Ends what a client asked of Kafka before its rights were taken away.

The broker looks at the list when a question comes, not when it answers: a client that asked to wait for long would be told the next event.
So the newest event of its organisation, which it could read, is written once more. That is the answer it gets, and its next question is
refused. To others it is an event that comes twice. (Not so a question that wants many bytes at once: DECISIONS.md 82.)
"""

import asyncio
import logging
from collections.abc import Collection

from ihala_kit.auth import Caller
from ihala_kit.bus import Producer
from ihala_kit.db import Database
from sqlalchemy import text

from ihala_notify.kafka.writer import OF_ONE_TOPIC, message

log = logging.getLogger(__name__)

_NEWEST = text("""
    SELECT organization_id, position, event_id, source, type, subject, time, CAST(data AS text) AS data, version, appended_at
    FROM kafka_topic t JOIN feed f USING (organization_id, position)
    WHERE made_at IS NOT NULL AND organization_id IN (
        SELECT organization_id FROM kafka_client WHERE client_id = ANY(CAST(:clients AS text[])))
""")


async def repeat_newest(database: Database, clients: Collection[str]) -> None:
    """Write the newest event that is on the topic of each client's organisation once more. Raises BusError.

    A topic that is gone, or takes nothing, holds up no other: nobody reads from it.
    """
    if not clients:
        return
    async with database.transaction(Caller.system("kafka")) as tx:
        newest = (await tx.execute(_NEWEST, {"clients": list(clients)})).all()
    if newest:
        async with Producer(database.settings) as producer:
            sent = await asyncio.gather(*(producer.send([message(item)]) for item in newest), return_exceptions=True)
        for item, error in zip(newest, sent, strict=True):
            if isinstance(error, OF_ONE_TOPIC):
                about = {"organization": str(item.organization_id), "error": type(error).__name__}
                log.warning("a partner's newest event was not repeated", extra=about)
            elif error is not None:
                raise error

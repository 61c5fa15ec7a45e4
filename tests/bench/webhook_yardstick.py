"""`python -m tests.bench.webhook_yardstick DATABASE_URL RECEIVER EVENTS ENDPOINTS`: the sender that Svix was once measured beside.

A queue in PostgreSQL, aiohttp, HMAC, and nothing else: no address guard, no cursor, and one receiver that hangs would stop it. It was run
by turns with Svix 1.100 on one machine (400 messages to ten endpoints: 7,797/s, Svix 6,207/s), so it says how fast another machine is.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import sys
import time
import uuid
from typing import Any

import aiohttp
import asyncpg
import uvloop

SVIX_SHARE = 6_207 / 7_797  # of what this sends
AT_ONCE, CLAIMED, SUBJECTS, PADDING = 64, 500, 500, 850
SECRET = bytes(32)
_TABLES = """
    DROP TABLE IF EXISTS wh_attempt, wh_delivery;
    CREATE TABLE wh_delivery(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, endpoint int, event uuid, subject int, body text,
        state text NOT NULL DEFAULT 'pending', attempts int NOT NULL DEFAULT 0, next_at timestamptz NOT NULL DEFAULT now());
    CREATE INDEX ON wh_delivery(next_at, id) WHERE state = 'pending';
    CREATE TABLE wh_attempt(delivery bigint, at timestamptz DEFAULT now(), status int, ms int)
"""
_CLAIM = """
    UPDATE wh_delivery d SET state = 'leased', next_at = now() + interval '60 s', attempts = attempts + 1
    FROM (SELECT id FROM wh_delivery WHERE state = 'pending' AND next_at <= now() ORDER BY next_at, id LIMIT $1 FOR UPDATE SKIP LOCKED) x
    WHERE d.id = x.id RETURNING d.*
"""
_SETTLE = """
    WITH r AS (SELECT * FROM unnest($1::bigint[], $2::int[], $3::int[]) AS t(id, status, ms)),
         a AS (INSERT INTO wh_attempt(delivery, status, ms) SELECT id, status, ms FROM r)
    UPDATE wh_delivery d SET state = 'done' FROM r WHERE d.id = r.id
"""


async def main(url: str, receiver: str, events: int, endpoints: int) -> None:
    """Send so many events to each endpoint."""
    pool = await asyncpg.create_pool(url, min_size=4, max_size=4)
    await pool.execute(_TABLES)
    body = json.dumps({"type": "referral.changed", "data": {"referralId": "r-1", "status": "accepted", "pad": "x" * PADDING}})
    rows = [(n % endpoints, uuid.uuid4(), n % SUBJECTS, body) for n in range(events * endpoints)]
    async with pool.acquire() as connection:
        await connection.copy_records_to_table("wh_delivery", records=rows, columns=["endpoint", "event", "subject", "body"])
    await pool.execute("ANALYZE wh_delivery")
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as session:
        await _dispatch(pool, session, receiver)
    await pool.close()


async def _dispatch(pool: Any, session: aiohttp.ClientSession, receiver: str) -> None:
    hands, settling = asyncio.Semaphore(AT_ONCE), set[asyncio.Task[Any]]()

    async def send(row: Any) -> tuple[int, int, int]:
        stamp, name, body = str(int(time.time())), f"msg_{row['event'].hex}", row["body"].encode()
        digest = hmac.new(SECRET, f"{name}.{stamp}.".encode() + body, hashlib.sha256).digest()
        signed = {"webhook-id": name, "webhook-timestamp": stamp, "webhook-signature": f"v1,{base64.b64encode(digest).decode()}"}
        async with hands:
            began = time.perf_counter()
            async with session.post(
                f"{receiver}/e{row['endpoint']}", data=body, headers={"content-type": "application/json"} | signed, allow_redirects=False
            ) as answer:  # fmt: skip
                return row["id"], answer.status, int((time.perf_counter() - began) * 1000)

    async def send_all(line: list[Any]) -> list[tuple[int, int, int]]:
        return [await send(row) for row in line]

    claiming = asyncio.create_task(pool.fetch(_CLAIM, CLAIMED))
    while rows := await claiming:
        claiming = asyncio.create_task(pool.fetch(_CLAIM, CLAIMED))  # while the last ones are sent
        lines: dict[tuple[int, int], list[Any]] = {}
        for row in sorted(rows, key=lambda row: row["id"]):
            lines.setdefault((row["endpoint"], row["subject"]), []).append(row)
        sent = [each for line in await asyncio.gather(*map(send_all, lines.values())) for each in line]
        task = asyncio.create_task(pool.execute(_SETTLE, *map(list, zip(*sent, strict=True))))
        settling.add(task)
        task.add_done_callback(settling.discard)
    await asyncio.gather(*settling)


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:3], *map(int, sys.argv[3:])))  # type: ignore[arg-type]

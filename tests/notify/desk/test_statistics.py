"""Daily sums: every message that ended, once, in one day; what is sent again is taken back."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from ihala_kit.db import Database
from ihala_notify.statistics import sums

from tests.notify.desk.conftest import BY_CALL, OWN, Staff, unwritten
from tests.notify.desk.test_messages import version
from tests.notify.peers import Peers
from tests.notify.world import World

TODAY = (datetime.now(UTC) + timedelta(hours=3)).date()


async def total(world: World) -> dict[str, int]:
    rows = await world.rows("SELECT status, sum(n) AS n FROM message_day GROUP BY status HAVING sum(n) > 0")
    return {row["status"]: int(row["n"]) for row in rows}


async def test_each_message_that_ended_is_counted_once(world: World, peers: Peers, database: Database) -> None:
    for contact in (OWN, OWN, BY_CALL):
        await unwritten(world, peers, contact)
    await world.announce(uuid4())  # waits
    done = await asyncio.gather(*(sums.add(database) for _ in range(4)))
    assert sum(done) == 6
    assert await sums.add(database) == 0
    assert await total(world) == {"delivered": 4, "permanent-failure": 2}


async def test_of_restricted_needs_nothing_is_counted(world: World, peers: Peers, database: Database) -> None:
    await unwritten(world, peers, OWN)
    await world.rows("UPDATE message SET restricted = true RETURNING id")
    assert await sums.add(database) == 2
    assert await total(world) == {}


async def test_what_is_sent_again_is_counted_by_its_end(world: World, peers: Peers, staff: Staff, database: Database) -> None:
    need, desk = await unwritten(world, peers), staff()
    await sums.add(database)
    [row] = (await desk.get("/messages", need_id=str(need), template="referral-accepted"))[1]["items"]
    peers.contact = {"need_id": str(need), **OWN}
    assert (await desk.post(f"/messages/{row['id']}/resend", await version(desk, f"/messages/{row['id']}")))[0] == 202
    assert await total(world) == {"permanent-failure": 1}
    await world.send()
    await sums.add(database)
    assert await total(world) == {"permanent-failure": 1, "delivered": 1}


async def test_read_by_day(world: World, peers: Peers, staff: Staff, database: Database) -> None:
    await unwritten(world, peers, OWN)
    await sums.add(database)
    await world.rows("UPDATE message_day SET n = 20 RETURNING n")
    desk = staff()
    _, all_of_it = await desk.get("/message-statistics")
    assert [(one["day"], one["category"], one["status"], one["count"]) for one in all_of_it["items"]] == [
        (str(TODAY), "", "", 40), (str(TODAY), "", "delivered", 40),
    ]  # fmt: skip
    assert all_of_it["smallest_count"] == 5
    for by, categories in {
        "channel": {"sms"},
        "route": {"sms/sms"},
        "language": {"ar"},
        "template": {"request-received", "referral-accepted"},
    }.items():
        _, page = await desk.get("/message-statistics", by=by)
        assert {one["category"] for one in page["items"]} == categories
    yesterday = str(TODAY - timedelta(days=1))
    assert (await desk.get("/message-statistics", until=yesterday))[1]["items"] == []
    await world.rows("UPDATE message_day SET n = 2 WHERE template = 'request-received' RETURNING n")
    _, few = await desk.get("/message-statistics", by="template")
    assert all(one["count"] is None and one["hidden"] for one in few["items"] if one["category"] == "request-received")
    for query in ({"from": "2026-01-01", "until": "2026-02-01"}, {"from": "2026-01-02", "until": "2026-01-01"}):
        status, problem = await desk.get("/message-statistics", **query)
        assert (status, problem["type"], problem["most"]) == (422, "urn:ihala:problem:too-many-days", 31)
    for query in ({"until": "0001-01-01"}, {"from": "0001-01-01"}, {"from": "9999-12-31"}, {"until": "9999-12-31"}):
        status, problem = await desk.get("/message-statistics", **query)
        assert (status, problem["type"]) == (422, "urn:ihala:problem:malformed-request")

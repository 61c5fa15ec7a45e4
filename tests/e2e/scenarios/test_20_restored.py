"""Restored: referral's database comes back from yesterday; nobody is lost, nothing is offered twice, every clock goes on."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import asyncpg
from ihala_local.stack import Stack
from ihala_local.watch import Seen

from tests.e2e.checker import databases, settled
from tests.e2e.ledger import read_ledger
from tests.e2e.scenarios.backup import Backup, answers
from tests.e2e.scenarios.scene import Scene
from tests.e2e.scenarios.test_22_told_again import all_read, ask, until

LIST = "/referral/v1/referrals"
STANDING = """SELECT id::text, state, owner, next_at, version, reservation_id, acknowledge_by, decide_by, expires_at, first_contact_by,
                     level_1_at, level_2_at, level_3_at, fired, accepted_at, replaces
              FROM referral WHERE need_id = ANY($1::text[]::uuid[]) ORDER BY id"""
PLACED = """SELECT id::text, state, owner, next_at, attempt, offers, requested_at, due_at, end_reason
            FROM placement WHERE need_id = ANY($1::text[]::uuid[]) ORDER BY id"""


async def stands(stack: Stack, needs: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Return how these needs stand in referral's database."""
    connection = await asyncpg.connect(databases(stack.place)["referral"])
    try:
        return {what: [dict(row) for row in await connection.fetch(query, needs)] for what, query in (("r", STANDING), ("p", PLACED))}
    finally:
        await connection.close()


async def offers(stack: Stack, needs: list[str]) -> Counter[str]:
    """Return how often each need was offered, told again or not counted once."""
    ledger = await asyncio.to_thread(read_ledger, stack.place.kafka_admin.sign_in())
    return Counter(fact.key for fact in ledger.of("referral.offered") if fact.key in needs)


def need_of(offer: Seen) -> str:
    return str(offer.data["need_id"])


async def test_yesterdays_database_becomes_todays(scene: Scene, stack: Stack, tmp_path: Path) -> None:
    provider = scene.telafar.name
    offered, seen, accepted, serving, withdrawn = [await scene.need_for(provider) for _ in range(5)]
    await scene.accepted(accepted)
    await scene.accepted(serving)
    await scene.move(serving, "start")
    backup = Backup(stack, "referral", tmp_path)
    await until(lambda: all_read(stack, *map(need_of, (offered, seen, accepted, serving, withdrawn))))
    await backup.take()
    await scene.hours(4)

    await scene.move(offered, "decline", {"reason": "out_of_mandate"})
    elsewhere = await scene.offer(need_of(offered), offered)
    await scene.move(seen, "acknowledgement")
    await scene.move(accepted, "start")
    await scene.move(serving, "completion", {"outcomes": [{"item": "housing.hlp", "result": "met"}]})
    await scene.desk.post("/intake/v1/withdrawals", {"need_id": need_of(withdrawn), "by": "person", "how": "spoken"})
    await scene.event("referral.withdrawn", referral_id=withdrawn.data["referral_id"])
    new, taken, refused = [await scene.need_for(provider) for _ in range(3)]
    await scene.accepted(taken)
    await scene.move(refused, "decline", {"reason": "out_of_mandate"})
    again = await scene.offer(need_of(refused), refused)
    needs = [need_of(one) for one in (offered, seen, accepted, serving, withdrawn, new, taken, refused)]
    await until(lambda: all_read(stack, *needs))
    before, offered_before = await stands(stack, needs), await offers(stack, needs)

    await backup.becomes_all_there_is()
    await answers(scene, scene.telafar, LIST, 503)
    await backup.restored()

    assert await stands(stack, needs) == before
    await answers(scene, scene.telafar, LIST, 200)
    for offer in (new, again, elsewhere):  # what was open goes on, each from the version that its provider had read
        await scene.accepted(offer)
    await scene.move(taken, "start")
    await scene.move(accepted, "completion", {"outcomes": [{"item": "housing.hlp", "result": "met"}]})
    later = await scene.need_for(provider)
    await until(lambda: all_read(stack, *needs, need_of(later)))
    assert await offers(stack, needs) == offered_before
    for service in databases(stack.place):
        assert await ask(stack, service, "SELECT count(*) FROM parked WHERE state = 'waiting'") == 0, service
    assert await settled(stack.place) == []

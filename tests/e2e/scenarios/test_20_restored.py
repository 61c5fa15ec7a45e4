"""Restored: referral's database comes back from yesterday; nobody is lost, nothing is offered twice, every clock goes on."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
from ihala_local.postgres import programs_for
from ihala_local.provision.databases import make_database
from ihala_local.stack import Stack
from ihala_local.watch import Seen

from tests.e2e.checker import databases, settled
from tests.e2e.ledger import read_ledger
from tests.e2e.scenarios.scene import Scene
from tests.e2e.scenarios.test_22_told_again import all_read, ask, ihala, until

NAME, BACK, LOST = "ihala_referral", "ihala_referral_yesterday", "ihala_referral_lost"
STANDING = """SELECT id::text, state, owner, next_at, version, reservation_id, acknowledge_by, decide_by, expires_at, first_contact_by,
                     level_1_at, level_2_at, level_3_at, fired, accepted_at, replaces
              FROM referral WHERE need_id = ANY($1::text[]::uuid[]) ORDER BY id"""
PLACED = """SELECT id::text, state, owner, next_at, attempt, offers, requested_at, due_at, end_reason
            FROM placement WHERE need_id = ANY($1::text[]::uuid[]) ORDER BY id"""


class Backup:
    """Yesterday's copy of referral's database, and the disaster after which it is all there is."""

    def __init__(self, stack: Stack, folder: Path) -> None:
        self.stack, self.place, self.file = stack, stack.place, folder / "referral.dump"
        self.programs = programs_for(stack.home.path / "postgres")
        self.at = datetime.now(UTC)

    def url(self, database: str) -> str:
        return f"{self.place.server.url.rpartition('/')[0]}/{database}"

    async def take(self) -> None:
        self.at = datetime.now(UTC)
        await self._run("pg_dump", "--format=custom", f"--file={self.file}", self.url(NAME))

    async def becomes_all_there_is(self) -> None:
        """Put the copy in the place of the database, under the feet of a running service; closed, as a copy is brought back."""
        server = await asyncpg.connect(self.place.server.url)
        ahead = await self._offset(NAME)
        try:
            await make_database(server, self.place.database("referral"), BACK)
            await self._run("pg_restore", f"--dbname={self.url(BACK)}", str(self.file))
            assert await ihala(self.stack, "close", "referral", REFERRAL_OWNER_DATABASE_URL=self.url(BACK)) == "closed\n"
            copy = await asyncpg.connect(self.url(BACK))
            await copy.execute('UPDATE clock_offset SET "offset" = $1', ahead)
            await copy.close()
            await server.execute(f'ALTER DATABASE "{NAME}" ALLOW_CONNECTIONS false')
            await server.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1", NAME)
            await server.execute(f'ALTER DATABASE "{NAME}" RENAME TO "{LOST}"')
            await server.execute(f'ALTER DATABASE "{BACK}" RENAME TO "{NAME}"')
        finally:
            await server.close()

    async def _offset(self, database: str) -> timedelta:
        connection = await asyncpg.connect(self.url(database))
        found: timedelta = await connection.fetchval('SELECT "offset" FROM clock_offset')
        await connection.close()
        return found

    async def _run(self, program: str, *words: str) -> None:
        run = await asyncio.create_subprocess_exec(self.programs / program, *words, stderr=asyncio.subprocess.PIPE)
        _, wrong = await run.communicate()
        assert run.returncode == 0, wrong.decode()


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


async def answers(scene: Scene, status: int) -> None:
    """Wait until referral answers so: 503, and when to ask again, while it is closed."""
    answer = await scene.eventually(
        lambda: scene.telafar.get("/referral/v1/referrals", 200, 503, limit=1), lambda found: found.status == status
    )
    assert status == 200 or int(answer.headers["Retry-After"]) > 0


async def test_yesterdays_database_becomes_todays(scene: Scene, stack: Stack, tmp_path: Path) -> None:
    provider = scene.telafar.name
    offered, seen, accepted, serving, withdrawn = [await scene.need_for(provider) for _ in range(5)]
    await scene.accepted(accepted)
    await scene.accepted(serving)
    await scene.move(serving, "start")
    backup = Backup(stack, tmp_path)
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
    await answers(scene, 503)
    said = await ihala(stack, "restore", "referral", "--since", f"{backup.at:%Y-%m-%dT%H:%M:%S}")
    assert said.splitlines()[-1] == "open", said

    assert await stands(stack, needs) == before
    await answers(scene, 200)
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

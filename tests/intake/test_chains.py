"""The two chains cannot be altered unnoticed, and not even the owner can alter them in passing."""

from uuid import UUID

import asyncpg
import pytest
from ihala_intake import ledger
from ihala_kit.auth import Caller

from tests.intake.actors import COORDINATOR, HLP, MOMD, PROVIDER
from tests.intake.house import House
from tests.intake.samples import consent
from tests.intake.story import Story, accepted

ALTERED = {
    "access_log": [
        "UPDATE access_log SET organization_id = operator_id WHERE n = 2",
        "UPDATE access_log SET categories = '{contact}' WHERE n = 2",
        "UPDATE access_log SET at = at + interval '1 hour' WHERE n = 2",
        "DELETE FROM access_log WHERE n = 2",
        "DELETE FROM access_log WHERE n = 3",
        "DELETE FROM access_log",
    ],
    "consent_revision": [
        "UPDATE consent_revision SET recipients = ARRAY[origin_id] WHERE revision = 1",
        "UPDATE consent_revision SET categories = '{identity}' WHERE revision = 2",
        "UPDATE consent_revision SET details = details || '\\x00' WHERE revision = 1",
        "DELETE FROM consent_revision WHERE revision = 3",
        "DELETE FROM consent_revision WHERE revision = 1",
    ],
}


async def three_links_each(house: House) -> tuple[Story, UUID]:
    """A person read three times, with a consent of three revisions."""
    story = await accepted(house, household=None)
    for number in (1, 2):
        body = consent(categories=["contact", "identity"])
        await house.post(f"/v1/consents/{story.consent_id}/revisions", COORDINATOR, body, if_match=f'"{number}"')
    for _ in range(3):
        assert (await house.get(story.person_path, PROVIDER)).status == 200
    person_id: UUID = await house.scalar("SELECT person_id FROM need WHERE id = :id", id=story.need_id)
    return story, person_id


async def check(house: House, consent_id: UUID, person_id: UUID) -> tuple[int, int]:
    async with house.database.transaction(Caller.system("test")) as tx:
        return await ledger.check_revisions(tx, consent_id), await ledger.check_accesses(tx, person_id)


async def test_whole_chains_are_whole(house: House) -> None:
    story, person_id = await three_links_each(house)
    assert await check(house, story.consent_id, person_id) == (3, 3)
    await house.post("/v1/withdrawals", HLP, {"need_id": str(story.need_id), "by": "person", "how": "spoken"})
    assert await check(house, story.consent_id, person_id) == (4, 3)
    await house.erase(story.need_id)
    assert await check(house, story.consent_id, person_id) == (4, 3)


async def test_two_reads_of_one_person_at_once_are_two_links(house: House) -> None:
    story, person_id = await three_links_each(house)
    reads = [ledger.Read("contact", person_id, MOMD, need_id, None, ["contact"]) for need_id in (story.need_id, None)]
    async with house.database.transaction(Caller.system("test")) as tx:
        await ledger.log_accesses(tx, reads)
        await ledger.log_access(tx, "need", person_id=person_id, operator_id=MOMD)
    assert await check(house, story.consent_id, person_id) == (3, 6)


async def test_every_alteration_shows(house: House) -> None:
    story, person_id = await three_links_each(house)
    connection = await asyncpg.connect(house.super_url)
    for table, statements in ALTERED.items():
        for statement in statements:
            await connection.execute(f"CREATE TABLE kept AS SELECT * FROM {table}; ALTER TABLE {table} DISABLE TRIGGER USER")
            await connection.execute(statement)
            with pytest.raises(ledger.ChainBroken):
                await check(house, story.consent_id, person_id)
            await connection.execute(f"DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept; DROP TABLE kept")
            await connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            assert await check(house, story.consent_id, person_id) == (3, 3)
    await connection.close()


async def test_rows_of_the_chains_are_only_added(house: House) -> None:
    await three_links_each(house)
    settings = house.service.settings
    for url, error in (
        (settings.database_url, asyncpg.InsufficientPrivilegeError),
        (house.super_url, asyncpg.exceptions.RestrictViolationError),
    ):
        connection = await asyncpg.connect(url)
        for table in ALTERED:
            for statement in (f"UPDATE {table} SET hash = previous", f"DELETE FROM {table}", f"TRUNCATE {table}"):
                with pytest.raises(error):
                    await connection.execute(statement)
        await connection.close()

"""`ihala audit verify` goes through every chain, says which do not hold, and is not misled by chains that grow meanwhile."""

import asyncio
from uuid import UUID

import asyncpg
import pytest
from ihala_intake.protection import audit
from ihala_kit import cli, console
from ihala_kit.audit import AuditReport
from typer.testing import CliRunner

from tests.intake.actors import COORDINATOR, PROVIDER
from tests.intake.house import House
from tests.intake.samples import consent
from tests.intake.story import Story, accepted


async def read_three_times(house: House) -> tuple[Story, UUID]:
    story = await accepted(house, household=None)
    await house.post(f"/v1/consents/{story.consent_id}/revisions", COORDINATOR, consent(categories=["identity"]), if_match='"1"')
    for _ in range(3):
        assert (await house.get(story.person_path, PROVIDER)).status == 200
    person_id: UUID = await house.scalar("SELECT person_id FROM need WHERE id = :id", id=story.need_id)
    return story, person_id


async def altered(house: House, *statements: str) -> AuditReport:
    """Alter as somebody who may do anything to the database."""
    connection = await asyncpg.connect(house.super_url)
    for statement in ("SET session_replication_role = replica", *statements):
        await connection.execute(statement)
    await connection.close()
    return await audit.verify(house.database)


async def test_whole_chains_are_counted(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "AT_ONCE", 2)
    for _ in range(5):
        await read_three_times(house)
    report = await audit.verify(house.database)
    assert report.broken == []
    people = await house.scalar("SELECT count(DISTINCT person_id) FROM access_log")
    assert report.chains == {audit.READS: people, audit.REVISIONS: await house.scalar("SELECT count(*) FROM consent")}
    assert report.links[audit.READS] == await house.scalar("SELECT count(*) FROM access_log") >= 15
    assert list(report.lines())[-1] == "whole"


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE access_log SET organization_id = operator_id WHERE n = 2", "link 2"),
        ("DELETE FROM access_log WHERE n = 3", "the end is missing"),
        ("DELETE FROM access_log", "the end is missing"),
        ("DELETE FROM access_chain", "the end of the chain is missing"),
        ("UPDATE access_log SET person_id = gen_random_uuid() WHERE n = 1", "link 1"),
        ("UPDATE consent_revision SET categories = '{identity,contact}' WHERE revision = 2", "link 2"),
        ("DELETE FROM consent_revision WHERE revision = 2", "the end is missing"),
        ("DELETE FROM consent", "the end of the chain is missing"),
    ],
)
async def test_each_alteration_is_reported_with_whose_chain_it_is(house: House, statement: str, why: str) -> None:
    story, person_id = await read_three_times(house)
    report = await altered(house, statement)
    assert (str(person_id if "access" in statement else story.consent_id), why) in {(one.id, one.why) for one in report.broken}
    assert any(line.startswith("BROKEN") and why in line for line in report.lines())


async def test_reads_that_come_meanwhile_are_no_fault(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "AT_ONCE", 1)
    stories = [(await read_three_times(house))[0] for _ in range(4)]

    async def read_on() -> None:
        for _ in range(5):
            await asyncio.gather(*(house.get(story.person_path, PROVIDER) for story in stories))

    reading = asyncio.create_task(read_on())
    reports = [await audit.verify(house.database) for _ in range(6)]
    await reading
    assert [one for report in reports for one in report.broken] == []


async def test_the_command_says_it_and_fails(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await read_three_times(house)
    monkeypatch.setattr(console, "load", lambda _: house.service)
    run = await asyncio.to_thread(CliRunner().invoke, cli.app, ["audit", "verify", "intake"])
    assert (run.exit_code, run.output.splitlines()[-1]) == (0, "whole")
    await altered(house, "DELETE FROM access_log WHERE n = 1")
    run = await asyncio.to_thread(CliRunner().invoke, cli.app, ["audit", "verify", "intake"])
    assert (run.exit_code, run.output.splitlines()[-1]) == (1, "not whole")

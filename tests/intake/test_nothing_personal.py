"""Nothing personal leaves intake but by its doors: not in the database's bytes, in events, in logs, in addresses or in refusals."""

import logging
from datetime import timedelta

import asyncpg
import pytest
from ihala_intake.tables import Table

from tests.intake.actors import COORDINATOR, HLP, NGO, NOTIFY, OFFICER, PROVIDER, STRANGER, WLCO
from tests.intake.casework_lives import CASEWORK_SECRETS, CASEWORK_TABLES, cases_live
from tests.intake.coming_in import people_come_in
from tests.intake.families import FAMILY_SECRETS, people_live
from tests.intake.house import House
from tests.intake.samples import EVERYTHING, NOTE, OFFICER_NAME, consent, need, request
from tests.intake.samples import SECRETS as SAMPLES
from tests.intake.story import asked, served

SECRETS = (*SAMPLES, *FAMILY_SECRETS, *CASEWORK_SECRETS)
LIVED = {
    *CASEWORK_TABLES,
    "access_chain", "access_log", "case_file", "consent", "consent_revision", "data_key", "disclosure", "follow_up", "household",
    "household_member", "need", "person", "person_mark", "reference", "referral_copy", "request", "request_identifier",
    "idempotency", "outbox", "due_work", "match_candidate", "merge",
    "natural_key", "waiting", "programme_plan", "asking_rate", "occasion", "concern", "request_file", "request_file_line",
}  # fmt: skip


async def lives(house: House) -> None:
    """Everything that can happen to people happens."""
    await people_live(house)
    await people_come_in(house)
    await cases_live(house)
    story = await served(house, NGO, needs=[need(note=NOTE)], consent=consent(categories=EVERYTHING))
    await house.get(story.person_path, PROVIDER)
    await house.get(story.person_path, STRANGER)
    await house.get(f"/v1/needs/{story.need_id}", COORDINATOR)
    await house.get(f"/v1/contacts/{story.need_id}", NOTIFY)
    await house.post("/v1/requests", HLP, request(need("housing.palace"), need(note=NOTE)))
    await house.post("/v1/requests", WLCO, request(need("protection.gbv", note=NOTE)))
    other = await asked(house, needs=[need(note=NOTE)])
    path = f"/v1/needs/{other.need_id}"
    assert (await house.post(f"{path}/correction", OFFICER, {"person": {"birth_year": 1987}}, if_match='"1"')).status == 200
    assert (await house.post(f"{path}/closure", COORDINATOR, {"reason": "moved"}, if_match='"2"')).status == 200
    path = f"/v1/consents/{story.consent_id}/revisions"
    assert (await house.post(path, COORDINATOR, consent(categories=["contact"]), if_match='"1"')).status == 201
    await house.later(timedelta(days=31))
    [found] = (await house.get("/v1/follow-ups", OFFICER)).body["items"]
    path = f"/v1/follow-ups/{found['follow_up_id']}/result"
    assert (await house.post(path, OFFICER, {"result": "unreached", "by": OFFICER_NAME}, if_match='"2"')).status == 200
    assert (await house.post(path, OFFICER, {"result": "confirmed", "by": OFFICER_NAME, "note": NOTE}, if_match='"3"')).status == 200
    [pair, *_] = (await house.get("/v1/merges/candidates", OFFICER)).body["items"]
    path = f"/v1/merges/candidates/{pair['candidate_id']}"
    assert (await house.get(path, OFFICER)).status == 200
    assert (await house.post(f"{path}/decision", OFFICER, {"same": True}, if_match='"1"')).status == 200
    taken_back = {"consent_id": str(story.consent_id), "by": "أم يوسف", "how": "spoken"}
    assert (await house.post("/v1/withdrawals", NGO, taken_back)).status == 200


def forms(secret: str) -> tuple[str, ...]:
    """As text, and as PostgreSQL shows bytes."""
    return (secret, secret.encode().hex(), secret.encode("unicode_escape").decode())


async def test_a_dump_of_all_tables_names_nobody(house: House) -> None:
    await lives(house)
    connection = await asyncpg.connect(house.super_url)
    tables = [row["tablename"] for row in await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    dump = {table: "\n".join(row[0] for row in await connection.fetch(f'SELECT t::text FROM "{table}" t')) for table in tables}
    await connection.close()
    assert {table for table in LIVED if not dump[table]} == set()
    leaks = [(table, secret) for table, content in dump.items() for secret in SECRETS for form in forms(secret) if form in content]
    assert leaks == []


async def test_events_name_nobody(house: House) -> None:
    await lives(house)
    content = "\n".join([await house.scalar("SELECT string_agg(data, ' ') FROM outbox"), str(await house.events())])
    assert len(await house.scalar("SELECT array_agg(DISTINCT type) FROM outbox")) >= 10
    assert [secret for secret in SECRETS if secret in content] == []
    assert "protection.gbv" not in content


async def test_logs_name_nobody(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await lives(house)
    records = [str(vars(record)) + record.getMessage() for record in caplog.records if not record.name.startswith(("tests", "aiohttp"))]
    assert any("request" in record for record in records)
    assert [(secret, record[:200]) for secret in SECRETS for record in records if secret in record] == []


def test_every_column_says_whether_it_is_personal_and_personal_ones_hold_bytes() -> None:
    for table in Table.metadata.tables.values():
        for column in table.columns:
            assert "personal" in column.info, f"{table.name}.{column.name}"
            assert not column.info["personal"] or column.type.python_type is bytes, f"{table.name}.{column.name}"

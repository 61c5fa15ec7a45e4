"""Millions of referrals as a country would have them: one is made by the service itself, and PostgreSQL copies it with other values.

Nine in ten have ended. Forty organisations receive and ask, one of them a fifth of all; four operators, one of them with half.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from ihala_contracts import directory_v1, intake_v1
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_referral.commands import needs, offering, organizations
from sqlalchemy import text

RECEIVERS, OPERATORS, OFFICERS = 40, 4, 20
SHARE_OPEN = 10  # one in so many
GOVERNORATES = ("IQG15", "IQG08", "IQG13", "IQG02")
NEEDS = ("housing.hlp", "housing.rent", "documents.civil_id", "livelihood.business", "health.primary", "education.enrol")


def receiver(number: int) -> UUID:
    """Return an organisation; 0 is the hot one."""
    return UUID(int=(0xA << 120) + number)


def operator(number: int) -> UUID:
    """Return an operator; 0 has half of everything."""
    return UUID(int=(0xB << 120) + number)


def _uuid(number: str) -> str:
    """Return SQL for the id of a row: grows with the number, as those of the service grow with time."""
    digits = (
        f"lpad(to_hex(({number})), 12, '0') || '7' || substr(md5(({number})::text), 1, 3) || '8' || substr(md5(({number})::text), 4, 15)"
    )
    return f"({digits})::uuid"


def _one_of(values: tuple[str, ...], by: str) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"(ARRAY[{listed}])[1 + {by} % {len(values)}]"


# Some numbers of a row that have nothing to do with each other; `n` is its own.
_NUMBERS = """
    SELECT n, h, (h >> 8) % 1000 AS share, (h >> 20) % 1000 AS other, (h >> 32) % 1000 AS third, n % {one_in} = 0 AS open
    FROM (SELECT n, ('x' || substr(md5('r' || n), 1, 14))::bit(56)::bigint AS h FROM generate_series({first}, {last}) AS n) AS numbered
"""
_STATE = """
    CASE WHEN NOT open THEN CASE WHEN share < 700 THEN 'completed' WHEN share < 900 THEN 'declined' ELSE 'expired' END
         WHEN share < 200 THEN 'offered' WHEN share < 450 THEN 'acknowledged' WHEN share < 480 THEN 'info_requested'
         WHEN share < 550 THEN 'waitlisted' WHEN share < 650 THEN 'accepted' WHEN share < 980 THEN 'in_service' ELSE 'on_hold' END
"""
_PLACEMENT_STATE = """
    CASE WHEN NOT open THEN 'ended' WHEN share >= 550 THEN 'placed'
         WHEN other < 30 THEN 'triage' WHEN other < 60 THEN 'unserved' ELSE 'offering' END
"""
_NEXT = "CASE WHEN open THEN $1::timestamptz + ((h >> 4) % 2592000) * interval '1 second' + interval '1 hour' END"
_OFFICER = f"CASE WHEN open AND third < 700 THEN 'officer-' || (third % {OFFICERS}) END"
_RECEIVER = "('0a000000-0000-0000-0000-' || lpad(to_hex(CASE WHEN other < 200 THEN 0 ELSE other % 40 END), 12, '0'))::uuid"
_ORIGIN = "('0a000000-0000-0000-0000-' || lpad(to_hex(CASE WHEN third < 200 THEN 1 ELSE third % 40 END), 12, '0'))::uuid"
_OPERATOR = "('0b000000-0000-0000-0000-' || lpad(to_hex(CASE WHEN third < 500 THEN 0 ELSE third % 4 END), 12, '0'))::uuid"
_URGENCY = "CASE WHEN other < 10 THEN 'emergency' WHEN other < 160 THEN 'urgent' ELSE 'routine' END"
_COMMON = {
    "operator_id": _OPERATOR,
    "origin_id": _ORIGIN,
    "need_id": _uuid("n + 2000000000"),
    "urgency": _URGENCY,
    "need_code": _one_of(NEEDS, "h"),
    "governorate": _one_of(GOVERNORATES, "h"),
    "owner": "CASE WHEN open THEN 'provider' END",
    "next_at": _NEXT,
    "ended_at": "CASE WHEN NOT open THEN $1::timestamptz - interval '9 days' END",
}
_PLACEMENT = _COMMON | {
    "id": _uuid("n"),
    "reference": "'N' || n",
    "case_id": _uuid("n + 4000000000"),
    "state": _PLACEMENT_STATE,
    "officer": _OFFICER,
    "rank": "2",
    "due_at": "NULL",
}
_REFERRAL = _COMMON | {
    "id": _uuid("n + 1000000000"),
    "reference": "'R' || n",
    "placement_id": _uuid("n"),
    "organization_id": _RECEIVER,
    "state": _STATE,
    "fired": "CASE WHEN open AND third < 30 THEN '{acknowledge,decide,level_1}'::text[] ELSE '{}' END",
    "receiver_officer": _OFFICER,
    "office_officer": _OFFICER,
    "origin_officer": _OFFICER,
    "restricted": "third >= 980",
}


async def fill(database: Database, owner_url: str, size: int) -> datetime:
    """Write so many placements, each with one referral, and return the present; indexes are made after the rows."""
    at = datetime.now(UTC)
    await _one(database, at)
    owner = await asyncpg.connect(owner_url)
    await owner.execute("SET app.system = 'bench'; SET maintenance_work_mem = '512MB'")
    for table, values in (("placement", _PLACEMENT), ("referral", _REFERRAL)):
        put_back = [*await _drop_indexes(owner, table), *await _drop_references(owner, table)]
        columns = [row["attname"] for row in await owner.fetch(_COLUMNS, table)]
        wanted = ", ".join(f"{values.get(name, f'seed.{name}')}" for name in columns)
        numbers = _NUMBERS.format(one_in=SHARE_OPEN, first=1, last=size)
        names = ", ".join(f'"{name}"' for name in columns)
        used = "$1::timestamptz IS NOT NULL"
        await owner.execute(
            f"INSERT INTO {table} ({names}) SELECT {wanted} FROM (SELECT * FROM {table} LIMIT 1) AS seed, ({numbers}) AS made WHERE {used}",
            at,
        )
        for statement in put_back:
            await owner.execute(statement)
        await owner.execute(f"VACUUM ANALYZE {table}")
    await owner.close()
    return at


_COLUMNS = """
    SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""


async def _drop_indexes(owner: asyncpg.Connection, table: str) -> list[str]:
    """Drop a table's indexes that hold no constraint; return how each is made again."""
    query = """
        SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS made FROM pg_index
        WHERE indrelid = $1::regclass AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
    """
    found = await owner.fetch(query, table)
    for row in found:
        await owner.execute(f"DROP INDEX {row['name']}")
    return [row["made"] for row in found]


async def _drop_references(owner: asyncpg.Connection, table: str) -> list[str]:
    """Drop a table's foreign keys, which would be checked row by row; return how each is made again."""
    query = "SELECT conname, pg_get_constraintdef(oid) AS made FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'f'"
    found = await owner.fetch(query, table)
    for row in found:
        await owner.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{row["conname"]}"')
    return [f'ALTER TABLE {table} ADD CONSTRAINT "{row["conname"]}" {row["made"]}' for row in found]


async def _one(database: Database, at: datetime) -> None:
    """Have the service make one offer, for PostgreSQL to copy."""
    system = Caller.system("bench")
    names = {"en": "Bench"}
    async with database.transaction(system) as tx:
        for number in range(RECEIVERS):
            await organizations.joined(tx, directory_v1.OrganizationJoined(
                organization_id=receiver(number), kind="nngo", names=names, operator_id=operator(0), cleared=True, joined_at=at,
            ))  # fmt: skip
    consent = intake_v1.ConsentScope(
        consent_id=uuid4(), revision=1, given=True, categories=["identity"], until=datetime(2099, 1, 1, tzinfo=UTC)
    )
    need: Any = intake_v1.NeedIdentified(
        need_id=uuid4(), case_id=uuid4(), reference="NIN-7K3F-92QX", operator_id=operator(0), need_code="housing.hlp",
        sensitivity="standard", urgency="routine", governorate="IQG15", district=None, origin_id=receiver(1),
        origin_kind="nngo", match_settled=True, requested_at=at, consent=consent,
    )  # fmt: skip
    async with database.transaction(system) as tx:
        await needs.identify(tx, need)
    async with database.transaction(system) as tx:
        placement_id = (await tx.execute(text("SELECT id FROM placement"))).scalar_one()
        await offering.place_reserved(tx, directory_v1.PlaceReserved(
            need_id=need.need_id, placement_id=placement_id, attempt=1, reservation_id=uuid4(), service_id=receiver(0),
            service_at_location_id=receiver(0), organization_id=receiver(0), organization_kind="nngo", service_name=names,
            governorate="IQG15", explanation=[], reserved_at=at,
        ))  # fmt: skip

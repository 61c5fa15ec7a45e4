"""Filling an intake with people, as their registrations would have left it: what needs our code (marks, what is sealed) comes from
worker processes by COPY, everything around it from PostgreSQL itself; indexes are made when the rows are there."""

import asyncio
import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from multiprocessing import get_context
from typing import Any, Final
from uuid import UUID

import asyncpg
from ihala_intake import marks
from ihala_intake.details import PersonDetails
from ihala_intake.same_person.marks import composed
from ihala_kit.ids import new_id
from ihala_kit.vault import Vault
from pydantic import SecretStr

from tests.bench.intake_matching import names
from tests.bench.people import records

OPERATOR, ORIGIN = UUID("0198f000-0000-7000-8000-0000000000aa"), UUID("0198f000-0000-7000-8000-0000000000bb")
AT_ONCE = 10_000
COPIED: Final = {
    "data_key": ("id", "wrapped", "made_at"),
    "person": (
        "id", "key_id", "operator_id", "origin_id", "sensitivity", "household_id", "identity_held_by", "details", "made_at",
        "changed_at", "version",
    ),
    "person_mark": ("person_id", "kind", "value", "operator_id"),
}  # fmt: skip
# What one registration leaves besides: two needs, and one row in each other table, under the person's own id where that is a table's key.
_SEALED: Final = "decode(repeat('5e', 90), 'hex')"
_SECOND: Final = "encode(set_byte(uuid_send(id), 15, (get_byte(uuid_send(id), 15) + 1) % 256), 'hex')::uuid"
_NEEDS: Final = f"(SELECT *, id AS need_id FROM person UNION ALL SELECT *, {_SECOND} FROM person) p"
AROUND: Final = {
    "household": """(id, operator_id, origin_id, made_at, changed_at, version)
        SELECT id, operator_id, origin_id, made_at, made_at, 1 FROM person""",
    "household_member": """(id, household_id, person_id, operator_id, origin_id, joined_at)
        SELECT id, id, id, operator_id, origin_id, made_at FROM person""",
    "request": """(id, reference, key_id, operator_id, origin_id, origin_kind, client_id, received_at)
        SELECT id, 'r' || id, id, operator_id, origin_id, 'nngo', 'bench', made_at FROM person""",
    "request_identifier": f"""(id, request_id, operator_id, origin_id, system, mark, value)
        SELECT id, id, operator_id, origin_id, 'bench', sha256(uuid_send(id)), {_SEALED} FROM person""",
    "case_file": """(id, reference, operator_id, origin_id, request_id, person_id, household_id, sensitivity, state, opened_at, version)
        SELECT id, 'c' || id, operator_id, origin_id, id, id, id, 'standard', 'open', made_at, 1 FROM person""",
    "consent": """(id, operator_id, origin_id, key_id, person_id, case_id, sensitivity, revision, state, basis, purpose, recipients,
        objections, categories, until, changed_at)
        SELECT id, operator_id, origin_id, id, id, id, 'standard', 1, 'given', 'consent', 'referral', '{}', '{}', '{identity,contact}',
        made_at + interval '3 years', made_at FROM person""",
    "consent_revision": f"""(consent_id, revision, operator_id, origin_id, sensitivity, act, given, basis, recipients, objections,
        categories, until, details, client_id, organization_id, at, previous, hash)
        SELECT id, 1, operator_id, origin_id, 'standard', 'given', true, 'consent', '{{}}', '{{}}', '{{identity,contact}}',
        made_at + interval '3 years', {_SEALED}, 'bench', origin_id, made_at, sha256(''), sha256(uuid_send(id)) FROM person""",
    "need": f"""(id, reference, operator_id, origin_id, origin_kind, request_id, case_id, person_id, consent_id, key_id, code, sensitivity,
        urgency, governorate, details, match_settled, state, requested_at, announced_at, waits, changed_at, version)
        SELECT need_id, 'n' || need_id, operator_id, origin_id, 'nngo', id, id, id, id, id, 'education.enrolment', 'standard', 'routine',
        'IQG15', {_SEALED}, true, 'open', made_at, made_at, false, made_at, 1 FROM {_NEEDS}""",
    "natural_key": """(origin_id, mark, operator_id, person_id)
        SELECT origin_id, sha256('key' || uuid_send(id)), operator_id, id FROM person""",
    "reference": f"""(reference, kind, about)
        SELECT kind || substr(encode(sha256(kind::bytea || uuid_send(need_id)), 'hex'), 1, 16), kind, need_id
        FROM {_NEEDS}, (VALUES ('request'), ('need')) k (kind)""",
    "stream": f"(key, epoch, n) SELECT need_id, 1, 1 FROM {_NEEDS}",
    "due_work": "(kind, key, payload, due_at) SELECT 'consent-ends', id, '{}', made_at + interval '3 years' FROM person",
}  # fmt: skip
FILLED: Final = (*COPIED, *AROUND)
RANDOM_KEYS: Final = ("person_mark", "natural_key", "reference", "due_work")  # whose primary keys would be filled in no order
_INDEXES = """
    SELECT format('DROP INDEX %s', i.indexrelid::regclass) AS away, pg_get_indexdef(i.indexrelid) AS back
    FROM pg_index i WHERE i.indrelid::regclass::text = ANY($1) AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
    UNION ALL
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
           format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE contype = 'p' AND conrelid::regclass::text = ANY($2)
"""

# Statements that read tables and indexes into PostgreSQL's own memory, as a day of work does: by ranges of pages, and each index in its
# order. A plain scan of what is large goes through a small ring of pages and leaves nothing.
_READ_ALL = """
    SELECT format($$SELECT count(*) FROM %s WHERE ctid >= '(0,0)'$$, oid::regclass) FROM pg_class
    WHERE relkind = 'r' AND oid::regclass::text = ANY($1)
    UNION ALL
    SELECT format('SELECT count(*) FROM (SELECT FROM %s WHERE %s ORDER BY %s OFFSET 0) AS each', i.indrelid::regclass,
                  coalesce(pg_get_expr(i.indpred, i.indrelid), 'true'),
                  (SELECT string_agg(pg_get_indexdef(i.indexrelid, n, true), ', ' ORDER BY n) FROM generate_series(1, i.indnkeyatts) AS n))
    FROM pg_index i WHERE i.indrelid::regclass::text = ANY($1)
"""


@dataclass(frozen=True)
class Chunk:
    """So many people, from a seed of their own; written by one worker at a time."""

    url: str
    master_key: str
    seed: int
    people: int


async def fill(url: str, master_key: str, size: int) -> None:
    """Write so many people with all that hangs on them; `url` is a superuser's. Says on the way how far it is."""
    began = time.monotonic()
    indexes = await _without_indexes(url)
    chunks = [Chunk(url, master_key, n, min(AT_ONCE, size - at)) for n, at in enumerate(range(0, size, AT_ONCE))]
    loop, done = asyncio.get_running_loop(), 0
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as workers:
        for written in asyncio.as_completed([loop.run_in_executor(workers, _write, chunk) for chunk in chunks]):
            done += await written
            _tell(began, f"{done:,} of {size:,} people")
    await _all(url, [f"INSERT INTO {table} {rows}" for table, rows in AROUND.items()])
    _tell(began, "all rows")
    await _all(url, [row["back"] for row in indexes])
    _tell(began, "all indexes")
    await _all(url, [f"VACUUM ANALYZE {table}" for table in FILLED])
    await _all(url, ["CHECKPOINT"])
    connection = await _connected(url)
    reading = [statement for (statement,) in await connection.fetch(_READ_ALL, list(FILLED))]
    await connection.close()
    await _all(url, reading, enable_seqscan="off", enable_sort="off", enable_bitmapscan="off")
    _tell(began, "all in memory")
    await asyncio.to_thread(os.sync)  # gigabytes were written just now: the disk is not to be measured while it still takes them
    _tell(began, "filled")


def _tell(began: float, what: str) -> None:
    print(f"  {time.monotonic() - began:5.0f} s  {what}", file=sys.stderr, flush=True)


async def _without_indexes(url: str) -> Sequence[Any]:
    """Take the indexes away; return how they are made again."""
    connection = await asyncpg.connect(url)
    found = await connection.fetch(_INDEXES, list(FILLED), list(RANDOM_KEYS))
    for row in found:
        await connection.execute(row["away"])
    await connection.close()
    return found


async def _all(url: str, statements: Sequence[str], **settings: str) -> None:
    """Run the statements, as many at a time as there are cores."""
    waiting = iter(statements)

    async def work() -> None:
        connection = await _connected(url, **settings)
        for statement in waiting:
            await connection.execute(statement)
        await connection.close()

    await asyncio.gather(*(work() for _ in range(os.cpu_count() or 1)))


async def _connected(url: str, **settings: str) -> asyncpg.Connection:
    """The rows fit together, so nobody looks up whose they are; and whoever fills need not wait for the disk."""
    fast = {"session_replication_role": "replica", "synchronous_commit": "off", "maintenance_work_mem": "512MB"}
    return await asyncpg.connect(url, server_settings=fast | settings)


def _write(chunk: Chunk) -> int:
    """Write a chunk; return how many people it had. Runs in a worker."""
    asyncio.run(_copy(chunk))
    return chunk.people


async def _copy(chunk: Chunk) -> None:
    vault, rows = Vault(SecretStr(chunk.master_key)), dict[str, list[tuple[Any, ...]]]()
    for one in islice(records(7_000 + chunk.seed, chunk.people, 0.0, names()), chunk.people):
        for table, row in _rows(vault, one.details):
            rows.setdefault(table, []).append(row)
    connection = await _connected(chunk.url)
    for table, found in rows.items():
        await connection.copy_records_to_table(table, records=found, columns=COPIED[table])
    await connection.close()


def _rows(vault: Vault, details: PersonDetails) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Give the rows of one person."""
    person_id, wrapped, at = new_id(), vault.new_key(), datetime.now(UTC) - timedelta(days=random.random() * 900)
    sealed = vault.seal(wrapped, details.model_dump_json(exclude_none=True).encode(), f"person.details/{person_id}")
    yield "data_key", (person_id, wrapped, at)
    yield "person", (person_id, person_id, OPERATOR, ORIGIN, "standard", person_id, "intake", sealed, at, at, 1)
    for kind, text in (*marks.exact(details), *composed(details)):
        yield "person_mark", (person_id, kind, vault.blind(text, f"intake.{kind}"), OPERATOR)

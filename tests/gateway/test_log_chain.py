"""The access log's chain: whatever is changed, missing, in another place or cut off is found, also by who has the owner's rights."""

import asyncio
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from ihala_gateway.watching import retention
from ihala_gateway.watching.access_log import AccessLog
from ihala_gateway.watching.exporting import exported, verify_export
from ihala_gateway.watching.verifying import KIND, Span, verify
from ihala_kit.audit import AuditReport
from ihala_kit.dsn import plain_dsn

from tests.gateway.house import House
from tests.gateway.logged import row_at

NOW = datetime.now(UTC)


@pytest.fixture
async def owner(home: House) -> AsyncIterator[asyncpg.Connection]:
    """Somebody who may write anything; afterwards everything is as it was."""
    connection = await asyncpg.connect(plain_dsn(home.settings.owner_database_url or ""))
    tables = ("access_log", "access_log_segment", "access_log_tip")
    for table in tables:
        await connection.execute(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}")
    yield connection
    for table in tables:
        await connection.execute(f"DELETE FROM {table}")
        await connection.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM kept_{table}")
        await connection.execute(f"DROP TABLE kept_{table}")
    await connection.close()


@pytest.fixture(scope="module")
async def segments(home: House) -> list[int]:
    """Three closed segments of four rows each."""
    numbers = []
    for number in range(3):
        log = AccessLog(home.database, {}, io.StringIO())
        log._unstored += [row_at(NOW + timedelta(seconds=number), f"row-{number}-{row}", client_id="centre") for row in range(4)]
        await log.close()
        assert log._segment is not None
        numbers.append(log._segment.number)
    return numbers


def _faults(report: AuditReport) -> list[str]:
    return [f"{one.id}: {one.why}" for one in report.broken]


async def test_a_log_that_nobody_touched_holds(home: House, segments: list[int]) -> None:
    report = await verify(home.database)
    assert _faults(report) == [] and report.links[KIND] >= 12 and report.chains[KIND] == segments[-1]


@pytest.mark.parametrize(
    ("statement", "where", "why"),
    [
        ("UPDATE access_log SET status = 403 WHERE segment = $1 AND number = 2", 1, "row 2 was changed"),
        ("UPDATE access_log SET client_id = 'other' WHERE segment = $1 AND number = 4", 1, "row 4 was changed"),
        ("UPDATE access_log SET at = at + interval '1 microsecond' WHERE segment = $1 AND number = 1", 1, "row 1 was changed"),
        ("UPDATE access_log SET milliseconds = 2 WHERE segment = $1 AND number = 3", 1, "row 3 was changed"),
        ("DELETE FROM access_log WHERE segment = $1 AND number = 2", 1, "row 2 is missing"),
        ("DELETE FROM access_log WHERE segment = $1 AND number = 4", 1, "it ends at row 3 instead of 4"),
        ("DELETE FROM access_log WHERE segment = $1", 1, "it ends at row 0 instead of 4"),
        ("UPDATE access_log SET number = 9 - number WHERE segment = $1 AND number IN (2, 3)", 1, "row 2 is missing or out of place"),
        ("UPDATE access_log SET segment = NULL, number = NULL, hash = NULL WHERE segment = $1 AND number = 4", 1, "it ends at row 3"),
        ("UPDATE access_log_segment SET rows = 3 WHERE number = $1", 1, "its seal is not ours"),
        ("UPDATE access_log_segment SET dropped_at = now() WHERE number = $1", 1, "its seal is not ours"),
        ("UPDATE access_log_segment SET lost = 7 WHERE number = $1", 1, "its seal is not ours"),
        ("UPDATE access_log_segment SET opened_at = now() WHERE number = $1", 1, "it does not name the segment before it"),
        ("WITH gone AS (DELETE FROM access_log WHERE segment = $1) DELETE FROM access_log_segment WHERE number = $1", 2, "are missing"),
    ],
)
async def test_what_was_altered_is_found(
    home: House, owner: asyncpg.Connection, segments: list[int], statement: str, where: int, why: str
) -> None:
    await owner.execute(statement, segments[1])
    faults = _faults(await verify(home.database))
    assert any(fault.startswith(f"{segments[where]}: ") and why in fault for fault in faults), faults


async def test_rows_that_change_places_between_segments_are_found(home: House, owner: asyncpg.Connection, segments: list[int]) -> None:
    await owner.execute("UPDATE access_log SET segment = $1, number = 5 WHERE segment = $2 AND number = 4", segments[0], segments[1])
    faults = _faults(await verify(home.database))
    assert f"{segments[0]}: 1 rows behind its end" in faults
    assert any(fault.startswith(f"{segments[1]}: it ends at row 3") for fault in faults)


async def test_hashes_that_were_all_computed_anew_are_found_by_the_seal(
    home: House, owner: asyncpg.Connection, segments: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody without the key writes a segment as if it had always been so."""
    kept = await owner.fetchrow("SELECT * FROM access_log_segment WHERE number = $1", segments[-1])
    await owner.execute("DELETE FROM access_log WHERE segment = $1", segments[-1])
    await owner.execute("DELETE FROM access_log_segment WHERE number = $1", segments[-1])
    log = AccessLog(home.database, {}, io.StringIO())
    log._unstored += [row_at(NOW, "forged")]
    monkeypatch.setattr("ihala_gateway.watching.chain.Segment.seal", lambda *_: kept["seal"])
    await log.close()
    monkeypatch.undo()
    faults = _faults(await verify(home.database))
    assert any(fault == f"{segments[-1]}: its seal is not ours" for fault in faults), faults


async def test_segments_that_were_cut_off_are_found(home: House, owner: asyncpg.Connection, segments: list[int]) -> None:
    await owner.execute("DELETE FROM access_log WHERE segment >= $1", segments[1])
    await owner.execute("DELETE FROM access_log_segment WHERE number >= $1", segments[1])
    assert any(fault.startswith(f"{segments[-1]}: it is not the newest") for fault in _faults(await verify(home.database)))
    await owner.execute("UPDATE access_log_tip SET segment = $1", segments[0])
    assert any("it is not the newest" in fault for fault in _faults(await verify(home.database)))
    await owner.execute("DELETE FROM access_log_tip")
    assert "all: the mark of the newest segment is missing" in _faults(await verify(home.database))


async def test_rows_without_a_segment_are_older_than_the_first(home: House, owner: asyncpg.Connection, segments: list[int]) -> None:
    await owner.execute("INSERT INTO access_log (at, request_id, method, status, milliseconds) VALUES ('2020-01-01', 'old', 'GET', 200, 1)")
    assert _faults(await verify(home.database)) == []
    await owner.execute("UPDATE access_log SET at = now() WHERE request_id = 'old'")
    assert _faults(await verify(home.database)) == ["none: 1 rows belong to no segment"]
    await owner.execute("UPDATE access_log SET segment = 9999, number = 1, hash = '' WHERE request_id = 'old'")
    assert _faults(await verify(home.database)) == ["none: 1 rows belong to no segment"]


async def test_a_span_is_verified_by_itself(home: House, owner: asyncpg.Connection, segments: list[int]) -> None:
    opened = await owner.fetchval("SELECT opened_at FROM access_log_segment WHERE number = $1", segments[2])
    report = await verify(home.database, Span(since=opened))
    assert _faults(report) == [] and report.links[KIND] == 4
    await owner.execute("UPDATE access_log SET status = 1 WHERE segment = $1", segments[0])
    assert _faults(await verify(home.database, Span(since=opened))) == []
    assert _faults(await verify(home.database, Span(until=opened))) != []


async def test_a_segment_that_is_being_written_holds_too_and_a_killed_one(home: House, segments: list[int]) -> None:
    log = AccessLog(home.database, {}, io.StringIO())
    for number in range(3):
        log._unstored.append(row_at(NOW, f"live-{number}"))
        await log.flush()
        assert _faults(await verify(home.database)) == []
    following = AccessLog(home.database, {}, io.StringIO())  # the first was never closed
    following._unstored.append(row_at(NOW, "after-the-kill"))
    await following.close()
    assert _faults(await verify(home.database)) == []
    assert log._segment is not None and following._segment is not None and following._segment.number == log._segment.number + 1


async def test_processes_that_write_beside_each_other_keep_one_chain_of_segments(home: House, segments: list[int]) -> None:
    logs = [AccessLog(home.database, {}, io.StringIO()) for _ in range(4)]
    for turn in range(3):
        for number, log in enumerate(logs):
            log._unstored += [row_at(NOW, f"beside-{number}-{turn}")] * (number + 1)
        await asyncio.gather(*(log.flush() for log in logs))
    assert _faults(await verify(home.database)) == []
    await asyncio.gather(*(log.close() for log in logs))
    assert _faults(await verify(home.database)) == []
    written = [log._segment for log in logs]
    assert len({one.number for one in written if one}) == 4 and [one.rows for one in written if one] == [3, 6, 9, 12]


async def test_a_span_of_segments_that_overlap_has_no_gap(home: House, segments: list[int]) -> None:
    """Of three processes the second stopped before the time that somebody asks about."""
    logs = [AccessLog(home.database, {}, io.StringIO()) for _ in range(3)]
    for log in logs:
        log.take(row_at(NOW, "overlapping"))
        await log.flush()
    await logs[1].close()
    since = datetime.now(UTC)
    for log in (logs[0], logs[2]):
        log.take(row_at(NOW, "overlapping"))
        await log.close()
    span = Span(since=since)
    report, of_file = await verify(home.database, span), verify_export([line async for line in exported(home.database, span)])
    for each in (report, of_file):
        assert (_faults(each), each.chains[KIND], each.links[KIND]) == ([], 3, 5)
    assert (await verify(home.database, Span(since=datetime.now(UTC) + timedelta(days=1)))).chains[KIND] == 0


async def test_a_segment_ends_after_a_day_and_a_changed_one_is_left(
    home: House, owner: asyncpg.Connection, segments: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = io.StringIO()
    log = AccessLog(home.database, {}, printed)
    log._unstored.append(row_at(NOW, "day-one"))
    await log.flush()
    first = log._segment
    monkeypatch.setattr("ihala_gateway.watching.access_log.LONGEST_SEGMENT", timedelta(0))
    log._unstored.append(row_at(NOW, "day-two"))
    await log.flush()
    monkeypatch.undo()
    assert first is not None and log._segment is not None and log._segment.number == first.number + 1
    assert await owner.fetchval("SELECT closed_at IS NOT NULL FROM access_log_segment WHERE number = $1", first.number)
    assert f'"rows": 1, "head": "{first.head.hex()}"' in printed.getvalue(), "heads can be kept elsewhere"
    await owner.execute("UPDATE access_log_segment SET rows = 5 WHERE number = $1", log._segment.number)
    log._unstored.append(row_at(NOW, "elsewhere"))
    await log.flush()
    assert log._segment.number == first.number + 2, "it does not go on where somebody else has written"


async def test_old_rows_go_by_whole_segments_and_the_rest_still_holds(home: House, owner: asyncpg.Connection, segments: list[int]) -> None:
    log = AccessLog(home.database, {}, io.StringIO())
    log._unstored += [row_at(NOW, "young")]
    await log.close()
    ends = await owner.fetchval("SELECT last_at FROM access_log_segment WHERE number = $1", segments[1])
    await owner.execute("INSERT INTO access_log (at, request_id, method, status, milliseconds) VALUES ('2020-01-01', 'old', 'GET', 200, 1)")
    kept = timedelta(days=90)
    await retention.purge(home.database, ends + kept + timedelta(microseconds=1), kept)
    left = await owner.fetch("SELECT DISTINCT segment FROM access_log WHERE segment <= $1 ORDER BY 1", segments[-1])
    assert [row["segment"] for row in left] == [segments[-1]]
    assert await owner.fetchval("SELECT count(*) FROM access_log WHERE request_id = 'old'") == 0
    assert await owner.fetchval("SELECT count(*) FROM access_log_segment WHERE emptied") == segments[1]
    assert _faults(await verify(home.database)) == []

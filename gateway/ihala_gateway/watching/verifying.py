"""Goes through the access log's chain and tells what was changed, is missing, changed places or was cut off.

What it cannot see is a whole database set back to an older copy of itself: the heads that the gateway prints (`access log head`), kept
elsewhere, show that.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from ihala_kit.audit import AuditReport, Broken
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.vault import Vault
from sqlalchemy import text

from ihala_gateway.watching import chain, store
from ihala_gateway.watching.chain import COLUMNS, Segment
from ihala_gateway.watching.checking import Checker

KIND = "segments of the access log"
AT_ONCE = 2_000

_SEGMENTS = text(f"""
    SELECT {", ".join(field.name for field in fields(Segment))}, seal FROM access_log_segment
    WHERE number > :after
      AND number >= (SELECT min(number) FROM access_log_segment WHERE last_at >= :since)
      AND number <= (SELECT max(number) FROM access_log_segment WHERE opened_at < :until)
    ORDER BY number LIMIT 1
""")  # noqa: S608 - our own names
_OPENING = text("SELECT opening FROM access_log_segment WHERE number = :number")
_ROWS = text(f"""
    SELECT number, hash, {", ".join(COLUMNS)} FROM access_log
    WHERE segment = :segment AND number > :after AND number <= :upto ORDER BY number LIMIT :most
""")  # noqa: S608
_BEHIND = text("""
    SELECT count(*) FROM access_log_segment s JOIN access_log l ON l.segment = s.number AND l.number > s.rows WHERE s.number = :segment
""")
_TIP = text("""
    SELECT t.segment, t.seal, s.opening, (SELECT max(number) FROM access_log_segment) AS newest
    FROM access_log_tip t LEFT JOIN access_log_segment s ON s.number = t.segment
""")
_OUTSIDE = text("""
    SELECT (SELECT count(*) FROM access_log WHERE segment IS NULL AND at > (SELECT min(opened_at) FROM access_log_segment))
         + (SELECT count(*) FROM access_log l LEFT JOIN access_log_segment s ON s.number = l.segment
            WHERE l.segment IS NOT NULL AND s.number IS NULL)
""")
ALWAYS, EVER = datetime.fromisoformat("2000-01-01T00:00:00Z"), datetime.fromisoformat("9999-01-01T00:00:00Z")


@dataclass(frozen=True, slots=True)
class Span:
    """From when until when. A segment is looked at when any of it lies in between, and with it all that were begun between two such:

    segments of several processes overlap, and one that is left out would be one that is missing.
    """

    since: datetime = ALWAYS
    until: datetime = EVER

    @property
    def whole(self) -> bool:
        """Tell whether it leaves nothing out."""
        return (self.since, self.until) == (ALWAYS, EVER)


async def verify(database: Database, span: Span = Span()) -> AuditReport:
    """Return what holds and what does not."""
    report, vault = AuditReport(), Vault.of(database.settings)
    checker = Checker()
    async for segment, seal in segments(database, span):
        if not checker.started:
            await _look_before(database, checker, segment.number)
        checker.begin(segment)
        if seal != segment.seal(vault):
            checker.fault("its seal is not ours")
        async for number, found, row in rows(database, segment):
            checker.row(number, found, row)
        checker.end()
        await _behind(database, checker, segment)
        if checker.faults and segment.dropped_at is None and await _was_dropped(database, segment):
            checker.faults.clear()  # its rows went while they were read
        report_on(report, checker, segment)
    if span.whole:
        await _look_around(database, report, vault, checker)
    return report


async def segments(database: Database, span: Span) -> AsyncIterator[tuple[Segment, bytes]]:
    """Yield the segments of a span with their seals, in their order; each as it stands when it comes up."""
    number = 0
    while True:
        async with database.transaction(Caller.system("audit")) as tx:
            asked = {"after": number, "since": span.since, "until": span.until}
            found = (await tx.execute(_SEGMENTS, asked)).one_or_none()
        if found is None:
            return
        segment, seal = Segment(*found[:-1]), found.seal
        number = segment.number
        yield segment, seal


async def rows(database: Database, segment: Segment) -> AsyncIterator[tuple[int, bytes, dict[str, Any]]]:
    """Yield a segment's rows with number and hash; none once they may go."""
    after, more = 0, segment.dropped_at is None
    while more:
        async with database.transaction(Caller.system("audit")) as tx:
            asked = {"segment": segment.number, "after": after, "upto": segment.rows, "most": AT_ONCE}
            found = (await tx.execute(_ROWS, asked)).mappings().all()
        for one in found:
            yield one["number"], one["hash"], {name: one[name] for name in COLUMNS}
        after, more = found[-1]["number"] if found else after, len(found) == AT_ONCE


async def _look_before(database: Database, checker: Checker, number: int) -> None:
    """Learn the opening that the first segment of a span names."""
    async with database.transaction(Caller.system("audit")) as tx:
        before = await tx.scalar(_OPENING, {"number": number - 1})
    checker.start_behind(number - 1, before or (chain.NOTHING_BEFORE if number == 1 else None))


async def _was_dropped(database: Database, segment: Segment) -> bool:
    async with database.transaction(Caller.system("audit")) as tx:
        now = await store.segment(tx, segment.number)
        return now is not None and now.dropped_at is not None


async def _behind(database: Database, checker: Checker, segment: Segment) -> None:
    """See whether rows stand behind the segment's end: end and rows come from one statement, so a segment may grow meanwhile."""
    async with database.transaction(Caller.system("audit")) as tx:
        if segment.dropped_at is None and (more := await tx.scalar(_BEHIND, {"segment": segment.number})):
            checker.fault(f"{more} rows behind its end")


async def _look_around(database: Database, report: AuditReport, vault: Vault, checker: Checker) -> None:
    async with database.transaction(Caller.system("audit")) as tx:
        tip = (await tx.execute(_TIP)).one_or_none()
        outside = await tx.scalar(_OUTSIDE)
    if tip is None and checker.number:
        report.broken.append(Broken(KIND, "all", "the mark of the newest segment is missing"))
    elif tip is not None and not _is_tip(tip, vault):
        report.broken.append(Broken(KIND, str(tip.segment), "it is not the newest: segments were cut off, or put there by somebody else"))
    if outside:
        report.broken.append(Broken(KIND, "none", f"{outside} rows belong to no segment"))


def _is_tip(tip: Any, vault: Vault) -> bool:
    if tip.opening is None or tip.newest != tip.segment:
        return False
    return bool(tip.seal == chain.tip_seal(vault, tip.segment, tip.opening))


def report_on(report: AuditReport, checker: Checker, segment: Segment) -> None:
    """Write into the report how a segment stands that was gone through."""
    for why in checker.faults:
        report.broken.append(Broken(KIND, str(segment.number), why))
    if not checker.faults:
        report.chains[KIND] += 1
        report.links[KIND] += segment.rows if segment.dropped_at is None else 0

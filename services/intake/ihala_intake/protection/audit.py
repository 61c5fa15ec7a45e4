"""Goes through all chains: the reads of each person's data and the revisions of each consent.

Pages by id, each in a transaction of its own, so that a check of ten million people holds nothing up. What it cannot see is a chain
whose last links and end were both set back by somebody who may write to the database: keep its reports outside, the counts only grow.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ihala_kit.audit import AuditReport, Broken
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from sqlalchemy import TextClause, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import ledger
from ihala_intake.tables import AccessLog, ConsentRevision

Links = Sequence[tuple[int, AccessLog | ConsentRevision]]
AT_ONCE = 200
NOBODY = UUID(int=0)
READS, REVISIONS = "reads of a person's data", "revisions of a consent"

_ENDS = text("SELECT person_id AS id, n, head FROM access_chain WHERE person_id > :after ORDER BY person_id LIMIT :most")
_NEWEST = text("""
    SELECT c.id, c.revision AS n, r.hash AS head
    FROM consent c LEFT JOIN consent_revision r ON r.consent_id = c.id AND r.revision = c.revision
    WHERE c.id > :after ORDER BY c.id LIMIT :most
""")
# Links whose end was taken away with them.
_LOOSE_READS = text(
    "SELECT DISTINCT person_id FROM access_log l WHERE NOT EXISTS (SELECT FROM access_chain c WHERE c.person_id = l.person_id)"
)
_LOOSE_REVISIONS = text(
    "SELECT DISTINCT consent_id FROM consent_revision r WHERE NOT EXISTS (SELECT FROM consent c WHERE c.id = r.consent_id)"
)


async def verify(database: Database) -> AuditReport:
    """Return what holds and what does not."""
    report = AuditReport()
    for kind in _KINDS:
        await _go_through(database, report, kind)
        async with database.transaction(Caller.system("audit")) as tx:
            found = (await tx.execute(kind.loose)).scalars().all()
        report.broken += [Broken(kind.name, str(one), "the end of the chain is missing") for one in found]
    return report


async def _go_through(database: Database, report: AuditReport, kind: "_Kind") -> None:
    after, full = NOBODY, True
    while full:
        async with database.transaction(Caller.system("audit")) as tx:
            page = (await tx.execute(kind.ends, {"after": after, "most": AT_ONCE})).all()
            links = await kind.load(tx, [end.id for end in page])
            doubtful = [end.id for end in page if not _holds(tx, report, kind.name, end, links[end.id])]
        for one in doubtful:
            await _look_again(database, report, kind, one)
        full, after = len(page) == AT_ONCE, page[-1].id if page else after


def _holds(tx: AsyncSession, report: AuditReport, name: str, end: Any, rows: Links) -> bool:
    try:
        if ledger.whole(tx, rows) != (end.n, end.head):
            return False
    except ledger.ChainBroken:
        return False
    report.chains[name] += 1
    report.links[name] += end.n
    return True


async def _look_again(database: Database, report: AuditReport, kind: "_Kind", one: UUID) -> None:
    """Look at a doubtful chain while it cannot grow: what was added between two reads is no fault."""
    async with database.transaction(Caller.system("audit")) as tx:
        await tx.execute(kind.lock, {"id": one})
        try:
            length = await kind.check(tx, one)
        except ledger.ChainBroken as error:
            report.broken.append(Broken(kind.name, str(one), str(error)))
            return
    report.chains[kind.name] += 1
    report.links[kind.name] += length


async def _reads(tx: AsyncSession, ids: list[UUID]) -> Mapping[UUID, Links]:
    query = select(AccessLog).where(col(AccessLog.person_id).in_(ids)).order_by(col(AccessLog.person_id), col(AccessLog.n))
    found: defaultdict[UUID, list[tuple[int, AccessLog | ConsentRevision]]] = defaultdict(list)
    for row in await tx.exec(query):
        found[row.person_id].append((row.n, row))
    return found


async def _revisions(tx: AsyncSession, ids: list[UUID]) -> Mapping[UUID, Links]:
    query = select(ConsentRevision).where(col(ConsentRevision.consent_id).in_(ids))
    found: defaultdict[UUID, list[tuple[int, AccessLog | ConsentRevision]]] = defaultdict(list)
    for row in await tx.exec(query.order_by(col(ConsentRevision.consent_id), col(ConsentRevision.revision))):
        found[row.consent_id].append((row.revision, row))
    return found


@dataclass(frozen=True)
class _Kind:
    """One kind of chain: where its ends stand, how its links are read, and how one is held still and checked."""

    name: str
    ends: TextClause
    load: Callable[[AsyncSession, list[UUID]], Awaitable[Mapping[UUID, Links]]]
    lock: TextClause
    check: Callable[[AsyncSession, UUID], Awaitable[int]]
    loose: TextClause


_KINDS = (
    _Kind(READS, _ENDS, _reads, text("SELECT FROM access_chain WHERE person_id = :id FOR UPDATE"), ledger.check_accesses, _LOOSE_READS),
    _Kind(REVISIONS, _NEWEST, _revisions, text("SELECT FROM consent WHERE id = :id FOR UPDATE"), ledger.check_revisions, _LOOSE_REVISIONS),
)

"""The retention policy at work: finds whose time is over, destroys their keys one person a transaction, and writes a signed report.

A person's time begins when the last of their needs has ended, or with the file where nothing was needed, and with the last work on a file
of theirs (`forgotten.py`); of those who were decided to be one person with the last of them all, and anew when that is taken back. Members
of a household who need nothing themselves go with the last one who did. Every end passes its term once, so each run looks only at what came
since, and at those whose files are worked on.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import Database, now
from ihala_kit.ids import new_id
from sqlalchemy import text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys
from ihala_intake.commands import erase, forgotten
from ihala_intake.commands.forgotten import Instants
from ihala_intake.protection import kept, store
from ihala_intake.protection.retention import Kept, policy, signed_content
from ihala_intake.tables import Erasure, RetentionMark, RetentionReport

log = logging.getLogger(__name__)

AT_ONCE = 100
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
SYSTEM = Caller.system("retention")
RETENTION, LOOKS = "retention", "looks"
_ONE_AT_A_TIME = text("SELECT pg_try_advisory_xact_lock(7007)")


# Whose last need ended before the term; who has a file, and needed nothing since; who was taken for somebody else until then, whose own end
# may be long over; and who had a file that was worked on when one of these was looked at.
_OVER = {
    "needs": f"""
        SELECT n.person_id, p.operator_id, n.changed_at AS ended_at FROM need n
        JOIN person p ON p.id = n.person_id JOIN data_key k ON k.id = p.key_id AND k.wrapped IS NOT NULL
        WHERE n.state IN ('verified', 'unverified', 'closed') AND n.changed_at >= :mark AND n.changed_at < :cutoff
          AND p.sensitivity = :sensitivity AND NOT {kept.by_needs("n.person_id")}
        ORDER BY n.changed_at, n.id""",  # noqa: S608 - constants
    "files": f"""
        SELECT c.person_id, p.operator_id, c.opened_at AS ended_at FROM case_file c
        JOIN person p ON p.id = c.person_id JOIN data_key k ON k.id = p.key_id AND k.wrapped IS NOT NULL
        WHERE c.opened_at >= :mark AND c.opened_at < :cutoff AND p.sensitivity = :sensitivity
          AND NOT EXISTS (SELECT FROM need o WHERE o.person_id = c.person_id AND o.changed_at >= c.opened_at)
          AND NOT {kept.by_needs("c.person_id")}
        ORDER BY c.opened_at, c.id""",  # noqa: S608 - constants
    "parted": f"""
        SELECT p.id AS person_id, p.operator_id, m.undone_at AS ended_at FROM merge m
        JOIN person p ON p.id IN (m.kept_id, m.merged_id) JOIN data_key k ON k.id = p.key_id AND k.wrapped IS NOT NULL
        WHERE m.state = 'undone' AND m.undone_at >= :mark AND m.undone_at < :cutoff AND p.sensitivity = :sensitivity
          AND (EXISTS (SELECT FROM need o WHERE o.person_id = p.id) OR EXISTS (SELECT FROM case_file o WHERE o.person_id = p.id))
          AND NOT {kept.by_needs("p.id")}
        ORDER BY m.undone_at, m.id""",  # noqa: S608 - constants
    "looks": f"""
        SELECT p.id AS person_id, p.operator_id, l.look_at AS ended_at FROM retention_look l
        JOIN person p ON p.id = l.person_id JOIN data_key k ON k.id = p.key_id AND k.wrapped IS NOT NULL
        WHERE l.look_at >= :mark AND l.look_at <= :at AND p.sensitivity = :sensitivity AND NOT {kept.by_needs("p.id")}
        ORDER BY l.look_at, p.id""",  # noqa: S608 - constants
}
_IS_OVER = text(f"""
    SELECT true FROM person p JOIN data_key k ON k.id = p.key_id AND k.wrapped IS NOT NULL
    WHERE p.id = :person_id AND NOT {kept.by_needs("p.id")}
""")  # noqa: S608 - constants
# The others of the household, once none of them has anything left that is theirs alone.
_WITH = text(f"""
    SELECT m.id FROM person p JOIN person m ON m.household_id = p.household_id AND m.id <> p.id
    JOIN data_key k ON k.id = m.key_id AND k.wrapped IS NOT NULL
    WHERE p.id = :person_id AND NOT EXISTS (
        SELECT FROM person o JOIN data_key ok ON ok.id = o.key_id AND ok.wrapped IS NOT NULL
        WHERE o.household_id = p.household_id AND (
            EXISTS (SELECT FROM need n WHERE n.person_id = o.id) OR EXISTS (SELECT FROM case_file c WHERE c.person_id = o.id)))
      AND NOT {kept.by_needs("m.id")}
    ORDER BY m.id
""")  # noqa: S608 - constants


class _Counts(defaultdict[UUID, "defaultdict[str, Counter[str]]"]):
    """Operator → class → what was done → how many."""

    def __init__(self) -> None:
        super().__init__(lambda: defaultdict(Counter))


async def run(database: Database) -> int:
    """Destroy up to a hundred people of each class whose time is over, and report; return how many were seen to. For a Job."""
    counts: _Counts = _Counts()
    seen = 0
    async with database.transaction(SYSTEM) as guard:
        if not (await guard.execute(_ONE_AT_A_TIME)).scalar_one():
            return 0
        at = now(guard)
        for one, source in _parts():
            seen += await _work_off(database, one, source, at, counts)
        await _report(guard, counts, at, dry_run=False)
        await forgotten.tidy(guard)
    return seen


async def rehearse(database: Database) -> AsyncIterator[str]:
    """Say what a run would destroy, change nothing, and keep the signed report."""
    counts: _Counts = _Counts()
    async with database.transaction(SYSTEM) as tx:
        at = now(tx)
        together = " UNION ALL ".join(f"({query})" for query in _OVER.values())
        query = f"""SELECT operator_id, count(DISTINCT person_id) AS people FROM ({together}) found
                    WHERE NOT EXISTS ({kept.cases("found.person_id")}) GROUP BY 1"""  # noqa: S608 - constants
        for one in policy().classes:
            values = _instants(one, at) | {"mark": BEGINNING, "sensitivity": one.sensitivity}
            for row in await tx.execute(text(query), values):
                counts[row.operator_id][one.name]["would_destroy"] += row.people
        for report in await _report(tx, counts, at, dry_run=True):
            yield line(report)
    if not counts:
        yield "nothing is over its time"


async def reports(database: Database) -> AsyncIterator[str]:
    """Yield the last hundred reports, each with whether its signature holds."""
    async with database.transaction(SYSTEM) as tx:
        for report in reversed(await store.retention_reports(tx, SYSTEM, None, 100)):
            yield f"{line(report)}  {'genuine' if is_genuine(tx, report) else 'ALTERED'}"


def line(report: RetentionReport) -> str:
    """Return a report in one line."""
    done = "; ".join(f"{name}: {', '.join(f'{n} {act}' for act, n in acts.items())}" for name, acts in sorted(report.counts.items()))
    kind = "dry run" if report.dry_run else "run"
    return f"{report.ran_at:%Y-%m-%d %H:%M}Z  {kind}  policy {report.policy_version}  operator {report.operator_id}  {done}"


def is_genuine(tx: AsyncSession, report: RetentionReport) -> bool:
    """Tell whether a report says what was signed."""
    return report.signature == _signature(tx, report)


async def _work_off(database: Database, one: Kept, source: str, at: datetime, counts: _Counts) -> int:
    name, instants, seen = f"{one.name}.{source}", _instants(one, at), 0
    async with database.transaction(SYSTEM) as tx:
        since = (await tx.exec(select(RetentionMark.up_to).where(RetentionMark.name == name))).one_or_none() or BEGINNING
        values = instants | {"mark": since, "sensitivity": one.sensitivity, "most": AT_ONCE}
        found = (await tx.execute(text(f"{_OVER[source]} LIMIT :most"), values)).all()
    mark = found[-1].ended_at if len(found) == AT_ONCE else instants["cutoff"]
    for row in {row.person_id: row for row in reversed(found)}.values():
        done = await _destroy_with_household(database, row.person_id, instants)
        for act in done.keys() & {"destroyed", "failed"}:
            counts[row.operator_id][one.name][act] += done[act]
        mark = min(mark, row.ended_at) if done["failed"] else mark  # the next run begins there again
        seen += done["destroyed"] + done["kept"]
    if source != LOOKS:  # these move on by themselves
        async with database.transaction(SYSTEM) as tx:
            await tx.merge(RetentionMark(name=name, up_to=mark))
    return seen


async def _destroy_with_household(database: Database, person_id: UUID, instants: Instants) -> Counter[str]:
    done: Counter[str] = Counter()
    others: Sequence[UUID] = []
    values = {"person_id": person_id, "cutoff": instants["cutoff"]}
    try:
        async with database.transaction(SYSTEM) as tx:
            if not (await tx.execute(_IS_OVER, values)).scalar():
                return done  # erased with another of the same, or something came since
            if await forgotten.keeps(tx, person_id, instants):
                return Counter(kept=1)
            await _destroy(tx, person_id)
            others = (await tx.execute(_WITH, values)).scalars().all()
            for other in others:
                await _destroy(tx, other)
    except Exception as error:
        log.warning("a person's time is over, and the key could not be destroyed", exc_info=error)
        return Counter(failed=1)
    done["destroyed"] += 1 + len(others)
    return done


def _instants(one: Kept, at: datetime) -> Instants:
    return {"at": at, "cutoff": one.cutoff(at), "told_before": one.told_before(at)}


async def _destroy(tx: AsyncSession, person_id: UUID) -> None:
    """Erase a person by policy; where two people were about to decide it, the policy decides."""
    person = await store.owned_person(tx, SYSTEM, person_id)
    assert person is not None, "found a moment ago, and persons are never deleted"
    erasure = await store.erasure_of(tx, SYSTEM, person_id, lock=True)
    if erasure is None or erasure.state == "refused":
        erasure = Erasure(
            id=new_id(), person_id=person.id, operator_id=person.operator_id, sensitivity=person.sensitivity, reason=RETENTION,
            state="proposed", asked_by=SYSTEM.client_id, asked_as_dpo=False, asked_at=now(tx), needs=[], awaited=[], version=1,
        )  # fmt: skip
        tx.add(erasure)
    if erasure.state == "proposed":
        erasure.decided_by = SYSTEM.client_id
        await erase.destroy(tx, person, erasure)


async def _report(tx: AsyncSession, counts: _Counts, at: datetime, *, dry_run: bool) -> list[RetentionReport]:
    made = []
    for operator_id, classes in sorted(counts.items()):
        report = RetentionReport(
            id=new_id(), operator_id=operator_id, policy_version=policy().version, dry_run=dry_run,
            counts={name: dict(acts) for name, acts in classes.items()}, up_to=at, ran_at=at, signature=b"",
        )  # fmt: skip
        report.signature = _signature(tx, report)
        made.append(report)
    tx.add_all(made)
    return made


def _signature(tx: AsyncSession, report: RetentionReport) -> bytes:
    content: dict[str, Any] = report.model_dump(include={"policy_version", "dry_run", "counts"})
    times = {name: getattr(report, name).astimezone(UTC) for name in ("up_to", "ran_at")}
    return keys.vault(tx).fingerprint(signed_content(operator_id=str(report.operator_id), **content, **times), "intake.retention")


def _parts() -> Iterator[tuple[Kept, str]]:
    return ((one, source) for one in policy().classes for source in _OVER)

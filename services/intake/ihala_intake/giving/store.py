"""Queries about help that was given. Each says what the caller may see; row policies say it again."""

# ruff: noqa: S608 - both questions begin with the same constant

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from ihala_kit.auth import Caller
from sqlalchemy import ColumnElement, or_, text, true, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake.tables import Assistance, AssistanceDouble, CaseFile, Instalment

LOCKED = {"populate_existing": True}

# Who the person is for the operator, and how sure that is: decided, living together, or a pair that nobody has told apart.
_CONNECTED = """
    WITH RECURSIVE linked (id) AS (
        SELECT CAST(:person_id AS uuid)
        UNION
        SELECT CASE WHEN m.kept_id = linked.id THEN m.merged_id ELSE m.kept_id END
        FROM linked JOIN merge m ON m.state = 'done' AND (m.kept_id = linked.id OR m.merged_id = linked.id)
    ), connected (id, reason, place) AS (
        SELECT id, CASE WHEN id = :person_id THEN 'same_person' ELSE 'merged' END, CASE WHEN id = :person_id THEN 0 ELSE 1 END FROM linked
        UNION ALL
        SELECT other.id, 'same_household', 2 FROM person me JOIN person other ON other.household_id = me.household_id
        WHERE me.id = :person_id
        UNION ALL
        SELECT CASE WHEN c.person_a = linked.id THEN c.person_b ELSE c.person_a END, 'maybe_same', 3
        FROM linked JOIN match_candidate c ON c.state = 'open' AND (c.person_a = linked.id OR c.person_b = linked.id)
    )
"""
_LOCK = text(f"{_CONNECTED} SELECT p.id FROM person p WHERE p.id IN (SELECT id FROM connected) ORDER BY p.id FOR NO KEY UPDATE OF p")
_OTHERS = text(f"""{_CONNECTED}
    SELECT DISTINCT ON (a.id) a.id, a.code, c.reason
    FROM connected c JOIN case_file f ON f.person_id = c.id JOIN assistance a ON a.case_id = f.id
    WHERE a.id <> :assistance_id AND a.operator_id = :operator_id AND a.kind = :kind AND a.state <> 'cancelled'
        AND a.sensitivity <> 'restricted' AND a.given_at BETWEEN :since AND :until
        AND NOT EXISTS (SELECT FROM assistance_double d WHERE d.assistance_id = a.id AND d.other_id = :assistance_id)
        AND NOT EXISTS (SELECT FROM assistance_double d WHERE d.assistance_id = :assistance_id AND d.other_id = a.id)
    ORDER BY a.id, c.place
    LIMIT 200
""")


def mine(caller: Caller, table: type[CaseFile | Assistance | Instalment]) -> ColumnElement[bool]:
    """Hold for what the caller's organisation gave or brought, and for what it owns as the operator, restricted only for the cleared."""
    if caller.is_system:
        return true()
    owned = col(table.operator_id) == caller.organization_id
    owned = owned if caller.cleared else owned & (col(table.sensitivity) != "restricted")
    brought = (col(table.origin_id) == caller.organization_id) & (col(table.operator_id) != caller.organization_id)
    return or_(owned, brought)


async def case_for(tx: AsyncSession, caller: Caller, case_id: UUID) -> CaseFile | None:
    """Return a case that the caller brought or owns."""
    return (await tx.exec(select(CaseFile).where(CaseFile.id == case_id, mine(caller, CaseFile)))).one_or_none()


async def assistance_of(tx: AsyncSession, caller: Caller, assistance_id: UUID, *, lock: bool = False) -> Assistance | None:
    """Return help that the caller gave or owns, locked if asked; what was given on the spot stands with its request."""
    query = select(Assistance).where(Assistance.id == assistance_id, Assistance.kind != "on_the_spot", mine(caller, Assistance))
    query = query.with_for_update(key_share=True) if lock else query
    return (await tx.exec(query, execution_options=LOCKED)).one_or_none()


async def of_case(tx: AsyncSession, caller: Caller, case_id: UUID, after: UUID | None, limit: int) -> Sequence[Assistance]:
    """Return what was given in a case, as far as the caller may see it, the first thing first."""
    query = select(Assistance).where(Assistance.case_id == case_id, Assistance.kind != "on_the_spot", mine(caller, Assistance))
    query = query if after is None else query.where(Assistance.id > after)
    return (await tx.exec(query.order_by(col(Assistance.id)).limit(limit))).all()


async def given_to(tx: AsyncSession, person_id: UUID) -> Sequence[Assistance]:
    """Return what a person was given, but for what is restricted; for the system alone."""
    query = select(Assistance).join(CaseFile, col(CaseFile.id) == Assistance.case_id).where(CaseFile.person_id == person_id)
    query = query.where(Assistance.sensitivity != "restricted", Assistance.state != "cancelled")
    return (await tx.exec(query.order_by(col(Assistance.id)))).all()


async def parts_of(tx: AsyncSession, assistance_ids: Sequence[UUID]) -> Sequence[Instalment]:
    """Return the instalments of help that was checked before, in their order."""
    query = select(Instalment).where(col(Instalment.assistance_id).in_(assistance_ids))
    return (await tx.exec(query.order_by(col(Instalment.assistance_id), col(Instalment.n)), execution_options=LOCKED)).all()


async def parts_due(
    tx: AsyncSession, caller: Caller, until: date, after: tuple[date, UUID] | None, limit: int
) -> Sequence[Instalment]:  # fmt: skip
    """Return the instalments that have to be paid until a day, the longest due first."""
    side = Instalment.operator_id if caller.organization_kind == "operator" else Instalment.origin_id
    query = select(Instalment).where(col(side) == caller.organization_id, Instalment.state == "planned", Instalment.due_on <= until)
    query = query.where(mine(caller, Instalment))
    if after is not None:
        query = query.where(tuple_(col(Instalment.due_on), col(Instalment.id)) > after)
    return (await tx.exec(query.order_by(col(Instalment.due_on), col(Instalment.id)).limit(limit))).all()


async def connected(
    tx: AsyncSession, given: Assistance, person_id: UUID, since: datetime, until: datetime
) -> Sequence[tuple[UUID, str, str]]:  # fmt: skip
    """Return id, code and reason of other help of the same kind to the same person, or to who may be, but for what was held against it
    before. For the system alone.

    These persons are locked before that: of two who write down help in the same moment the second sees what the first wrote.
    """
    await tx.execute(_LOCK, {"person_id": person_id})
    about = {
        "person_id": person_id, "assistance_id": given.id, "operator_id": given.operator_id, "kind": given.kind, "since": since,
        "until": until,
    }  # fmt: skip
    return [(row.id, row.code, row.reason) for row in await tx.execute(_OTHERS, about)]


def _doubles(caller: Caller) -> ColumnElement[bool]:
    return true() if caller.is_system else col(AssistanceDouble.operator_id) == caller.organization_id


async def doubles(tx: AsyncSession, caller: Caller, state: str, after: UUID | None, limit: int) -> Sequence[AssistanceDouble]:
    """Return the operator's possible duplicates in a state, the oldest first."""
    query = select(AssistanceDouble).where(_doubles(caller), AssistanceDouble.state == state)
    query = query if after is None else query.where(AssistanceDouble.id > after)
    return (await tx.exec(query.order_by(col(AssistanceDouble.id)).limit(limit))).all()


async def locked_double(tx: AsyncSession, caller: Caller, double_id: UUID) -> AssistanceDouble | None:
    """Return a possible duplicate of the operator's, locked."""
    query = select(AssistanceDouble).where(AssistanceDouble.id == double_id, _doubles(caller)).with_for_update(key_share=True)
    return (await tx.exec(query, execution_options=LOCKED)).one_or_none()


async def count_doubles(tx: AsyncSession, assistance_id: UUID) -> int:
    """Return how often help may be double, as nobody has decided yet; the row policies show that to the operator alone."""
    query = select(AssistanceDouble.id).where(
        or_(col(AssistanceDouble.assistance_id) == assistance_id, col(AssistanceDouble.other_id) == assistance_id),
        AssistanceDouble.state == "open",
    )
    return len((await tx.exec(query)).all())

"""Queries about files of requests: of who sent them alone."""

from collections.abc import Sequence
from uuid import UUID

from ihala_kit.auth import Caller
from sqlalchemy import ColumnElement, delete, func, true
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake.request_files.wording import OUTCOMES
from ihala_intake.tables import RequestFile, RequestFileLine, RequestFileRow


def _own(caller: Caller, table: type[RequestFile | RequestFileLine]) -> ColumnElement[bool]:
    return true() if caller.is_system else col(table.origin_id) == caller.organization_id


async def file_of(tx: AsyncSession, caller: Caller, file_id: UUID, *, lock: bool = False) -> RequestFile | None:
    """Return a file of the caller's organisation; one that a cleared officer sent is for the cleared."""
    query = select(RequestFile).where(RequestFile.id == file_id, _own(caller, RequestFile))
    if not (caller.cleared or caller.is_system):
        query = query.where(col(RequestFile.cleared).is_(False))
    query = query.with_for_update(key_share=True) if lock else query
    return (await tx.exec(query, execution_options={"populate_existing": True})).one_or_none()


async def rows(tx: AsyncSession, file: RequestFile, limit: int) -> Sequence[RequestFileRow]:
    """Return the next rows that were not tried yet."""
    query = select(RequestFileRow).where(RequestFileRow.file_id == file.id, RequestFileRow.row > file.loaded_until)
    return (await tx.exec(query.order_by(col(RequestFileRow.row)).limit(limit))).all()


async def forget_rows(tx: AsyncSession, file_id: UUID) -> None:
    """Forget what the file said."""
    await tx.execute(delete(RequestFileRow).where(col(RequestFileRow.file_id) == file_id))


async def lines(
    tx: AsyncSession, caller: Caller, file_id: UUID, after: int | None, limit: int, *, faults_only: bool
) -> Sequence[RequestFileLine]:
    """Return lines of a report, in the order in which they were found."""
    query = select(RequestFileLine).where(RequestFileLine.file_id == file_id, _own(caller, RequestFileLine))
    query = query if after is None else query.where(RequestFileLine.n > after)
    query = query.where(col(RequestFileLine.code).not_in(OUTCOMES)) if faults_only else query
    return (await tx.exec(query.order_by(col(RequestFileLine.n)).limit(limit))).all()


async def last_line(tx: AsyncSession, file_id: UUID) -> int:
    """Return the number of the report's last line, 0 when it has none."""
    query = select(func.coalesce(func.max(RequestFileLine.n), 0)).where(RequestFileLine.file_id == file_id)
    return (await tx.exec(query)).one()


async def forget(tx: AsyncSession, file_id: UUID) -> None:
    """Forget a file with its report; the requests stay."""
    await tx.execute(delete(RequestFileLine).where(col(RequestFileLine.file_id) == file_id))
    await forget_rows(tx, file_id)
    await tx.execute(delete(RequestFile).where(col(RequestFile.id) == file_id))

"""Every query about templates' versions; each takes the caller and returns only their operator's. Row policies hold the same once more."""

from collections.abc import Sequence
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.etag import Stale
from ihala_kit.pages import PageRequest
from sqlalchemy.dialects import postgresql
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.templates.errors import TemplateNotFound
from ihala_notify.templates.tables import TemplateVersion
from ihala_notify.wording import Template, templates


def operator_of(caller: Caller) -> UUID:
    """Return the operator whose people the caller may write to: its own staff and systems alone. Raises TemplateNotFound (404)."""
    if caller.operator_id is None or caller.operator_id != caller.organization_id:
        raise TemplateNotFound()
    return caller.operator_id


def built_in(caller: Caller, name: str) -> Template:
    """Return a built-in template. Raises TemplateNotFound (404)."""
    operator_of(caller)
    if name not in templates():
        raise TemplateNotFound()
    return templates()[name]


async def newest(tx: AsyncSession, caller: Caller) -> dict[str, TemplateVersion]:
    """Return the operator's newest version of each template that it changed, by name."""
    query = select(TemplateVersion).where(col(TemplateVersion.operator_id) == operator_of(caller))
    newest = query.ext(postgresql.distinct_on(col(TemplateVersion.name)))
    rows = (await tx.exec(newest.order_by(col(TemplateVersion.name), col(TemplateVersion.version).desc()))).all()
    return {row.name: row for row in rows}


async def newest_of(tx: AsyncSession, caller: Caller, name: str) -> TemplateVersion | None:
    """Return the operator's newest version of one template."""
    return next(iter(await versions(tx, caller, name, most=1)), None)


async def versions(tx: AsyncSession, caller: Caller, name: str, *, most: int, before: int | None = None) -> Sequence[TemplateVersion]:
    """Return the operator's versions of one template, newest first."""
    operator_id = operator_of(caller)
    query = select(TemplateVersion).where(col(TemplateVersion.operator_id) == operator_id, col(TemplateVersion.name) == name)
    if before is not None:
        query = query.where(col(TemplateVersion.version) < before)
    return (await tx.exec(query.order_by(col(TemplateVersion.version).desc()).limit(most))).all()


async def page_of_versions(tx: AsyncSession, caller: Caller, name: str, page: PageRequest) -> Sequence[TemplateVersion]:
    """Return one page of them, and one more: each is shown with what it changed."""
    after = page.after_as(int)
    return await versions(tx, caller, name, most=page.fetch + 1, before=after[0] if after else None)


async def add(tx: AsyncSession, row: TemplateVersion) -> None:
    """Keep a new version. Raises Stale (412) when somebody else was first."""
    new = postgresql.insert(TemplateVersion).values(row.model_dump()).on_conflict_do_nothing().returning(col(TemplateVersion.version))
    if (await tx.execute(new)).one_or_none() is None:
        raise Stale()

"""Every query of joining. Each takes the caller (of the transaction) and returns only what it may see; the rest is not there."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import caller_of
from ihala_kit.pages import PageRequest
from sqlalchemy import ColumnElement, and_, not_, or_, true, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from ihala_directory.joining.errors import ApplicationNotFound, ProposalNotFound, VersionNotFound
from ihala_directory.joining.tables import Application, ApplicationCheck, EntryVersion, Proposal
from ihala_directory.tables import Organization, Service
from ihala_directory.visible import published

T = TypeVar("T")
Dealt = type[Application] | type[ApplicationCheck] | type[Proposal]


def of_parties(caller: Caller, table: Dealt) -> ColumnElement[bool]:
    """Return the condition for what lies between an organisation and its operator; hidden ones are for the operator's cleared."""
    if caller.is_system:
        return true()
    ours = col(table.operator_id) == caller.organization_id
    return or_(col(table.organization_id) == caller.organization_id, ours if caller.cleared else and_(ours, not_(col(table.hidden))))


def of_side(caller: Caller, table: Dealt) -> ColumnElement[bool]:
    """Return the condition for a list: an operator's what it decides, anybody else's its own. Each is the beginning of an index."""
    if caller.organization_kind == "operator":
        return and_(col(table.operator_id) == caller.organization_id, of_parties(caller, table))
    return col(table.organization_id) == caller.organization_id


async def application(tx: AsyncSession, application_id: UUID, *, lock: bool = False) -> Application:
    """Return one application. Raises ApplicationNotFound (404)."""
    query = select(Application).where(Application.id == application_id, of_parties(caller_of(tx), Application))
    found = (await tx.exec(_locked(query) if lock else query)).one_or_none()
    if found is None:
        raise ApplicationNotFound()
    return found


def organizations_query(caller: Caller, operator_id: UUID, status: str) -> SelectOfScalar[Organization]:
    """Return the query behind `organizations`, without its page."""
    query = select(Organization).where(Organization.operator_id == operator_id, Organization.status == status)
    return query.where(published(caller, Organization)).order_by(col(Organization.id))


async def organizations(tx: AsyncSession, page: PageRequest, operator_id: UUID, status: str) -> Sequence[Organization]:
    """Return an operator's organisations in that state, by id."""
    query = organizations_query(caller_of(tx), operator_id, status)
    after = page.after_as(UUID)
    if after is not None:
        query = query.where(Organization.id > after[0])
    return (await tx.exec(query.limit(page.fetch))).all()


async def has_applied(tx: AsyncSession, organization_id: UUID) -> bool:
    """Tell whether there is an application of that organisation that was not refused."""
    query = select(Application.id).where(Application.organization_id == organization_id, Application.status != "refused")
    return (await tx.exec(query.limit(1))).one_or_none() is not None


def applications_query(caller: Caller, status: str) -> SelectOfScalar[Application]:
    """Return the query behind `applications`, without its page."""
    query = select(Application).where(of_side(caller, Application), Application.status == status)
    return query.order_by(col(Application.applied_at), col(Application.id))


async def applications(tx: AsyncSession, page: PageRequest, status: str) -> Sequence[Application]:
    """Return applications in that state, the oldest first."""
    query = applications_query(caller_of(tx), status)
    after = page.after_as(datetime, UUID)
    if after is not None:
        query = query.where(tuple_(col(Application.applied_at), col(Application.id)) > after)
    return (await tx.exec(query.limit(page.fetch))).all()


async def checks(tx: AsyncSession, application_ids: Iterable[UUID]) -> dict[UUID, list[ApplicationCheck]]:
    """Return the checks of applications, of each the oldest first."""
    shown = of_parties(caller_of(tx), ApplicationCheck)
    query = select(ApplicationCheck).where(col(ApplicationCheck.application_id).in_(list(application_ids)), shown)
    found: defaultdict[UUID, list[ApplicationCheck]] = defaultdict(list)
    for check in await tx.exec(query.order_by(col(ApplicationCheck.application_id), col(ApplicationCheck.id))):
        if check.application_id is not None:
            found[check.application_id].append(check)
    return found


async def checks_of_organization(tx: AsyncSession, organization_id: UUID) -> Sequence[ApplicationCheck]:
    """Return what was looked at of an organisation, when it applied and since, the oldest first."""
    shown = of_parties(caller_of(tx), ApplicationCheck)
    query = select(ApplicationCheck).where(ApplicationCheck.organization_id == organization_id, shown)
    return (await tx.exec(query.order_by(col(ApplicationCheck.id)))).all()


async def proposal(tx: AsyncSession, proposal_id: UUID, *, lock: bool = False) -> Proposal:
    """Return one proposal. Raises ProposalNotFound (404)."""
    query = select(Proposal).where(Proposal.id == proposal_id, of_parties(caller_of(tx), Proposal))
    found = (await tx.exec(_locked(query) if lock else query)).one_or_none()
    if found is None:
        raise ProposalNotFound()
    return found


async def open_proposal(tx: AsyncSession, entry_id: UUID) -> Proposal | None:
    """Return the open proposal for an entry, if there is one."""
    query = select(Proposal).where(Proposal.entry_id == entry_id, Proposal.status == "open", of_parties(caller_of(tx), Proposal))
    return (await tx.exec(query)).one_or_none()


def proposals_query(caller: Caller, status: str) -> SelectOfScalar[Proposal]:
    """Return the query behind `proposals`, without its page."""
    query = select(Proposal).where(of_side(caller, Proposal), Proposal.status == status)
    return query.order_by(col(Proposal.proposed_at), col(Proposal.id))


async def proposals(tx: AsyncSession, page: PageRequest, status: str) -> Sequence[Proposal]:
    """Return proposals in that state, the oldest first."""
    query = proposals_query(caller_of(tx), status)
    after = page.after_as(datetime, UUID)
    if after is not None:
        query = query.where(tuple_(col(Proposal.proposed_at), col(Proposal.id)) > after)
    return (await tx.exec(query.limit(page.fetch))).all()


async def current_versions(tx: AsyncSession, proposals: Sequence[Proposal]) -> dict[UUID, int]:
    """Return the versions that the entries of proposals have now; 0, or nothing, for a service that is still to come."""
    found: dict[UUID, int] = {}
    tables: tuple[tuple[str, Any], ...] = (("organization", Organization), ("service", Service))
    for about, table in tables:
        ids = [one.entry_id for one in proposals if one.about == about]
        if ids:
            query = select(table.id, table.version).where(table.id.in_(ids), published(caller_of(tx), table))
            found |= {row.id: row.version for row in await tx.execute(query)}
    return found


async def next_service_of(tx: AsyncSession, organization_id: UUID, after: UUID | None) -> Service | None:
    """Lock the service of an organisation that comes after `after` by id, or the first; None when there is none."""
    query = select(Service).where(Service.organization_id == organization_id, published(caller_of(tx), Service))
    if after is not None:
        query = query.where(Service.id > after)
    return (await tx.exec(_locked(query.order_by(col(Service.id)).limit(1)))).one_or_none()


async def keep(tx: AsyncSession, values: dict[str, Any]) -> None:
    """Write a version of an entry; a hidden entry's earlier ones are hidden from now on, and what its organisation asked for it."""
    if values["hidden"]:
        owner, entry_id, whole = values["organization_id"], values["entry_id"], values["about"] == "organization"
        earlier = update(EntryVersion).where(col(EntryVersion.entry_id) == entry_id, not_(col(EntryVersion.hidden)))
        asked = update(Proposal).where(col(Proposal.organization_id) == owner, not_(col(Proposal.hidden)))
        applied = update(Application).where(col(Application.organization_id) == owner, not_(col(Application.hidden)))
        for hides in (earlier, asked, applied) if whole else (earlier, asked.where(col(Proposal.entry_id) == entry_id)):
            await tx.execute(hides.values(hidden=True))
    row = insert(EntryVersion).values(values)
    same = {name: row.excluded[name] for name in ("entry", "hidden", "published_by", "published_at")}
    await tx.execute(row.on_conflict_do_update(index_elements=["entry_id", "version"], set_=same))


async def versions(tx: AsyncSession, page: PageRequest, entry_id: UUID) -> Sequence[EntryVersion]:
    """Return the versions of an entry, the newest first."""
    query = select(EntryVersion).where(EntryVersion.entry_id == entry_id, _readable(caller_of(tx)))
    after = page.after_as(int)
    if after is not None:
        query = query.where(EntryVersion.version < after[0])
    return (await tx.exec(query.order_by(col(EntryVersion.version).desc()).limit(page.fetch))).all()


async def version(tx: AsyncSession, entry_id: UUID, number: int) -> EntryVersion:
    """Return one version of an entry. Raises VersionNotFound (404)."""
    query = select(EntryVersion).where(EntryVersion.entry_id == entry_id, EntryVersion.version == number, _readable(caller_of(tx)))
    found = (await tx.exec(query)).one_or_none()
    if found is None:
        raise VersionNotFound()
    return found


def _readable(caller: Caller) -> ColumnElement[bool]:
    if caller.is_system or caller.cleared:
        return true()
    return or_(not_(col(EntryVersion.hidden)), col(EntryVersion.organization_id) == caller.organization_id)


def _locked(query: SelectOfScalar[T]) -> SelectOfScalar[T]:
    return query.with_for_update().execution_options(populate_existing=True)

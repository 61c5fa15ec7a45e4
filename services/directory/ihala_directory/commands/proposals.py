"""An organisation's own wishes for its entries: they take effect when the operator approves them, or at once where it is trusted."""

from typing import Any, Literal
from uuid import UUID

from ihala_contracts.directory_v1 import ProposalDecided, ProposalMade
from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.etag import Stale
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory import employers, rights
from ihala_directory import store as entries
from ihala_directory.commands import edits, organizations
from ihala_directory.errors import OrganizationNotFound, ServiceNotFound
from ihala_directory.joining import store
from ihala_directory.joining.errors import ProposalNotFound, ProposalNotOpen, ProposalOpen, ProposalStale
from ihala_directory.joining.tables import Proposal
from ihala_directory.models.joining import Decision, NewProposal
from ihala_directory.tables import Organization, Service

Outcome = Literal["approved", "returned", "withdrawn"]


async def propose(tx: AsyncSession, caller: Caller, body: NewProposal) -> Proposal:
    """Propose an edit of the caller's own entry, or a new service; emits ProposalMade, and for a trusted organisation what the edit emits.

    What was checked of an employer waits for the operator even so.

    Raises OrganizationNotFound, ServiceNotFound (404) also for those of others, ProposalOpen, ProposalStale, OrganizationHasLeft (409),
    RequestValidationError, UnknownReference and what the edit itself raises (422, 409), with pointers into `change`.
    """
    owner, service = await _own(tx, caller, body)
    organizations.refuse_left(owner)
    entry = service if body.about.kind == "service" else owner
    current = entry.version if entry is not None else 0
    if body.about.version not in (None, current):
        raise ProposalStale(base_version=body.about.version, current_version=current)
    row = Proposal(
        id=new_id(), organization_id=owner.id, operator_id=owner.operator_id, about=body.about.kind, base_version=current,
        entry_id=entry.id if entry is not None else new_id(), change=body.change, hidden=owner.hidden or bool(service and service.hidden),
        status="open", proposed_by=caller.client_id, proposed_at=now(tx),
    )  # fmt: skip
    edit = await edits.checked(tx, owner, service, row.about, row.change)
    row.hidden = row.hidden or edit.restricted
    row.change = edit.change
    await _insert(tx, row)
    emit(tx, ProposalMade(
        organization_id=owner.id, proposal_id=row.id, about=body.about.kind, entry_id=row.entry_id, hidden=row.hidden,
        proposed_at=row.proposed_at,
    ))  # fmt: skip
    at_once = owner.trusted and owner.status == "active" and not employers.is_looked_at(owner.kind, row.about, edit.differs)
    if at_once:
        await edits.apply(tx, owner, service, row.entry_id, edit)
        _decide(tx, caller, row, "approved")
    return row


async def decide(tx: AsyncSession, caller: Caller, proposal_id: UUID, version: int, body: Decision) -> Proposal:
    """Approve a proposal (emits what the edit emits) or return it with words; emits ProposalDecided.

    Raises OfficersOnly (403), ProposalNotFound (404), ProposalNotOpen, ProposalStale, OrganizationHasLeft (409), Stale (412), and what
    the edit itself raises.
    """
    operator_id = rights.office(caller)
    known = await store.proposal(tx, proposal_id)
    if known.operator_id != operator_id:
        raise ProposalNotFound()
    owner, service = await _entry(tx, known)
    row = await _open(tx, proposal_id, version)
    if body.outcome == "approved":
        entry = service if row.about == "service" else owner
        current = entry.version if entry is not None else 0
        if current != row.base_version:
            raise ProposalStale(base_version=row.base_version, current_version=current)
        edit = await edits.checked(tx, owner, service, row.about, row.change)
        await edits.apply(tx, owner, service, row.entry_id, edit)
    _decide(tx, caller, row, body.outcome, body.model_dump()["words"])
    return row


async def withdraw(tx: AsyncSession, caller: Caller, proposal_id: UUID, version: int) -> Proposal:
    """Take back an open proposal of the caller's own; emits ProposalDecided.

    Raises ProposalNotFound (404), ProposalNotOpen (409), Stale (412).
    """
    row = await _open(tx, proposal_id, version)
    if row.organization_id != caller.organization_id:
        raise ProposalNotFound()
    _decide(tx, caller, row, "withdrawn")
    return row


async def _own(tx: AsyncSession, caller: Caller, body: NewProposal) -> tuple[Organization, Service | None]:
    """Lock the caller's own entry, its organisation first. Who names another's is told that there is none."""
    if body.about.kind == "organization":
        if body.about.id != caller.organization_id:
            raise OrganizationNotFound()
        return await entries.organization(tx, caller.organization_id, lock=True), None
    if body.about.id is None:
        return await entries.organization(tx, caller.organization_id, lock=True), None
    known = await entries.service(tx, body.about.id)
    if known.organization_id != caller.organization_id:
        raise ServiceNotFound()
    return await entries.organization(tx, caller.organization_id, lock=True), await entries.service(tx, known.id, lock=True)


async def _entry(tx: AsyncSession, row: Proposal) -> tuple[Organization, Service | None]:
    """Lock what a proposal is about, its organisation first."""
    owner = await entries.organization(tx, row.organization_id, lock=True)
    is_edit = row.about == "service" and row.base_version > 0
    return owner, await entries.service(tx, row.entry_id, lock=True) if is_edit else None


async def _open(tx: AsyncSession, proposal_id: UUID, version: int) -> Proposal:
    row = await store.proposal(tx, proposal_id, lock=True)
    if row.version != version:
        raise Stale()
    if row.status != "open":
        raise ProposalNotOpen()
    return row


def _decide(tx: AsyncSession, caller: Caller, row: Proposal, outcome: Outcome, words: dict[str, Any] | None = None) -> None:
    row.status, row.words, row.decided_by, row.decided_at = outcome, words or {}, caller.client_id, now(tx)
    row.version += 1
    about: Literal["organization", "service"] = "organization" if row.about == "organization" else "service"
    emit(tx, ProposalDecided(
        organization_id=row.organization_id, proposal_id=row.id, about=about, entry_id=row.entry_id, outcome=outcome, hidden=row.hidden,
        decided_at=now(tx),
    ))  # fmt: skip


async def _insert(tx: AsyncSession, row: Proposal) -> None:
    """Insert it unless another is open for the same entry."""
    known = await store.open_proposal(tx, row.entry_id)
    if known is not None:
        raise ProposalOpen(proposal_id=known.id)
    try:
        async with tx.begin_nested():
            tx.add(row)
    except IntegrityError:
        raise ProposalOpen() from None

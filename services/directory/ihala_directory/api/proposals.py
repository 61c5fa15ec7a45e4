"""Proposals: an organisation's own edits of its entries."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import MalformedRequest, responses
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from ihala_directory import errors as entry_errors
from ihala_directory.api.callers import Administering, Reading, Writing
from ihala_directory.commands import proposals as commands
from ihala_directory.joining import errors, store
from ihala_directory.joining.tables import Proposal
from ihala_directory.models import joining as models

router = APIRouter(prefix="/v1/proposals", tags=["proposals"])

_WRONG_EDIT = (
    errors.OrganizationHasLeft, errors.ChecksMissing, errors.ProposalStale, errors.UnknownReference, MalformedRequest,
    entry_errors.UnknownNeedCode, entry_errors.UnknownPlace, entry_errors.UnknownGroup, entry_errors.NotForEmployers,
    entry_errors.FeeToWorkers, entry_errors.PlaceShown, entry_errors.NotCleared, entry_errors.AlreadyExists, entry_errors.PointAbroad,
)  # fmt: skip


@router.post(
    "",
    status_code=201,
    response_model=models.Proposal,
    responses=responses(entry_errors.OrganizationNotFound, entry_errors.ServiceNotFound, errors.ProposalOpen, *_WRONG_EDIT),
)
async def propose(body: models.NewProposal, response: Response, caller: Writing, once: Once, tx: Transaction) -> models.Proposal:
    """Propose an edit of the caller's own entry, or a new service. What a trusted organisation proposes takes effect at once.

    What was checked of an employer (registration, terms, whom it takes, where) waits for the operator also where the employer is trusted.
    """

    async def send() -> models.Proposal:
        return await _one(tx, response, await commands.propose(tx, caller, body))

    return await once(models.Proposal, send)


@router.get("", response_model=Page[models.Proposal])
async def list_proposals(
    _: Reading, page: PageQuery, tx: Transaction, status: Annotated[models.ProposalStatus, Query()] = "open"
) -> Page[models.Proposal]:
    """Return an operator the proposals that it decides, anybody else its own; in one state, the oldest first."""
    rows = page_of(await store.proposals(tx, page, status), page, lambda row: (row.proposed_at, row.id))
    current = await store.current_versions(tx, rows)
    return Page(items=[_shown(row, current) for row in rows])


@router.get("/{proposal_id}", response_model=models.Proposal, responses=responses(errors.ProposalNotFound))
async def get_proposal(proposal_id: UUID, response: Response, _: Reading, tx: Transaction) -> models.Proposal:
    """Return one proposal: to the organisation itself, and to the operator that decides it."""
    return await _one(tx, response, await store.proposal(tx, proposal_id))


@router.post(
    "/{proposal_id}/decision",
    response_model=models.Proposal,
    responses=responses(entry_errors.OfficersOnly, errors.ProposalNotFound, errors.ProposalNotOpen, *_WRONG_EDIT),
)
async def decide(
    proposal_id: UUID,
    body: models.Decision,
    response: Response,
    caller: Administering,
    if_match: IfMatch,
    once: Once,
    tx: Transaction,
) -> models.Proposal:
    """Approve a proposal, which then takes effect, or return it with words. A stale one can only be returned."""

    async def answer() -> models.Proposal:
        return await _one(tx, response, await commands.decide(tx, caller, proposal_id, if_match, body))

    return await once(models.Proposal, answer)


@router.delete("/{proposal_id}", response_model=models.Proposal, responses=responses(errors.ProposalNotFound, errors.ProposalNotOpen))
async def withdraw(proposal_id: UUID, response: Response, caller: Writing, if_match: IfMatch, tx: Transaction) -> models.Proposal:
    """Take back an open proposal of the caller's own."""
    return await _one(tx, response, await commands.withdraw(tx, caller, proposal_id, if_match))


async def _one(tx: AsyncSession, response: Response, row: Proposal) -> models.Proposal:
    set_etag(response, row.version)
    return _shown(row, await store.current_versions(tx, [row]))


def _shown(row: Proposal, current: dict[UUID, int]) -> models.Proposal:
    stale = row.status == "open" and current.get(row.entry_id, 0) != row.base_version
    same = {name: getattr(row, name) for name in models.Proposal.model_fields if name != "stale"}
    return models.Proposal(**same, stale=stale)

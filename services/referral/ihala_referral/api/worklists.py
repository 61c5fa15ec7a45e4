"""Worklists: what is open, by its next instant; of referrals for each side, of placements for the coordinators."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from ihala_contracts.intake_v1 import Urgency
from ihala_kit.db import Transaction
from ihala_kit.pages import Page, PageQuery

from ihala_referral.api.rights import Coordinating, Reading
from ihala_referral.models import GOVERNORATE
from ihala_referral.states import OPEN, PlacementState, State
from ihala_referral.worklists import listing, models, views
from ihala_referral.worklists.listing import Filter, Which
from ihala_referral.worklists.sides import Side

router = APIRouter(prefix="/v1/worklists", tags=["worklists"])

Lists = Annotated[Which, Query(alias="list", description="mine, all, unassigned, due (within a day) or overdue (a deadline was missed)")]
Role = Annotated[Side, Query(description="as whom: the receiver, the owning office, or whoever acts as origin")]
Need = Annotated[str | None, Query(pattern=r"^[a-z_]{1,60}(\.[a-z0-9_]{1,60})?$", description="a need's code, or a whole domain")]
Place = Annotated[str | None, Query(pattern=f"^{GOVERNORATE}$", description="P-code; leaves out what is restricted")]
Urgencies = Annotated[list[Urgency], Query(description="only of these")]


@dataclass(frozen=True, slots=True)
class Wishes:
    """The filters that both kinds of lists have."""

    urgency: list[Urgency]
    need: str | None
    governorate: str | None

    def filters(self, states: Sequence[str], unrestricted: str) -> list[Filter]:
        """Return those that were given. One state alone is read straight from its index."""
        found = []
        if len(states) == 1:
            found.append(Filter("state = ?", states[0], exact=True))
        elif states:
            found.append(Filter("state = ANY(?::text[])", list(states)))
        if self.urgency:
            found.append(Filter("urgency = ANY(?::text[])", [one.value for one in self.urgency]))
        if self.need:
            found.append(Filter("need_code = ?" if "." in self.need else "split_part(need_code, '.', 1) = ?", self.need))
        if self.governorate:
            found.append(Filter(f"governorate = ? AND {unrestricted}", self.governorate))
        return found


async def _wishes(urgency: Urgencies = [], need: Need = None, governorate: Place = None) -> Wishes:  # noqa: B006
    return Wishes(urgency, need, governorate)


Wished = Annotated[Wishes, Depends(_wishes)]


@router.get("/referrals", response_model=Page[models.WorkedReferral])
async def list_open_referrals(
    caller: Reading, tx: Transaction, page: PageQuery, wished: Wished, role: Role = Side.RECEIVER, which: Lists = Which.ALL,
    state: Annotated[list[State], Query(description="only in these states")] = [],  # noqa: B006
    service_id: Annotated[UUID | None, Query(description="only of this service")] = None,
) -> Page[models.WorkedReferral]:  # fmt: skip
    """List open referrals by their next instant. With filters a page may hold less than its limit and still have a next one."""
    source = listing.REFERRALS[role]
    filters = wished.filters(state, source.unrestricted)
    if service_id:
        filters.append(Filter("service_id = ?", service_id))
    rows = await listing.page(tx, caller, source, which, filters, page)
    return Page(items=[views.referral(row, role) for row in rows])


@router.get("/referrals/counts", response_model=models.Counts)
async def count_open_referrals(caller: Reading, tx: Transaction, role: Role = Side.RECEIVER) -> models.Counts:
    """Count each list and each state, up to 1,000."""
    states = [state.value for state in State if state in OPEN]
    return views.counts(await listing.counts(tx, caller, listing.REFERRALS[role], states), list(Which))


@router.get("/placements", response_model=Page[models.WorkedPlacement])
async def list_open_placements(
    caller: Coordinating, tx: Transaction, page: PageQuery, wished: Wished, which: Lists = Which.ALL,
    state: Annotated[list[PlacementState], Query(description="triage, unserved, offering …: only in these states")] = [],  # noqa: B006
) -> Page[models.WorkedPlacement]:  # fmt: skip
    """List the open placements of the caller's office by their next instant."""
    filters = wished.filters(state, listing.PLACEMENTS.unrestricted)
    rows = await listing.page(tx, caller, listing.PLACEMENTS, which, filters, page)
    return Page(items=[views.placement(row) for row in rows])


@router.get("/placements/counts", response_model=models.Counts)
async def count_open_placements(caller: Coordinating, tx: Transaction) -> models.Counts:
    """Count each list and each state, up to 1,000."""
    states = [state.value for state in PlacementState if state is not PlacementState.ENDED]
    return views.counts(await listing.counts(tx, caller, listing.PLACEMENTS, states), list(Which))

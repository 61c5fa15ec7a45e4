"""Every query. What is asked for by id or listed is only what the transaction's caller may see; commands first find what they change so.

A command acts on rows that its caller must not see (the placement behind an offer, the other offer of an emergency). So it looks up
its own row as the caller, then takes the locks as the system: always the placement first, then its referrals.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1 import Sensitivity
from ihala_kit.auth import Caller
from ihala_kit.db import caller_of, now
from ihala_kit.pages import PageRequest
from sqlalchemy import bindparam, or_, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql import operators
from sqlmodel import col, select, union_all
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from ihala_referral import unwritten, visible
from ihala_referral.errors import PlacementNotFound, ReferralNotFound
from ihala_referral.guards import Situation, may_accept
from ihala_referral.states import OPEN, OUTSTANDING, AttemptState, PlacementState, State
from ihala_referral.tables import (
    Attempt,
    Exchange,
    Movement,
    Organization,
    Overtaken,
    Placement,
    Referral,
)

_AS_SYSTEM = text("SELECT set_config('app.system', :purpose, true)")
_FRESH = {"populate_existing": True}
# Asked at every event and every move, so made once: to make such a statement costs more than to send it.
_OF_NEED = select(Placement).where(col(Placement.need_id) == bindparam("id")).with_for_update().execution_options(**_FRESH)
_OF_ID = select(Placement).where(col(Placement.id) == bindparam("id")).with_for_update().execution_options(**_FRESH)
_REFERRALS = (
    select(Referral)
    .where(col(Referral.placement_id).in_(bindparam("placement_ids", expanding=True)))
    .order_by(col(Referral.id))
    .with_for_update()
    .execution_options(**_FRESH)
)
_OPEN = _REFERRALS.where(col(Referral.state).in_(OPEN))
_OPEN_AND_NAMED = _REFERRALS.where(or_(col(Referral.state).in_(OPEN), col(Referral.id) == bindparam("named")))


async def act_as_system(tx: AsyncSession, purpose: str = "command") -> None:
    """Let the rest of this transaction see every row: only after the caller's right to what it does was established."""
    await tx.execute(_AS_SYSTEM, {"purpose": purpose})


async def referral(tx: AsyncSession, referral_id: UUID) -> Referral:
    """Return a referral that the caller may see. Raises ReferralNotFound (404)."""
    query = select(Referral).where(Referral.id == referral_id, visible.referrals(caller_of(tx)))
    found = (await tx.exec(query)).one_or_none()
    if found is None:
        raise ReferralNotFound()
    return found


async def placement(tx: AsyncSession, placement_id: UUID) -> Placement:
    """Return a placement that the caller may see. Raises PlacementNotFound (404)."""
    query = select(Placement).where(Placement.id == placement_id, visible.placements(caller_of(tx)))
    found = (await tx.exec(query)).one_or_none()
    if found is None:
        raise PlacementNotFound()
    return found


async def locked_for_move(tx: AsyncSession, referral_id: UUID) -> tuple[Situation, Referral]:
    """Return a referral of the caller's with its placement, locked. Raises ReferralNotFound (404)."""
    query = select(Referral.placement_id).where(Referral.id == referral_id, visible.referrals(caller_of(tx)))
    placement_id = (await tx.exec(query)).one_or_none()
    if placement_id is None:
        raise ReferralNotFound()
    await act_as_system(tx)
    situation = await _situation(tx, _OF_ID, placement_id, referral_id)
    assert situation is not None, "a referral has a placement"
    return situation, next(known for known in situation.referrals if known.id == referral_id)


async def seen_for_moves(tx: AsyncSession, referral_id: UUID) -> tuple[Situation, Referral]:
    """Return a referral of the caller's with what decides its moves, without locks. Raises ReferralNotFound (404)."""
    seen = await referral(tx, referral_id)
    await act_as_system(tx, "read moves")
    around = await tx.get_one(Placement, seen.placement_id)
    receiver = await organization(tx, seen.organization_id)
    others = [known for known in await referrals_of(tx, around.id) if known.state in OPEN or known.id == seen.id]
    return Situation(around, others, now(tx), may_accept(receiver, seen, now(tx))), seen


async def locked_placement(tx: AsyncSession, placement_id: UUID) -> Situation:
    """Return a placement of the caller's, locked with its open referrals. Raises PlacementNotFound (404)."""
    await placement(tx, placement_id)
    await act_as_system(tx)
    situation = await locked(tx, col(Placement.id) == placement_id)
    assert situation is not None, "it was there a moment ago"
    return situation


async def of_need(tx: AsyncSession, need_id: UUID, referral_id: UUID | None = None) -> Situation | None:
    """Return the need's placement, locked with its open referrals (and the one named), or None."""
    return await _situation(tx, _OF_NEED, need_id, referral_id)


async def locked(tx: AsyncSession, where: Any, referral_id: UUID | None = None) -> Situation | None:
    """Lock one placement, then its open referrals and the one named."""
    return await _situation(tx, select(Placement).where(where).with_for_update().execution_options(**_FRESH), None, referral_id)


async def _situation(tx: AsyncSession, query: SelectOfScalar[Placement], of: UUID | None, referral_id: UUID | None) -> Situation | None:
    found = (await tx.exec(query, params={"id": of})).one_or_none()
    if found is None:
        return None
    return Situation(found, list(await _referrals(tx, [found.id], referral_id)), now(tx))


async def due(tx: AsyncSession, most: int) -> list[Situation]:
    """Lock the placements whose next instant has come and that nobody else works on, longest due first."""
    return await _free(tx, select(Placement).where(col(Placement.next_at) <= now(tx)).order_by(col(Placement.next_at)).limit(most))


async def near(tx: AsyncSession, most: int) -> list[Situation]:
    """Lock the placements with a referral of which it is to be told that a deadline is near, and that nobody else works on."""
    told = select(Referral.placement_id).where(col(Referral.near_at) <= now(tx), col(Referral.ended_at).is_(None))
    return await _free(tx, select(Placement).where(col(Placement.id).in_(told.order_by(col(Referral.near_at)).limit(most))))


async def _free(tx: AsyncSession, query: SelectOfScalar[Placement]) -> list[Situation]:
    """Lock those of the placements that nobody else has locked, with their open referrals."""
    placements = (await tx.exec(query.with_for_update(skip_locked=True).execution_options(**_FRESH))).all()
    of_each: dict[UUID, list[Referral]] = {found.id: [] for found in placements}
    for known in await _referrals(tx, list(of_each)):
        of_each[known.placement_id].append(known)
    return [Situation(found, of_each[found.id], now(tx)) for found in placements]


async def next_unserved(tx: AsyncSession, need_code: str, governorate: str, before: datetime) -> Situation | None:
    """Lock the most urgent, then oldest need of this kind there that is unserved since before an instant; never a restricted one."""
    query = (
        select(Placement)
        .where(
            col(Placement.state) == PlacementState.UNSERVED,
            col(Placement.need_code) == need_code,
            col(Placement.governorate) == governorate,
            col(Placement.sensitivity) != Sensitivity.RESTRICTED,
            col(Placement.state_at) <= before,
        )
        .order_by(col(Placement.rank), col(Placement.requested_at))
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(**_FRESH)
    )
    found = (await tx.exec(query)).one_or_none()
    return None if found is None else Situation(found, [], now(tx))


async def _referrals(tx: AsyncSession, placement_ids: Sequence[UUID], named: UUID | None = None) -> Sequence[Referral]:
    if not placement_ids:
        return []
    query, about = (_OPEN, {}) if named is None else (_OPEN_AND_NAMED, {"named": named})
    return (await tx.exec(query, params={"placement_ids": placement_ids, **about})).all()


async def attempts(tx: AsyncSession, placement_id: UUID, *states: AttemptState) -> Sequence[Attempt]:
    """Return the questions to the directory, in order; of these states if any are named."""
    query = select(Attempt).where(col(Attempt.placement_id) == placement_id).order_by(col(Attempt.attempt))
    with unwritten.stays(tx, Attempt):
        return (await tx.exec(query.where(col(Attempt.state).in_(states)) if states else query)).all()


async def outstanding(tx: AsyncSession, placement_id: UUID) -> Sequence[Attempt]:
    """Return the questions that wait for an answer, or whose answer waits."""
    return await attempts(tx, placement_id, *OUTSTANDING)


async def organization(tx: AsyncSession, organization_id: UUID) -> Organization | None:
    """Return what is known of an organisation."""
    with unwritten.stays(tx, Organization):
        return await tx.get(Organization, organization_id)


async def overtaken(tx: AsyncSession, event: Event, need_id: UUID, why: str) -> None:
    """Record an event that came after what it was about had moved on; not one that repeats a state, which is no news."""
    if event.envelope.snapshot:
        return
    values = {
        "event_id": event.envelope.id, "type": event.envelope.type, "need_id": need_id, "why": why, "at": now(tx),
    }  # fmt: skip
    await tx.execute(postgresql.insert(Overtaken).values(values).on_conflict_do_nothing())


async def open_at_organization(tx: AsyncSession, organization_id: UUID, after: UUID | None, most: int) -> Sequence[UUID]:
    """Return ids of open referrals of a receiver, in order, after one of them."""
    query = select(Referral.id).where(col(Referral.organization_id) == organization_id, col(Referral.ended_at).is_(None))
    query = query if after is None else query.where(col(Referral.id) > after)
    return (await tx.exec(query.order_by(col(Referral.id)).limit(most))).all()


async def open_at_service(tx: AsyncSession, service_id: UUID, after: UUID | None, most: int) -> Sequence[UUID]:
    """Return ids of a service's open referrals, in order, after one of them."""
    query = select(Referral.id).where(col(Referral.service_id) == service_id, col(Referral.ended_at).is_(None))
    query = query if after is None else query.where(col(Referral.id) > after)
    return (await tx.exec(query.order_by(col(Referral.id)).limit(most))).all()


async def held_for(tx: AsyncSession, organization_id: UUID) -> Sequence[UUID]:
    """Return the placements with an answer that waits for this organisation to be known."""
    query = select(Attempt.placement_id).where(col(Attempt.organization_id) == organization_id, col(Attempt.state) == AttemptState.HELD)
    return (await tx.exec(query.order_by(col(Attempt.placement_id)))).all()


async def referrals_received(tx: AsyncSession, caller: Caller, states: Sequence[State], page: PageRequest) -> Sequence[Referral]:
    """Return a page of what was referred to the caller's organisation, newest first."""
    return await _page_of(tx, col(Referral.organization_id) == caller.organization_id, states, page)


async def referrals_asked(tx: AsyncSession, caller: Caller, states: Sequence[State], page: PageRequest) -> Sequence[Referral]:
    """Return a page of what the caller's organisation asked for, newest first; nothing for centres of the Ministry of Interior."""
    return await _page_of(tx, col(Referral.origin_id) == caller.organization_id, states, page)


async def referrals_owned(tx: AsyncSession, caller: Caller, states: Sequence[State], page: PageRequest) -> Sequence[Referral]:
    """Return a page of what the caller's operator owns, newest first."""
    return await _page_of(tx, col(Referral.operator_id) == caller.organization_id, states, page)


async def _page_of(tx: AsyncSession, whose: Any, states: Sequence[State], page: PageRequest) -> Sequence[Referral]:
    query = select(Referral.id).where(whose, visible.referrals(caller_of(tx)))
    after = page.after_as(UUID)
    if after is not None:
        query = query.where(col(Referral.id) < after[0])
    ids = _in_states(query, col(Referral.state), states, col(Referral.id).desc(), page)
    return (await tx.exec(select(Referral).where(col(Referral.id).in_(ids)).order_by(col(Referral.id).desc()))).all()


async def placements(tx: AsyncSession, caller: Caller, states: Sequence[PlacementState], page: PageRequest) -> Sequence[Placement]:
    """Return a page of the placements that the caller's operator owns, oldest first."""
    query = select(Placement.id).where(visible.placements(caller))
    after = page.after_as(UUID)
    if after is not None:
        query = query.where(col(Placement.id) > after[0])
    ids = _in_states(query, col(Placement.state), states, col(Placement.id).asc(), page)
    return (await tx.exec(select(Placement).where(col(Placement.id).in_(ids)).order_by(col(Placement.id)))).all()


def _in_states(query: Any, state: Any, states: Sequence[str], order: Any, page: PageRequest) -> Any:
    """Return the ids of a page. Each state is read by its own index in the list's order; one query for all would sort or filter."""
    parts = [query.where(state == one) for one in sorted(set(states))] or [query]
    first = [part.order_by(order).limit(page.fetch) for part in parts]
    if len(first) == 1:
        return first[0].subquery().select()
    merged = union_all(*(one.subquery().select() for one in first)).subquery()
    last = merged.c.id.desc() if order.modifier is operators.desc_op else merged.c.id
    return select(merged.c.id).order_by(last).limit(page.fetch)


async def open_needs(tx: AsyncSession, after: UUID | None, most: int) -> Sequence[UUID]:
    """Return needs whose placement has not ended, in order, after one of them."""
    query = select(Placement.need_id).where(col(Placement.state) != PlacementState.ENDED)
    query = query if after is None else query.where(col(Placement.need_id) > after)
    return (await tx.exec(query.order_by(col(Placement.need_id)).limit(most))).all()


async def referrals_of(tx: AsyncSession, placement_id: UUID) -> Sequence[Referral]:
    """Return all attempts of a placement, in order."""
    return (await tx.exec(select(Referral).where(col(Referral.placement_id) == placement_id).order_by(col(Referral.id)))).all()


async def exchanges(tx: AsyncSession, referral_id: UUID) -> Sequence[Exchange]:
    """Return the questions and answers of a referral, in order."""
    return (await tx.exec(select(Exchange).where(col(Exchange.referral_id) == referral_id).order_by(col(Exchange.round)))).all()


async def movements(tx: AsyncSession, placement_id: UUID) -> Sequence[Movement]:
    """Return every move of a placement and its referrals, in order."""
    return (await tx.exec(select(Movement).where(col(Movement.placement_id) == placement_id).order_by(col(Movement.id)))).all()

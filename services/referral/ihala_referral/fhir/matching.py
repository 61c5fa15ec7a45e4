"""What the words of a search mean as conditions on our rows: by state, so that each finds its index. Pure.

A filter is a condition for each state that may match; None lets every state pass.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from typing import TypeVar

from sqlalchemy import ColumnElement, and_, cast, func, or_, true
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlmodel import col

from ihala_referral import consequences
from ihala_referral.fhir import codes
from ihala_referral.fhir.asked import Asked
from ihala_referral.states import PlacementState, State
from ihala_referral.tables import Placement, Referral

S = TypeVar("S")
Condition = ColumnElement[bool]
Filter = Mapping[S, Condition] | None


def of_referrals(kind: str, asked: Asked, *, told: bool) -> Filter[State]:
    """Return what a search leaves of referrals. Without `told` the caller is not told all reasons, and cannot find by them either."""
    chosen: list[Filter[State]] = [
        _any(asked.statuses, _task if kind == "Task" else _request),
        _any(asked.business, lambda code: _business(code, told=told)),
        _intent(asked, codes.ORDER if kind == "Task" else codes.COPY),
    ]
    return reduce(_both, chosen)


def of_placements(kind: str, asked: Asked) -> Filter[PlacementState]:
    """Return what a search leaves of placements."""
    if asked.owners is not None and kind == "Task":
        owner: Filter[PlacementState] = dict.fromkeys(PlacementState, col(Placement.operator_id).in_(asked.owners))
    else:
        owner = None
    status = codes.placement_task if kind == "Task" else codes.placement_request
    chosen: list[Filter[PlacementState]] = [
        _any(asked.statuses, lambda code: _placement(code, status)),
        _any(asked.business, lambda code: _placement(code, codes.placement_business)),
        _intent(asked, codes.ORDER),
        owner,
    ]
    return reduce(_both, chosen)


def _task(code: str) -> dict[State, Condition]:
    return {state: true() for state in State if codes.TASK[state] == code}


def _request(code: str) -> dict[State, Condition]:
    """Return which referrals' requests stand so: two states tell by their reason."""
    found: dict[State, Condition] = {state: true() for state in State if codes.request_status(state, None) == code}
    met = col(Referral.reason).is_distinct_from(codes.NOTHING_MET)
    revoked = func.coalesce(col(Referral.reason).in_(codes.REVOKING), False)
    by_reason: dict[str, dict[State, Condition]] = {
        "completed": {State.COMPLETED: met}, "revoked": {State.CANCELLED: revoked},
        "active": {State.COMPLETED: ~met, State.CANCELLED: ~revoked},
    }  # fmt: skip
    return found | by_reason.get(code, {})


def _business(code: str, *, told: bool) -> dict[State, Condition]:
    found: dict[State, Condition] = {}
    known = [reason for reason in consequences.reasons() if told or not reason.operator_only]
    hidden = [reason.code for reason in consequences.reasons() if reason not in known]
    meant = [reason.code for reason in known if codes.hyphened(reason.code) == code]
    for state in State:
        if state in codes.BY_REASON:
            if meant:
                found[state] = col(Referral.reason).in_(meant)
            elif code == codes.hyphened(state):
                found[state] = col(Referral.reason).is_(None) | col(Referral.reason).in_(hidden)
        elif state is State.COMPLETED:
            found |= {state: _result(code)} if code in _RESULTS else {}
        elif codes.business_status(state, None, None) == code:
            found[state] = true()
    return found


_RESULTS = ("met", "partly-met", "not-met")


def _result(code: str) -> Condition:
    nothing = col(Referral.reason) == codes.NOTHING_MET
    if code == "not-met":
        return nothing
    partly = func.jsonb_path_exists(col(Referral.outcomes), cast('$[*] ? (@.result != "met")', JSONPATH))
    return and_(~nothing, partly if code == "partly-met" else ~partly)


def _placement(code: str, status: Callable[[PlacementState, str | None], str]) -> dict[PlacementState, Condition]:
    """Return which placements stand so: an ended one by its reason."""
    found: dict[PlacementState, Condition] = {state: true() for state in codes.SEEKING if status(state, None) == code}
    reason = col(Placement.end_reason)
    named = {codes.COMPLETED, codes.REDACTED, *codes.rejections()}
    if status is codes.placement_business:
        found[PlacementState.ENDED] = func.replace(reason, "_", "-") == code
        return found
    meant = {one for one in named if status(PlacementState.ENDED, one) == code}
    others = status(PlacementState.ENDED, None) == code
    conditions: list[Condition] = [reason.in_(meant)] if meant else []
    conditions += [reason.is_(None) | reason.not_in(named)] if others else []
    if conditions:
        found[PlacementState.ENDED] = or_(*conditions)
    return found


def _intent(asked: Asked, ours: str) -> Filter[S]:
    """Return nothing when only other intents are asked for: each of our kinds has one."""
    return None if asked.intents is None or ours in asked.intents else {}


def _any(wanted: Iterable[str] | None, means: Callable[[str], dict[S, Condition]]) -> Filter[S]:
    """Return what at least one of several codes lets pass."""
    if wanted is None:
        return None
    found: dict[S, Condition] = {}
    for code in sorted(wanted):
        for state, condition in means(code).items():
            found[state] = or_(found[state], condition) if state in found else condition
    return found


def _both(one: Filter[S], other: Filter[S]) -> Filter[S]:
    if one is None or other is None:
        return other if one is None else one
    return {state: and_(condition, other[state]) for state, condition in one.items() if state in other}

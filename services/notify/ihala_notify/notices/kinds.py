"""What of an organisation's feed is a notice to its officers: kind, what it is about, and until when. Pure.

It looks at nothing but what the organisation's own feed shows it, so a notice can say no more than that: no category, no name.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Literal
from uuid import UUID

from ihala_contracts import directory_v1, intake_v1, referral_v1
from ihala_contracts.envelope import type_of

from ihala_notify.visibility import ITSELF, OPERATOR, ORIGIN, PROVIDER

OFFICE = "office"  # in `to` of an event: the operator, who acts for an origin that does not
About = Literal["referral", "need", "service"]


class Kind(StrEnum):
    """What an officer may ask to hear of, in the order of a digest."""

    ESCALATION = "escalation"
    NEW_OFFER = "new_offer"
    DEADLINE_NEAR = "deadline_near"
    QUESTION = "question"
    ANSWER = "answer"
    WITHDRAWAL = "withdrawal"
    CAPACITY_OLD = "capacity_old"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to hear. `need_id` is there only where this organisation may know the need, and with it its reference."""

    kind: Kind
    about: About
    id: UUID
    need_id: UUID | None = None
    due_at: datetime | None = None


Data = Mapping[str, Any]


def _offered(roles: frozenset[str], data: Data) -> tuple[Kind, str | None] | None:
    return (Kind.NEW_OFFER, data.get("deadlines", {}).get("acknowledge_by")) if PROVIDER in roles else None


def _near(roles: frozenset[str], data: Data) -> tuple[Kind, str | None] | None:
    """An operator's feed shows every deadline; what is near for its officers is what they act on themselves."""
    acts = roles & {PROVIDER, ORIGIN} or OFFICE in data.get("to", ())
    return (Kind.DEADLINE_NEAR, data.get("due_at")) if acts else None


def _escalated(roles: frozenset[str], data: Data) -> tuple[Kind, str | None] | None:
    return Kind.ESCALATION, None


def _asked(roles: frozenset[str], data: Data) -> tuple[Kind, str | None] | None:
    return (Kind.QUESTION, data.get("answer_by")) if ORIGIN in roles else None


def _answered(roles: frozenset[str], data: Data) -> tuple[Kind, str | None] | None:
    return (Kind.ANSWER, None) if PROVIDER in roles and not data.get("by_clock") else None


def _withdrawn(roles: frozenset[str], data: Data) -> tuple[Kind, str | None] | None:
    return (Kind.WITHDRAWAL, None) if roles & {PROVIDER, OPERATOR} else None


def _old(roles: frozenset[str], data: Data) -> tuple[Kind, str | None] | None:
    return (Kind.CAPACITY_OLD, None) if ITSELF in roles else None


_RULES: Final[dict[str, Callable[[frozenset[str], Data], tuple[Kind, str | None] | None]]] = {
    type_of(referral_v1.ReferralOffered): _offered,
    type_of(referral_v1.DeadlineNear): _near,
    type_of(referral_v1.Escalated): _escalated,
    type_of(referral_v1.ReferralInformationRequested): _asked,
    type_of(referral_v1.ReferralAnswered): _answered,
    type_of(referral_v1.ReferralWithdrawn): _withdrawn,
    type_of(intake_v1.ConsentWithdrawn): _withdrawn,
    type_of(directory_v1.CapacityFigureOld): _old,
}
TYPES: Final = tuple(_RULES)
URGENT_TYPES: Final = (type_of(referral_v1.Escalated),)


def notice_of(type_: str, roles: frozenset[str], data: Data) -> Notice | None:
    """Return what an item of a feed says to this organisation's officers, None where there is nothing for them to do."""
    rule = _RULES.get(type_)
    found = rule(roles, data) if rule else None
    if found is None:
        return None
    kind, due = found
    about, of = _about(data)
    need = data.get("need_id")
    return Notice(kind, about, of, UUID(need) if need else None, datetime.fromisoformat(due) if due else None)


def joined(notices: Sequence[Notice], wanted: frozenset[str] | None) -> dict[Kind, list[Notice]]:
    """Return the wanted notices by kind, in the order of a digest; of what was withdrawn only that, and each thing once a kind."""
    withdrawn = {each.id for each in notices if each.kind is Kind.WITHDRAWAL}
    found: dict[Kind, list[Notice]] = {}
    for kind in Kind:
        known = {each.id: each for each in notices if each.kind is kind and (kind is Kind.WITHDRAWAL or each.id not in withdrawn)}
        if known and (wanted is None or kind in wanted):
            found[kind] = list(known.values())
    return found


def _about(data: Data) -> tuple[About, UUID]:
    if data.get("referral_id"):
        return "referral", UUID(data["referral_id"])
    if data.get("need_id"):
        return "need", UUID(data["need_id"])
    return "service", UUID(data["service_id"])

"""What an organisation may know of an event: the one place that decides it. Pure.

A party sees an event only by its part in it. Kinds and sensitivity narrow what is left: a centre of the Ministry of Interior learns
whether its need is received, being handled or closed, and nothing else; so does any other origin of a restricted need; the operator's
feed, which all its staff systems read, holds nothing of restricted needs at all (cleared coordinators have their lists for them); the
border gets nothing back, ever. Who is suspended or has left hears only of itself.

Beside the event stands what a subscription may ask for: the organisation's own part, the governorate and its own service, each only as
far as that organisation was told of it; a filter must not say more than the events do.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1 import NeedStateChanged, Sensitivity
from ihala_contracts.referral_v1 import DeadlineNear, Escalated
from ihala_contracts.views import STATUS_OF, VIEWS, View, is_shown

MOI_KINDS = frozenset({"rgc", "wlco", "hlp", "cpf"})
PARTNER_KINDS = frozenset({"lmrc", "state", "cso", "nngo", "ingo", "io", "private"})
_NOT_IF_RESTRICTED = frozenset({"governorate"})
_SUBJECTS = (
    "referral_id", "need_id", "case_id", "service_id", "subscription_id", "organization_id", "ruleset_id",
    "arrival_id", "call_back_id", "waiting_id", "occasion_id", "break_glass_id", "erasure_id",
    "hand_over_id", "complaint_id", "candidate_id", "programme_plan_id", "roster_id", "competence_id",
)  # fmt: skip


PROVIDER, ORIGIN, OPERATOR, ITSELF = "provider", "origin", "operator", "itself"


@dataclass(frozen=True, slots=True)
class Receiving:
    """What a receiver was told of where an offer belongs."""

    organization_id: UUID
    service_id: UUID
    governorate: str


@dataclass(frozen=True, slots=True)
class Circle:
    """Who is concerned. What is not known counts as what shows least: no origin, no operator, restricted, no place."""

    origin_id: UUID | None = None
    origin_kind: str | None = None
    operator_id: UUID | None = None
    sensitivity: Sensitivity = Sensitivity.RESTRICTED
    governorate: str | None = None  # as its operator knows it now
    origin_governorate: str | None = None  # as its origin gave it
    receiving: Receiving | None = None
    gone: frozenset[UUID] = frozenset()  # suspended, or left


@dataclass(frozen=True, slots=True)
class Shown:
    """An event as one organisation sees it, and what a filter may look at."""

    subject: str
    data: dict[str, Any]
    time: datetime | None  # None where not even the time may be told
    roles: tuple[str, ...]  # its parts in it, sorted
    governorate: str | None = None
    service_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class _Part:
    """One organisation's part in an event: the fields that it sees, and where the event belongs as far as it may know."""

    organization_id: UUID
    role: str
    fields: tuple[str, ...]
    governorate: str | None = None
    service_id: UUID | None = None


def decide(event: Event, circle: Circle, time: datetime) -> dict[UUID, Shown]:
    """Return what of `event`, which happened at `time`, each organisation sees; who is not in it sees nothing.

    An organisation with two parts (an operator that also receives) sees what either may. Of an event in two versions one is shown.
    """
    if not is_shown(type(event)):
        return {}
    parts: dict[UUID, list[_Part]] = {}
    for part in _parts(event, circle):
        if part.organization_id not in circle.gone or part.role == ITSELF:
            parts.setdefault(part.organization_id, []).append(part)
    shown = {organization_id: _shown(event, own, time) for organization_id, own in parts.items()}
    status = _status(event, circle)
    if status and circle.origin_id and circle.origin_id not in {*shown, *circle.gone}:
        shown[circle.origin_id] = Shown(str(status["need_id"]), status, None, (ORIGIN,), circle.origin_governorate)
    return shown


def _shown(event: Event, parts: list[_Part], time: datetime) -> Shown:
    """Return the event as an organisation with these parts sees it."""
    data: dict[str, Any] = {}
    for part in parts:
        data |= event.model_dump(mode="json", include=set(part.fields), exclude_none=True)
    governorate = next((part.governorate for part in reversed(parts) if part.governorate), None)
    service_id = next((part.service_id for part in parts if part.service_id), None)
    return Shown(_subject(data), data, time, tuple(sorted({part.role for part in parts})), governorate, service_id)


def _parts(event: Event, circle: Circle) -> Iterator[_Part]:
    """Yield each organisation's parts in the event; the operator's, who knows most of a place, last."""
    view, restricted = VIEWS.get(type(event), View()), _is_restricted(event, circle)
    organization_id: UUID | None = getattr(event, "organization_id", None)
    if organization_id and view.itself:
        yield _Part(organization_id, ITSELF, view.itself, service_id=_named(event, view.itself, "service_id"))
    if organization_id and view.receiver and _is_told(event, PROVIDER):
        yield _receiver(event, circle, organization_id, view, restricted=restricted)
    if restricted:
        return
    if circle.origin_id and view.origin and circle.origin_kind in PARTNER_KINDS and _is_told(event, ORIGIN):
        yield _Part(circle.origin_id, ORIGIN, view.origin, circle.origin_governorate)
    if circle.operator_id and view.operator:
        place = _named(event, view.operator, "governorate") or circle.governorate
        yield _Part(circle.operator_id, OPERATOR, view.operator, place)


def _receiver(event: Event, circle: Circle, organization_id: UUID, view: View, *, restricted: bool) -> _Part:
    """Return the receiver's part. It knows a place only from the offer, and of a restricted need not even that."""
    fields = tuple(name for name in view.receiver if not (restricted and name in _NOT_IF_RESTRICTED))
    told = circle.receiving if circle.receiving and circle.receiving.organization_id == organization_id else None
    place = None if restricted else _named(event, fields, "governorate") or (told.governorate if told else None)
    return _Part(organization_id, PROVIDER, fields, place, told.service_id if told else getattr(event, "service_id", None))


def _named(event: Event, fields: tuple[str, ...], name: str) -> Any:
    """Return a field of the event if it is one that is shown."""
    return getattr(event, name) if name in fields else None


def _is_restricted(event: Event, circle: Circle) -> bool:
    """Tell whether it is about a restricted need or service, or an organisation without a public page."""
    return circle.sensitivity is Sensitivity.RESTRICTED or any(getattr(event, mark, False) for mark in ("restricted", "hidden"))


def _is_told(event: Event, part: str) -> bool:
    """An escalation, or a deadline that is near, names whom it is for; every other event is for all its parts."""
    return part in event.to if isinstance(event, Escalated | DeadlineNear) else True


def _status(event: Event, circle: Circle) -> dict[str, Any]:
    """Return the little that a centre, or the origin of a restricted need, hears of its need; empty when nothing changed for it."""
    if not isinstance(event, NeedStateChanged) or STATUS_OF[event.before] == STATUS_OF[event.after]:
        return {}
    hears = circle.origin_kind in MOI_KINDS or (circle.origin_kind in PARTNER_KINDS and _is_restricted(event, circle))
    return {"need_id": str(event.need_id), "status": STATUS_OF[event.after]} if hears else {}


def _subject(data: dict[str, Any]) -> str:
    return str(next(data[name] for name in _SUBJECTS if name in data))

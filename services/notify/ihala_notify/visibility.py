"""What an organisation may know of an event: the one place that decides it. Pure.

A party sees an event only by its part in it. Kinds and sensitivity narrow what is left: a centre of the Ministry of Interior learns
whether its need is received, being handled or closed, and nothing else; so does any other origin of a restricted need; the operator's
feed, which all its staff systems read, holds nothing of restricted needs at all (cleared coordinators have their lists for them); the
border gets nothing back, ever.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1 import NeedState, NeedStateChanged, Sensitivity
from ihala_contracts.referral_v1 import Escalated

from ihala_notify.views import VIEWS, View

MOI_KINDS = frozenset({"rgc", "wlco", "hlp", "cpf"})
PARTNER_KINDS = frozenset({"lmrc", "state", "cso", "nngo", "ingo", "io", "private"})
STATUS_OF = {
    NeedState.OPEN: "received",
    NeedState.REFERRING: "being_handled",
    NeedState.UNSERVED: "being_handled",
    NeedState.SERVED: "being_handled",  # nobody has heard the person yet
    NeedState.VERIFIED: "closed",
    NeedState.UNVERIFIED: "closed",
    NeedState.CLOSED: "closed",
}
_NOT_IF_RESTRICTED = frozenset({"governorate"})
_SUBJECTS = (
    "referral_id", "need_id", "case_id", "service_id", "subscription_id", "organization_id", "ruleset_id",
    "arrival_id", "call_back_id", "waiting_id", "occasion_id", "break_glass_id", "erasure_id",
    "hand_over_id", "complaint_id", "candidate_id", "programme_plan_id", "roster_id", "competence_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Circle:
    """Who is concerned. What is not known counts as what shows least: no origin, no operator, restricted."""

    origin_id: UUID | None = None
    origin_kind: str | None = None
    operator_id: UUID | None = None
    sensitivity: Sensitivity = Sensitivity.RESTRICTED


@dataclass(frozen=True, slots=True)
class Shown:
    """An event as one organisation sees it."""

    subject: str
    data: dict[str, Any]
    time: datetime | None  # None where not even the time may be told


def decide(event: Event, circle: Circle, time: datetime) -> dict[UUID, Shown]:
    """Return what of `event`, which happened at `time`, each organisation sees; who is not in it sees nothing.

    An organisation with two parts (an operator that also receives) sees what either may.
    """
    found: dict[UUID, dict[str, Any]] = {}
    for organization_id, fields in _parts(event, circle):
        found[organization_id] = found.get(organization_id, {}) | _picked(event, fields)
    shown = {organization_id: Shown(_subject(data), data, time) for organization_id, data in found.items()}
    status = _status(event, circle)
    if status and circle.origin_id and circle.origin_id not in shown:
        shown[circle.origin_id] = Shown(str(status["need_id"]), status, None)
    return shown


def _parts(event: Event, circle: Circle) -> Iterator[tuple[UUID, tuple[str, ...]]]:
    """Yield each organisation with the fields that one of its parts shows it."""
    view, restricted = VIEWS.get(type(event), View()), _is_restricted(event, circle)
    organization_id: UUID | None = getattr(event, "organization_id", None)
    if organization_id and view.itself:
        yield organization_id, view.itself
    if organization_id and view.receiver and _is_told(event, "provider"):
        yield organization_id, tuple(name for name in view.receiver if not (restricted and name in _NOT_IF_RESTRICTED))
    if restricted:
        return
    if circle.origin_id and view.origin and circle.origin_kind in PARTNER_KINDS and _is_told(event, "origin"):
        yield circle.origin_id, view.origin
    if circle.operator_id and view.operator:
        yield circle.operator_id, view.operator


def _is_restricted(event: Event, circle: Circle) -> bool:
    """Tell whether it is about a restricted need or service, or an organisation without a public page."""
    return circle.sensitivity is Sensitivity.RESTRICTED or any(getattr(event, mark, False) for mark in ("restricted", "hidden"))


def _is_told(event: Event, part: str) -> bool:
    """An escalation names whom it is for; every other event is for all its parts."""
    return part in event.to if isinstance(event, Escalated) else True


def _status(event: Event, circle: Circle) -> dict[str, Any]:
    """Return the little that a centre, or the origin of a restricted need, hears of its need; empty when nothing changed for it."""
    if not isinstance(event, NeedStateChanged) or STATUS_OF[event.before] == STATUS_OF[event.after]:
        return {}
    hears = circle.origin_kind in MOI_KINDS or (circle.origin_kind in PARTNER_KINDS and _is_restricted(event, circle))
    return {"need_id": str(event.need_id), "status": STATUS_OF[event.after]} if hears else {}


def _picked(event: Event, fields: tuple[str, ...]) -> dict[str, Any]:
    return event.model_dump(mode="json", include=set(fields), exclude_none=True)


def _subject(data: dict[str, Any]) -> str:
    return str(next(data[name] for name in _SUBJECTS if name in data))

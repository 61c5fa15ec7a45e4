"""Rows of worklists as their reader may see them."""

from collections.abc import Mapping
from typing import Any

from ihala_referral.states import State
from ihala_referral.views import PROTECTION
from ihala_referral.worklists import models
from ihala_referral.worklists.listing import COUNTED
from ihala_referral.worklists.sides import Side

_DUE: dict[str, str] = {
    State.OFFERED: "acknowledge_by",
    State.ACKNOWLEDGED: "decide_by",
    State.INFO_REQUESTED: "answer_by",
    State.WAITLISTED: "review_at",
    State.ACCEPTED: "first_contact_by",
    State.IN_SERVICE: "review_at",
    State.ON_HOLD: "resume_by",
}
_SAME = set(models.WorkedReferral.model_fields) & {
    "reference", "state", "urgency", "restricted", "organization_id", "service_id", "owner", "next_at", "overdue", "officer", "offered_at",
    "moved_at", "need_changed", "version",
}  # fmt: skip
_MORE: dict[Side, tuple[str, ...]] = {
    Side.RECEIVER: (),
    Side.ORIGIN: ("need_id", "origin_id"),
    Side.OFFICE: ("need_id", "origin_id", "placement_id"),
}


def referral(row: Mapping[str, Any], side: Side) -> models.WorkedReferral:
    """Return a referral as its list shows it: masked where it is restricted, with no more than the side may know."""
    masked = row["restricted"]
    return models.WorkedReferral(
        referral_id=row["id"], need_code=PROTECTION if masked else row["need_code"], governorate=None if masked else row["governorate"],
        service_name=row["service_name"], due_at=row[_DUE[row["state"]]], questions_asked=row["rounds"],
        **{name: row[name] for name in (*_SAME, *_MORE[side])},
    )  # fmt: skip


def placement(row: Mapping[str, Any]) -> models.WorkedPlacement:
    """Return a placement as its list shows it."""
    return models.WorkedPlacement(
        placement_id=row["id"], **{name: row[name] for name in models.WorkedPlacement.model_fields if name in row}
    )


def counts(found: Mapping[str, int], lists: list[str]) -> models.Counts:
    """Return the counts of lists and of states, apart."""
    said = {name: models.Counted(count=min(count, COUNTED), more=count > COUNTED) for name, count in found.items()}
    return models.Counts(
        lists={name: said[name] for name in lists}, states={name: count for name, count in said.items() if name not in lists}
    )

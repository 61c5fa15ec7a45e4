"""Which event is a notice to whom: as the feed shows it, and with nothing more than that."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_contracts.directory_v1 import CapacityFigureOld
from ihala_contracts.envelope import Event, type_of
from ihala_contracts.intake_v1 import ConsentWithdrawn, Sensitivity
from ihala_contracts.referral_v1 import (
    DeadlineMissed,
    DeadlineNear,
    Escalated,
    ReferralAccepted,
    ReferralAnswered,
    ReferralInformationRequested,
    ReferralOffered,
    ReferralWithdrawn,
)
from ihala_notify.notices import kinds
from ihala_notify.notices.kinds import Kind, Notice, joined, notice_of
from ihala_notify.visibility import Circle, decide

from tests.notify.samples import OPERATOR, ORIGIN, RECEIVER, sample

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
EVERYBODY = {"to": ["provider", "origin", "office"]}


def told(event: Event, sensitivity: Sensitivity = Sensitivity.STANDARD) -> dict[UUID, Notice]:
    """Return what each organisation's officers hear of an event."""
    shown = decide(event, Circle(ORIGIN, "nngo", OPERATOR, sensitivity), AT)
    found = {who: notice_of(type_of(type(event)), frozenset(one.roles), one.data) for who, one in shown.items()}
    return {who: notice for who, notice in found.items() if notice is not None}


@pytest.mark.parametrize(
    ("model", "more", "heard"),
    [
        (ReferralOffered, {}, {RECEIVER: Kind.NEW_OFFER}),
        (DeadlineNear, {"to": ["provider"]}, {RECEIVER: Kind.DEADLINE_NEAR}),
        (DeadlineNear, {"to": ["origin"]}, {ORIGIN: Kind.DEADLINE_NEAR}),
        (DeadlineNear, {"to": ["office"]}, {OPERATOR: Kind.DEADLINE_NEAR}),
        (Escalated, {"to": ["provider", "origin"]}, {RECEIVER: Kind.ESCALATION, ORIGIN: Kind.ESCALATION, OPERATOR: Kind.ESCALATION}),
        (ReferralInformationRequested, {}, {ORIGIN: Kind.QUESTION}),
        (ReferralAnswered, {"by_clock": False}, {RECEIVER: Kind.ANSWER}),
        (ReferralAnswered, {"by_clock": True}, {}),
        (ReferralWithdrawn, {}, {RECEIVER: Kind.WITHDRAWAL, OPERATOR: Kind.WITHDRAWAL}),
        (ConsentWithdrawn, {}, {OPERATOR: Kind.WITHDRAWAL}),
        (CapacityFigureOld, {}, {RECEIVER: Kind.CAPACITY_OLD}),
        (ReferralAccepted, {}, {}),
        (DeadlineMissed, {}, {}),
    ],
)
def test_who_hears_what(model: type[Event], more: dict[str, Any], heard: dict[UUID, Kind]) -> None:
    assert {who: notice.kind for who, notice in told(sample(model, **more)).items()} == heard


@pytest.mark.parametrize("model", [ReferralOffered, DeadlineNear, Escalated, ReferralWithdrawn, ConsentWithdrawn])
def test_of_a_restricted_need_the_receiver_alone_hears_and_not_which_need(model: type[Event]) -> None:
    more = {"restricted": True} if "restricted" in model.model_fields else {}
    found = told(sample(model, **more, **_to(model)), Sensitivity.RESTRICTED)
    assert set(found) <= {RECEIVER}
    assert all(notice.need_id is None and notice.about == "referral" for notice in found.values())


def _to(model: type[Event]) -> dict[str, Any]:
    return EVERYBODY if "to" in model.model_fields else {}


def test_a_receiver_never_learns_the_need_and_a_notice_has_nothing_but_ids_and_an_instant() -> None:
    notice = told(sample(ReferralOffered))[RECEIVER]
    assert notice.need_id is None and notice.due_at == datetime(2026, 11, 22, 8, tzinfo=UTC)
    assert set(Notice.__slots__) == {"kind", "about", "id", "need_id", "due_at"}


def test_what_is_read_from_feeds_is_what_there_are_rules_for() -> None:
    assert set(kinds.URGENT_TYPES) < set(kinds.TYPES)
    assert notice_of("org.ihala.never.heard-of", frozenset({"provider"}), {}) is None


def test_what_was_withdrawn_is_said_once_and_nothing_else_of_it() -> None:
    gone, other = uuid4(), uuid4()
    some = [
        Notice(Kind.NEW_OFFER, "referral", gone), Notice(Kind.ESCALATION, "referral", gone), Notice(Kind.WITHDRAWAL, "referral", gone),
        Notice(Kind.ESCALATION, "referral", other), Notice(Kind.ESCALATION, "referral", other),
    ]  # fmt: skip
    found = joined(some, None)
    assert list(found) == [Kind.ESCALATION, Kind.WITHDRAWAL]
    assert [each.id for each in found[Kind.ESCALATION]] == [other]
    assert joined(some, frozenset({"withdrawal"})).keys() == {Kind.WITHDRAWAL}

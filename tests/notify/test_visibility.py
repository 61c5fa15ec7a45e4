"""Who may know what: every kind of organisation × every event × every sensitivity."""

from datetime import UTC, datetime
from functools import cache
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_contracts import directory_v1, intake_v1, notify_v1, referral_v1
from ihala_contracts.asyncapi import asyncapi
from ihala_contracts.envelope import Event, schema_name, type_of
from ihala_contracts.intake_v1 import NeedIdentified, NeedState, NeedStateChanged, Sensitivity
from ihala_contracts.referral_v1 import Escalated, ReferralAccepted, ReferralCancelled, ReferralDeclined, ReferralOffered
from ihala_contracts.views import FOR_NOBODY, VIEWS
from ihala_notify.visibility import MOI_KINDS, PARTNER_KINDS, Circle, decide
from jsonschema import Draft202012Validator

from tests.notify.samples import KINDS, OPERATOR, ORIGIN, RECEIVER, STRANGER, sample

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
MODELS = [
    model for module in (intake_v1, referral_v1, directory_v1, notify_v1) for model in module.EVENTS if model not in FOR_NOBODY
]  # fmt: skip
NAMES = [type_of(model) for model in MODELS]
# What no feed may hold, in whatever depth: the category of a need and what would tell it, other attempts, consent, facts.
FORBIDDEN = {
    "need_code", "need_codes", "service_name", "names", "attempt", "replaces", "excluded", "facts", "consent", "consent_id", "categories",
    "outcomes", "sensitivity", "restricted", "explanation", "failing", "reasons", "route", "reservation_id", "recipients", "objections",
    "template", "preferred_reservation_id", "match_settled", "district",
}  # fmt: skip


document = cache(asyncapi)


def circle(kind: str = "nngo", sensitivity: Sensitivity = Sensitivity.STANDARD) -> Circle:
    return Circle(ORIGIN, kind, OPERATOR, sensitivity)


def names_in(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {name for part in value.values() for name in names_in(part)}
    return {name for part in value for name in names_in(part)} if isinstance(value, list) else set()


def test_every_event_was_thought_of() -> None:
    assert set(VIEWS) == set(MODELS)


@pytest.mark.parametrize("model", VIEWS, ids=type_of)
def test_views_name_only_fields_that_exist(model: type[Event]) -> None:
    view = VIEWS[model]
    assert {*view.receiver, *view.origin, *view.operator, *view.itself} <= set(model.model_fields)


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_nobody_sees_what_no_feed_may_hold(model: type[Event]) -> None:
    for kind, sensitivity in product(KINDS, Sensitivity):
        shown = decide(sample(model), circle(kind, sensitivity), AT)
        assert STRANGER not in shown
        assert set(shown) <= {OPERATOR, ORIGIN, RECEIVER}
        for one in shown.values():
            assert not names_in(one.data) & FORBIDDEN
            assert one.subject in one.data.values()


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_what_each_part_sees_is_what_the_catalogue_says(model: type[Event]) -> None:
    for kind, sensitivity in product(("nngo", "hlp"), Sensitivity):
        for one in decide(sample(model), circle(kind, sensitivity), AT).values():
            part = "status" if one.time is None else {"provider": "receiver"}.get(one.roles[0], one.roles[0])
            message = document()["components"]["messages"][f"{schema_name(model).removesuffix('.json')}.{part}"]
            whole = message["payload"]["schema"] | {"additionalProperties": False, "components": document()["components"]}
            Draft202012Validator(whole).validate(one.data)
            assert message["name"] == type_of(model)


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_receiver_never_sees_the_need_nor_that_there_were_others(model: type[Event]) -> None:
    shown = decide(sample(model), circle(), AT)
    if RECEIVER in shown:
        assert not {"need_id", "placement_id", "origin_id", "operator_id"} & set(shown[RECEIVER].data)


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_interior_centres_hear_the_status_and_nothing_else(model: type[Event]) -> None:
    for kind in MOI_KINDS:
        shown = decide(sample(model), circle(kind), AT).get(ORIGIN)
        assert shown is None or (model is NeedStateChanged and set(shown.data) == {"need_id", "status"} and shown.time is None)


@pytest.mark.parametrize(
    ("before", "after", "status"),
    [
        (NeedState.OPEN, NeedState.REFERRING, "being_handled"),
        (NeedState.REFERRING, NeedState.UNSERVED, None),
        (NeedState.REFERRING, NeedState.SERVED, None),
        (NeedState.SERVED, NeedState.VERIFIED, "closed"),
        (NeedState.SERVED, NeedState.OPEN, "received"),
        (NeedState.OPEN, NeedState.CLOSED, "closed"),
    ],
)
def test_status_is_told_only_when_it_changes(before: NeedState, after: NeedState, status: str | None) -> None:
    shown = decide(sample(NeedStateChanged, before=before, after=after), circle("hlp"), AT)
    assert (shown[ORIGIN].data["status"] if ORIGIN in shown else None) == status


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_border_and_unknown_kinds_get_nothing_back(model: type[Event]) -> None:
    for kind in ("border", "system", "operator", "unheard-of"):
        assert ORIGIN not in decide(sample(model), circle(kind), AT)


@pytest.mark.parametrize("kind", sorted(PARTNER_KINDS))
def test_partner_as_origin_follows_the_moves(kind: str) -> None:
    shown = decide(sample(ReferralAccepted), circle(kind), AT)[ORIGIN]
    assert set(shown.data) == {
        "need_id", "referral_id", "organization_id", "state", "referral_version", "moved_at", "first_contact_by"
    }  # fmt: skip
    assert shown.time == AT


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_restricted_needs_are_not_in_the_operators_feed(model: type[Event]) -> None:
    about_a_need = "need_id" in model.model_fields or "case_id" in model.model_fields
    shown = decide(sample(model), circle(sensitivity=Sensitivity.RESTRICTED), AT)
    assert not (about_a_need and OPERATOR in shown)


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_origin_of_a_restricted_need_hears_the_status_at_most(model: type[Event]) -> None:
    for kind in KINDS:
        shown = decide(sample(model), circle(kind, Sensitivity.RESTRICTED), AT).get(ORIGIN)
        assert shown is None or set(shown.data) == {"need_id", "status"}


def test_a_restricted_offer_names_no_place() -> None:
    usual = decide(sample(ReferralOffered), circle(), AT)[RECEIVER].data
    restricted = decide(sample(ReferralOffered, restricted=True), circle(), AT)[RECEIVER].data
    assert "governorate" in usual
    assert "governorate" not in restricted


def test_what_is_not_known_counts_as_restricted() -> None:
    shown = decide(sample(ReferralAccepted), Circle(), AT)
    assert set(shown) == {RECEIVER}


def test_reasons_are_for_the_operator_and_the_one_who_gave_them() -> None:
    declined = decide(sample(ReferralDeclined, reason="unsafe_for_person"), circle(), AT)
    assert {party for party, shown in declined.items() if "reason" in shown.data} == {OPERATOR, RECEIVER}
    cancelled = decide(sample(ReferralCancelled, reason="placed_elsewhere"), circle(), AT)
    assert {party for party, shown in cancelled.items() if "reason" in shown.data} == {OPERATOR}


@pytest.mark.parametrize(
    ("to", "told"),
    [
        (["provider"], {RECEIVER, OPERATOR}),
        (["origin"], {ORIGIN, OPERATOR}),
        (["provider", "origin"], {RECEIVER, ORIGIN, OPERATOR}),
        (["coordinator"], {OPERATOR}),
    ],
)
def test_escalation_reaches_whom_it_is_for(to: list[str], told: set[UUID]) -> None:
    assert set(decide(sample(Escalated, to=to), circle(), AT)) == told


def test_an_organisation_with_two_parts_sees_what_either_may() -> None:
    shown = decide(sample(ReferralAccepted, organization_id=OPERATOR), circle(), AT)[OPERATOR]
    assert {"need_id", "referral_id", "first_contact_by"} <= set(shown.data)
    restricted = decide(sample(ReferralAccepted, organization_id=OPERATOR, restricted=True), circle(), AT)[OPERATOR]
    assert "need_id" not in restricted.data


def test_an_operators_office_as_origin_sees_no_restricted_need() -> None:
    own = Circle(OPERATOR, "operator", OPERATOR, Sensitivity.RESTRICTED)
    assert decide(sample(NeedStateChanged, before="open", after="closed"), own, AT) == {}
    assert decide(sample(NeedIdentified), own, AT) == {}


def test_an_event_that_nobody_listed_is_shown_to_nobody() -> None:
    assert decide(sample(referral_v1.SealingKeyPublished, key_id=uuid4()), circle(), AT) == {}

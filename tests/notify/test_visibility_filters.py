"""What a filter may look at is no more than the organisation was told, and who is out of the circle is told nothing: every kind of
organisation × every event × every sensitivity × every part."""

from datetime import UTC, datetime
from itertools import product
from uuid import UUID

import pytest
from ihala_contracts.envelope import Event, type_of
from ihala_contracts.intake_v1 import NeedChanged, NeedStateChanged, Sensitivity
from ihala_contracts.referral_v1 import ReferralAccepted, ReferralOffered, ReferralWithdrawn
from ihala_contracts.views import VIEWS
from ihala_notify.visibility import ITSELF, OPERATOR, ORIGIN, PROVIDER, Circle, Receiving, Shown, decide

from tests.notify.samples import KINDS, RECEIVER, SERVICE, STRANGER, sample
from tests.notify.samples import OPERATOR as OPERATOR_ID
from tests.notify.samples import ORIGIN as ORIGIN_ID

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
NOW_AT, GIVEN, OFFERED = "IQG01", "IQG02", "IQG03"  # where the need is now, as its origin gave it, as the receiver was told
MODELS = sorted(VIEWS, key=type_of)
NAMES = [type_of(model) for model in MODELS]
EVERY = [(kind, sensitivity) for kind, sensitivity in product(KINDS, Sensitivity)]


def circle(kind: str = "nngo", sensitivity: Sensitivity = Sensitivity.STANDARD, gone: frozenset[UUID] = frozenset()) -> Circle:
    return Circle(ORIGIN_ID, kind, OPERATOR_ID, sensitivity, NOW_AT, GIVEN, Receiving(RECEIVER, SERVICE, OFFERED), gone)


def said(event: Event, shown: Shown) -> set[str | None]:
    """Return the governorate that the event itself names to this organisation."""
    return {shown.data["governorate"]} if "governorate" in shown.data else set()


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_a_place_is_known_only_to_whom_it_was_told(model: type[Event]) -> None:
    event = sample(model)
    for kind, sensitivity in EVERY:
        about = circle(kind, sensitivity)
        for organization_id, shown in decide(event, about, AT).items():
            told = {RECEIVER: OFFERED, ORIGIN_ID: GIVEN, OPERATOR_ID: NOW_AT}[organization_id]
            assert shown.governorate in {None, told, *said(event, shown)}
            if sensitivity is Sensitivity.RESTRICTED and PROVIDER in shown.roles:
                assert shown.governorate is None


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_a_service_is_named_to_whom_it_belongs_and_nobody_else(model: type[Event]) -> None:
    event = sample(model)
    for kind, sensitivity in EVERY:
        for organization_id, shown in decide(event, circle(kind, sensitivity), AT).items():
            assert shown.service_id is None or (organization_id == RECEIVER and {PROVIDER, ITSELF} & set(shown.roles))


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_each_hears_in_its_own_part(model: type[Event]) -> None:
    event = sample(model)
    for kind, sensitivity in EVERY:
        shown = decide(event, circle(kind, sensitivity), AT)
        parts = {RECEIVER: {PROVIDER, ITSELF}, ORIGIN_ID: {ORIGIN}, OPERATOR_ID: {OPERATOR}}
        assert all(one.roles and set(one.roles) <= parts[organization_id] for organization_id, one in shown.items())


@pytest.mark.parametrize("out", [RECEIVER, ORIGIN_ID, OPERATOR_ID])
@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_who_is_suspended_or_left_hears_only_of_itself(model: type[Event], out: UUID) -> None:
    event = sample(model)
    for kind, sensitivity in EVERY:
        usual = decide(event, circle(kind, sensitivity), AT)
        shown = decide(event, circle(kind, sensitivity, frozenset({out})), AT)
        assert {id: one for id, one in usual.items() if id != out} == {id: one for id, one in shown.items() if id != out}
        if out in shown:
            assert shown[out].roles == (ITSELF,)


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_another_receivers_referral_says_nothing_to_the_one_before(model: type[Event]) -> None:
    """The next attempt is another referral of another organisation: what is known of the first is neither shown nor looked at."""
    if "organization_id" not in model.model_fields or VIEWS[model].itself:
        return
    event = sample(model, organization_id=STRANGER)
    for kind, sensitivity in EVERY:
        shown = decide(event, circle(kind, sensitivity), AT)
        assert RECEIVER not in shown
        if STRANGER in shown:
            assert shown[STRANGER].service_id in {None, getattr(event, "service_id", None)}
            assert shown[STRANGER].governorate in {None, *said(event, shown[STRANGER])}


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_an_operator_that_handed_the_need_over_hears_no_more_of_it(model: type[Event]) -> None:
    """Whatever operator the event itself still names: the need's copy decides."""
    if "need_id" not in model.model_fields:
        return
    handed = Circle(ORIGIN_ID, "nngo", STRANGER, Sensitivity.STANDARD, NOW_AT, GIVEN)
    shown = decide(sample(model), handed, AT)
    assert OPERATOR_ID not in shown
    assert bool(VIEWS[model].operator) == (STRANGER in shown)


def test_with_two_parts_the_better_known_place_counts() -> None:
    both = Circle(OPERATOR_ID, "operator", OPERATOR_ID, Sensitivity.STANDARD, NOW_AT, GIVEN, Receiving(OPERATOR_ID, SERVICE, OFFERED))
    shown = decide(sample(ReferralWithdrawn, organization_id=OPERATOR_ID), both, AT)[OPERATOR_ID]
    assert (shown.roles, shown.governorate, shown.service_id) == ((OPERATOR, PROVIDER), NOW_AT, SERVICE)


def test_the_offer_itself_says_where_it_belongs() -> None:
    first = Circle(ORIGIN_ID, "nngo", OPERATOR_ID, Sensitivity.STANDARD, NOW_AT, GIVEN)
    event = sample(ReferralOffered, governorate=OFFERED)
    assert (decide(event, first, AT)[RECEIVER].governorate, decide(event, first, AT)[RECEIVER].service_id) == (OFFERED, SERVICE)


def test_an_origin_does_not_learn_that_a_person_moved() -> None:
    event = sample(NeedChanged, governorate="IQG09")
    assert ORIGIN_ID not in decide(event, circle(), AT)
    after = Circle(ORIGIN_ID, "nngo", OPERATOR_ID, Sensitivity.STANDARD, "IQG09", GIVEN)
    assert decide(sample(ReferralAccepted), after, AT)[ORIGIN_ID].governorate == GIVEN
    moved = decide(sample(NeedStateChanged, before="open", after="referring"), after, AT)
    assert moved[ORIGIN_ID].governorate == GIVEN

"""What events make people hear: each once, nothing late, nothing that was overtaken."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from ihala_contracts.intake_v1 import ConsentWithdrawn, FollowUpDue, NeedClosed, NeedIdentified, NeedStateChanged, Sensitivity
from ihala_contracts.referral_v1 import ReferralAccepted, ReferralCompleted, ReferralDeclined, ReferralOffered
from ihala_contracts.views import VIEWS
from ihala_notify import consumers, desks
from sqlalchemy.exc import IntegrityError

from tests.notify.samples import sample
from tests.notify.world import World


def test_every_event_that_somebody_may_see_has_one_reader() -> None:
    every = [*vars(consumers).values(), *vars(desks).values()]
    read = [value.__reads__ for value in every if hasattr(value, "__reads__")]
    assert sorted(model.__name__ for model in read) == sorted(model.__name__ for model in VIEWS)


async def test_the_person_hears_each_step_once(world: World) -> None:
    need = uuid4()
    await world.identify(need)
    await world.deliver(sample(ReferralOffered, need_id=need, replaces=None), sample(ReferralDeclined, need_id=need, reason="no_capacity"))
    await world.deliver(sample(ReferralOffered, need_id=need), sample(ReferralAccepted, need_id=need))
    await world.deliver(sample(ReferralCompleted, need_id=need), sample(FollowUpDue, need_id=need))
    assert [template for template, _ in await world.messages(need)] == [
        "request-received", "referral-offered", "next-provider", "referral-accepted", "referral-completed", "follow-up"
    ]  # fmt: skip
    assert {state for _, state in await world.messages(need)} == {"waiting"}


async def test_nobody_is_written_to_about_a_restricted_need(world: World) -> None:
    need = uuid4()
    await world.identify(need, sensitivity=Sensitivity.RESTRICTED)
    await world.deliver(sample(ReferralAccepted, need_id=need, restricted=True), sample(ConsentWithdrawn, need_id=need))
    assert await world.messages(need) == []


async def test_where_a_need_is_now_is_not_taken_for_what_its_origin_gave(world: World) -> None:
    """A snapshot says where the need is now; a filter by it would tell its origin where the person moved."""
    moved, given = uuid4(), uuid4()
    await world.deliver(sample(NeedIdentified, need_id=moved, governorate="IQG09"), snapshot=True)
    await world.deliver(sample(NeedIdentified, need_id=given, governorate="IQG02"))
    await world.deliver(sample(NeedIdentified, need_id=given, governorate="IQG09"), snapshot=True)
    rows = await world.rows("SELECT need_id, governorate, origin_governorate FROM need")
    assert {row["need_id"]: (row["governorate"], row["origin_governorate"]) for row in rows} == {
        moved: ("IQG09", None), given: ("IQG09", "IQG02"),
    }  # fmt: skip


async def test_old_news_is_dropped_when_it_comes(world: World) -> None:
    need = uuid4()
    await world.identify(need)
    await world.deliver(sample(ReferralAccepted, need_id=need), at=datetime.now(UTC) - timedelta(days=4))
    assert (await world.messages(need))[-1] == ("referral-accepted", "dropped")
    assert await world.rows("SELECT * FROM outbox") == []  # a replay of a month must not make a month of calls


async def test_withdrawal_silences_what_waits_and_what_comes_late(world: World) -> None:
    need = uuid4()
    await world.identify(need)
    await world.deliver(
        sample(ConsentWithdrawn, need_id=need, referral_id=None),
        sample(NeedStateChanged, need_id=need, before="referring", after="closed"),
    )
    await world.deliver(sample(ReferralAccepted, need_id=need))
    assert await world.messages(need) == [
        ("request-received", "dropped"), ("consent-withdrawn", "waiting"), ("referral-accepted", "dropped")
    ]  # fmt: skip


async def test_withdrawal_of_one_referral_silences_that_one(world: World) -> None:
    need, one, other = uuid4(), uuid4(), uuid4()
    await world.identify(need)
    await world.deliver(sample(ReferralAccepted, need_id=need, referral_id=one), sample(ReferralAccepted, need_id=need, referral_id=other))
    await world.deliver(sample(ConsentWithdrawn, need_id=need, referral_id=one))
    assert [state for _, state in await world.messages(need)] == ["waiting", "dropped", "waiting", "waiting"]


async def test_a_closed_need_is_told_of_and_an_open_one_again_spoken_of(world: World) -> None:
    need = uuid4()
    await world.identify(need)
    await world.deliver(sample(NeedClosed, need_id=need))
    await world.deliver(sample(NeedStateChanged, need_id=need, before="closed", after="open"))
    await world.deliver(sample(ReferralAccepted, need_id=need))
    assert await world.messages(need) == [
        ("request-received", "dropped"), ("need-closed", "waiting"), ("referral-accepted", "waiting")
    ]  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "waiting", "next_at": None, "settled_at": None},
        {"state": "delivered", "next_at": datetime.now(UTC), "settled_at": datetime.now(UTC)},
        {"state": "delivered", "next_at": None, "settled_at": None},
    ],
)
async def test_every_open_message_has_a_next_instant(world: World, wrong: dict[str, Any]) -> None:
    need = uuid4()
    await world.identify(need)
    with pytest.raises(IntegrityError):
        await world.rows("UPDATE message SET state = :state, next_at = :next_at, settled_at = :settled_at RETURNING id", **wrong)

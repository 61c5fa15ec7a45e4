"""Whoever must act is told once that a deadline comes near, while there is time; not where it rests, has moved or was met."""

from datetime import timedelta

import pytest
from ihala_contracts.intake_v1 import Urgency
from ihala_contracts.referral_v1 import DeadlineNear
from ihala_referral import clock, near
from ihala_referral.commands import nearing
from ihala_referral.policy import NEAR_SHARE, current
from ihala_referral.states import State
from ihala_referral.tables import Referral

from tests.referral.actors import FIRST, HLP, NGO, SUNDAY
from tests.referral.ticks import EPSILON, at
from tests.referral.world import World


async def told(world: World) -> list[tuple[str, list[str]]]:
    """Tell what is near now; return all that was told: deadline, and who must act."""
    while await nearing.tell(world.database):
        pass
    return [(event.deadline, event.to) for event in await world.all(DeadlineNear)]


def after(share: float, of: timedelta) -> timedelta:
    return of * share


@pytest.mark.parametrize("state", State)
def test_only_what_waits_for_somebody_has_an_instant_and_it_lies_before_the_deadline(state: State) -> None:
    one = Referral(state=state, urgency=Urgency.ROUTINE, rounds=0, offered_at=SUNDAY, accepted_at=SUNDAY, near_told=[])
    timing = current(SUNDAY.date()).of(Urgency.ROUTINE)
    clock.start_offer(one, timing, SUNDAY)
    clock.start_contact(one, timing, SUNDAY, SUNDAY)
    one.rested_at, one.answer_by = SUNDAY, timing.after(SUNDAY, timing.answer)
    found = near.ahead(one)
    waits = {State.OFFERED: 2, State.ACKNOWLEDGED: 1, State.INFO_REQUESTED: 1, State.ACCEPTED: 1}
    assert len(found) == waits.get(state, 0)
    assert all(SUNDAY < each.at < each.due_at for each in found)
    assert near.next_at(one) == (found[0].at if found else None)


async def test_each_deadline_is_told_once_before_it_is_missed(world: World) -> None:
    _, referral_id = await world.offered(FIRST, NGO, urgency="routine")
    row = await world.referral(referral_id)
    for deadline, expected in ((row.acknowledge_by, ["acknowledge"]), (row.decide_by, ["acknowledge", "decide"])):
        instant = row.offered_at + after(NEAR_SHARE, deadline - row.offered_at)
        await at(world, instant - EPSILON)
        assert [name for name, _ in await told(world)] == expected[:-1]
        await at(world, instant + EPSILON)
        assert await told(world) == [(name, ["provider"]) for name in expected]
        assert await told(world) == [(name, ["provider"]) for name in expected]
    [_, last] = await world.all(DeadlineNear)
    assert (last.due_at, last.referral_id) == (row.decide_by, referral_id)


async def test_after_a_night_without_a_clock_nothing_that_has_passed_is_told(world: World) -> None:
    await world.offered(FIRST, NGO, urgency="urgent")
    world.advance(days=2, hours=12)
    assert [name for name, _ in await told(world)] == ["decide"]  # to acknowledge it is too late
    assert await nearing.tell(world.database) == 0


async def test_what_was_answered_is_not_told(world: World) -> None:
    _, referral_id = await world.offered(FIRST, NGO, urgency="urgent")
    assert (await world.move(FIRST, referral_id, "acceptance", {})).status == 200
    row = await world.referral(referral_id)
    world.advance(hours=20)
    assert await told(world) == []
    await at(world, row.first_contact_by - timedelta(hours=1))
    assert await told(world) == [("first_contact", ["provider"])]
    assert (await world.move(FIRST, referral_id, "start", {})).status == 200
    assert (await world.referral(referral_id)).near_at is None


@pytest.mark.parametrize(("origin", "acts"), [(NGO, "origin"), (HLP, "office")])
async def test_while_a_question_is_open_its_answer_is_what_is_near(world: World, origin: object, acts: str) -> None:
    _, referral_id = await world.offered(FIRST, origin, urgency="urgent")  # type: ignore[arg-type]
    await at(world, SUNDAY + timedelta(hours=1))
    assert (await world.move(FIRST, referral_id, "question", {"text": "كم غرفة؟"})).status == 200
    row = await world.referral(referral_id)
    assert row.rested_at is not None
    await at(world, row.answer_by - timedelta(hours=1))
    assert await told(world) == [("answer", [acts])]
    await at(world, row.answer_by + EPSILON)  # unanswered: the clock of the decision goes on, later than before
    later = await world.referral(referral_id)
    assert later.decide_by > row.decide_by
    assert later.near_at == row.offered_at + after(NEAR_SHARE, later.decide_by - row.offered_at)
    await at(world, later.near_at + EPSILON)
    assert [name for name, _ in await told(world)] == ["answer", "decide"]


async def test_what_ended_is_not_looked_at_again(world: World) -> None:
    _, referral_id = await world.offered(FIRST, NGO, urgency="urgent")
    await world.move(FIRST, referral_id, "decline", {"reason": "no_capacity"})
    world.advance(days=2)
    assert await told(world) == []
    assert await world.value("SELECT count(*) FROM referral WHERE near_at IS NOT NULL AND ended_at IS NOT NULL") == 0

"""Rules, policies and reasons begin on a day of Baghdad: at half past nine in the evening, UTC, it is tomorrow there."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from ihala_referral import calendar, competence, consequences, policy
from ihala_referral.competences.commands import _shown

from tests.referral.actors import FIRST, HLP, NGO
from tests.referral.world import World

FIRST_POLICY = policy.policy(1)


@pytest.fixture
def tomorrow(world: World) -> date:
    """Set the clock to half past nine in the evening, UTC; return the next day."""
    evening = datetime.combine(world.now.date(), time(21, 30), UTC)
    world.database.clock.offset += evening - world.now
    return world.now.date() + timedelta(days=1)


def test_the_day_is_baghdads() -> None:
    assert [calendar.today(datetime(2026, 1, 31, hour, 59, tzinfo=UTC)) for hour in (20, 21)] == [date(2026, 1, 31), date(2026, 2, 1)]


async def test_a_policy_holds_from_its_day(world: World, tomorrow: date, monkeypatch: pytest.MonkeyPatch) -> None:
    newest = replace(FIRST_POLICY, version=2, valid_from=tomorrow)
    monkeypatch.setattr(policy, "_policies", lambda: {1: FIRST_POLICY, 2: newest})
    need_id = await world.identified(NGO)
    assert await world.value("SELECT policy_version FROM placement WHERE need_id = :need", need=need_id) == 2
    shown = (await world.get(FIRST, "/v1/policies")).body["items"]
    assert [(one["version"], one["current"]) for one in shown] == [(2, True), (1, False)]


async def test_a_rule_holds_from_its_day(world: World, tomorrow: date, monkeypatch: pytest.MonkeyPatch) -> None:
    row = competence.row_of("hlp", {"needs": ["housing"], "governorates": ["*"]}, tomorrow.isoformat())
    rows: Sequence[competence.Competence] = (row,)
    monkeypatch.setattr(competence, "_rows", lambda: rows)
    need_id = await world.identified(HLP)
    assert await world.value("SELECT state FROM placement WHERE need_id = :need", need=need_id) == "placing"
    assert _shown("hlp", [], world.now).rows


async def test_an_agreement_ends_with_its_last_day(world: World, tomorrow: date) -> None:
    await world.join(NGO, agreement_until=tomorrow - timedelta(days=1))
    need_id = await world.identified(NGO)
    assert await world.value("SELECT state FROM placement WHERE need_id = :need", need=need_id) == "triage"


async def test_a_reason_is_in_force_from_its_day(world: World, tomorrow: date, monkeypatch: pytest.MonkeyPatch) -> None:
    _, referral_id = await world.offered(FIRST, NGO)
    only = replace(consequences.reason("no_capacity"), valid_from=tomorrow)
    monkeypatch.setattr(consequences, "_reasons", lambda: {"no_capacity": only})
    moves = (await world.get(FIRST, f"/v1/referrals/{referral_id}/moves")).body["details"]
    assert [one["code"] for move in moves if move["move"] == "decline" for one in move["reasons"]] == ["no_capacity"]
    assert (await world.move(FIRST, referral_id, "decline", {"reason": "no_capacity"})).status == 200


async def test_what_was_offered_under_an_agreement_is_taken_only_while_one_holds(world: World) -> None:
    today = calendar.today(world.now)
    await world.join(FIRST, agreement_until=today)
    need_id, referral_id = await world.offered(FIRST, NGO)
    world.advance(days=1)
    assert (await world.moves(FIRST, referral_id))[:2] == ["acknowledge", "decline"]
    refused = await world.move(FIRST, referral_id, "acceptance")
    assert (refused.status, refused.problem) == (409, "move-not-allowed") and "accept" not in refused.body["moves"]
    assert await world.states(need_id) == ("offering", ["offered"])  # it may be renewed before the deadline
    await world.join(FIRST, agreement_until=today + timedelta(days=1))
    assert (await world.move(FIRST, referral_id, "acceptance")).status == 200

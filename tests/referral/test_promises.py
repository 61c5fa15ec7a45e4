"""Policies as versions, and services that promise to be sooner, never later: taken at the offer and kept."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_contracts import directory_v1
from ihala_contracts.intake_v1 import Urgency
from ihala_referral import policy

from tests.referral.actors import FIRST, NGO, SECOND, SUNDAY, Actor
from tests.referral.racing import race_to_write
from tests.referral.test_working_time import ADMIN, DESK, HEAD, about, closed, put
from tests.referral.ticks import MONDAY, TUESDAY
from tests.referral.world import Answer, World

SERVICE = FIRST.organization_id  # the tests' directory gives a provider's one service its id
SOONER = {"urgent": {"decide": 2, "expire": 3, "levels": [1, 2, 2.5]}, "emergency": {"acknowledge": 1}}
OTHER = Actor("head-of-second", SECOND.organization_id, "nngo", HEAD.scopes)


async def known(world: World, service_id: UUID = SERVICE, organization_id: UUID = FIRST.organization_id) -> None:
    await world.deliver(directory_v1.ServiceChanged(
        service_id=service_id, organization_id=organization_id, status="active", restricted=False, need_codes=["housing.hlp"],
        governorates=["IQG15"], names={"en": "Service"}, changed_at=world.now,
    ))  # fmt: skip


async def promise(world: World, urgencies: dict[str, Any], version: int = 0, actor: Actor = HEAD) -> Answer:
    return await put(world, actor, f"/v1/services/{SERVICE}/policy", {"urgencies": urgencies}, version)


async def test_the_policies_are_listed_with_the_one_that_holds(world: World) -> None:
    [found] = (await world.get(FIRST, "/v1/policies")).body["items"]
    assert (found["version"], found["valid_from"], found["current"]) == (1, "2026-01-01", True)
    assert found["urgencies"]["emergency"]["time"] == "wall" and found["urgencies"]["urgent"]["levels"] == [1, 2, 3]


def test_a_version_holds_from_its_day_on(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    coming = replace(policy.policy(1), version=2, valid_from=date(2027, 1, 1))
    monkeypatch.setattr(policy, "_policies", lambda: {1: policy_1, 2: coming})
    policy_1 = replace(coming, version=1, valid_from=date(2026, 1, 1))
    assert [policy.current(day).version for day in (date(2026, 12, 31), date(2027, 1, 1))] == [1, 2]
    assert [one.version for one in policy.versions()] == [2, 1]


async def test_a_service_is_sooner_for_the_offers_after_its_promise(world: World) -> None:
    await known(world)
    _, before = await world.offered(FIRST, NGO, urgency="urgent")
    said = await promise(world, SOONER)
    assert (said.status, said.etag, said.body["holds"]["urgent"]["decide"], said.body["holds"]["routine"]["decide"]) == (200, '"1"', 2, 10)
    _, after = await world.offered(FIRST, NGO, urgency="urgent")
    _, emergency = await world.offered(FIRST, NGO, urgency="emergency")
    _, others = await world.offered(SECOND, NGO, urgency="urgent")
    rows = [await world.referral(one) for one in (before, after, emergency, others)]
    assert [row.service_policy for row in rows] == [None, 1, 1, None]
    assert [about(row.decide_by, TUESDAY) for row in rows] == [False, True, False, False]
    assert about(rows[2].acknowledge_by, SUNDAY + timedelta(hours=1))
    assert about(rows[1].level_3_at, TUESDAY + timedelta(hours=6, minutes=30)) is False and rows[1].level_3_at <= rows[1].expires_at


async def test_what_was_promised_is_kept_by_the_offer_and_what_was_said_later_is_not(world: World) -> None:
    await known(world)
    await promise(world, SOONER)
    _, referral_id = await world.offered(FIRST, NGO, urgency="urgent")
    assert (await promise(world, {}, 1)).body["versions"] == [2, 1]
    await closed(world, ADMIN, MONDAY.date())
    await world.tick()
    row = await world.referral(referral_id)
    assert row.service_policy == 1 and about(row.decide_by, TUESDAY + timedelta(days=1))
    _, later = await world.offered(FIRST, NGO, urgency="urgent")
    assert (await world.referral(later)).service_policy == 2


@pytest.mark.parametrize(
    ("urgency", "wrong", "pointer"),
    [
        ("urgent", {"decide": 3.1}, "/decide"),
        ("emergency", {"first_contact": 25}, "/first_contact"),
        ("routine", {"levels": [3, 7, 11]}, "/levels"),
        ("routine", {"levels": [3, 2, 5]}, ""),
        ("urgent", {"acknowledge": 1, "decide": 0.5}, ""),
        ("urgent", {"expire": 2.5}, ""),
    ],
)
async def test_a_service_is_never_later_and_its_order_makes_sense(world: World, urgency: str, wrong: dict[str, Any], pointer: str) -> None:
    await known(world)
    refused = await promise(world, {urgency: wrong})
    problem = "policy-looser" if pointer else "policy-out-of-order"  # of one time that is too late, or of several in no order
    assert (refused.status, refused.problem, refused.body["pointer"]) == (422, problem, f"#/urgencies/{urgency}{pointer}")


async def test_only_its_provider_and_its_office_promise_for_a_service(world: World) -> None:
    await known(world)
    assert (await promise(world, SOONER, actor=OTHER)).problem == "service-not-found"
    assert (await promise(world, SOONER, actor=DESK)).problem == "administrators-only"
    assert (await promise(world, SOONER, actor=FIRST)).status == 403
    assert (await put(world, HEAD, f"/v1/services/{uuid4()}/policy", {"urgencies": {}})).problem == "service-not-found"
    assert (await promise(world, SOONER, actor=ADMIN)).status == 200
    assert (await promise(world, SOONER)).problem == "stale"
    path = f"/v1/services/{SERVICE}/policy"
    assert (await world.get(HEAD, path)).etag == '"1"' and (await world.get(OTHER, path)).status == 404


def test_a_promise_later_than_an_older_policy_changes_nothing() -> None:
    timing = policy.current(date(2026, 11, 22)).of(Urgency.URGENT)
    assert timing.tightened({"decide": 99, "levels": [9, 9, 9]}) == timing
    begun = datetime(2026, 11, 22, 6, tzinfo=UTC)
    assert timing.tightened({"decide": 1}).after(begun, 1) == begun + timedelta(days=1)


async def test_of_two_who_promise_at_once_one_is_told_that_it_is_old(world: World) -> None:
    await known(world)
    first = """INSERT INTO service_policy (service_id, version, organization_id, urgencies, set_at, client_id)
               VALUES (:service, 1, :service, '{}', now(), 'somebody')"""
    both = (promise(world, {"routine": {"decide": days}}) for days in (5, 6))
    answers = await race_to_write(world, first, *both, service=SERVICE)
    assert sorted(answer.status for answer in answers) == [200, 412]

"""An attempt has one answer: the best place that is free, or nobody, and why."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_contracts.directory_v1 import NoPlaceFound, PlaceReleased, PlaceReserved, SealingKeyPublished
from ihala_contracts.intake_v1 import Sensitivity
from ihala_directory.commands import reservations
from ihala_kit import sealed
from ihala_kit.auth import Caller
from ihala_kit.ids import new_id

from tests.directory.world import (
    ALLOWANCE_AT,
    FACTS,
    GBV_AT,
    HLP_AT,
    OPERATOR,
    ORIGIN,
    TELAFAR,
    TELAFAR_AT,
    WLCO,
    ZUMMAR,
    ZUMMAR_AT,
    Case,
    World,
    only,
)

OFFICER = Caller("officer", OPERATOR, "operator", OPERATOR, roles=frozenset({"officer"}), cleared=True)


async def facts_of(world: World, case: Case, **more: Any) -> str | None:
    """Seal facts to directory as referral does: with its published key."""
    await sealed.rotation("directory", SealingKeyPublished).run(world.database)
    published = only(await world.said(), SealingKeyPublished)
    async with world.database.transaction(Caller.system("test")) as tx:
        await sealed.remember(tx, published)
        return await sealed.seal_for(tx, "directory", case.need_id, FACTS | more)


async def reserve(world: World, need_id: UUID | None, at: UUID, caller: Caller = OFFICER) -> UUID:
    """An officer's own reservation."""
    async with world.database.transaction(caller) as tx:
        return (await reservations.reserve(tx, caller, need_id, at)).id


def results(answer: PlaceReserved) -> dict[str, str]:
    return {one.code: one.result for one in answer.explanation}


async def test_the_nearest_place_with_a_reason_for_each_criterion(world: World) -> None:
    reserved = only(await world.tell(Case().request()), PlaceReserved)
    assert (reserved.organization_id, reserved.service_at_location_id, reserved.rank) == (TELAFAR, TELAFAR_AT, 1)
    assert results(reserved)["capacity"] == results(reserved)["agreement"] == results(reserved)["consent"] == "pass"
    assert results(reserved)["status"] == "unknown"
    assert reserved.disclosed_attributes == ["status"]
    assert reserved.district == "IQG15Q08"
    assert (await world.places(TELAFAR_AT))[1] == 1
    await world.balanced()


async def test_sealed_facts_decide_and_are_not_kept(world: World) -> None:
    case = Case()
    reserved = only(await world.tell(case.request(facts=await facts_of(world, case))), PlaceReserved)
    assert results(reserved)["status"] == "pass"
    case = Case()
    none = only(await world.tell(case.request(facts=await facts_of_again(world, case, status="group.host"))), NoPlaceFound)
    assert {one.code for one in none.failing} == {"origin", "status"}
    kept = await world.value("SELECT string_agg(explanation::text, '') FROM placement_answer")
    assert "returnee" not in kept and "group.host" not in kept


async def facts_of_again(world: World, case: Case, **more: Any) -> str | None:
    async with world.database.transaction(Caller.system("test")) as tx:
        return await sealed.seal_for(tx, "directory", case.need_id, FACTS | more)


async def test_an_employers_rule_on_status_of_before_counts_for_nobody_and_nothing_tells_of_it(world: World) -> None:
    await world.rows("""
        WITH employer AS (UPDATE organization SET kind = 'private' WHERE id = :id)
        UPDATE service SET rules = '{"statuses": ["group.idp"], "age_min": 16}' WHERE organization_id = :id RETURNING id
    """, id=TELAFAR)  # fmt: skip
    case = Case(district="IQG15Q08", recipients=[TELAFAR])
    asked = case.request(facts=await facts_of(world, case))  # of who came back from abroad: the rule would have refused them
    found = only(await world.tell(asked), PlaceReserved)
    assert (found.organization_id, found.disclosed_attributes, "status" in results(found)) == (TELAFAR, ["age"], False)
    again = only(await world.tell(asked, snapshot=True), PlaceReserved)
    assert again.disclosed_attributes == ["age"]


async def test_an_employer_takes_no_minor_whatever_its_rules_say_and_whoever_chose_it(world: World) -> None:
    await world.rows("UPDATE organization SET kind = 'private' WHERE id = :id RETURNING id", id=TELAFAR)
    case = Case(district="IQG15Q08", recipients=[TELAFAR])
    chosen = await reserve(world, case.need_id, TELAFAR_AT)
    asked = case.request(facts=await facts_of(world, case, age=16), preferred_reservation_id=chosen)
    assert "adult" in [one.code for one in only(await world.tell(asked), NoPlaceFound).failing]


async def test_facts_about_another_need_are_not_opened(world: World) -> None:
    token = await facts_of(world, Case())
    reserved = only(await world.tell(Case().request(facts=token)), PlaceReserved)
    assert results(reserved)["status"] == "unknown"
    only(await world.tell(Case().request(facts="not.a.token")), PlaceReserved)


async def test_asked_again_nothing_new_is_said(world: World) -> None:
    case = Case()
    only(await world.tell(case.request()), PlaceReserved)
    assert await world.tell(case.request()) == []  # another event for the same attempt
    assert (await world.places(TELAFAR_AT))[1] == 1
    second = only(await world.tell(case.request(attempt=2, excluded=[TELAFAR_AT])), PlaceReserved)
    assert second.service_at_location_id == ZUMMAR_AT


async def test_the_origins_own_organisation_is_never_offered_its_own_referral(world: World) -> None:
    for at in (TELAFAR_AT, ZUMMAR_AT, UUID("2aaaeac2-7bcc-5fd2-afdc-01278600ed93")):
        await world.set_places(at, 0)
    none = only(await world.tell(Case().request()), NoPlaceFound)
    assert none.candidates == 4
    assert {one.code for one in none.failing} == {"capacity", "origin"}
    reserved = only(await world.tell(Case(origin_id=uuid4()).request()), PlaceReserved)
    assert reserved.service_at_location_id == HLP_AT
    assert reserved.district is None  # that centre serves the whole governorate


async def test_only_whom_the_consent_names_and_nobody_whom_the_person_refused(world: World) -> None:
    named = only(await world.tell(Case().request(recipients=[ZUMMAR])), PlaceReserved)
    assert named.organization_id == ZUMMAR
    other = only(await world.tell(Case().request(objections=[TELAFAR])), PlaceReserved)
    assert other.organization_id == ZUMMAR
    none = only(await world.tell(Case().request(recipients=[uuid4()])), NoPlaceFound)
    assert [one.code for one in none.failing] == ["consent"]


@pytest.mark.parametrize(
    ("asked", "failing"),
    [
        ({"need_code": "health.disability"}, ["need"]),
        ({"governorate": "IQG01", "district": None}, ["area"]),
        ({"need_code": "housing.allowance", "excluded": [ALLOWANCE_AT]}, ["excluded"]),
    ],
)
async def test_nobody_and_why(world: World, asked: dict[str, Any], failing: list[str]) -> None:
    none = only(await world.tell(Case().request(**asked)), NoPlaceFound)
    assert [one.code for one in none.failing] == failing


async def test_the_last_place_then_the_next_best_then_nobody(world: World) -> None:
    await world.set_places(ALLOWANCE_AT, 1)
    only(await world.tell(Case(need_code="housing.allowance").request()), PlaceReserved)
    none = only(await world.tell(Case(need_code="housing.allowance").request()), NoPlaceFound)
    assert [one.code for one in none.failing] == ["capacity"]
    assert await world.places(ALLOWANCE_AT) == (1, 1, 0)


async def test_a_preferred_reservation_is_claimed_and_outlives_its_quarter_of_an_hour(world: World) -> None:
    case = Case()
    reservation = await reserve(world, case.need_id, ZUMMAR_AT)
    claimed = only(await world.tell(case.request(preferred_reservation_id=reservation)), PlaceReserved)
    assert (claimed.reservation_id, claimed.service_at_location_id) == (reservation, ZUMMAR_AT)
    assert await world.value("SELECT count(*) FROM due_work WHERE kind = 'release-unclaimed'") == 0
    assert await world.places(ZUMMAR_AT) == (400, 1, 0)
    released = only(await world.tell(case.cancel()), PlaceReleased)
    assert released.reservation_id == reservation


async def test_a_place_reserved_before_the_need_is_known_is_claimed_by_the_need_that_names_it(world: World) -> None:
    case, other = Case(), Case()
    reservation = await reserve(world, None, ZUMMAR_AT)
    claimed = only(await world.tell(case.request(preferred_reservation_id=reservation)), PlaceReserved)
    assert (claimed.reservation_id, claimed.need_id) == (reservation, case.need_id)
    second = only(await world.tell(other.request(preferred_reservation_id=reservation)), PlaceReserved)
    assert second.reservation_id != reservation
    await world.balanced()


async def test_who_is_asked_once_more_comes_first_if_it_serves_and_else_the_best_does(world: World) -> None:
    once_more = {"preferred_service_at_location_id": ZUMMAR_AT}
    assert only(await world.tell(Case().request()), PlaceReserved).service_at_location_id == TELAFAR_AT
    assert only(await world.tell(Case().request(**once_more)), PlaceReserved).service_at_location_id == ZUMMAR_AT
    excluded = Case().request(**once_more, excluded=[ZUMMAR_AT])
    assert only(await world.tell(excluded), PlaceReserved).service_at_location_id == TELAFAR_AT
    await world.set_places(ZUMMAR_AT, 1)
    assert only(await world.tell(Case().request(**once_more)), PlaceReserved).service_at_location_id == TELAFAR_AT


@pytest.mark.parametrize("what", ["unknown", "of another need", "of another operator", "of another kind of need", "excluded", "expired"])
async def test_a_preferred_reservation_that_does_not_hold_is_ranked_anew(world: World, what: str) -> None:
    case = Case()
    at = ALLOWANCE_AT if what == "of another kind of need" else ZUMMAR_AT
    stranger = Caller("other", uuid4(), "operator", None, roles=frozenset({"officer"}))
    reservation = await reserve(
        world, uuid4() if what == "of another need" else case.need_id, at, stranger if what == "of another operator" else OFFICER
    )
    if what == "expired":
        await world.rows("UPDATE reservation SET expires_at = expires_at - interval '16 minutes' RETURNING id")
    preferred = new_id() if what == "unknown" else reservation
    excluded = [ZUMMAR_AT] if what == "excluded" else []
    answer = only(await world.tell(case.request(preferred_reservation_id=preferred, excluded=excluded)), PlaceReserved)
    assert answer.reservation_id != preferred
    assert answer.service_at_location_id == TELAFAR_AT
    await world.balanced()


async def test_a_restricted_need_is_never_placed_by_itself(world: World) -> None:
    case = Case(need_code="protection", sensitivity=Sensitivity.RESTRICTED, facts=None)
    none = only(await world.tell(case.request()), NoPlaceFound)
    assert [one.code for one in none.failing] == ["preferred"]
    reservation = await reserve(world, case.need_id, GBV_AT)
    claimed = only(await world.tell(case.request(attempt=2, preferred_reservation_id=reservation, recipients=[WLCO])), PlaceReserved)
    assert claimed.organization_id == WLCO
    assert "violence" not in claimed.model_dump_json().lower()  # the event does not say what kind of protection


@pytest.mark.parametrize("at", [TELAFAR_AT, GBV_AT])
async def test_a_restricted_need_goes_to_a_named_and_cleared_receiver_alone(world: World, at: UUID) -> None:
    case = Case(need_code="protection", sensitivity=Sensitivity.RESTRICTED)
    reservation = await reserve(world, case.need_id, at)
    answered = await world.tell(case.request(preferred_reservation_id=reservation, recipients=[uuid4()]))
    only(answered, NoPlaceFound)
    assert (await world.places(at))[1] == 1  # still the officer's, for its quarter of an hour


async def test_a_standard_need_never_goes_to_a_restricted_service(world: World) -> None:
    case = Case()
    reservation = await reserve(world, case.need_id, GBV_AT)
    answer = only(await world.tell(case.request(preferred_reservation_id=reservation)), PlaceReserved)
    assert answer.service_at_location_id == TELAFAR_AT
    none = only(await world.tell(Case().request(need_code="protection.gbv")), NoPlaceFound)
    assert none.candidates == 0


async def test_a_cancelled_attempt_gives_its_place_back_once(world: World) -> None:
    case = Case()
    reserved = only(await world.tell(case.request()), PlaceReserved)
    released = only(await world.tell(case.cancel(reservation_id=reserved.reservation_id)), PlaceReleased)
    assert (released.reservation_id, released.reason) == (reserved.reservation_id, "cancelled")
    assert await world.tell(case.cancel()) == []
    assert await world.value("SELECT count(*) FROM overtaken") == 1
    assert (await world.places(TELAFAR_AT))[1] == 0


async def test_an_attempt_cancelled_before_it_was_read_is_answered_once_with_nothing(world: World) -> None:
    case = Case()
    assert await world.tell(case.cancel()) == []
    none = only(await world.tell(case.request()), NoPlaceFound)
    assert [one.code for one in none.failing] == ["cancelled"]
    assert await world.tell(case.request()) == []
    assert (await world.places(TELAFAR_AT))[1] == 0


async def test_an_agreement_that_ended_means_no_offer(world: World) -> None:
    await world.rows("UPDATE organization SET agreement_until = current_date - 1 WHERE id = :id RETURNING id", id=TELAFAR)
    assert only(await world.tell(Case().request()), PlaceReserved).organization_id == ZUMMAR


async def test_a_figure_that_is_old_ranks_lower(world: World) -> None:
    await world.rows("UPDATE service_at_location SET figure_at = figure_at - interval '31 days' WHERE id = :id RETURNING id", id=TELAFAR_AT)
    assert only(await world.tell(Case().request()), PlaceReserved).organization_id == ZUMMAR


async def test_a_batch_of_many_needs_is_answered_each(world: World) -> None:
    cases = [Case() for _ in range(60)]
    answers = await world.tell(*(case.request() for case in cases))
    assert {one.need_id for one in answers if isinstance(one, PlaceReserved)} == {case.need_id for case in cases}
    assert (await world.places(TELAFAR_AT))[1] == 40
    assert (await world.places(ZUMMAR_AT))[1] == 20
    assert ORIGIN not in {one.organization_id for one in answers if isinstance(one, PlaceReserved)}
    await world.balanced()

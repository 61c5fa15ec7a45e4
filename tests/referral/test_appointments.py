"""Appointments of the receiver with the person: by whom each step is made, when, and what becomes of them at the end."""

from datetime import timedelta
from uuid import UUID

import pytest
from ihala_contracts import referral_v1

from tests.referral.actors import CLEARED, COORDINATOR, FIRST, HLP, NGO, OFFICER, SECOND, Actor
from tests.referral.said import withdrawn
from tests.referral.test_schema import restricted_offer
from tests.referral.world import Answer, World

IN_A_DAY = {"starts_at": "2026-11-23T08:00:00Z", "ends_at": "2026-11-23T09:00:00Z", "place": "mosul-2"}
IN_TWO = {"starts_at": "2026-11-24T08:00:00Z"}
STEPS = {
    "confirmation": ({}, "confirmed"), "rescheduling": (IN_TWO, "proposed"), "attendance": ({"attended": True}, "attended"),
    "cancellation": ({}, "cancelled"),
}  # fmt: skip


async def proposed(world: World, referral_id: UUID, body: dict[str, str] = IN_A_DAY, actor: Actor = FIRST) -> Answer:
    return await world.post(actor, f"/v1/referrals/{referral_id}/appointments", body, None)


async def step(world: World, known: Answer, actor: Actor, what: str, body: object = None, version: int | None = None) -> Answer:
    path = f"/v1/referrals/{known.body['referral_id']}/appointments/{known.body['id']}/{what}"
    now = await world.value("SELECT version FROM appointment WHERE id = :id", id=UUID(known.body["id"]))
    return await world.post(actor, path, STEPS[what][0] if body is None else body, now if version is None else version)


async def test_proposed_confirmed_put_off_and_kept(world: World) -> None:
    _, referral_id = await world.accepted(origin=NGO)
    known = await proposed(world, referral_id)
    assert (known.status, known.body["state"], known.body["place"], known.etag) == (201, "proposed", "mosul-2", '"1"')
    confirmed = await step(world, known, NGO, "confirmation")
    assert (confirmed.status, confirmed.body["state"]) == (200, "confirmed")
    moved = await step(world, known, FIRST, "rescheduling")
    assert (moved.body["state"], moved.body["moved"], moved.body["starts_at"]) == ("proposed", 1, IN_TWO["starts_at"])
    assert (await step(world, known, OFFICER, "confirmation")).problem == "move-not-allowed"  # acts for centres alone
    assert (await step(world, known, COORDINATOR, "confirmation")).status == 200
    early = await step(world, known, FIRST, "attendance")
    assert (early.problem, early.body["moves"]) == ("appointment-move-not-allowed", ["reschedule", "cancel"])
    world.advance(days=2, hours=3)
    assert (await step(world, known, FIRST, "attendance")).body["state"] == "attended"
    states = [event.appointment_state for event in await world.all(referral_v1.AppointmentChanged)]
    assert states == ["proposed", "confirmed", "proposed", "confirmed", "attended"]
    for actor in (FIRST, NGO, OFFICER):
        [listed] = (await world.get(actor, f"/v1/referrals/{referral_id}/appointments")).body["items"]
        assert (listed["state"], listed["version"]) == ("attended", 5)


async def test_who_did_not_come_is_written_down(world: World) -> None:
    _, referral_id = await world.accepted(origin=NGO)
    known = await proposed(world, referral_id)
    world.advance(days=2)
    assert (await step(world, known, FIRST, "attendance", {"attended": False})).body["state"] == "no_show"
    again = await step(world, known, FIRST, "cancellation")
    assert (again.status, again.problem, again.body["moves"]) == (409, "appointment-move-not-allowed", [])


@pytest.mark.parametrize("what", STEPS)
async def test_each_step_is_made_by_its_side_and_by_nobody_else(world: World, what: str) -> None:
    _, referral_id = await world.accepted(origin=NGO)
    known = await proposed(world, referral_id)
    if what == "attendance":
        world.advance(days=2)
    before = await world.count()
    may = {"confirmation": {NGO, COORDINATOR}, "cancellation": {FIRST, NGO, COORDINATOR}}.get(what, {FIRST})
    for actor in {FIRST, NGO, COORDINATOR, SECOND, HLP} - may:
        assert (await step(world, known, actor, what)).status in ({404} if actor in (SECOND, HLP) else {403, 409})
    assert await world.count() == before
    assert (await step(world, known, FIRST, what, version=7)).problem in ("stale", "insufficient-scope", "move-not-allowed")
    assert (await step(world, known, sorted(may, key=lambda one: one.name)[0], what)).body["state"] == STEPS[what][1]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"starts_at": "2026-11-21T08:00:00Z"}, "date-not-allowed"),
        ({"starts_at": "2028-11-21T08:00:00Z"}, "date-not-allowed"),
        ({"starts_at": "2026-11-23T08:00:00Z", "ends_at": "2026-11-23T08:00:00Z"}, "malformed-request"),
        ({"starts_at": "2026-11-23T08:00:00"}, "malformed-request"),
        ({"starts_at": "2026-11-23T08:00:00Z", "place": "Street 5, house of Ali"}, "malformed-request"),
    ],
)
async def test_a_time_lies_ahead_and_a_place_is_a_code(world: World, body: dict[str, str], problem: str) -> None:
    _, referral_id = await world.accepted(origin=NGO)
    assert (await proposed(world, referral_id, body)).problem == problem
    assert await world.all(referral_v1.AppointmentChanged) == []


async def test_nobody_is_called_in_before_the_acceptance(world: World) -> None:
    _, referral_id = await world.offered(origin=NGO)
    assert (await proposed(world, referral_id)).problem == "move-not-allowed"


async def test_the_end_of_the_referral_takes_its_appointments_back(world: World) -> None:
    need_id, referral_id = await world.accepted(origin=NGO)
    known = await proposed(world, referral_id)
    kept = await proposed(world, referral_id, IN_TWO)
    await step(world, kept, FIRST, "cancellation")
    out = await world.deliver(withdrawn(world, need_id))
    said = [event for event in out if isinstance(event, referral_v1.AppointmentChanged)]
    assert [(str(event.appointment_id), event.appointment_state) for event in said] == [(known.body["id"], "cancelled")]


async def test_of_a_restricted_referral_there_is_a_time_but_no_place(world: World) -> None:
    need_id = await restricted_offer(world)
    [row] = await world.rows("SELECT id FROM referral WHERE need_id = :need", need=need_id)
    await world.move(CLEARED, row.id, "acceptance")
    assert (await proposed(world, row.id, IN_A_DAY, CLEARED)).problem == "said-by-voice"
    assert (await proposed(world, row.id, IN_TWO, CLEARED)).status == 201
    assert (await world.get(NGO, f"/v1/referrals/{row.id}/appointments")).status == 404
    assert (await world.last(referral_v1.AppointmentChanged)).starts_at - world.now < timedelta(days=3)

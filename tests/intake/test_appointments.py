"""Appointments: made, found in the office's calendar, moved, kept, missed, cancelled; never two for one officer at a time."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.intake.actors import COORDINATOR, HLP, OFFICER, OTHER_COORDINATOR, STRANGER
from tests.intake.casework import NOOR, ZAINAB, done, finished, opened
from tests.intake.house import Answer, House
from tests.intake.samples import NOTE, need

MONDAY = (datetime.now(UTC) + timedelta(days=10)).replace(hour=7, minute=0, second=0, microsecond=0)


def at(after: int, **changes: Any) -> dict[str, Any]:
    """Return an appointment so many minutes after Monday's first."""
    begins_at = (MONDAY + timedelta(minutes=after)).isoformat()
    return {"begins_at": begins_at, "minutes": 30, "purpose": "assessment", "officer": "zainab-7", **changes}


async def made(house: House, case_id: str, body: dict[str, Any]) -> Answer:
    return await house.post(f"/v1/cases/{case_id}/appointments", ZAINAB, body)


async def act(house: House, appointment: Answer, what: str, body: dict[str, Any]) -> Answer:
    return await house.post(f"/v1/appointments/{appointment.body['appointment_id']}/{what}", ZAINAB, body, if_match=appointment.etag)


async def test_an_appointment_stands_in_the_offices_calendar(house: House) -> None:
    office = str(uuid4())
    case_id = await opened(house, office_id=office)
    await done(house, case_id, "assignment", NOOR, {"officer": "zainab-7"})
    answer = await made(house, case_id, at(0, officer=None, note=NOTE, interpreter="kmr"))
    assert (answer.status, answer.body["officer"], answer.body["office_id"], answer.body["note"]) == (201, "zainab-7", office, NOTE)
    span = f"since={(MONDAY - timedelta(days=1)).isoformat()}&until={(MONDAY + timedelta(days=1)).isoformat()}".replace("+", "%2B")
    for query in (span, f"{span}&office_id={office}", f"{span}&officer=zainab-7"):
        [one] = (await house.get(f"/v1/appointments?{query}", OFFICER)).body["items"]
        assert (one["appointment_id"], one["note"], one["interpreter"]) == (answer.body["appointment_id"], None, "kmr")
    for query in (f"{span}&officer=karim-2", f"{span}&state=kept", f"{span}&office_id={uuid4()}", "officer=zainab-7"):
        assert (await house.get(f"/v1/appointments?{query}", OFFICER)).body["items"] == [], query
    assert len((await house.get(f"/v1/cases/{case_id}/appointments", OFFICER)).body["items"]) == 1
    for actor in (HLP, STRANGER, OTHER_COORDINATOR):
        assert (await house.get(f"/v1/appointments?{span}", actor)).body["items"] == []
        assert (await house.get(f"/v1/appointments/{answer.body['appointment_id']}", actor)).status == 404
        assert (await house.get(f"/v1/cases/{case_id}/appointments", actor)).status == 404


async def test_an_officer_sees_one_person_at_a_time(house: House) -> None:
    case_id = await opened(house)
    first = await made(house, case_id, at(0))
    for minutes, status in ((0, 409), (29, 409), (-29, 409), (30, 201), (-30, 201)):
        answer = await made(house, case_id, at(minutes))
        assert answer.status == status, minutes
        assert status == 201 or answer.slug == "officer-not-free"
    assert (await made(house, case_id, at(0, officer="karim-2"))).status == 201
    moved = await act(house, first, "change", {"begins_at": at(90)["begins_at"], "minutes": 45})
    assert (moved.status, moved.body["minutes"], moved.etag) == (200, 45, '"2"')
    assert (await act(house, moved, "change", {"begins_at": at(100)["begins_at"], "minutes": 45})).status == 200  # over its own time
    assert (await made(house, case_id, at(0))).status == 201


async def test_two_desks_that_ask_for_the_same_time_at_once_do_not_both_get_it(house: House) -> None:
    case_id = await opened(house)
    both = await asyncio.gather(*(made(house, case_id, at(0)) for _ in range(4)))
    assert sorted(answer.status for answer in both) == [201, 409, 409, 409]


async def test_whether_the_person_came_is_known_only_afterwards(house: House) -> None:
    case_id = await opened(house)
    first, second, third = [await made(house, case_id, at(minutes)) for minutes in (0, 30, 60)]
    assert (await act(house, first, "result", {"result": "kept"})).slug == "appointment-not-yet"
    cancelled = await act(house, third, "cancellation", {"reason": "road_closed"})
    assert (cancelled.body["state"], cancelled.body["reason"]) == ("cancelled", "road_closed")
    await house.later(timedelta(days=11))
    assert (await act(house, first, "result", {"result": "kept"})).body["state"] == "kept"
    assert (await act(house, second, "result", {"result": "missed"})).body["state"] == "missed"
    for one in (first, second, third):
        assert (await act(house, one, "result", {"result": "kept"})).status == 412
        again = await house.get(f"/v1/appointments/{one.body['appointment_id']}", OFFICER)
        assert (await act(house, again, "cancellation", {"reason": "other"})).slug == "appointment-over"


async def test_a_time_that_cannot_be_is_refused(house: House) -> None:
    case_id = await opened(house)
    for bad, pointer in (
        ({"begins_at": "2020-01-01T08:00:00Z"}, "#/begins_at"), ({"begins_at": "2090-01-01T08:00:00Z"}, "#/begins_at"),
        ({"begins_at": "2027-02-30T08:00:00Z"}, "#/begins_at"), ({"begins_at": "2027-01-04T08:00:00"}, "#/begins_at"),
        ({"minutes": 0}, "#/minutes"), ({"minutes": 10_000}, "#/minutes"), ({"officer": "Officer Hassan"}, "#/officer"),
        ({"interpreter": "her brother"}, "#/interpreter"), ({"purpose": "protection.gbv"}, "#/purpose"),
    ):  # fmt: skip
        answer = await made(house, case_id, at(0, **bad))
        assert (answer.status, answer.slug, answer.body["errors"][0]["pointer"]) == (422, "malformed-request", pointer), bad
    for since in ("0001-01-01T00:00:00%2B03:00", "9999-12-31T00:00:00Z"):
        assert (await house.get(f"/v1/appointments?since={since}", OFFICER)).slug == "malformed-request"
    await finished(house, case_id)
    await done(house, case_id, "closure", NOOR, {"reason": "goals_reached", "recorded_by": "x"})
    assert (await made(house, case_id, at(0))).slug == "case-closed"


async def test_appointments_of_a_restricted_case_show_to_the_cleared_alone(house: House) -> None:
    case_id = await opened(house, COORDINATOR, need("protection.gbv"))
    answer = await house.post(f"/v1/cases/{case_id}/appointments", NOOR, at(0))
    assert answer.status == 201, answer.body
    span = f"since={(MONDAY - timedelta(days=1)).isoformat()}".replace("+", "%2B")
    assert len((await house.get(f"/v1/appointments?{span}", COORDINATOR)).body["items"]) == 1
    assert (await house.get(f"/v1/appointments?{span}", OFFICER)).body["items"] == []
    assert (await house.get(f"/v1/appointments/{answer.body['appointment_id']}", OFFICER)).status == 404
    assert (await house.post(f"/v1/cases/{case_id}/appointments", ZAINAB, at(0))).status == 404
    assert (await made(house, await opened(house), at(0))).status == 201  # no hint that she is busy

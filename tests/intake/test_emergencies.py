"""Emergencies: taken only where somebody is on duty, refused and taken alike with whom to call at once."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_contracts.directory_v1 import OrganizationJoined, OrganizationSuspended, ServiceChanged
from ihala_contracts.intake_v1 import NeedChanged, NeedIdentified
from ihala_contracts.referral_v1 import DutyRosterChanged

from tests.intake.actors import CLEARED_PROVIDER, HLP, MOMD, OFFICER, OTHER_COORDINATOR, OTHER_OPERATOR, PROVIDER, Actor
from tests.intake.casework import opened
from tests.intake.house import Answer, House
from tests.intake.samples import consent, need, request
from tests.intake.story import asked
from tests.intake.test_hand_overs import answered, neighbour, offered

HOSPITAL = UUID("01940000-0000-7000-8000-00000000cafe")
OFFICE = {"kind": "operator", "organization_id": str(MOMD), "names": {"en": "The office"}, "phones": ["+964 60 000 0000"]}
CALLED = {
    "kind": "service", "organization_id": str(CLEARED_PROVIDER.organization_id), "names": {"en": "Hospital"}, "phones": ["122"],
}  # fmt: skip


async def join(house: House, organization_id: UUID, kind: str, **more: Any) -> None:
    good = {"names": {"en": "The office"}, "operator_id": MOMD, "joined_at": house.database.clock.now()}
    await house.deliver(OrganizationJoined(**{"organization_id": organization_id, "kind": kind, **good, **more}))


async def open_hospital(house: House, owner: Actor = CLEARED_PROVIDER, **more: Any) -> None:
    good: dict[str, Any] = {
        "service_id": HOSPITAL, "organization_id": owner.organization_id, "status": "active", "restricted": False,
        "need_codes": ["health.medical"], "governorates": ["IQG15"], "names": {"en": "Hospital"}, "always_open": True, "phones": ["122"],
        "changed_at": house.database.clock.now(),
    }  # fmt: skip
    await house.deliver(ServiceChanged(**good | more))


@pytest.fixture
async def town(house: House) -> House:
    """An office with a phone, a cleared hospital that is always open."""
    await join(house, MOMD, "operator", phone="+964 60 000 0000")
    await join(house, CLEARED_PROVIDER.organization_id, "state", cleared=True)
    await join(house, PROVIDER.organization_id, "nngo")
    await open_hospital(house)
    return house


async def nobody_on_duty(house: House, operator_id: UUID = MOMD) -> None:
    at = house.database.clock.now()
    roster = await house.scalar("SELECT count(*) FROM duty_cover")
    assert roster == 1, "the fixture has one"
    await house.deliver(DutyRosterChanged(roster_id=uuid4(), operator_id=operator_id, governorate="IQG15", changed_at=at))


def emergency(code: str = "health.medical", **more: Any) -> dict[str, Any]:
    return request(need(code, "emergency"), **more)


async def ask(house: House, actor: Actor = HLP, **more: Any) -> Answer:
    return await house.post("/v1/requests", actor, emergency(**more))


async def test_an_emergency_is_answered_at_once_with_whom_to_call(town: House) -> None:
    answer = await ask(town)
    assert (answer.status, answer.body["call_now"]) == (202, [CALLED, OFFICE])
    assert any(isinstance(event, NeedIdentified) for event in await town.events())


async def test_the_same_request_again_is_told_the_same(town: House) -> None:
    body = emergency()
    first, second = [await town.post("/v1/requests", HLP, body) for _ in range(2)]
    assert first.body["request_id"] == second.body["request_id"]
    assert second.body["call_now"] == [CALLED, OFFICE]


async def test_what_is_no_emergency_tells_nobody_to_call(town: House) -> None:
    await nobody_on_duty(town)
    answer = await town.post("/v1/requests", HLP, request(need("health.medical", "urgent")))
    assert (answer.status, answer.body["call_now"]) == (202, [])


async def test_without_anybody_on_duty_an_emergency_is_refused_with_whom_to_call(town: House) -> None:
    await nobody_on_duty(town)
    answer = await ask(town)
    assert (answer.status, answer.slug, answer.body["call_now"]) == (409, "no-duty-roster", [CALLED, OFFICE])
    assert await town.events() == []
    assert await town.scalar("SELECT count(*) FROM need") == 0


async def test_the_roster_counts_at_the_instant(town: House) -> None:
    await town.later(timedelta(days=366))
    assert (await ask(town)).slug == "no-duty-roster"
    await town.cover(MOMD, "IQG15")
    assert (await ask(town)).status == 202


async def test_it_is_the_roster_of_the_operator_that_will_own_the_case(town: House) -> None:
    assert (await ask(town, OTHER_COORDINATOR)).slug == "no-duty-roster"
    await town.cover(OTHER_OPERATOR, "IQG15")
    assert (await ask(town, OTHER_COORDINATOR)).status == 202
    elsewhere = {"call_name": "A", "place": "IQG13"}
    assert (await ask(town, person=elsewhere, household=None, identifiers=[])).slug == "no-duty-roster"


async def test_in_a_batch_only_the_emergency_is_refused(town: House) -> None:
    await nobody_on_duty(town)
    bodies = [emergency(identifiers=[]), request(need("health.medical", "urgent"), identifiers=[])]
    items = (await town.post("/v1/requests/batch", HLP, {"requests": bodies})).body["items"]
    assert [item["status"] for item in items] == [409, 202]


async def test_who_refuses_consent_gets_information_without_a_roster(town: House) -> None:
    await nobody_on_duty(town)
    answer = await ask(town, consent=consent(given=False, categories=[]))
    assert (answer.status, answer.body["information_only"]) == (202, True)


async def test_who_agrees_after_all_is_told_whom_to_call_where_nobody_is_on_duty(town: House) -> None:
    await nobody_on_duty(town)
    [one] = (await ask(town, consent=consent(given=False, categories=[]))).body["needs"]
    path, says = f"/v1/consents/{one['consent_id']}/revisions", consent()
    refused = await town.post(path, OFFICER, says, if_match='"1"')
    assert (refused.status, refused.slug, refused.body["call_now"]) == (409, "no-duty-roster", [CALLED, OFFICE])
    assert [type(event) for event in await town.events()].count(NeedIdentified) == 0
    version = await town.scalar("SELECT version FROM need WHERE id = :id", id=one["need_id"])
    correction = {"urgency": "urgent"}
    assert (await town.post(f"/v1/needs/{one['need_id']}/correction", OFFICER, correction, if_match=f'"{version}"')).status == 200
    assert (await town.post(path, OFFICER, says, if_match='"1"')).status == 201
    assert [type(event) for event in await town.events()].count(NeedIdentified) == 1


async def test_a_need_becomes_an_emergency_only_where_somebody_is_on_duty(town: House) -> None:
    story = await asked(town, HLP, needs=[need("health.medical", "urgent")])
    await nobody_on_duty(town)
    path = f"/v1/needs/{story.need_id}/correction"
    refused = await town.post(path, OFFICER, {"urgency": "emergency"}, if_match='"1"')
    assert (refused.status, refused.slug, refused.body["call_now"]) == (409, "no-duty-roster", [CALLED, OFFICE])
    await town.cover(MOMD, "IQG15")
    assert (await town.post(path, OFFICER, {"urgency": "emergency"}, if_match='"1"')).status == 200
    await nobody_on_duty(town)  # what was taken stays an emergency, whatever else is corrected
    assert (await town.post(path, OFFICER, {"urgency": "emergency", "person": {"sex": "female"}}, if_match='"2"')).status == 200
    assert any(isinstance(event, NeedChanged) for event in await town.events())


async def test_an_emergency_moves_only_to_where_somebody_is_on_duty(town: House) -> None:
    story = await asked(town, HLP, needs=[need("health.medical", "emergency"), need()], household=None)
    person_id = await town.scalar("SELECT person_id FROM need WHERE id = :id", id=story.need_id)
    corrected, changed = f"/v1/needs/{story.need_id}/correction", f"/v1/persons/{person_id}"
    refused = [
        await town.post(corrected, OFFICER, {"place": "IQG13"}, if_match='"1"'),
        await town.call("PATCH", changed, OFFICER, {"place": "IQG13"}, if_match='"1"'),
    ]
    assert [(one.status, one.slug) for one in refused] == [(409, "no-duty-roster")] * 2
    assert refused[0].body["call_now"] == [OFFICE]
    assert (await town.get(changed, OFFICER)).body["place"] == "IQG15Q08N01"
    assert await town.events() == []
    same = await town.call("PATCH", changed, OFFICER, {"place": "IQG15"}, if_match='"1"')  # there it was taken
    assert same.status == 200
    moved = await town.post(corrected, OFFICER, {"place": "IQG13", "urgency": "urgent"}, if_match='"2"')
    assert (moved.status, moved.body["urgency"], moved.body["governorate"]) == (200, "urgent", "IQG13")


@pytest.mark.parametrize(
    "change",
    [
        {"always_open": False, "phones": []},
        {"phones": []},
        {"status": "paused"},
        {"restricted": True, "hidden": True, "need_codes": ["protection"]},
        {"hidden": True},
        {"need_codes": ["housing.hlp"]},
        {"governorates": ["IQG13"]},
        {"organization_id": PROVIDER.organization_id},  # not cleared
    ],
)
async def test_only_cleared_public_services_that_are_always_open_are_named(town: House, change: dict[str, Any]) -> None:
    await open_hospital(town, **change)
    assert (await ask(town)).body["call_now"] == [OFFICE]


async def test_a_suspended_provider_is_not_called(town: House) -> None:
    said = {"reason": "audit", "suspended_at": town.database.clock.now()}
    await town.deliver(OrganizationSuspended(organization_id=CLEARED_PROVIDER.organization_id, **said))
    assert (await ask(town)).body["call_now"] == [OFFICE]


async def test_for_a_restricted_need_the_office_alone_is_named(town: House) -> None:
    answer = await town.post("/v1/requests", OFFICER, emergency("protection.gbv", identifiers=[]))
    assert (answer.status, [one["kind"] for one in answer.body["call_now"]]) == (202, ["operator"])


async def test_another_operator_takes_an_emergency_over_only_where_it_has_somebody_on_duty(town: House) -> None:
    await neighbour(town)
    made = await offered(town, await opened(town, OFFICER, need("health.medical", "emergency")))
    refused = await answered(town, made, "acceptance")
    assert (refused.status, refused.slug, refused.body["call_now"]) == (409, "no-duty-roster", [CALLED])
    await town.cover(OTHER_OPERATOR, "IQG15")
    assert (await answered(town, made, "acceptance")).status == 200

"""Steps of the ways in: one of everything that may wait, be held or be sent."""

from datetime import UTC, datetime
from typing import Any

from ihala_contracts.directory_v1 import OrganizationJoined

from tests.intake.actors import ANYBODY, COORDINATOR, MOMD, NGO, PROGRAMME, Actor
from tests.intake.house import House
from tests.intake.samples import NOTE, OFFICER_NAME, PHONE, person

HOST = NGO.but(scopes=(*NGO.scopes, "intake:occasion"))
SHEET = f"call_name,given_name,place,phone,needs,note,consent_given,consent_categories,consent_language,consent_how,consent_recorded_by\n\
أم يوسف,زينب,IQG15Q08N01,{PHONE},housing.hlp,{NOTE},yes,identity,ar,spoken,{OFFICER_NAME}\nزينب,شيرين,XX,,,,,,,,\n"


async def one_operator(house: House) -> None:
    """Let the directory say that there is one operator."""
    joined = OrganizationJoined(organization_id=MOMD, kind="operator", names={}, operator_id=MOMD, joined_at=datetime.now(UTC))
    await house.deliver(joined)


async def announced(house: House) -> str:
    """Announce somebody; return the arrival's id."""
    said = person()
    who = {name: said[name] for name in ("call_name", "given_name", "father_name", "family_name", "phones", "language_spoken")}
    body = {
        "person": who,
        "governorate": "IQG15",
        "agreed": True,
        "agreed_in": "ar",
        "identifier": {"system": "rp", "value": "IQG15Q08N01"},
    }
    await expect(house, "/v1/arrivals", PROGRAMME, body, 202)
    return str(await house.scalar("SELECT id FROM waiting WHERE kind = 'arrival' ORDER BY received_at DESC"))


async def plan_sent(house: House) -> str:
    """Send the plan that was made with who was announced; return its id."""
    said = {
        "about": {"system": "rp", "value": "IQG15Q08N01"}, "programme": {"system": "rp", "value": "HLP-2025-0815", "name": NOTE},
        "goals": [{"code": "work.business", "text": NOTE, "steps": [{"stage": "business", "text": NOTE, "ref": "1"}]}],
        "agreed": True, "agreed_in": "ar",
    }  # fmt: skip
    await expect(house, "/v1/plans/programme", PROGRAMME.but(scopes=("intake:plan",)), said, 202)
    return str(await house.scalar("SELECT id FROM programme_plan"))


async def called(house: House) -> str:
    """Ask to be called; return the call-back's id."""
    await expect(house, "/v1/requests/self", ANYBODY, {"call_name": "أم يوسف", "number": PHONE, "place": "IQG15Q08N01"}, 202)
    return str(await house.scalar("SELECT id FROM waiting WHERE kind = 'call_back'"))


async def held(house: House, kind: str = "community_forum") -> str:
    """Hold an occasion; return its id."""
    body = {"kind": kind, "name": NOTE, "place": "IQG15Q08", "held_on": "2026-11-01"}
    return str((await expect(house, "/v1/occasions", HOST, body, 201))["occasion_id"])


async def concerned(house: House, occasion_id: str) -> str:
    """File a concern; return its id."""
    filed = await expect(house, f"/v1/occasions/{occasion_id}/concerns", HOST, {"code": "basic.water", "note": NOTE}, 201)
    return str(filed["concern_id"])


async def file_sent(house: House, actor: Actor = NGO) -> str:
    """Send a sheet with a good and a bad row, and have it taken; return the file's id."""
    headers = actor.headers(house.mint) | {"Content-Type": "text/csv", "Idempotency-Key": f"sheet-{actor.client_id}"}
    async with house.session.post("/v1/requests/imports?system=ngo.sheet", data=SHEET.encode(), headers=headers) as answer:
        assert answer.status == 202
        file_id = str((await answer.json())["id"])
    await house.work()
    return file_id


async def people_come_in(house: House) -> None:
    """Everything that can happen on the ways in happens; what waits goes on waiting."""
    await one_operator(house)
    for waiting in (f"/v1/arrivals/{await announced(house)}", f"/v1/requests/self/{await called(house)}"):
        seen = await house.get(waiting, COORDINATOR)
        assert (seen.status, seen.body["person"]["call_name"]) == (200, "أم يوسف")
    plan = await house.get(f"/v1/plans/programme/{await plan_sent(house)}", COORDINATOR)
    assert plan.body["goals"][0]["text"] == NOTE
    occasion_id = await held(house)
    concern_id = await concerned(house, occasion_id)
    path = f"/v1/occasions/{occasion_id}/concerns/{concern_id}/answer"
    answered = await house.post(path, COORDINATOR, {"state": "closed", "answer": NOTE}, if_match='"1"')
    assert answered.status == 200
    await file_sent(house)
    assert await house.scalar("SELECT taken + refused FROM request_file") == 2


async def expect(house: House, path: str, actor: Actor, body: dict[str, Any], status: int) -> dict[str, Any]:
    """Send a body; return what came back with this status."""
    answer = await house.post(path, actor, body)
    assert answer.status == status, answer.body
    return dict(answer.body)

"""Every route of case work as every kind of caller, all of them with every scope: nothing changes for a stranger."""

from typing import Any
from uuid import uuid4

from ihala_intake.api import appointments, attachments, cases, complaints, hand_overs

from tests.intake.actors import ALL_SCOPES, COORDINATOR, HLP, OFFICER, OTHER_COORDINATOR, PROVIDER, STRANGER, Actor
from tests.intake.casework import TOLD
from tests.intake.casework_lives import cases_live
from tests.intake.house import House

WHO: dict[str, Actor | None] = {
    "operator": COORDINATOR, "other operator": OTHER_COORDINATOR, "provider": PROVIDER, "stranger": STRANGER, "ministry": HLP,
    "nobody": None,
}  # fmt: skip
NOT_FOUND = {"operator": 200, "other operator": 404, "provider": 404, "stranger": 404, "ministry": 404, "nobody": 401}
EMPTY = dict.fromkeys(NOT_FOUND, 200) | {"nobody": 401}
READS: dict[str, dict[str, int]] = {
    "/v1/cases": EMPTY,
    "/v1/cases/{case}": {},
    "/v1/cases/{case}/steps": {},
    "/v1/cases/{case}/appointments": {},
    "/v1/cases/{case}/attachments": {},
    "/v1/hand-overs": EMPTY,
    "/v1/hand-overs/{hand_over}": {"other operator": 200},
    "/v1/appointments": EMPTY,
    "/v1/appointments/{appointment}": {},
    "/v1/complaints": EMPTY,
    "/v1/complaints/{complaint}": {},
    "/v1/complaints/{sensitive}": {"operator": 404},
    "/v1/attachments/{attachment}": {},
    "/v1/attachments/{attachment}/content": {},
}
WRITES: dict[str, tuple[Any, dict[str, int]]] = {
    "/v1/cases/{case}/assignment": ({"officer": "karim-2"}, {}),
    "/v1/cases/{case}/office": ({"office_id": str(uuid4()), **TOLD}, {}),
    "/v1/cases/{case}/closure": ({"reason": "other", "recorded_by": "x"}, {"operator": 409}),
    "/v1/cases/{case}/closure-refusal": (None, {"operator": 409}),
    "/v1/cases/{case}/reopening": ({"reason": "other"}, {"operator": 409}),
    "/v1/cases/{case}/hand-over": (
        {"to_operator_id": str(uuid4()), "with_history": True, "agreed": True, **TOLD},
        {"operator": 422},
    ),
    "/v1/cases/{case}/appointments": ({"begins_at": "2090-01-01T08:00:00Z", "purpose": "other"}, {"operator": 422}),
    "/v1/cases/{case}/attachments": ({"purpose": "photo", "media_type": "image/png", "size": 9}, {"operator": 201}),
    "/v1/hand-overs/{hand_over}/acceptance": ({}, {"operator": 404, "other operator": 412}),
    "/v1/hand-overs/{hand_over}/refusal": ({"reason": "other"}, {"operator": 404, "other operator": 412}),
    "/v1/hand-overs/{hand_over}/taking-back": (None, {"operator": 412}),
    "/v1/appointments/{appointment}/change": ({"begins_at": "2090-01-01T08:00:00Z"}, {"operator": 412}),
    "/v1/appointments/{appointment}/cancellation": ({"reason": "other"}, {"operator": 412}),
    "/v1/appointments/{appointment}/result": ({"result": "kept"}, {"operator": 412}),
    "/v1/complaints/{complaint}/handling": ({"handler": "karim-2"}, {"operator": 412}),
    "/v1/complaints/{complaint}/resolution": ({"outcome": "noted"}, {"operator": 412}),
    "/v1/complaints/{sensitive}/handling": ({"handler": "karim-2"}, {"operator": 404}),
    "/v1/complaints/{sensitive}/resolution": ({"outcome": "noted"}, {"operator": 404}),
    "/v1/attachments/{attachment}/completion": (None, {"operator": 412}),
    "/v1/attachments/{attachment}/removal": ({"reason": "wrong_case"}, {"operator": 412}),
    "/v1/complaints": ({"topic": "quality", "text": "x"}, dict.fromkeys(NOT_FOUND, 202) | {"nobody": 401}),
}
OLD = '"99"'


def everything(actor: Actor | None) -> Actor | None:
    return actor and actor.but(scopes=(*ALL_SCOPES, "intake:contact"), roles=("coordinator",), cleared=True)


async def test_every_read(house: House) -> None:
    known = await cases_live(house)
    for path, expected in READS.items():
        for name, actor in WHO.items():
            async with house.session.get(path.format(**known), headers=everything(actor).headers(house.mint) if actor else {}) as answer:  # type: ignore[union-attr]
                assert answer.status == (NOT_FOUND | expected)[name], (path, name)
                held = await answer.text() if answer.content_type == "application/json" else ""
                assert name in ("operator", "other operator") or not [one for one in known.values() if one in held], (path, name)


async def test_every_write(house: House) -> None:
    known = await cases_live(house)
    version = await house.scalar("SELECT version FROM case_file WHERE id = :id", id=known["case"])
    for path, (body, expected) in WRITES.items():
        for name in ("nobody", "provider", "stranger", "ministry", "other operator", "operator"):
            current = await house.scalar("SELECT version FROM case_file WHERE id = :id", id=known["case"])
            if_match = f'"{current}"' if "/cases/" in path else OLD
            before = await _rows(house)
            answer = await house.post(path.format(**known), everything(WHO[name]), body, if_match=if_match)
            assert answer.status == (NOT_FOUND | expected)[name], (path, name, answer.body)
            assert answer.status < 300 or await _rows(house) == before, (path, name)
    assert await house.scalar("SELECT version FROM case_file WHERE id = :id", id=known["case"]) == version + 2


async def _rows(house: House) -> Any:
    return await house.scalar(
        "SELECT array[(SELECT count(*) FROM case_step), (SELECT count(*) FROM outbox), (SELECT count(*) FROM attachment)]"
    )


def test_no_route_was_forgotten() -> None:
    routers = (cases.router, hand_overs.router, appointments.router, complaints.router, attachments.router)
    tried = {path.replace("{case}", "{case_id}").replace("{sensitive}", "{complaint}") for path in (*READS, *WRITES)}
    for name in ("hand_over", "appointment", "complaint", "attachment"):
        tried = {path.replace(f"{{{name}}}", f"{{{name}_id}}") for path in tried}
    paths = {route.path for router in routers for route in router.routes}  # type: ignore[attr-defined]
    assert paths - tried == {
        "/v1/attachments/{attachment_id}/parts/{n}",  # test_attachments tries it
        "/v1/complaints/topics",  # a list that is nobody's: test_complaints
    }


async def test_without_its_scope_no_route_answers(house: House) -> None:
    known = await cases_live(house)
    bare = OFFICER.but(scopes=("intake:withdraw",))
    for path in READS:
        assert (await house.get(path.format(**known), bare)).status == 403, path
    for path, (body, _) in WRITES.items():
        assert (await house.post(path.format(**known), bare, body, if_match=OLD)).status == 403, path

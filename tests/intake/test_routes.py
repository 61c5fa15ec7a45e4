"""Every route as origin, operator, provider, stranger, another operator and nobody, all of them with every scope."""

from typing import Any

from tests.intake.actors import ALL_SCOPES, COORDINATOR, HLP, NGO, OTHER_COORDINATOR, PROVIDER, STRANGER, Actor
from tests.intake.house import House
from tests.intake.samples import consent
from tests.intake.story import Story, accepted, served

WHO: dict[str, Actor | None] = {
    "origin": NGO, "operator": COORDINATOR, "provider": PROVIDER, "stranger": STRANGER, "other operator": OTHER_COORDINATOR,
    "ministry": HLP, "nobody": None,
}  # fmt: skip
FOREIGN = {"provider": 404, "stranger": 404, "other operator": 404, "ministry": 404, "nobody": 401}
# How each route answers: origin, operator, and everybody else unless said otherwise.
READS: dict[str, dict[str, int]] = {
    "/v1/requests/{request}": {"origin": 200, "operator": 200},
    "/v1/needs/{need}": {"origin": 404, "operator": 200},
    "/v1/needs/{need}/person": {"origin": 404, "operator": 200},
    "/v1/persons/{person}": {"origin": 404, "operator": 200},
    "/v1/households/{household}": {"origin": 404, "operator": 200},
    "/v1/consents/{consent}": {"origin": 200, "operator": 200},
    "/v1/consents/{consent}/decisions": {"origin": 404, "operator": 200},
    "/v1/disclosures/{referral}": {"origin": 404, "operator": 404, "provider": 200},
    "/v1/contacts/{need}": {"origin": 403, "operator": 403, "provider": 403, "stranger": 403, "other operator": 403, "ministry": 403},
    "/v1/follow-ups/{follow_up}": {"origin": 200, "operator": 200},
}
# Changes of persons and households, for their operator alone.
NEWCOMER: dict[str, Any] = {"person": {"call_name": "x", "role": "child", "place": "IQG15"}}
OF_PEOPLE: list[tuple[str, str, dict[str, Any], str, int]] = [
    ("PATCH", "/v1/persons/{person}", {"sex": "male"}, '"1"', 200),
    ("PATCH", "/v1/households/{household}/members/{person}", {"role": "head"}, '"1"', 200),
    ("POST", "/v1/households/{household}/members", NEWCOMER, '"2"', 201),
    ("POST", "/v1/households/{household}/members/{person}/departure", {"reason": "moved"}, '"3"', 200),
]
REPORT: dict[str, Any] = {
    "need_id": "{need}", "authority": "x", "law": "x", "reason": "x", "categories": ["identity"], "person_told": True,
    "reported_at": "2026-01-01T00:00:00Z", "recorded_by": "x",
}  # fmt: skip
WRITES: list[tuple[str, dict[str, Any], str | None, dict[str, int]]] = [
    ("/v1/needs/{open}/correction", {"urgency": "urgent"}, '"1"', {"origin": 404, "operator": 200}),
    ("/v1/needs/{open}/closure", {"reason": "other"}, '"2"', {"origin": 404, "operator": 200}),
    ("/v1/consents/{consent}/revisions", consent(), '"1"', {"origin": 201, "operator": 412}),
    ("/v1/disclosures/reports", REPORT, None, {"origin": 201, "operator": 201}),
    ("/v1/follow-ups/{follow_up}/result", {"result": "confirmed", "by": "x"}, '"2"', {"origin": 200, "operator": 412}),
    ("/v1/withdrawals", {"need_id": "{need}", "by": "person", "how": "spoken"}, None, {"origin": 200, "operator": 409}),
    ("/v1/withdrawals", {"consent_id": "{consent}", "by": "person", "how": "spoken"}, None, {"origin": 200, "operator": 409}),
]


def everything(actor: Actor | None) -> Actor | None:
    return actor and actor.but(scopes=(*ALL_SCOPES, "intake:contact"), roles=("coordinator",), cleared=True)


async def names(house: House) -> dict[str, str]:
    """A need that was served and is still disclosed, with its follow-up due; and one that is open."""
    story: Story = await served(house, NGO)
    open_one = await accepted(house, NGO)
    follow_up_id = await house.scalar("UPDATE follow_up SET state = 'due', version = 2 RETURNING id")
    person = "SELECT {} FROM person WHERE id = (SELECT person_id FROM need WHERE id = :id)"
    return {
        "person": str(await house.scalar(person.format("id"), id=open_one.need_id)),
        "household": str(await house.scalar(person.format("household_id"), id=open_one.need_id)),
        "request": story.request_id, "need": str(story.need_id), "consent": str(story.consent_id), "referral": str(story.referral_id),
        "follow_up": str(follow_up_id), "open": str(await open_need(house, open_one)),
    }  # fmt: skip


async def open_need(house: House, story: Story) -> Any:
    return await house.scalar("UPDATE need SET version = 1 WHERE id = :id RETURNING id", id=story.need_id)


async def test_every_read(house: House) -> None:
    known = await names(house)
    for path, expected in READS.items():
        for name, actor in WHO.items():
            answer = await house.get(path.format(**known), everything(actor))
            assert answer.status == (FOREIGN | expected)[name], (path, name, answer.body)


async def test_every_write(house: House) -> None:
    known = await names(house)
    await house.events()
    for path, body, if_match, expected in WRITES:
        filled = {name: value.format(**known) if isinstance(value, str) else value for name, value in body.items()}
        for name in ("nobody", "provider", "stranger", "other operator", "ministry"):
            answer = await house.post(path.format(**known), everything(WHO[name]), filled, if_match=if_match)
            assert answer.status == FOREIGN[name], (path, name, answer.body)
        assert await house.events() == [], path
        for name in ("origin", "operator"):
            answer = await house.post(path.format(**known), everything(WHO[name]), filled, if_match=if_match)
            assert answer.status == expected[name], (path, name, answer.body)
        assert await house.events() != [], path


async def test_every_change_of_people(house: House) -> None:
    known = await names(house)
    for method, path, body, if_match, status in OF_PEOPLE:
        await house.events()
        for name, actor in WHO.items():
            answer = await house.call(method, path.format(**known), everything(actor), body, if_match=if_match)
            assert answer.status == (FOREIGN | {"origin": 404, "operator": status})[name], (path, name, answer.body)
            assert bool(await house.events()) is (name == "operator"), (path, name)


async def test_lists_hold_only_ones_own(house: House) -> None:
    await names(house)
    for name, actor in WHO.items():
        answer = await house.get("/v1/follow-ups?state=due", everything(actor))
        assert answer.status == (401 if name == "nobody" else 200)
        assert len(answer.body.get("items", [])) == (1 if name in ("origin", "operator") else 0), name

"""Household with three needs: the school takes one child and declines the other, cash in instalments, each with a consent of its own."""

from datetime import timedelta

from tests.e2e.scenarios.scene import Scene


async def test_school_for_two_cash_and_advice(scene: Scene) -> None:
    made = await scene.asked(scene.desk, scene.request("education.enrolment", "cash.grant", household={"members": [child(scene)]}))
    by_code: dict[str, list[str]] = {}
    for need in made["needs"]:
        by_code.setdefault(need["code"], []).append(need["need_id"])
    assert {code: len(needs) for code, needs in by_code.items()} == {"education.enrolment": 2, "cash.grant": 1}
    assert len({need["consent_id"] for need in made["needs"]}) > 1
    first, second = [await scene.offer(need) for need in by_code["education.enrolment"]]
    await scene.accepted(first)
    await scene.move(second, "decline", {"reason": "no_capacity"})
    await scene.offer(second.data["need_id"], second)
    case_id = made["case_ids"][0]
    today = await scene.cast.now()
    parts = [{"due_on": f"{today + timedelta(days=days):%Y-%m-%d}", "amount": "100000"} for days in (1, 31)]
    cash = {"kind": "cash", "code": "cash.grant", "amount": "200000", "currency": "IQD", "recorded_by": scene.words.latin()}
    given = await scene.desk.post("/intake/v1/assistance", {"case_id": case_id, **cash, "instalments": parts}, 201)
    assert [(part["amount"], part["due_on"]) for part in given.body["instalments"]] == [(part["amount"], part["due_on"]) for part in parts]


def child(scene: Scene) -> dict[str, object]:
    """Return a child with a guardian, who needs a school."""
    guardian = {"state": "person", "call_name": scene.words.name(), "relation": "mother", "phone": scene.phone()}
    spoken = {"assent": "given", "guardian": {"agreed": True, "how": "spoken", "relation": "mother"}}
    needs = [{"code": "education.enrolment", "urgency": "routine"}]
    return {
        "call_name": scene.words.name(), "role": "child", "birth_year": 2014, "guardian": guardian, "needs": needs,
        "consent": scene.consent(**spoken),
    }  # fmt: skip

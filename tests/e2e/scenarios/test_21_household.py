"""Household with three needs: the school takes one child and declines the other, cash in instalments, each with a consent of its own."""

import csv
import io
from collections import defaultdict
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.e2e.scenarios.scene import Scene
from tests.e2e.words import Search

SCHOOL, CASH, LEGAL = "education.enrolment", "cash.grant", "legal.advice"
FIVE, FEWEST = 5, 5


async def test_school_for_two_cash_and_advice(scene: Scene) -> None:
    father, members = scene.person(sex="male", role="head"), [wife(scene), child(scene), child(scene), baby(scene)]
    made = await scene.asked(scene.desk, scene.request(CASH, person=father, household={"size": FIVE, "members": members}))
    by_code: dict[str, list[dict[str, str]]] = defaultdict(list)
    for need in made["needs"]:
        by_code[need["code"]].append(need)
    assert {code: len(needs) for code, needs in by_code.items()} == {SCHOOL: 2, CASH: 1, LEGAL: 1}
    assert len({need["consent_id"] for need in made["needs"]}) == len(made["needs"])  # each adult alone, each child with its guardian

    first, second = [await scene.offer(need["need_id"]) for need in by_code[SCHOOL]]
    await scene.accepted(first)
    await scene.move(second, "decline", {"reason": "no_capacity"})
    following = await scene.offer(second.data["need_id"], second)
    assert following.data["organization_id"] != first.data["organization_id"] == second.data["organization_id"]

    today = await scene.cast.now()
    parts = [{"due_on": f"{today + timedelta(days=days):%Y-%m-%d}", "amount": "100000"} for days in (1, 31)]
    cash = {"kind": "cash", "code": CASH, "amount": "200000", "currency": "IQD", "recorded_by": scene.words.latin()}
    given = await scene.desk.post("/intake/v1/assistance", {"case_id": made["case_ids"][0], **cash, "instalments": parts}, 201)
    assert [(part["amount"], part["due_on"]) for part in given.body["instalments"]] == [(part["amount"], part["due_on"]) for part in parts]
    path = f"/intake/v1/assistance/{given.body['assistance_id']}"
    await another_ngo_gave_it_too(scene, father, path)
    for n, state in ((1, "partly_given"), (2, "given")):
        paid = {"paid_at": (await scene.cast.now()).isoformat(), "recorded_by": scene.words.latin()}
        answer = await scene.desk.post(f"{path}/instalments/{n}/payment", paid, if_match=(await scene.desk.get(path)).etag)
        assert answer.body["state"] == state
        await scene.cast.later(timedelta(days=31))
    await counts_add_up(scene, f"{today.astimezone(ZoneInfo('Asia/Baghdad')):%Y-%m}")


async def another_ngo_gave_it_too(scene: Scene, father: dict[str, Any], path: str) -> None:
    """An NGO brings him and gives him cash: the operator sees what it was by its code, the NGO learns of nobody else's help."""
    ngo = scene.cast.client("stranger-ngo")
    brought = await scene.asked(ngo, scene.request(CASH, person=father))
    at = (await scene.cast.now()).isoformat()
    cash = {"kind": "cash", "code": CASH, "amount": "75000", "currency": "IQD", "recorded_by": scene.words.latin()}
    theirs = await ngo.post("/intake/v1/assistance", {"case_id": brought["case_ids"][0], **cash, "given_at": at}, 201)
    assert theirs.body["possible_duplicates"] is None
    await ngo.get(path, 404)
    assert (await scene.desk.get(path)).body["possible_duplicates"] == 1
    listed = (await scene.desk.get("/intake/v1/assistance/duplicates", limit=200)).body["items"]
    [double] = [one for one in listed if one["assistance_id"] == theirs.body["assistance_id"]]
    assert (double["other_id"], double["reason"]) == (path.rpartition("/")[2], "maybe_same")
    assert (await scene.desk.get(f"/intake/v1/assistance/{double['assistance_id']}")).body["code"] == CASH
    await ngo.get("/intake/v1/assistance/duplicates", 403)


async def counts_add_up(scene: Scene, asked_in: str) -> None:
    """The operator's export of the months, and what anybody may read of quarters, add up; no count is small, no word is anybody's."""
    cash = {"period": asked_in, "measure": "identified", "category": CASH}
    await scene.counted(scene.coordinator, lambda told: any(cash.items() <= one.items() for one in told), by="need", period="month")
    path = "/referral/v1/statistics"
    exported = [await scene.coordinator.get(path, by=by, period="month", format="csv") for by in ("total", "need")]
    public = await scene.cast.client("stranger-ngo").get(f"{path}/public", format="csv")
    for sheets in (exported, [public]):
        texts = [str(sheet.body).removeprefix("\ufeff") for sheet in sheets]
        assert not Search(scene.words.made).in_bytes("".join(texts).encode())
        rows = [row for text in texts for row in csv.DictReader(io.StringIO(text)) if not row["measure"].startswith("time_")]
        assert all(int(row["count"]) >= FEWEST for row in rows if row["count"])
        add_up(rows)
    assert asked_in in {row["period"] for row in csv.DictReader(io.StringIO(str(exported[1].body).removeprefix("\ufeff")))}


def add_up(rows: list[dict[str, str]]) -> None:
    """Each whole that is told is its parts, or more than one of them is hidden, so that none can be computed."""
    wholes: dict[tuple[str, ...], list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        wholes[row["period"], row["governorate"], row["measure"]].append(row)
    for of, found in wholes.items():
        [whole] = [row["count"] for row in found if row["by"] == "total"]
        parts = [row["count"] for row in found if row["by"] != "total"]
        hidden = parts.count("")
        left = int(whole) - sum(int(part) for part in parts if part) if whole else None
        assert left is None or (left == hidden == 0) or left >= hidden > 1, of


def wife(scene: Scene) -> dict[str, object]:
    """Return his wife, who asks for legal advice, and was asked alone."""
    return {"call_name": scene.words.name(), "role": "spouse", "sex": "female", "birth_year": 1990, **asks(scene, LEGAL)}


def child(scene: Scene) -> dict[str, object]:
    """Return a child with a guardian, who needs a school."""
    guardian = {"state": "person", "call_name": scene.words.name(), "relation": "mother", "phone": scene.phone()}
    spoken = {"assent": "given", "guardian": {"agreed": True, "how": "spoken", "relation": "mother"}}
    return {"call_name": scene.words.name(), "role": "child", "birth_year": 2014, "guardian": guardian, **asks(scene, SCHOOL, **spoken)}


def baby(scene: Scene) -> dict[str, object]:
    """Return somebody of the household who needs nothing."""
    return {"call_name": scene.words.name(), "role": "child", "birth_year": 2025}


def asks(scene: Scene, code: str, **said: object) -> dict[str, object]:
    """Return a need with a consent of its own."""
    return {"needs": [{"code": code, "urgency": "routine"}], "consent": scene.consent(**said)}

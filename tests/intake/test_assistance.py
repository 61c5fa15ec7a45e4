"""What people were given: money and things, at once or in parts; what may be double is the operator's silent task."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from ihala_intake.commands.assistance import give
from ihala_intake.models.assistance import AssistanceIn
from sqlalchemy import text

from tests.intake.actors import COORDINATOR, HLP, NGO, OFFICER, OTHER_COORDINATOR, PROVIDER, STRANGER, WLCO, Actor
from tests.intake.casework import TOLD, done, finished, opened
from tests.intake.house import Answer, House
from tests.intake.samples import need, person, request
from tests.intake.test_rows import caller_of, counted

SECOND_NGO = NGO.but(client_id="ngo-two", organization_id=STRANGER.organization_id)
NOTE = "مبلغ الإيجار لشهرين"


def cash(case_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "case_id": case_id, "kind": "cash", "code": "housing.allowance", "amount": "250000", "currency": "IQD",
        "given_at": "2025-11-01T09:00:00+03:00", "recorded_by": TOLD["recorded_by"], **changes,
    }  # fmt: skip


def parts(case_id: str, *amounts: str, **changes: Any) -> dict[str, Any]:
    due = [{"due_on": f"2026-12-{day:02d}", "amount": amount} for day, amount in enumerate(amounts, start=1)]
    return cash(case_id, given_at=None, instalments=due, **changes)


async def given(house: House, body: dict[str, Any], actor: Actor = OFFICER) -> dict[str, Any]:
    answer = await house.post("/v1/assistance", actor, body)
    assert answer.status == 201, answer.body
    return dict(answer.body)


async def paid(house: House, assistance_id: str, n: int, version: int, actor: Actor = OFFICER) -> Answer:
    body = {"paid_at": "2025-12-01T09:00:00+03:00", "recorded_by": "officer 7"}
    return await house.post(f"/v1/assistance/{assistance_id}/instalments/{n}/payment", actor, body, if_match=f'"{version}"')


async def doubles(house: House, actor: Actor = OFFICER, state: str = "open") -> list[dict[str, Any]]:
    answer = await house.get(f"/v1/assistance/duplicates?state={state}", actor)
    assert answer.status == 200, answer.body
    return list(answer.body["items"])


async def case_of(house: House, actor: Actor, **said: Any) -> str:
    """Bring somebody (the same again, unless something else is said) and return their case."""
    body = request(need(), person=person(**said), household=None)
    answer = await house.post("/v1/requests", actor, body)
    assert answer.status == 202, answer.body
    return str(answer.body["case_ids"][0])


async def test_money_is_kept_as_it_was_said_and_sealed(house: House) -> None:
    case_id = await opened(house)
    one = await given(house, cash(case_id, note=NOTE, amount="1250.500"))
    assert (one["amount"], one["currency"], one["state"], one["note"], one["possible_duplicates"]) == ("1250.500", "IQD", "given", NOTE, 0)
    listed = await house.get(f"/v1/assistance?case_id={case_id}", OFFICER)
    assert [each["amount"] for each in listed.body["items"]] == ["1250.500"]
    shown = await house.get(f"/v1/assistance/{one['assistance_id']}", OFFICER)
    assert (shown.etag, shown.body["code"]) == ('"1"', "housing.allowance")
    assert await house.scalar("SELECT count(*) FROM access_log WHERE what = 'assistance'") == 3
    row = await house.scalar("SELECT a::text FROM assistance a")
    assert [word for word in ("1250", NOTE, TOLD["recorded_by"]) if word in row] == []


async def test_things_are_named_and_counted(house: House) -> None:
    case_id = await opened(house)
    things = [{"what": "بطانية", "quantity": "5"}, {"what": "نفط", "quantity": "40", "unit": "لتر"}]
    one = await given(house, cash(case_id, kind="in_kind", code="basic.items", amount=None, currency=None, items=things))
    assert [(item["what"], item["quantity"], item["unit"]) for item in one["items"]] == [("بطانية", "5", None), ("نفط", "40", "لتر")]


@pytest.mark.parametrize(
    ("changes", "slug"),
    [
        ({"currency": "XYZ"}, "unknown-currency"),
        ({"currency": "JPY", "amount": "10.5"}, "unknown-currency"),
        ({"currency": None}, "malformed-request"),
        ({"amount": "0"}, "malformed-request"),
        ({"amount": "-5"}, "malformed-request"),
        ({"amount": "NaN"}, "malformed-request"),
        ({"amount": "1e30"}, "malformed-request"),
        ({"given_at": None}, "malformed-request"),
        ({"given_at": "2026-11-01T09:00:00"}, "malformed-request"),
        ({"given_at": "2126-11-01T09:00:00+03:00"}, "malformed-request"),
        ({"given_at": "0001-01-01T00:00:00+03:00"}, "malformed-request"),
        ({"given_at": "9999-12-31T23:59:59-03:00"}, "malformed-request"),
        ({"given_at": None, "instalments": [{"due_on": "9999-12-31", "amount": "250000"}]}, "malformed-request"),
        ({"given_at": None, "instalments": [{"due_on": "0001-01-01", "amount": "250000"}]}, "malformed-request"),
        ({"kind": "in_kind"}, "malformed-request"),
        ({"code": "housing.palace"}, "unknown-need-code"),
        ({"code": "protection.gbv"}, "own-case-needed"),
        ({"instalments": [{"due_on": "2026-12-01", "amount": "250000"}]}, "malformed-request"),
        ({"given_at": None, "instalments": [{"due_on": "2026-12-01", "amount": "249999"}]}, "instalments-do-not-add-up"),
        ({"given_at": None, "instalments": [{"due_on": "2026-02-30", "amount": "250000"}]}, "malformed-request"),
        ({"need_id": str(uuid4())}, "need-not-found"),
        ({"note": "abc\u202edef"}, "malformed-request"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_stored(house: House, changes: dict[str, Any], slug: str) -> None:
    answer = await house.post("/v1/assistance", OFFICER, cash(await opened(house)) | changes)
    assert answer.slug == slug
    assert await house.scalar("SELECT count(*) FROM assistance") == 0


async def test_instalments_are_paid_one_by_one(house: House) -> None:
    one = await given(house, parts(await opened(house), "100000", "150000"))
    assert (one["state"], [part["state"] for part in one["instalments"]]) == ("promised", ["planned", "planned"])
    due = (await house.get("/v1/assistance/instalments?until=2026-12-01", OFFICER)).body["items"]
    assert [(part["n"], part["due_on"]) for part in due] == [(1, "2026-12-01")]
    early = {"paid_at": "2126-12-01T09:00:00+03:00", "recorded_by": "officer 7"}
    path = f"/v1/assistance/{one['assistance_id']}/instalments/1/payment"
    assert (await house.post(path, OFFICER, early, if_match='"1"')).body["errors"][0]["code"] == "in_the_future"
    first = await paid(house, one["assistance_id"], 1, 1)
    assert (first.status, first.body["state"], first.etag) == (200, "partly_given", '"2"')
    assert (await paid(house, one["assistance_id"], 2, 1)).slug == "stale"
    assert (await paid(house, one["assistance_id"], 1, 2)).slug == "assistance-over"
    assert (await paid(house, one["assistance_id"], 9, 2)).slug == "instalment-not-found"
    last = await paid(house, one["assistance_id"], 2, 2)
    assert (last.body["state"], [part["amount"] for part in last.body["instalments"]]) == ("given", ["100000", "150000"])
    assert (await house.get("/v1/assistance/instalments?until=2027-01-01", OFFICER)).body["items"] == []


async def test_an_instalment_is_not_paid_twice_at_once(house: House) -> None:
    one = await given(house, parts(await opened(house), "250000"))
    both = await asyncio.gather(*(paid(house, one["assistance_id"], 1, 1) for _ in range(2)))
    assert sorted(answer.status for answer in both) == [200, 412]


async def test_what_was_paid_stays_paid_when_the_rest_is_cancelled(house: House) -> None:
    one = await given(house, parts(await opened(house), "100000", "150000"))
    await paid(house, one["assistance_id"], 1, 1)
    path = f"/v1/assistance/{one['assistance_id']}/cancellation"
    answer = await house.post(path, OFFICER, {"reason": "funding_ended"}, if_match='"2"')
    assert (answer.body["state"], answer.body["cancelled_reason"]) == ("given", "funding_ended")
    assert [part["state"] for part in answer.body["instalments"]] == ["paid", "cancelled"]
    assert (await house.post(path, OFFICER, {"reason": "other"}, if_match='"3"')).slug == "assistance-over"
    wrong = await house.post(path, OFFICER, {"reason": "entered_in_error"}, if_match='"3"')
    assert wrong.body["state"] == "cancelled"


async def test_two_that_give_the_same_in_one_moment_see_each_other(house: House) -> None:
    first, second = await case_of(house, NGO), await case_of(house, SECOND_NGO)
    waits = text("SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT granted AND datname = current_database()")
    async with house.database.transaction(caller_of(NGO)) as tx:
        await give(tx, caller_of(NGO), AssistanceIn.model_validate(cash(first)))
        other = asyncio.create_task(given(house, cash(second), SECOND_NGO))
        async with asyncio.timeout(60):
            while not (other.done() or await tx.scalar(waits)):
                await asyncio.sleep(0.01)
    await other
    assert len(await doubles(house)) == 1


async def test_the_same_help_from_two_organisations_is_told_to_the_operator_alone(house: House) -> None:
    first, second = await case_of(house, NGO), await case_of(house, SECOND_NGO)
    one = await given(house, cash(first), NGO)
    other = await given(house, cash(second, code="housing.repair", amount="100", currency="USD"), SECOND_NGO)
    assert (one["possible_duplicates"], other["possible_duplicates"]) == (None, None)
    [double] = await doubles(house)
    assert (double["assistance_id"], double["other_id"], double["reason"]) == (other["assistance_id"], one["assistance_id"], "maybe_same")
    assert (await house.get(f"/v1/assistance/{one['assistance_id']}", OFFICER)).body["possible_duplicates"] == 1
    for actor in (NGO, SECOND_NGO, OTHER_COORDINATOR):
        everything = actor.but(scopes=(*actor.scopes, "intake:case", "intake:assistance"))
        assert await doubles(house, everything) == []
        assert await counted(house, everything, "assistance_double") == 0
    path = f"/v1/assistance/duplicates/{double['duplicate_id']}/decision"
    stranger = await house.post(path, NGO.but(scopes=("intake:case",)), {"double": True}, if_match='"1"')
    assert (stranger.status, stranger.slug) == (404, "duplicate-not-found")
    decided = await house.post(path, OFFICER, {"double": True}, if_match='"1"')
    assert (decided.status, decided.body["state"]) == (200, "double")
    assert (await house.post(path, OFFICER, {"double": False}, if_match='"2"')).slug == "duplicate-decided"
    assert await doubles(house) == []


async def test_persons_who_were_decided_to_be_one_are_one(house: House) -> None:
    first, second = await case_of(house, NGO), await case_of(house, SECOND_NGO)
    [pair] = (await house.get("/v1/merges/candidates", OFFICER)).body["items"]
    path = f"/v1/merges/candidates/{pair['candidate_id']}/decision"
    assert (await house.post(path, OFFICER, {"same": True}, if_match='"1"')).status == 200
    await given(house, cash(first), NGO)
    await given(house, cash(second), SECOND_NGO)
    assert [one["reason"] for one in await doubles(house)] == ["merged"]


async def test_what_both_were_given_before_they_were_one_is_seen_then(house: House) -> None:
    first, second = await case_of(house, NGO), await case_of(house, SECOND_NGO, given_name="شيماء")
    for case_id, actor in ((first, NGO), (second, SECOND_NGO)):
        await given(house, cash(case_id), actor)
    await given(house, cash(second, code="work.training"), SECOND_NGO)
    assert await doubles(house) == []
    kept, merged = [str(await house.scalar("SELECT person_id FROM case_file WHERE id = :id", id=one)) for one in (first, second)]
    made = await house.post("/v1/merges", OFFICER, {"kept_id": kept, "merged_id": merged})
    await house.work()
    assert [one["reason"] for one in await doubles(house)] == ["merged"]
    assert (await house.post(f"/v1/merges/{made.body['merge_id']}/undo", OFFICER, {}, if_match='"1"')).status == 200
    assert (await house.post("/v1/merges", OFFICER, {"kept_id": kept, "merged_id": merged})).status == 201
    await house.work()
    assert len(await doubles(house)) == 1  # it is asked once


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, ["same_person"]),
        ({"given_at": "2025-08-05T09:00:00+03:00"}, ["same_person"]),
        ({"given_at": "2025-07-01T09:00:00+03:00"}, []),
        ({"code": "work.training"}, []),
        ({"kind": "grant"}, []),
    ],
)
async def test_what_counts_as_the_same_help(house: House, changes: dict[str, Any], found: list[str]) -> None:
    case_id = await opened(house)
    await given(house, cash(case_id))
    await given(house, cash(case_id) | changes)
    assert [one["reason"] for one in await doubles(house)] == found


async def test_what_was_cancelled_is_no_double(house: House) -> None:
    case_id = await opened(house)
    one = await given(house, cash(case_id))
    await house.post(f"/v1/assistance/{one['assistance_id']}/cancellation", OFFICER, {"reason": "entered_in_error"}, if_match='"1"')
    assert (await given(house, cash(case_id)))["possible_duplicates"] == 0


async def test_help_in_a_restricted_case_is_nobodys_double_and_shows_to_the_cleared_alone(house: House) -> None:
    ordinary = await opened(house, WLCO, need(), person=person())
    answer = await house.post("/v1/requests", WLCO, request(need("protection.gbv"), person=person()))
    restricted = str(answer.body["case_ids"][0])
    await given(house, cash(ordinary), COORDINATOR)
    one = await given(house, cash(restricted, code="protection.gbv"), COORDINATOR)
    assert (one["code"], one["sensitivity"]) == ("protection.gbv", "restricted")
    assert await house.scalar("SELECT code FROM assistance WHERE sensitivity = 'restricted'") == "protection"
    await given(house, cash(restricted), COORDINATOR)
    assert await doubles(house, COORDINATOR) == []
    assert (await house.post("/v1/assistance", OFFICER, cash(restricted))).slug == "case-not-found"
    assert (await house.get(f"/v1/assistance/{one['assistance_id']}", OFFICER)).slug == "assistance-not-found"
    assert (await house.get(f"/v1/assistance?case_id={restricted}", OFFICER)).slug == "case-not-found"


async def test_who_sees_what_was_given(house: House) -> None:
    case_id = await opened(house, NGO)
    own, operators = await given(house, cash(case_id), NGO), await given(house, parts(case_id, "250000"), OFFICER)
    scopes = ("intake:assistance",)
    listed = await house.get(f"/v1/assistance?case_id={case_id}", NGO)
    assert [one["assistance_id"] for one in listed.body["items"]] == [own["assistance_id"]]
    assert len((await house.get(f"/v1/assistance?case_id={case_id}", OFFICER)).body["items"]) == 2
    assert (await house.get(f"/v1/assistance/{operators['assistance_id']}", NGO)).status == 404
    for actor in (STRANGER, OTHER_COORDINATOR, PROVIDER, HLP):
        asks = actor.but(scopes=scopes)
        assert (await house.get(f"/v1/assistance?case_id={case_id}", asks)).status == 404
        assert (await house.get(f"/v1/assistance/{own['assistance_id']}", asks)).status == 404
        assert (await house.post("/v1/assistance", asks, cash(case_id))).status == 404
        assert (await paid(house, operators["assistance_id"], 1, 1, asks)).status == 404
        assert (await house.get("/v1/assistance/instalments?until=2027-01-01", asks)).body["items"] == []
    assert (await house.get(f"/v1/assistance/{own['assistance_id']}", NGO.but(scopes=("intake:read",)))).status == 403
    assert (await house.get(f"/v1/assistance/{own['assistance_id']}", None)).status == 401


async def test_nothing_is_given_in_a_closed_case_and_an_erased_person_leaves_no_amount(house: House) -> None:
    case_id = await opened(house)
    one = await given(house, cash(case_id))
    await finished(house, case_id)
    closure = {"reason": "goals_reached", "told": "spoken", "recorded_by": "x"}
    assert (await done(house, case_id, "closure", COORDINATOR, closure)).status == 200
    assert (await house.post("/v1/assistance", OFFICER, cash(case_id))).slug == "case-closed"
    await house.erase(await house.scalar("SELECT id FROM need LIMIT 1"))
    shown = await house.get(f"/v1/assistance/{one['assistance_id']}", OFFICER)
    assert (shown.status, shown.body["amount"], shown.body["note"], shown.body["kind"]) == (200, None, None, "cash")

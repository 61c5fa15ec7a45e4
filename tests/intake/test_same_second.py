"""Two offices that register the same person in the same second see each other: nothing of it depends on who was faster."""

import asyncio
from typing import Any

import pytest
from ihala_intake import numbers
from ihala_intake.commands.doubles import SOON
from ihala_intake.commands.people import LOOK_AGAIN, held
from ihala_intake.details import PersonDetails
from ihala_intake.same_person import marks
from ihala_kit.auth import Caller

from tests.intake.actors import HLP, NGO, OFFICER, WLCO
from tests.intake.house import Answer, House
from tests.intake.samples import need, person, request
from tests.intake.test_same_person import KURDISH
from tests.intake.two_offices import brought, pairs

ORIGINS = (HLP, NGO, WLCO, OFFICER)
FULL: dict[str, Any] = {
    "call_name": "x", "given_name": "زينب", "father_name": "خضر", "grandfather_name": "إلياس", "family_name": "العفري",
    "mother_name": "شيرين", "birth_year": 1987,
}  # fmt: skip
LATIN: dict[str, Any] = {"call_name": "Zainab", "given_name": "Zaynab", "father_name": "Khidhr", "grandfather_name": "Elias"}


async def at_once(house: House, *said: dict[str, Any]) -> list[Answer]:
    """Let each origin bring somebody alone in the same moment."""
    bodies = [request(need(), person=person(**{"phones": [], **one}), household=None) for one in said]
    answers = await asyncio.gather(
        *(house.post("/v1/requests", origin, body) for origin, body in zip(ORIGINS, bodies, strict=False))
    )  # fmt: skip
    assert [answer.status for answer in answers] == [202] * len(bodies)
    return answers


async def test_four_offices_that_register_one_person_at_once_are_six_pairs(house: House) -> None:
    for year in (1951, 1961, 1971, 1981, 1991):  # five people, each at four offices
        await at_once(house, *[{"birth_year": year}] * len(ORIGINS))
    assert len(await pairs(house)) == 5 * 6
    assert await house.scalar("SELECT count(*) FROM need WHERE NOT match_settled") == 5 * 3


@pytest.mark.parametrize("spelled", [KURDISH, LATIN], ids=["kurdish", "latin"])
async def test_another_spelling_or_a_year_off_waits_as_well(house: House, spelled: dict[str, Any]) -> None:
    for year in (1951, 1961, 1971, 1981, 1991):
        await at_once(house, {"birth_year": year}, {"birth_year": year + 1, **spelled})
    assert len(await pairs(house)) == 5


@pytest.mark.parametrize(("many", "too_many"), [(200, 3000), (8, 3000), (8, 16)], ids=["few", "many", "too many"])
async def test_batches_never_wait_for_each_other_in_a_ring(
    house: House, monkeypatch: pytest.MonkeyPatch, many: int, too_many: int
) -> None:  # fmt: skip
    monkeypatch.setattr(numbers, "MANY", many)
    monkeypatch.setattr(numbers, "TOO_MANY", too_many)
    people = [{"call_name": name, "given_name": name, "birth_year": 1990 - 5 * n} for n, name in enumerate(("زينب", "مريم", "سارة", "هدى"))]

    def batch(order: list[dict[str, Any]]) -> dict[str, Any]:
        return {"requests": [request(need(), person=person(phones=[], **one), household=None) for one in order]}

    sent = [(HLP, batch(people)), (NGO, batch(people[::-1])), (WLCO, batch(people[2:] + people[:2]))]
    alone = request(need(), person=person(phones=[], **people[0]), household=None)
    *answers, one = await asyncio.gather(
        *(house.post("/v1/requests/batch", origin, body) for origin, body in sent), house.post("/v1/requests", OFFICER, alone)
    )
    assert [answer.status for answer in answers] == [200] * 3, answers[0].body
    assert (one.status, [answer.body["taken"] for answer in answers]) == (202, [4] * 3)
    assert len(await pairs(house)) == len(people) * 3 + 3


async def test_a_correction_waits_until_who_is_being_registered_can_be_seen(house: House) -> None:
    await brought(house, HLP)
    await brought(house, NGO, given_name="مريم", call_name="مريم")
    corrected = await house.scalar("SELECT person_id FROM need ORDER BY id DESC LIMIT 1")
    path, changes = f"/v1/persons/{corrected}", {"given_name": "زينب"}
    assert (await house.call("PATCH", path, OFFICER, changes, if_match='"1"')).status == 200
    async with house.database.transaction(Caller.system("test")) as registering:
        await numbers.hold(registering, WLCO.organization_id, [], held(registering, PersonDetails(**FULL)))
        await house.work()
        assert await house.scalar("SELECT count(*) FROM due_work WHERE kind = :kind", kind=LOOK_AGAIN) == 1
    assert await pairs(house) == []
    await house.later(SOON)
    assert len(await pairs(house)) == 1


def test_whoever_has_a_mark_in_common_has_something_in_common_that_is_held() -> None:
    for kind, (parts, _) in marks.COMPOSED.items():
        one, names = PersonDetails(**FULL), {f"{part}_name": FULL[f"{part}_name"] for part in parts}
        other = PersonDetails(call_name="x", birth_year=1988, **names)
        assert kind in {name for name, _ in marks.looked_for(one) & marks.looked_for(other)}, kind
        assert marks.held(one) & marks.held(other), kind
    assert len(marks.held(PersonDetails(**FULL))) < len(marks.looked_for(PersonDetails(**FULL))) / 2


async def test_however_much_is_brought_at_once_few_locks_are_held(house: House) -> None:
    marks = [n.to_bytes(8, "big") for n in range(numbers.TOO_MANY + 1)]
    here = "(SELECT oid FROM pg_database WHERE datname = current_database())"
    locks = f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = {here}"
    for brought_at_once, held_at_once in ((numbers.MANY, numbers.MANY + 1), (numbers.TOO_MANY, numbers.TOO_MANY + 2), (len(marks), 1)):
        async with house.database.transaction(Caller.system("test")) as tx:
            for _ in range(2):  # again in the same transaction, as each request of a batch does
                await numbers.hold(tx, HLP.organization_id, [], marks[:brought_at_once])
            assert await house.scalar(locks) == held_at_once

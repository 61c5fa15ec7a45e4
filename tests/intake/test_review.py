"""The batch review over a whole intake: what it proposes, what it never does, and how it goes on after a stop."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_contracts.intake_v1 import PossibleDoubleFound
from ihala_intake.commands import review
from ihala_intake.linkage import engine
from ihala_kit import cli, console
from ihala_kit.service import BatchStopped
from typer.testing import CliRunner

from tests.intake.actors import COORDINATOR, HLP, NGO, OFFICER, OTHER_COORDINATOR, OTHER_OPERATOR, STRANGER, WLCO, Actor
from tests.intake.house import House
from tests.intake.samples import need, person, request
from tests.intake.test_rows import counted
from tests.intake.test_same_person import announced, brought, pairs, person_ids

MOMD = OFFICER.organization_id


async def reviewed(house: House, operator_id: UUID | None = MOMD) -> list[str]:
    return [line async for line in review.run(house.database, operator_id)]


async def unseen(house: House, origin: Actor, *needs: dict[str, Any], **said: Any) -> None:
    """Bring somebody as if before names were marked: who comes next is not seen to be them."""
    await brought(house, origin, *needs, **said)
    await house.scalar("WITH gone AS (DELETE FROM person_mark RETURNING 1) SELECT count(*) FROM gone")


async def test_who_registration_did_not_see_is_proposed_with_reasons(house: House) -> None:
    await unseen(house, HLP)
    await unseen(house, NGO, mother_name=None, birth_year=1988)
    assert await pairs(house) == []
    assert await announced(house) == [True, True]
    lines = await reviewed(house)
    assert lines[-1] == "2 people compared, 1 pairs to look at"
    [pair] = await pairs(house)
    assert (pair["source"], pair["level"], pair["version"]) == ("batch", "probable", 1)
    assert {"given.same", "father.same", "grandfather.same", "birth.near"} <= {one["code"] for one in pair["reasons"]}
    assert sum(one["weight"] for one in pair["reasons"]) == pytest.approx(pair["score"], abs=0.5)
    assert {UUID(one) for one in pair["person_ids"]} == set(await person_ids(house))
    [event] = await house.events()
    assert isinstance(event, PossibleDoubleFound)
    assert str(event.candidate_id) == pair["candidate_id"]
    assert await house.scalar("SELECT bool_and(match_settled) FROM need") is True
    assert [await house.chain(one) for one in await person_ids(house)] == [0, 0]
    opened = await house.get(f"/v1/merges/candidates/{pair['candidate_id']}", OFFICER)
    assert len(opened.body["sides"]) == 2


async def test_a_pair_of_either_source_is_proposed_once(house: House) -> None:
    await brought(house, HLP)
    await brought(house, NGO)
    [before] = await pairs(house)
    assert before["source"] == "rules"
    for _ in range(2):
        assert (await reviewed(house))[-1] == "2 people compared, 0 pairs to look at"
    assert await pairs(house) == [before]


async def test_what_people_decided_is_not_asked_again(house: House) -> None:
    """Told apart, merged, merged and taken back without a pair, and one who is the same as one of those."""
    for origin in (HLP, NGO, WLCO):
        await unseen(house, origin)
    one, two, three = map(str, await person_ids(house))
    made = await house.post("/v1/merges", OFFICER, {"kept_id": one, "merged_id": two})
    assert made.status == 201
    back = await house.post("/v1/merges", OFFICER, {"kept_id": one, "merged_id": three})
    assert (await house.call("POST", f"/v1/merges/{back.body['merge_id']}/undo", OFFICER, if_match='"1"')).status == 200
    assert await house.scalar("SELECT count(*) FROM match_candidate") == 0
    lines = await reviewed(house)
    assert lines[-1] == "3 people compared, 0 pairs to look at", lines
    assert any("3 pairs alike, 0 of them new" in line for line in lines)


async def test_told_apart_is_told_apart(house: House) -> None:
    await unseen(house, HLP)
    await unseen(house, NGO)
    await reviewed(house)
    [pair] = await pairs(house)
    path = f"/v1/merges/candidates/{pair['candidate_id']}/decision"
    assert (await house.post(path, OFFICER, {"same": False}, if_match='"1"')).status == 200
    assert (await reviewed(house))[-1] == "2 people compared, 0 pairs to look at"
    assert await pairs(house) == []


async def test_restricted_erased_kept_elsewhere_or_of_another_operator_is_never_compared(house: House) -> None:
    await unseen(house, HLP)
    await unseen(house, WLCO, need("protection.gbv"))
    await unseen(house, STRANGER.but(operator_id=OTHER_OPERATOR))
    gone = await brought(house, NGO)
    await house.erase(UUID(gone.body["needs"][0]["need_id"]))
    point = {"call_name": "Focal point", "number": "07709999999"}
    code = {"call_name": "زينب خضر الياس", "place": "IQG15Q05", "birth_year": 1987}
    held = request(need(), household=None, identity_held_by="origin", person=code, focal_point=point)
    assert (await house.post("/v1/requests", WLCO, held)).status == 202
    before = await house.scalar("SELECT count(*) FROM match_candidate")
    assert (await reviewed(house))[-1] == "1 people compared, 0 pairs to look at"
    assert (await reviewed(house, OTHER_OPERATOR))[-1] == "1 people compared, 0 pairs to look at"
    assert await house.scalar("SELECT count(*) FROM match_candidate") == before


async def test_all_operators_are_gone_through_when_none_is_named(house: House) -> None:
    await brought(house, HLP)
    await brought(house, STRANGER.but(operator_id=OTHER_OPERATOR))
    lines = await reviewed(house, None)
    assert {line for line in lines if line.startswith("operator")} == {f"operator {MOMD}", f"operator {OTHER_OPERATOR}"}
    assert await counted(house, COORDINATOR, "linkage_run") == await counted(house, OTHER_COORDINATOR, "linkage_run") == 1
    assert await counted(house, HLP, "linkage_run") == 0


async def test_what_was_stopped_goes_on_where_it_stood(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    years = (1950, 1950, 1970, 1970, 1990, 1990)
    for number, year in enumerate(years):
        await unseen(house, (HLP, NGO)[number % 2], birth_year=year)
    monkeypatch.setattr(review, "PEOPLE_PER_GIB", 2)
    likely, compared = engine.likely, []

    def failing(rows: list[Any], memory_gib: float) -> Any:
        compared.append(sum(batch.num_rows for batch in rows))
        if len(compared) == 2:
            raise MemoryError
        return likely(rows, memory_gib)

    monkeypatch.setattr(engine, "likely", failing)
    with pytest.raises(BatchStopped, match="born 1970 to 1970 do not fit"):
        await reviewed(house)
    assert len(await pairs(house)) == 1
    lines = await reviewed(house)
    assert "goes on after those born 1950" in lines
    assert compared == [2, 2, 2, 2]
    assert lines[-1] == "6 people compared, 3 pairs to look at"
    assert len(await pairs(house)) == 3
    assert await house.scalar("SELECT array_agg(state) FROM linkage_run") == ["done"]


async def test_years_that_do_not_fit_together_are_compared_in_halves(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, year in enumerate((1950, 1950, 1970, 1970)):
        await unseen(house, (HLP, NGO)[number % 2], birth_year=year)
    monkeypatch.setattr(review, "PEOPLE_PER_GIB", 4)
    likely = engine.likely

    def three_at_most(rows: list[Any], memory_gib: float) -> Any:
        if sum(batch.num_rows for batch in rows) > 3:
            raise MemoryError
        return likely(rows, memory_gib)

    monkeypatch.setattr(engine, "likely", three_at_most)
    lines = await reviewed(house)
    assert "born 1950 to 1970: too many at once, goes on with half as many" in lines
    assert lines[-1] == "4 people compared, 2 pairs to look at"


async def test_two_reviews_at_once_propose_each_pair_once(house: House) -> None:
    await unseen(house, HLP)
    await unseen(house, NGO)
    done = await asyncio.gather(reviewed(house), reviewed(house), return_exceptions=True)
    assert any(isinstance(one, list) for one in done), done
    assert all(isinstance(one, list | BatchStopped) for one in done), done
    assert len(await pairs(house)) == 1


async def test_the_command_says_how_it_goes(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await unseen(house, HLP)
    await unseen(house, NGO)
    monkeypatch.setattr(console, "load", lambda name: house.service)
    run = await asyncio.to_thread(CliRunner().invoke, cli.app, ["batch", "intake", "same-person", "--operator", str(MOMD)])
    assert run.exit_code == 0, run.output
    assert "2 people compared, 1 pairs to look at" in run.output
    assert not any(word in run.output for word in ("زينب", "خضر", "0770"))
    unknown = await asyncio.to_thread(CliRunner().invoke, cli.app, ["batch", "intake", "everything"])
    assert unknown.exit_code == 2
    assert "same-person" in unknown.output


async def test_without_splink_it_says_what_is_missing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review, "find_spec", lambda name: None)
    with pytest.raises(BatchStopped, match="make linkage"):
        await reviewed(house, uuid4())
    monkeypatch.setattr(console, "load", lambda name: house.service)
    run = await asyncio.to_thread(CliRunner().invoke, cli.app, ["batch", "intake", "same-person"])
    assert run.exit_code == 1
    assert "make linkage" in run.output


async def test_an_officers_correction_makes_it_the_rules_pair(house: House) -> None:
    """Found by the review, then looked at again by registration's rules: codes and score are those of the one who said them last."""
    await unseen(house, HLP)
    await brought(house, NGO, **person(phones=[], family_name=None))
    await reviewed(house)
    [pair] = await pairs(house)
    assert pair["source"] == "batch"
    first = (await person_ids(house))[0]
    assert (await house.call("PATCH", f"/v1/persons/{first}", OFFICER, {"family_name": "الجبوري"}, if_match='"1"')).status == 200
    await house.work()
    [again] = await pairs(house)
    assert (again["source"], again["candidate_id"]) == ("rules", pair["candidate_id"])

"""Twice the same person, from a centre and from an NGO: proposed, decided by a person, undone once. Twins stay apart."""

from typing import Any

from tests.e2e.scenarios.scene import Scene


async def test_one_woman_written_twice(scene: Scene) -> None:
    she = scene.person(birth_on="1987-04-05")
    again = {**she, "birth_on": "1987-05-04", "phones": [scene.phone()]}
    one, other = await twice(scene, she, again)
    candidate = await scene.eventually(lambda: proposed(scene, one, other), bool)
    path = f"/intake/v1/merges/candidates/{candidate['candidate_id']}"
    version = (await scene.desk.get(path)).body["version"]
    merged = await scene.desk.post(f"{path}/decision", {"same": True, "kept_id": one}, if_match=f'"{version}"')
    merge = (await scene.desk.get("/intake/v1/merges", limit=200)).body["items"]
    [mine] = [row for row in merge if {row["kept_id"], row["merged_id"]} == {one, other}]
    assert merged.status == 200
    await scene.coordinator.post(f"/intake/v1/merges/{mine['merge_id']}/undo", {}, if_match=f'"{mine["version"]}"')
    assert (await scene.desk.get(f"/intake/v1/persons/{other}")).status == 200


async def test_twins_stay_apart(scene: Scene) -> None:
    first = scene.person(birth_on="2001-02-03", sex="female")
    second = {**first, "given_name": scene.words.name(), "call_name": scene.words.name(), "documents": []}
    one, other = await twice(scene, first, second)
    merges = (await scene.desk.get("/intake/v1/merges", limit=200)).body["items"]
    assert not [merge for merge in merges if {merge["kept_id"], merge["merged_id"]} & {one, other}]  # somebody may be asked; no more
    assert (await scene.desk.get(f"/intake/v1/persons/{one}")).body["person_id"] == one
    assert (await scene.desk.get(f"/intake/v1/persons/{other}")).body["person_id"] == other


async def twice(scene: Scene, she: dict[str, Any], again: dict[str, Any]) -> list[str]:
    """Have a centre and another partner send them; return both persons' ids."""
    people = []
    for by, who in ((scene.centre, she), (scene.cast.client("lmrc-baghdad"), again)):
        made = await scene.asked(by, scene.request(person=who))
        need = (await scene.desk.get(f"/intake/v1/needs/{made['needs'][0]['need_id']}")).body
        people.append((await scene.desk.get(f"/intake/v1/cases/{need['case_id']}")).body["person_id"])
    return people


async def proposed(scene: Scene, *people: str) -> dict[str, Any]:
    """Return the candidate of these two, if there is one."""
    listed = (await scene.desk.get("/intake/v1/merges/candidates", limit=200)).body["items"]
    return next((one for one in listed if set(one["person_ids"]) == set(people)), {})

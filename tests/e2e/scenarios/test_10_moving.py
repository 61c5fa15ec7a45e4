"""Moving to Basra in the middle: what is open is looked at one by one; her file goes along only if she agrees."""

from tests.e2e.scenarios.scene import Scene, path_of

BASRA = "IQG02"


async def test_one_is_kept_from_afar_and_one_is_sought_there(scene: Scene) -> None:
    made = await scene.asked(scene.desk, scene.request("work.training", "education.enrolment", person=scene.person(place="IQG15Q03")))
    needs = {need["code"]: need["need_id"] for need in made["needs"]}
    training, school = await scene.offer(needs["work.training"]), await scene.offer(needs["education.enrolment"])
    for offer in (training, school):
        await scene.accepted(offer)
    for need in needs.values():
        path = f"/intake/v1/needs/{need}"
        await scene.desk.post(f"{path}/correction", {"place": BASRA}, if_match=(await scene.desk.get(path)).etag)
    await scene.eventually(lambda: scene.work_items("moved_away"), lambda found: set(needs.values()) <= found)
    kept = await scene.move(school, "relocation", {"decision": "keep_remote"}, by=scene.coordinator)
    assert kept.body["state"] == "accepted"
    await scene.move(training, "relocation", {"decision": "place_anew"}, by=scene.coordinator)
    failed = await scene.event("referral.failed", referral_id=training.data["referral_id"])
    assert failed.data["reason"] == "moved"
    there = await scene.offer(needs["work.training"], training)
    assert there.data["governorate"] == BASRA
    assert (await scene.coordinator.get(path_of(school))).body["state"] == "accepted"


async def test_her_file_goes_along_when_she_agrees(scene: Scene) -> None:
    made = await scene.asked(scene.desk, scene.request("basic.items"))
    case, other = f"/intake/v1/cases/{made['case_ids'][0]}", scene.cast.client("coordinator-erbil")
    await other.get(case, 404)
    agreed = {"to_operator_id": other.organization_id, "with_history": True, "agreed": True}
    agreed |= {"how": "spoken", "recorded_by": scene.words.latin()}
    offered = await scene.coordinator.post(f"{case}/hand-over", agreed, 201, if_match=(await scene.coordinator.get(case)).etag)
    path = f"/intake/v1/hand-overs/{offered.body['hand_over_id']}"
    taken = await other.post(f"{path}/acceptance", {}, if_match=(await other.get(path)).etag)
    await other.get(f"/intake/v1/cases/{taken.body['case_id']}")

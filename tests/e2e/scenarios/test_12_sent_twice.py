"""Sent twice: one answer and one case; who is known from elsewhere gets an ordinary 202."""

from tests.e2e.scenarios.scene import Scene, problem


async def test_the_same_key_and_body(scene: Scene) -> None:
    body, key = scene.request(), scene.words.latin()
    first = await scene.centre.post("/intake/v1/requests", body, 202, key=key)
    again = await scene.centre.post("/intake/v1/requests", body, 202, key=key)
    assert again.body == first.body
    need = first.body["needs"][0]["need_id"]
    await scene.offer(need)
    assert len(scene.seen("intake.need-identified", need_id=need)) == 1
    other = await scene.centre.post("/intake/v1/requests", {**body, "person": scene.person()}, 422, key=key)
    assert problem(other) == "idempotency-key-reused"


async def test_the_same_number_of_the_same_origin(scene: Scene) -> None:
    body = scene.request()
    first = await scene.asked(scene.centre, body)
    again = await scene.asked(scene.centre, body)
    assert again["case_ids"] == first["case_ids"]
    assert [need["need_id"] for need in again["needs"]] == [need["need_id"] for need in first["needs"]]


async def test_another_origin_learns_nothing(scene: Scene) -> None:
    she = scene.person()
    await scene.asked(scene.centre, scene.request(person=she))
    answer = await scene.cast.client("lmrc-baghdad").post("/intake/v1/requests", scene.request(person=she), 202)
    stranger = await scene.cast.client("lmrc-baghdad").post("/intake/v1/requests", scene.request(), 202)
    assert set(answer.body) == set(stranger.body)
    assert set(answer.body["needs"][0]) == set(stranger.body["needs"][0])

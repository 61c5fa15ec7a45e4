"""Question and answer: twice, and not a third time; the clock rests only while a question is open."""

from datetime import datetime, timedelta

from tests.e2e.scenarios.scene import Scene, problem


async def test_asked_twice_and_no_more(scene: Scene) -> None:
    need = await scene.need()
    offer = await scene.offer(need)
    before = (await scene.read(offer))["deadlines"]["decide_by"]
    for _ in range(2):
        await scene.move(offer, "question", {"text": scene.words.text()})
        await scene.cast.later(timedelta(hours=72))
        await scene.move(offer, "answer", {"text": scene.words.text()}, by=scene.desk)
    after = (await scene.read(offer))["deadlines"]["decide_by"]
    assert datetime.fromisoformat(after) > datetime.fromisoformat(before)
    refused = await scene.move(offer, "question", {"text": scene.words.text()}, 409)
    assert problem(refused) == "move-not-allowed"
    assert set(refused.body["moves"]) >= {"accept", "decline"}
    rounds = (await scene.read(offer))["exchanges"]
    assert [one["round"] for one in rounds] == [1, 2] and all(one["answer"] for one in rounds)


async def test_an_answer_outside_the_consent_is_refused(scene: Scene) -> None:
    need = await scene.need(consent=scene.consent(categories=["identity", "contact"]))
    offer = await scene.offer(need)
    await scene.move(offer, "question", {"text": scene.words.text()})
    outside = {"text": scene.words.text(), "categories": ["status"]}
    refused = await scene.move(offer, "answer", outside, 409, by=scene.desk)
    assert "status" in str(refused.body)
    assert (await scene.read(offer))["state"] == "info_requested"

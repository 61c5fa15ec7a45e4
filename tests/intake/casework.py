"""Steps that tests of case work begin with."""

import random
from typing import Any

from tests.intake.actors import COORDINATOR, OFFICER, Actor
from tests.intake.house import Answer, House
from tests.intake.samples import person, request
from tests.intake.story import Story, asked

ZAINAB = OFFICER.but(more={"acting_officer": "zainab-7"})
KARIM = OFFICER.but(more={"acting_officer": "karim-2"})
NOOR = COORDINATOR.but(more={"acting_officer": "noor-1"})
TOLD = {"how": "spoken", "recorded_by": "Officer Hassan Al-Jubouri"}


async def opened(house: House, origin: Actor = OFFICER, *needs: dict[str, Any], **changes: Any) -> str:
    """Bring a request about somebody new and return the id of its first case."""
    name = "".join(random.choices("ابتجحدرسشصطعفقكلمنهوي", k=8))
    answer = await house.post("/v1/requests", origin, request(*needs, **{"person": person(given_name=name)} | changes))
    assert answer.status == 202, answer.body
    await house.events()
    return str(answer.body["case_ids"][0])


async def seen(house: House, case_id: str, actor: Actor = COORDINATOR) -> Answer:
    return await house.get(f"/v1/cases/{case_id}", actor)


async def done(house: House, case_id: str, act: str, actor: Actor, body: Any, **more: Any) -> Answer:
    """Do something with a case as it is now."""
    version = await house.scalar("SELECT version FROM case_file WHERE id = :id", id=case_id)
    return await house.post(f"/v1/cases/{case_id}/{act}", actor, body, if_match=f'"{version}"', **more)


async def finished(house: House, case_id: str) -> None:
    """End all needs of a case."""
    await house.scalar("UPDATE need SET state = 'verified', waits = false WHERE case_id = :id RETURNING id", id=case_id)


async def story_of(house: House, **changes: Any) -> tuple[Story, str]:
    """Return a need nobody was asked for yet, and its case."""
    story = await asked(house, OFFICER, **changes)
    case_id = await house.scalar("SELECT case_id FROM need WHERE id = :id", id=story.need_id)
    return story, str(case_id)

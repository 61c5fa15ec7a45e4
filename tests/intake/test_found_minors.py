"""Who is found to be a child after the consent was said as an adult's: it waits for the guardian."""

from datetime import UTC, datetime
from typing import Any

import pytest
from ihala_contracts.intake_v1 import DecisionAwaited, DisclosureRefused, NeedConsentChanged

from tests.intake.actors import NGO, OFFICER, PROVIDER
from tests.intake.families import brought, family, member
from tests.intake.house import House
from tests.intake.samples import consent, need
from tests.intake.story import Story, accepted, asked
from tests.intake.test_minors import YES, state


async def corrected(house: House, story: Story, **said: Any) -> None:
    version = await house.scalar("SELECT version FROM need WHERE id = :id", id=story.need_id)
    path = f"/v1/needs/{story.need_id}/correction"
    answer = await house.post(path, OFFICER, {"person": said}, if_match=f'"{version}"')
    assert answer.status == 200, answer.body


async def changed(house: House, story: Story, **said: Any) -> None:
    person_id = await house.scalar("SELECT person_id FROM need WHERE id = :id", id=story.need_id)
    version = await house.scalar("SELECT version FROM person WHERE id = :id", id=person_id)
    answer = await house.call("PATCH", f"/v1/persons/{person_id}", OFFICER, said, if_match=f'"{version}"')
    assert answer.status == 200, answer.body


@pytest.mark.parametrize("correct", [corrected, changed])
async def test_what_a_child_said_as_an_adult_waits_for_the_guardian(house: House, correct: Any) -> None:
    story = await accepted(house, NGO, household=None)
    assert (await house.get(story.person_path, PROVIDER)).status == 200
    await correct(house, story, birth_year=1988)
    assert await state(house, story) == "given consent"  # still an adult
    await house.events()
    await correct(house, story, birth_year=datetime.now(UTC).year - 12)
    assert await state(house, story) == "awaited consent"
    said = [event.consent.given for event in await house.events() if isinstance(event, NeedConsentChanged)]
    assert said == [False]
    assert await house.scalar("SELECT act FROM consent_revision WHERE consent_id = :id AND revision = 2", id=story.consent_id) == "awaited"
    assert (await house.get(story.person_path, PROVIDER)).status == 404  # nobody reads on, and nobody is asked to delete
    assert await house.scalar("SELECT state FROM disclosure") == "open"
    await house.work()
    [told] = await house.events()
    assert isinstance(told, DecisionAwaited) and told.need_id == story.need_id
    again = consent(assent="given", guardian=YES)
    answer = await house.post(f"/v1/consents/{story.consent_id}/revisions", NGO, again, if_match='"2"')
    assert (answer.status, answer.body["state"]) == (201, "given")
    await house.fresh()
    assert (await house.get(story.person_path, PROVIDER)).status == 200


async def test_nobody_is_let_in_on_what_a_child_said_as_an_adult(house: House) -> None:
    story = await asked(house, NGO, household=None)
    await story.offer()
    await corrected(house, story, birth_year=datetime.now(UTC).year - 12)
    await house.events()
    await story.accept()
    [refused] = [event for event in await house.events() if isinstance(event, DisclosureRefused)]
    assert refused.reason == "consent_too_narrow"  # nobody took it back


async def test_a_member_who_is_told_of_anew_with_a_childs_age_said_nothing_alone(house: House) -> None:
    brother = member("أحمد", "sibling", need("work.job"))
    first = await brought(house, family(brother))
    born = {"birth_year": datetime.now(UTC).year - 12, "consent": consent(assent="given", guardian=YES)}
    await brought(house, family(brother | born | {"needs": [need("education.enrolment")]}))
    consents = [one["consent_id"] for one in first["needs"]]
    states = [await house.scalar("SELECT state FROM consent WHERE id = :id", id=one) for one in consents]
    assert states == ["given", "awaited"]  # hers is hers
    assert await house.scalar("SELECT state FROM consent ORDER BY id DESC LIMIT 1") == "given"  # what the guardian agreed to

"""A receiver asks that another need be opened: intake opens it, its office decides, or it is said by voice."""

from uuid import UUID

import pytest
from ihala_contracts import intake_v1, referral_v1

from tests.referral.actors import CLEARED, FIRST, HLP, MOMD, NGO, OFFICER, SECOND, Actor
from tests.referral.test_schema import restricted_offer
from tests.referral.world import Answer, World


async def asked(world: World, referral_id: UUID, code: str = "work.job", actor: Actor = FIRST, urgency: str = "urgent") -> Answer:
    return await world.post(actor, f"/v1/referrals/{referral_id}/onward-needs", {"need_code": code, "urgency": urgency}, None)


async def listed(world: World, referral_id: UUID, actor: Actor = FIRST) -> list[tuple[str, str]]:
    found = await world.get(actor, f"/v1/referrals/{referral_id}/onward-needs")
    return [(one["need_code"], one["state"]) for one in found.body["items"]]


@pytest.mark.parametrize("outcome", ["opened", "waits", "refused"])
async def test_what_is_asked_is_told_to_intake_and_its_answer_shown(world: World, outcome: str) -> None:
    need_id, referral_id = await world.in_service(FIRST, NGO)
    assert (await asked(world, referral_id)).status == 201
    told = await world.last(referral_v1.OnwardNeedAsked)
    assert (told.need_id, told.need_code, told.urgency, told.state) == (need_id, "work.job", "urgent", "in_service")
    answer = {"onward_id": told.onward_id, "referral_id": referral_id, "organization_id": told.organization_id, "outcome": outcome}
    assert await listed(world, referral_id) == [("work.job", "asked")]
    await world.deliver(intake_v1.OnwardNeedSettled(need_id=need_id, operator_id=MOMD, settled_at=world.now, **answer))
    for actor in (FIRST, NGO, OFFICER):
        assert await listed(world, referral_id, actor) == [("work.job", outcome)]
    row = (await world.rows("SELECT * FROM onward_need"))[0]
    assert (row.settled_at is None) == (outcome == "waits")


async def test_only_the_receiver_that_accepted_asks_and_not_for_what_is_said_by_voice(world: World) -> None:
    _, referral_id = await world.offered(FIRST, NGO)
    assert (await asked(world, referral_id)).problem == "move-not-allowed"
    await world.move(FIRST, referral_id, "acceptance")
    for actor, status in ((NGO, 409), (OFFICER, 403), (SECOND, 404), (HLP, 404)):
        assert (await asked(world, referral_id, actor=actor)).status == status
    assert (await asked(world, referral_id, "legal.complaint")).problem == "need-code-restricted"
    assert (await asked(world, referral_id, "no.such")).problem == "unknown-need-code"
    assert (await asked(world, referral_id, urgency="emergency")).problem == "malformed-request"
    need_id = await restricted_offer(world)
    [row] = await world.rows("SELECT id FROM referral WHERE need_id = :need", need=need_id)
    await world.move(CLEARED, row.id, "acceptance")
    assert (await asked(world, row.id, actor=CLEARED)).problem == "said-by-voice"
    assert await world.all(referral_v1.OnwardNeedAsked) == []

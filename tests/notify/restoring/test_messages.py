"""What people were told before the database was lost is not told again, and what they were not told is told once, in its turn."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pytest
from ihala_contracts.directory_v1 import OrganizationJoined
from ihala_contracts.intake_v1 import NeedChanged, NeedClosed
from ihala_contracts.referral_v1 import ReferralAccepted, ReferralCompleted, ReferralOffered
from ihala_kit.testing import Mint
from ihala_notify.control import by_hand
from ihala_notify.statistics import sums
from pydantic_core import from_json, to_json

from tests.notify.peers import Peers
from tests.notify.restoring.lives import BY_CALL, LIVES, appointment, joined, receipt_since, resent_and_told, told, withdrawn
from tests.notify.restoring.lost import Life, Lost, differences, standing
from tests.notify.samples import OPERATOR, sample
from tests.notify.world import World


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.__name__)
async def test_nobody_is_told_twice(world: World, peers: Peers, lost: Lost, life: Life) -> None:
    async with lost.living() as mark:
        await life(world, peers, mark)
        before, texts = await standing(world), list(peers.texts())
        await sums.add(world.database)
        counted = await figures(world)
        ended = life is not withdrawn  # what was dropped is in no event: it is dropped again, a moment later
    lost.last_topic_first = True  # referral's news before intake said of which need
    assert await lost.restore() == []
    after = await standing(world)
    if ended:
        assert differences(before, after) == []
    assert [row["state"] for row in after["messages"]] == [row["state"] for row in before["messages"]]
    await world.send()
    assert peers.texts() == texts
    assert differences(after, await standing(world)) == []
    await sums.add(world.database)
    assert await figures(world) == counted


async def figures(world: World) -> list[dict[str, Any]]:
    """Return how many messages ended how, without what no event tells."""
    query = "SELECT operator_id, day, template, status, sum(n) AS n FROM message_day GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0 ORDER BY 3, 4"
    return await world.rows(query)


@pytest.mark.parametrize("life", [told, resent_and_told, appointment], ids=lambda life: life.__name__)
async def test_what_an_older_release_told_of_is_found_by_its_template(world: World, peers: Peers, lost: Lost, life: Life) -> None:
    async with lost.living() as mark:
        await life(world, peers, mark)
        before = await standing(world)
    lost.own = [replace(one, value=to_json(from_json(one.value) | {"told_of": None})) for one in lost.own]
    await lost.restore()
    assert differences(before, await standing(world)) == []


async def test_what_had_no_receipt_is_sent_again_and_counted_once(world: World, peers: Peers, lost: Lost) -> None:
    async with lost.living() as mark:
        await world.introduce()
        await mark()
        for _ in range(2):
            await world.announce(uuid4())
        await joined(world, "sent")
    peers.contact["recipient"] = str(uuid4())
    assert await lost.restore() == []
    assert [row["state"] for row in (await standing(world))["messages"]] == ["waiting"] * 2
    await world.send()
    assert len(peers.texts()) == 2
    assert len(await world.rows("SELECT message_id FROM recipient_message")) == 2


async def test_what_was_spoken_for_shares_an_end_that_is_known_alone(world: World, peers: Peers, lost: Lost) -> None:
    async with lost.living() as mark:
        await receipt_since(world, peers, mark)
        before = await standing(world)
    lost.own = [one for one in lost.own if not one.headers["ce_type"].endswith("message-joined")]  # it never left
    assert await lost.restore() == ["message-joined"]
    assert differences(before, await standing(world)) == []


async def test_what_was_sent_by_hand_is_not_sent_again_by_the_same_request(
    world: World, peers: Peers, lost: Lost, http: aiohttp.ClientSession, mint: Mint
) -> None:
    need = uuid4()
    who = mint.headers("notify", ("notify:send",), org=str(OPERATOR), org_kind="operator", operator=str(OPERATOR), cleared=False)
    body, headers = {"need_id": str(need), "template": "call-us"}, who | {"Idempotency-Key": str(uuid4())}
    async with lost.living() as mark:
        await world.identify(need)
        await world.send()
        await mark()
        async with http.post("/v1/messages", json=body, headers=headers) as answer:
            assert answer.status == 202, await answer.text()
            made = await answer.json()
        await world.send()
        texts = len(peers.texts())
    assert await lost.restore() == []
    async with http.post("/v1/messages", json=body, headers=headers) as answer:
        again = await answer.json()
    assert (again["id"], again["state"]) == (made["id"], "delivered")
    await world.send()
    assert len(peers.texts()) == texts


async def test_what_was_not_told_stands_before_what_was_told_since(world: World, peers: Peers, lost: Lost) -> None:
    need, referral = uuid4(), uuid4()
    async with lost.living() as mark:
        await world.introduce()
        await mark()
        await world.announce(need)
        await world.deliver(sample(ReferralOffered, need_id=need, replaces=None, referral_id=referral))
        await world.rows("DELETE FROM message WHERE template = 'request-received' RETURNING id")  # handed over, say: no event tells of it
        await world.send()
        await world.deliver(sample(ReferralCompleted, need_id=need, referral_id=referral))
    await lost.restore()
    assert [state for _, state in await world.messages(need)] == ["waiting", "delivered", "waiting"]
    sent = len(peers.texts())
    await world.send()
    found = await world.messages(need)
    assert found == [("request-received", "dropped"), ("referral-offered", "delivered"), ("referral-completed", "delivered")]
    assert len(peers.texts()) == sent + 1


async def test_what_was_sent_once_more_goes_under_an_id_that_no_route_knows(world: World, peers: Peers, lost: Lost) -> None:
    async with lost.living() as mark:
        peers.contact |= BY_CALL
        await world.identify(uuid4())
        await mark()
        await world.send()
        [row] = await world.rows("SELECT id FROM message")
        await by_hand.resend(world.database, row["id"])
    peers.contact |= {"channel": "sms", "safe_to_message": True}
    assert await lost.restore() == []
    [again] = await world.rows("SELECT id, state, rounds, attempts, reason, useful_until > now() AS useful FROM message")
    assert (again["id"], again["state"], again["attempts"], again["reason"], again["useful"]) == (row["id"], "waiting", 0, "resent", True)
    assert again["rounds"] > 1
    await world.send()
    assert len(peers.texts()) == 1 and await world.rows("SELECT id FROM call_task WHERE state = 'open'") == []


async def test_a_confirmation_that_is_sent_once_more_is_not_dropped_by_what_it_confirms(world: World, peers: Peers, lost: Lost) -> None:
    need = uuid4()
    async with lost.living() as mark:
        await world.identify(need)
        await world.send()
        await mark()
        peers.contact |= BY_CALL
        await world.deliver(sample(NeedClosed, need_id=need, reason="solved"))
        await world.send()
        [row] = await world.rows("SELECT id FROM message WHERE template = 'need-closed'")
        await by_hand.resend(world.database, row["id"])
    assert await lost.restore() == []
    assert await world.messages(need) == [("request-received", "delivered"), ("need-closed", "waiting")]


async def test_after_a_hand_over_each_message_is_its_operators(world: World, peers: Peers, lost: Lost) -> None:
    need, other = uuid4(), uuid4()
    async with lost.living() as mark:
        await world.introduce()
        await mark()
        await world.announce(need)
        await world.send()
        await hand_over(world, need, other)
        await world.deliver(sample(ReferralAccepted, need_id=need, operator_id=other))
        await world.send()
        before = await standing(world)
    assert await lost.restore() == []
    assert differences(before, await standing(world)) == []
    assert [row["operator_id"] for row in before["messages"]] == [OPERATOR, other]


async def hand_over(world: World, need: UUID, to: UUID, **more: Any) -> None:
    await world.deliver(sample(OrganizationJoined, organization_id=to, kind="operator", operator_id=None, phone="+964 700 000 0003"))
    await world.deliver(sample(NeedChanged, need_id=need, operator_id=to, **more))

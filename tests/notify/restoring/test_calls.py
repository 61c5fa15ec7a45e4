"""Calls stand as they stood when the database was lost: none is opened again, none is ended by what is read again."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_contracts.directory_v1 import OrganizationJoined
from ihala_contracts.intake_v1 import ConsentWithdrawn, NeedChanged, NeedClosed, NeedState, NeedStateChanged, Sensitivity
from ihala_contracts.referral_v1 import ReferralAccepted, ReferralExpired, ReferralOffered
from ihala_kit.auth import Caller
from ihala_notify.calls import commands
from ihala_notify.calls.rules import Result
from ihala_notify.calls.tables import CallTask
from ihala_notify.control import by_hand

from tests.notify.peers import Peers
from tests.notify.restoring.lives import BY_CALL
from tests.notify.restoring.lost import Life, Lost, Mark, differences, standing
from tests.notify.samples import OPERATOR, sample
from tests.notify.world import World

HER, ANOTHER = (Caller("desk", OPERATOR, "operator", OPERATOR, acting_officer=name) for name in ("her", "another"))


async def begun(world: World, peers: Peers, mark: Mark, need: UUID, **about: Any) -> UUID:
    """Make the backup, then bring a need to where somebody is to call about it."""
    await world.introduce()
    await mark()
    peers.contact |= BY_CALL
    await world.announce(need, **about)
    await world.send()
    return need


async def take(world: World, officer: Caller = HER) -> CallTask:
    async with world.database.transaction(officer) as tx:
        [call] = await world.rows("SELECT id, version FROM call_task WHERE state IN ('open', 'taken')")
        return await commands.take(tx, officer, call["id"], call["version"])


async def say(world: World, result: Result) -> None:
    call = await take(world)
    async with world.database.transaction(HER) as tx:
        await commands.record(tx, HER, call.id, call.version, result)


async def opened(world: World, peers: Peers, mark: Mark) -> None:
    await begun(world, peers, mark, uuid4())


async def emergency(world: World, peers: Peers, mark: Mark) -> None:
    await begun(world, peers, mark, uuid4(), urgency="emergency")


async def restricted(world: World, peers: Peers, mark: Mark) -> None:
    await begun(world, peers, mark, uuid4(), sensitivity=Sensitivity.RESTRICTED, messages_wanted=True)


async def with_more_to_say(world: World, peers: Peers, mark: Mark) -> None:
    need = await begun(world, peers, mark, uuid4())
    await world.deliver(sample(ReferralAccepted, need_id=need))
    await world.send()


async def put_off(world: World, peers: Peers, mark: Mark) -> None:
    await begun(world, peers, mark, uuid4())
    await say(world, "not_reached")


async def put_off_since(world: World, peers: Peers, mark: Mark) -> None:
    async def not_yet() -> None:
        pass

    await begun(world, peers, not_yet, uuid4())
    await mark()
    await say(world, "not_reached")


async def made(world: World, peers: Peers, mark: Mark) -> None:
    await begun(world, peers, mark, uuid4())
    await say(world, "reached")


async def declined(world: World, peers: Peers, mark: Mark) -> None:
    need = await begun(world, peers, mark, uuid4())
    await say(world, "asked_not_to_call")
    await world.deliver(sample(ReferralAccepted, need_id=need))
    await world.send()


async def given_up(world: World, peers: Peers, mark: Mark) -> None:
    await begun(world, peers, mark, uuid4())
    await say(world, "wrong_number")


async def sent_again(world: World, peers: Peers, mark: Mark) -> None:
    await begun(world, peers, mark, uuid4())
    [row] = await world.rows("SELECT id FROM message")
    peers.contact |= {"channel": "sms", "safe_to_message": True}
    await by_hand.resend(world.database, row["id"])
    await world.send()


async def made_and_opened_again(world: World, peers: Peers, mark: Mark) -> None:
    need = await begun(world, peers, mark, uuid4())
    await say(world, "reached")
    await world.deliver(sample(ReferralAccepted, need_id=need))
    await world.send()


async def closed(world: World, peers: Peers, mark: Mark) -> None:
    """Somebody was to call about the need, then to say that it was closed."""
    need = await begun(world, peers, mark, uuid4())
    await world.deliver(sample(NeedClosed, need_id=need, reason="solved"))
    await world.send()


async def withdrawn(world: World, peers: Peers, mark: Mark) -> None:
    need, referral = uuid4(), uuid4()
    await begun(world, peers, mark, need)
    await world.deliver(sample(ReferralOffered, need_id=need, referral_id=referral, replaces=None))
    await world.send()
    await world.deliver(sample(ConsentWithdrawn, need_id=need, referral_id=referral))
    await world.send()


async def open_again(world: World, peers: Peers, mark: Mark) -> None:
    """What is to be said of a need that is open again is not ended by its having been closed."""
    need = await begun(world, peers, mark, uuid4())
    await world.deliver(sample(NeedClosed, need_id=need, reason="solved"))
    peers.contact |= {"channel": "sms", "safe_to_message": True}
    await world.send()
    await world.deliver(sample(NeedStateChanged, need_id=need, after=NeedState.OPEN))
    peers.contact |= BY_CALL
    await world.deliver(sample(ReferralAccepted, need_id=need))
    await world.send()


async def attempt_over(world: World, peers: Peers, mark: Mark) -> None:
    need, referral = uuid4(), uuid4()
    await begun(world, peers, mark, need)
    await world.deliver(sample(ReferralOffered, need_id=need, referral_id=referral, replaces=None))
    await world.send()
    await world.deliver(sample(ReferralExpired, need_id=need, referral_id=referral))
    await world.send()


async def handed_over_and_back(world: World, peers: Peers, mark: Mark) -> None:
    need, other = await begun(world, peers, mark, uuid4()), uuid4()
    await world.deliver(sample(OrganizationJoined, organization_id=other, kind="operator", operator_id=None, phone="+964 700 000 0003"))
    for operator_id in (other, OPERATOR, other):
        await world.deliver(sample(NeedChanged, need_id=need, operator_id=operator_id, urgency="routine"))


LIVES: tuple[Life, ...] = (
    opened, emergency, restricted, with_more_to_say, put_off, put_off_since, made, declined, given_up, sent_again, made_and_opened_again,
    closed, withdrawn, open_again, attempt_over, handed_over_and_back,
)  # fmt: skip


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.__name__)
async def test_a_call_stands_as_it_stood(world: World, peers: Peers, lost: Lost, life: Life) -> None:
    async with lost.living() as mark:
        await life(world, peers, mark)
        before, versions = await standing(world), await world.rows("SELECT id, version FROM call_task ORDER BY id")
    assert before["calls"]
    assert await lost.restore() == []
    assert differences(before, await standing(world)) == []
    for old, new in zip(versions, await world.rows("SELECT id, version FROM call_task ORDER BY id"), strict=True):
        assert new["version"] >= old["version"]


async def test_who_had_taken_a_call_takes_it_again_and_so_may_another(world: World, peers: Peers, lost: Lost) -> None:
    async with lost.living() as mark:
        await begun(world, peers, mark, uuid4())
        held = await take(world)
    assert await lost.restore() == []
    [call] = await world.rows("SELECT id, state, taken_by, version FROM call_task")
    assert (call["id"], call["state"], call["taken_by"]) == (held.id, "open", None) and call["version"] > held.version
    assert (await take(world, ANOTHER)).taken_by == "another"


async def test_a_call_that_somebody_holds_in_the_backup_stays_hers(world: World, peers: Peers, lost: Lost) -> None:
    async def not_yet() -> None:
        pass

    async with lost.living() as mark:
        await begun(world, peers, not_yet, uuid4())
        await take(world)
        await mark()
        await world.announce(uuid4())
    assert await lost.restore() == []
    assert [row["taken_by"] for row in await world.rows("SELECT taken_by FROM call_task")] == ["her"]


async def test_a_hand_over_that_was_not_read_before_moves_the_call_once(world: World, peers: Peers, lost: Lost) -> None:
    other = uuid4()
    async with lost.living() as mark:
        need = await begun(world, peers, mark, uuid4())
    changed = sample(NeedChanged, need_id=need, operator_id=other, urgency="emergency")
    lost.say(changed)
    assert await lost.restore() == ["call-task-opened"]
    [call] = await world.rows("SELECT operator_id, rank, due_at FROM call_task")
    assert (call["operator_id"], call["rank"]) == (other, 0) and call["due_at"] < datetime.now(UTC) + timedelta(hours=3)


async def test_a_closing_that_was_not_read_before_ends_the_call(world: World, peers: Peers, lost: Lost) -> None:
    async with lost.living() as mark:
        need = await begun(world, peers, mark, uuid4())
    lost.say(sample(NeedClosed, need_id=need, reason="solved"))
    assert await lost.restore() == ["call-task-ended"]
    assert await world.messages(need) == [("request-received", "failed"), ("need-closed", "waiting")]

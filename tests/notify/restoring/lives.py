"""What people live through with notify's messages: `mark` is where the backup is made."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from ihala_contracts.intake_v1 import ConsentWithdrawn, NeedClosed, NeedState, NeedStateChanged
from ihala_contracts.referral_v1 import AppointmentChanged, ReferralAccepted, ReferralOffered
from ihala_kit.auth import Caller
from ihala_notify import messages
from ihala_notify.control import by_hand
from ihala_notify.limits import store
from ihala_notify.messages import Settled
from ihala_notify.receipts import Handed, Receipts, handed_over
from ihala_notify.statistics import sums

from tests.notify.peers import Peers
from tests.notify.restoring.lost import Life, Mark
from tests.notify.samples import sample
from tests.notify.world import World

BY_CALL = {"channel": "call", "safe_to_message": False}


async def told(world: World, peers: Peers, mark: Mark) -> None:
    await world.introduce()
    await mark()
    need = uuid4()
    await world.announce(need)
    await world.deliver(sample(ReferralOffered, need_id=need, replaces=None))
    await world.send()


async def told_in_the_middle(world: World, peers: Peers, mark: Mark) -> None:
    need = uuid4()
    await world.identify(need)
    await mark()
    await world.send()
    await world.deliver(sample(ReferralAccepted, need_id=need))
    await world.send()


async def failed(world: World, peers: Peers, mark: Mark) -> None:
    await world.introduce()
    await mark()
    peers.contact |= BY_CALL
    need = uuid4()
    await world.announce(need)
    await world.deliver(sample(ReferralOffered, need_id=need, replaces=None))
    await world.send()


async def resent_and_told(world: World, peers: Peers, mark: Mark) -> None:
    await world.introduce()
    peers.contact |= BY_CALL
    await mark()
    await world.announce(uuid4())
    await world.send()
    peers.contact |= {"channel": "sms", "safe_to_message": True}
    [row] = await world.rows("SELECT id FROM message")
    await by_hand.resend(world.database, row["id"])
    await world.send()


async def failed_before_and_told_since(world: World, peers: Peers, mark: Mark) -> None:
    peers.contact |= BY_CALL
    await world.identify(uuid4())
    await world.send()
    await sums.add(world.database)
    await mark()
    peers.contact |= {"channel": "sms", "safe_to_message": True}
    [row] = await world.rows("SELECT id FROM message")
    await by_hand.resend(world.database, row["id"])
    await world.send()


async def withdrawn(world: World, peers: Peers, mark: Mark) -> None:
    need = uuid4()
    await world.identify(need)
    await mark()
    await world.deliver(sample(ConsentWithdrawn, need_id=need, referral_id=None))
    await world.send()


async def closed_and_open_again(world: World, peers: Peers, mark: Mark) -> None:
    need = uuid4()
    await world.identify(need)
    await world.send()
    await mark()
    await world.deliver(sample(NeedClosed, need_id=need, reason="solved"))
    await world.send()
    await world.deliver(sample(NeedStateChanged, need_id=need, after=NeedState.OPEN))
    await world.deliver(sample(ReferralAccepted, need_id=need))
    await world.send()


async def appointment(world: World, peers: Peers, mark: Mark) -> None:
    need, referral, what = uuid4(), uuid4(), uuid4()
    await world.identify(need)
    await world.send()
    await mark()
    about = {"need_id": need, "referral_id": referral, "appointment_id": what, "starts_at": datetime.now(UTC) + timedelta(days=3)}
    await world.deliver(sample(AppointmentChanged, **about, appointment_state="confirmed"))
    await world.send()
    await world.deliver(sample(AppointmentChanged, **about, appointment_state="cancelled"))
    await world.send()


async def spoken_for(world: World, peers: Peers, mark: Mark) -> None:
    """One message speaks for another need's, in a transaction after the backup."""
    await world.introduce()
    await mark()
    for _ in range(2):
        await world.announce(uuid4())
    await joined(world, "delivered")


async def receipt_since(world: World, peers: Peers, mark: Mark) -> None:
    """One was handed over and speaks for another need's; its receipt comes after the backup."""
    await world.introduce()
    for _ in range(2):
        await world.announce(uuid4())
    await joined(world, "sent")
    async with world.database.transaction(Caller.system("test")) as tx:
        [sent] = await world.rows("SELECT id, attempts FROM message WHERE state = 'sent'")
        await handed_over(tx, [Handed("one", "1", sent["id"], sent["attempts"])])
    await mark()
    await Receipts(world.database, ["sms"]).told("one", "1", "delivered")


async def overtook_its_need(world: World, peers: Peers, mark: Mark) -> None:
    need = uuid4()
    await world.introduce()
    await world.deliver(sample(ReferralAccepted, need_id=need))
    await mark()
    await world.announce(need)
    await world.send()


async def joined(world: World, state: str) -> None:
    async with world.database.transaction(Caller.system("test")) as tx:
        speaker, *others = await messages.claim(tx, {messages.UNKNOWN: 10})
        await messages.settle(tx, [(one, Settled("waiting", next_at=one.lease_until)) for one in others])
        until = speaker.lease_until if state == "sent" else None
        await store.join(tx, speaker.id, [one.id for one in others])
        speaks = replace(speaker, joins=len(others))
        await messages.settle(tx, [(speaks, Settled(state, next_at=until, channel="sms", handed_at=speaker.lease_until))])


LIVES: tuple[Life, ...] = (
    told, told_in_the_middle, failed, resent_and_told, failed_before_and_told_since, withdrawn, closed_and_open_again, appointment,
    spoken_for, receipt_since, overtook_its_need,
)  # fmt: skip

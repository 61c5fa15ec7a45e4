"""Events in: one function an event, each ends in a command. All are referral's, keyed by the need."""

import logging
from collections.abc import Awaitable, Callable

from ihala_contracts.referral_v1 import (
    PlacementCancelled,
    PlacementRequested,
    ReferralAccepted,
    ReferralAnswered,
    ReferralCancelled,
    ReferralCompleted,
    ReferralDeclined,
    ReferralExpired,
    ReferralFailed,
    ReferralInformationRequested,
    ReferralOffered,
    ReferralRedacted,
    ReferralStarted,
    ReferralWaitlisted,
    ReferralWithdrawn,
)
from ihala_kit.inbox import reads
from ihala_kit.sealed import Unreadable, unseal
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory.commands import placing, referrals
from ihala_directory.facts import Facts

log = logging.getLogger(__name__)


@reads(PlacementRequested)
async def find_place(tx: AsyncSession, event: PlacementRequested) -> None:
    """Answer an attempt."""
    await placing.answer(tx, event, await _facts(tx, event))


@reads(PlacementCancelled)
async def cancel_attempt(tx: AsyncSession, event: PlacementCancelled) -> None:
    """Release what is held for an attempt."""
    await referrals.cancel(tx, event)


@reads(ReferralOffered)
async def name_referral(tx: AsyncSession, event: ReferralOffered) -> None:
    """Tie a reservation to its referral."""
    await referrals.name(tx, event)


@reads(ReferralInformationRequested)
async def rest_clock(tx: AsyncSession, event: ReferralInformationRequested) -> None:
    """Let the receiver's time to decide rest."""
    await referrals.ask(tx, event)


@reads(ReferralAnswered)
async def run_clock(tx: AsyncSession, event: ReferralAnswered) -> None:
    """Let it run on."""
    await referrals.ask(tx, event)


@reads(ReferralAccepted)
async def take_place(tx: AsyncSession, event: ReferralAccepted) -> None:
    """Take the place."""
    await referrals.take(tx, event)


@reads(ReferralWaitlisted)
async def wait_for_place(tx: AsyncSession, event: ReferralWaitlisted) -> None:
    """Hold the place no longer."""
    await referrals.wait(tx, event)


@reads(ReferralStarted)
async def begin(tx: AsyncSession, event: ReferralStarted) -> None:
    """Note that the service began."""
    await referrals.start(tx, event)


def _ends(model: type[referrals.Ending]) -> Callable[[AsyncSession, referrals.Ending], Awaitable[None]]:
    @reads(model)
    async def give_back(tx: AsyncSession, event: referrals.Ending) -> None:
        await referrals.end(tx, event)

    return give_back


declined = _ends(ReferralDeclined)
expired = _ends(ReferralExpired)
withdrawn = _ends(ReferralWithdrawn)
cancelled = _ends(ReferralCancelled)
failed = _ends(ReferralFailed)
completed = _ends(ReferralCompleted)
redacted = _ends(ReferralRedacted)


async def _facts(tx: AsyncSession, event: PlacementRequested) -> Facts:
    """Open what was sealed to us. What cannot be opened any more is not known: rules that ask for it come out as unknown."""
    if event.facts is None:
        return Facts()
    try:
        return Facts.read(await unseal(tx, event.facts, event.need_id))
    except Unreadable as error:
        log.warning("facts of an attempt cannot be opened: %s", error)
        return Facts()

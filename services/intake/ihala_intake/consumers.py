"""Events in: one function an event, each ends in a command."""

from ihala_contracts.directory_v1 import (
    OrganizationJoined,
    OrganizationLeft,
    OrganizationReinstated,
    OrganizationSuspended,
    ServiceChanged,
)
from ihala_contracts.referral_v1 import (
    DutyRosterChanged,
    NeedUnserved,
    OnwardNeedAsked,
    PlacementEnded,
    ReferralAccepted,
    ReferralCancelled,
    ReferralCompleted,
    ReferralDeclined,
    ReferralExpired,
    ReferralFailed,
    ReferralOffered,
    ReferralRedacted,
    ReferralStarted,
    ReferralWithdrawn,
)
from ihala_kit.inbox import reads
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake.commands import follow_referrals, organizations
from ihala_intake.emergencies import commands as emergencies


@reads(ReferralOffered)
async def offered(tx: AsyncSession, event: ReferralOffered) -> None:
    """Follow the need into referring."""
    await follow_referrals.offered(tx, event)


@reads(ReferralAccepted)
async def accepted(tx: AsyncSession, event: ReferralAccepted) -> None:
    """Open the disclosure, or refuse it."""
    await follow_referrals.accepted(tx, event)


@reads(ReferralStarted)
async def started(tx: AsyncSession, event: ReferralStarted) -> None:
    """Remember the first contact."""
    await follow_referrals.started(tx, event)


@reads(ReferralDeclined)
async def declined(tx: AsyncSession, event: ReferralDeclined) -> None:
    """Close what was open, also when it is given back after acceptance."""
    await follow_referrals.ended(tx, event)


@reads(ReferralExpired)
async def expired(tx: AsyncSession, event: ReferralExpired) -> None:
    """Nothing was open; remember the end."""
    await follow_referrals.ended(tx, event)


@reads(ReferralWithdrawn)
async def withdrawn(tx: AsyncSession, event: ReferralWithdrawn) -> None:
    """The echo of a withdrawal that intake began."""
    await follow_referrals.ended(tx, event)


@reads(ReferralCancelled)
async def cancelled(tx: AsyncSession, event: ReferralCancelled) -> None:
    """Close what was open."""
    await follow_referrals.ended(tx, event)


@reads(ReferralFailed)
async def failed(tx: AsyncSession, event: ReferralFailed) -> None:
    """Close what was open."""
    await follow_referrals.ended(tx, event)


@reads(ReferralCompleted)
async def completed(tx: AsyncSession, event: ReferralCompleted) -> None:
    """Plan the follow-up, or open the need again."""
    await follow_referrals.completed(tx, event)


@reads(ReferralRedacted)
async def redacted(tx: AsyncSession, event: ReferralRedacted) -> None:
    """Close what was open, at once."""
    await follow_referrals.ended(tx, event)


@reads(OnwardNeedAsked)
async def onward_need_asked(tx: AsyncSession, event: OnwardNeedAsked) -> None:
    """Open another need in the same case, or have its office decide."""
    await follow_referrals.onward(tx, event)


@reads(NeedUnserved)
async def unserved(tx: AsyncSession, event: NeedUnserved) -> None:
    """Nobody can take it now."""
    await follow_referrals.unserved(tx, event)


@reads(PlacementEnded)
async def placement_ended(tx: AsyncSession, event: PlacementEnded) -> None:
    """Close the need."""
    await follow_referrals.placement_ended(tx, event)


@reads(OrganizationJoined)
async def joined(tx: AsyncSession, event: OrganizationJoined) -> None:
    """Keep the copy."""
    await organizations.joined(tx, event)


@reads(OrganizationSuspended)
async def suspended(tx: AsyncSession, event: OrganizationSuspended) -> None:
    """Close what the organisation can read."""
    await organizations.suspended(tx, event)


@reads(OrganizationLeft)
async def left(tx: AsyncSession, event: OrganizationLeft) -> None:
    """Close what the organisation can read, for good."""
    await organizations.left(tx, event)


@reads(OrganizationReinstated)
async def reinstated(tx: AsyncSession, event: OrganizationReinstated) -> None:
    """Open what waits."""
    await organizations.reinstated(tx, event)


@reads(DutyRosterChanged)
async def duty_roster_changed(tx: AsyncSession, event: DutyRosterChanged) -> None:
    """Take emergencies there while somebody is on duty."""
    await emergencies.roster_changed(tx, event)


@reads(ServiceChanged)
async def service_changed(tx: AsyncSession, event: ServiceChanged) -> None:
    """Keep whom to call in an emergency."""
    await emergencies.service_changed(tx, event)

"""Events in: one function an event, each ends in a command."""

from ihala_contracts import directory_v1, intake_v1
from ihala_kit.inbox import reads
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral.commands import needs, offering, organizations, places
from ihala_referral.together import onward


@reads(intake_v1.NeedIdentified)
async def need_identified(tx: AsyncSession, event: intake_v1.NeedIdentified) -> None:
    """A need has come: its placement begins."""
    await needs.identify(tx, event)


@reads(intake_v1.NeedChanged)
async def need_changed(tx: AsyncSession, event: intake_v1.NeedChanged) -> None:
    """What is known of it was corrected."""
    await needs.change(tx, event)


@reads(intake_v1.NeedConsentChanged)
async def need_consent_changed(tx: AsyncSession, event: intake_v1.NeedConsentChanged) -> None:
    """A new revision of the consent holds."""
    await needs.change_consent(tx, event)


@reads(intake_v1.ConsentWithdrawn)
async def consent_withdrawn(tx: AsyncSession, event: intake_v1.ConsentWithdrawn) -> None:
    """The person took it back."""
    await needs.withdraw(tx, event)


@reads(intake_v1.NeedClosed)
async def need_closed(tx: AsyncSession, event: intake_v1.NeedClosed) -> None:
    """Nothing more is to be done."""
    await needs.close(tx, event)


@reads(intake_v1.PersonErased)
async def person_erased(tx: AsyncSession, event: intake_v1.PersonErased) -> None:
    """What was sealed about the person's needs can be read by nobody any more."""
    await needs.erase(tx, event)


@reads(intake_v1.FollowUpRecorded)
async def follow_up_recorded(tx: AsyncSession, event: intake_v1.FollowUpRecorded) -> None:
    """The person said whether help came."""
    await needs.follow_up(tx, event)


@reads(intake_v1.OnwardNeedSettled)
async def onward_need_settled(tx: AsyncSession, event: intake_v1.OnwardNeedSettled) -> None:
    """What became of a need that a receiver asked for."""
    await onward.settled(tx, event)


@reads(intake_v1.DisclosureOpened)
async def disclosure_opened(tx: AsyncSession, event: intake_v1.DisclosureOpened) -> None:
    """The receiver may read the identity."""
    await places.disclosure_opened(tx, event)


@reads(intake_v1.DisclosureRefused)
async def disclosure_refused(tx: AsyncSession, event: intake_v1.DisclosureRefused) -> None:
    """The consent does not cover the receiver that accepted."""
    await places.disclosure_refused(tx, event)


@reads(directory_v1.PlaceReserved)
async def place_reserved(tx: AsyncSession, event: directory_v1.PlaceReserved) -> None:
    """There is a place."""
    await offering.place_reserved(tx, event)


@reads(directory_v1.NoPlaceFound)
async def no_place_found(tx: AsyncSession, event: directory_v1.NoPlaceFound) -> None:
    """There is none."""
    await offering.no_place_found(tx, event)


@reads(directory_v1.PlaceTaken)
async def place_taken(tx: AsyncSession, event: directory_v1.PlaceTaken) -> None:
    """The accepted referral has its place."""
    await places.place_taken(tx, event)


@reads(directory_v1.PlaceTakeRefused)
async def place_take_refused(tx: AsyncSession, event: directory_v1.PlaceTakeRefused) -> None:
    """The place was gone."""
    await places.place_take_refused(tx, event)


@reads(directory_v1.ReservationRevoked)
async def reservation_revoked(tx: AsyncSession, event: directory_v1.ReservationRevoked) -> None:
    """The directory took the place back."""
    await places.reservation_revoked(tx, event)


@reads(directory_v1.OrganizationJoined)
async def organization_joined(tx: AsyncSession, event: directory_v1.OrganizationJoined) -> None:
    """An organisation takes part, or what is known of it changed."""
    await organizations.joined(tx, event)


@reads(directory_v1.OrganizationSuspended)
async def organization_suspended(tx: AsyncSession, event: directory_v1.OrganizationSuspended) -> None:
    """It gets no offers any more."""
    await organizations.suspended(tx, event)


@reads(directory_v1.OrganizationReinstated)
async def organization_reinstated(tx: AsyncSession, event: directory_v1.OrganizationReinstated) -> None:
    """It gets offers again."""
    await organizations.reinstated(tx, event)


@reads(directory_v1.OrganizationLeft)
async def organization_left(tx: AsyncSession, event: directory_v1.OrganizationLeft) -> None:
    """It gets no offers ever again."""
    await organizations.left(tx, event)


@reads(directory_v1.ServiceChanged)
async def service_changed(tx: AsyncSession, event: directory_v1.ServiceChanged) -> None:
    """A service changed: places may have opened."""
    await organizations.service_changed(tx, event)

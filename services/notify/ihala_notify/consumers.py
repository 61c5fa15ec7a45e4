"""Events in. Every one goes on into the feeds of those it concerns; some also change a copy, or are told to the person."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from ihala_contracts.directory_v1 import (
    AgreementExpired,
    AgreementExpiring,
    ApplicationChecked,
    ApplicationRefused,
    ApplicationReturned,
    CapacityFigureOld,
    OrganizationApplied,
    OrganizationChecked,
    OrganizationJoined,
    OrganizationLeft,
    OrganizationReinstated,
    OrganizationSuspended,
    ProposalDecided,
    ProposalMade,
    ServiceChanged,
)
from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1 import ConsentWithdrawn, NeedChanged, NeedClosed, NeedIdentified, NeedState, NeedStateChanged, Sensitivity
from ihala_contracts.notify_v1 import (
    SubscriptionChanged,
    SubscriptionDegraded,
    SubscriptionDisabled,
    SubscriptionEnded,
    SubscriptionPaused,
    SubscriptionResumed,
    TemplateChanged,
)
from ihala_contracts.referral_v1 import CalendarChanged, ReferralOffered
from ihala_contracts.views import VIEWS
from ihala_kit.inbox import reads
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify import copies, desks, feed, queueing, standing
from ihala_notify.calls import opening
from ihala_notify.letters import following as letters
from ihala_notify.notices import commands as digests
from ihala_notify.visibility import Circle

WRITES_NEEDS = "intake"  # its events about a need never overtake NeedIdentified: one topic, one key
_OF_ITSELF = (
    OrganizationApplied, ApplicationReturned, ApplicationRefused,
    ApplicationChecked, OrganizationChecked, AgreementExpiring, AgreementExpired, ProposalMade, ProposalDecided,
    CalendarChanged, CapacityFigureOld,
)  # fmt: skip
_OF_A_SUBSCRIPTION = (
    SubscriptionChanged, SubscriptionDegraded, SubscriptionPaused, SubscriptionResumed, SubscriptionDisabled, SubscriptionEnded,
    TemplateChanged,
)  # fmt: skip


@reads(NeedIdentified)
async def need_identified(tx: AsyncSession, event: NeedIdentified) -> None:
    """Learn who is concerned, tell them, and catch up with what came too early."""
    await _pass_on(tx, event, await copies.learn_need(tx, event))
    async for early in copies.take_kept(tx, event.need_id):
        await _pass_on(tx, early, await copies.need(tx, early))


@reads(NeedChanged)
async def need_changed(tx: AsyncSession, event: NeedChanged) -> None:
    """Learn where it is now, and which operator owns it, before that one is told."""
    await copies.change_need(tx, event)
    await opening.follow(tx, event.need_id, event.operator_id, event.urgency)
    if event.urgency == "emergency":
        await queueing.hurry(tx, event.need_id)
    await follow_need(tx, event)


@reads(ReferralOffered)
async def referral_offered(tx: AsyncSession, event: ReferralOffered) -> None:
    """Learn what its receiver knows of where it belongs."""
    await copies.learn_offer(tx, event)
    await follow_need(tx, event)


@reads(ConsentWithdrawn)
async def consent_withdrawn(tx: AsyncSession, event: ConsentWithdrawn) -> None:
    """Nothing that was about to be said of it is said any more, but that."""
    await queueing.drop_waiting(tx, event.need_id, event.referral_id)
    if event.referral_id is None:
        await copies.end_need(tx, event.need_id, ended=True)
    await follow_need(tx, event)


@reads(NeedClosed)
async def need_closed(tx: AsyncSession, event: NeedClosed) -> None:
    """The same for a need that was closed."""
    await queueing.drop_waiting(tx, event.need_id)
    await copies.end_need(tx, event.need_id, ended=True)
    await follow_need(tx, event)


@reads(NeedStateChanged)
async def need_state_changed(tx: AsyncSession, event: NeedStateChanged) -> None:
    """A need that is open again is spoken of again."""
    if event.after in {NeedState.CLOSED, NeedState.OPEN}:
        await copies.end_need(tx, event.need_id, ended=event.after is NeedState.CLOSED)
    await follow_need(tx, event)


@reads(OrganizationJoined)
async def organization_joined(tx: AsyncSession, event: OrganizationJoined) -> None:
    """Learn how it is called, before it is told of itself."""
    await copies.learn_organization(tx, event)
    await _follow_organization(tx, event)


@reads(ServiceChanged)
async def service_changed(tx: AsyncSession, event: ServiceChanged) -> None:
    """Learn what the public is told of the service."""
    await copies.learn_service(tx, event)
    await _follow_organization(tx, event)


@reads(OrganizationSuspended)
async def organization_suspended(tx: AsyncSession, event: OrganizationSuspended) -> None:
    """From now on it hears only of itself."""
    await standing.suspend(tx, event.organization_id, event.suspended_at)
    await _follow_organization(tx, event)


@reads(OrganizationReinstated)
async def organization_reinstated(tx: AsyncSession, event: OrganizationReinstated) -> None:
    """It hears again what concerns it."""
    await standing.reinstate(tx, event.organization_id)
    await _follow_organization(tx, event)


@reads(OrganizationLeft)
async def organization_left(tx: AsyncSession, event: OrganizationLeft) -> None:
    """The last that it hears."""
    await digests.end_of_organization(tx, event.organization_id, "left")
    await standing.leave(tx, event.organization_id, event.left_at)
    await _follow_organization(tx, event)


async def follow_need(tx: AsyncSession, event: Event) -> None:
    """Pass on an event about a need; keep it when it came before all that says whom it concerns."""
    about = await copies.need(tx, event)
    if about.known or event.envelope.source == WRITES_NEEDS:
        await _pass_on(tx, event, about)
    else:
        await copies.keep_for_later(tx, event, event.key)


async def _pass_on(tx: AsyncSession, event: Event, about: copies.NeedCopy) -> None:
    feed.show(tx, event, about.circle)
    await letters.follow(tx, event)  # first: what is not said any more then was not told, and is not taken back
    await queueing.tell(tx, event, about)


async def _follow_organization(tx: AsyncSession, event: Event) -> None:
    """Show it to the organisation it is about and to its operator; who has only applied is not known by a copy yet."""
    organization_id: UUID = vars(event)["organization_id"]
    operator_id = getattr(event, "operator_id", None) or await copies.operator_of(tx, organization_id)
    gone = await standing.gone(tx, [operator_id])
    feed.show(tx, event, Circle(operator_id=operator_id, sensitivity=Sensitivity.STANDARD, gone=gone))


def _of_a_subscription(model: type[Event]) -> Callable[[AsyncSession, Event], Awaitable[None]]:
    async def tell_owner(tx: AsyncSession, event: Event) -> None:
        feed.show(tx, event, Circle())

    return reads(model)(tell_owner)


def _following(model: type[Event]) -> Callable[[AsyncSession, Event], Awaitable[None]]:
    async def follow(tx: AsyncSession, event: Event) -> None:
        await follow_need(tx, event)

    return reads(model)(follow)


def _following_organization(model: type[Event]) -> Callable[[AsyncSession, Event], Awaitable[None]]:
    async def follow(tx: AsyncSession, event: Event) -> None:
        await _follow_organization(tx, event)

    return reads(model)(follow)


# It and its operator are told, and nothing else follows here: one reader each.
for _model in _OF_ITSELF:
    globals()[f"follow_{_model.__name__}"] = _following_organization(_model)


# Whose subscription it is hears of it and nobody else.
for _own in _OF_A_SUBSCRIPTION:
    globals()[f"follow_{_own.__name__}"] = _of_a_subscription(_own)


# Every other event that somebody may see is about a need and is only passed on: one reader each, made here.
_READ_ELSEWHERE = {getattr(value, "__reads__", None) for value in list(globals().values())} | desks.READ_HERE
for _about_a_need in VIEWS.keys() - _READ_ELSEWHERE:
    globals()[f"follow_{_about_a_need.__name__}"] = _following(_about_a_need)

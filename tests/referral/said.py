"""What intake and directory say of a need, ready to be delivered."""

from uuid import UUID, uuid4

from ihala_contracts import directory_v1, intake_v1

from tests.referral.actors import FIRST, MOMD, Actor
from tests.referral.world import World


def withdrawn(world: World, need_id: UUID, referral_id: UUID | None = None) -> intake_v1.ConsentWithdrawn:
    return intake_v1.ConsentWithdrawn(
        need_id=need_id, operator_id=MOMD, referral_id=referral_id, consent_id=uuid4(), revision=2, withdrawn_at=world.now
    )


def closed(world: World, need_id: UUID) -> intake_v1.NeedClosed:
    return intake_v1.NeedClosed(need_id=need_id, operator_id=MOMD, reason="no_longer_needed", closed_at=world.now)


def refused_take(world: World, need_id: UUID, referral_id: UUID) -> directory_v1.PlaceTakeRefused:
    return directory_v1.PlaceTakeRefused(need_id=need_id, referral_id=referral_id, reason="full", refused_at=world.now)


def disclosed(world: World, need_id: UUID, referral_id: UUID) -> intake_v1.DisclosureOpened:
    return intake_v1.DisclosureOpened(
        need_id=need_id, operator_id=MOMD, referral_id=referral_id, organization_id=FIRST.organization_id, disclosure_id=uuid4(),
        consent_id=uuid4(), revision=1, categories=["identity"], opened_at=world.now,
    )  # fmt: skip


def refused_disclosure(world: World, need_id: UUID, referral_id: UUID, reason: str) -> intake_v1.DisclosureRefused:
    return intake_v1.DisclosureRefused(
        need_id=need_id, operator_id=MOMD, referral_id=referral_id, organization_id=FIRST.organization_id, reason=reason,
        refused_at=world.now,
    )  # fmt: skip


def suspended(world: World, actor: Actor) -> directory_v1.OrganizationSuspended:
    return directory_v1.OrganizationSuspended(organization_id=actor.organization_id, reason="audit", suspended_at=world.now)


def left(world: World, actor: Actor) -> directory_v1.OrganizationLeft:
    return directory_v1.OrganizationLeft(organization_id=actor.organization_id, reason="own_request", left_at=world.now)


def reinstated(world: World, actor: Actor) -> directory_v1.OrganizationReinstated:
    return directory_v1.OrganizationReinstated(organization_id=actor.organization_id, reinstated_at=world.now)


async def revoked(world: World, referral_id: UUID, reason: str = "suspended") -> directory_v1.ReservationRevoked:
    row = await world.referral(referral_id)
    return directory_v1.ReservationRevoked(
        need_id=row.need_id, reservation_id=row.reservation_id, placement_id=row.placement_id, attempt=row.attempt, reason=reason,
        revoked_at=world.now,
    )  # fmt: skip


def change(world: World, need_id: UUID, **more: object) -> intake_v1.NeedChanged:
    good = {"urgency": "routine", "governorate": "IQG13", "match_settled": True, "changed_at": world.now}
    return intake_v1.NeedChanged(need_id=need_id, operator_id=MOMD, **good | more)

"""Leaving a referral's circle ends the stream: another provider, another operator, suspended, left."""

from typing import Any
from uuid import UUID, uuid4

from ihala_contracts.directory_v1 import OrganizationLeft, OrganizationReinstated, OrganizationSuspended
from ihala_contracts.intake_v1 import NeedChanged
from ihala_contracts.referral_v1 import ReferralAccepted, ReferralCompleted, ReferralDeclined, ReferralOffered, ReferralStarted

from tests.notify.samples import OPERATOR, ORIGIN, RECEIVER, STRANGER, sample
from tests.notify.test_feed import types_of
from tests.notify.world import World


async def after(world: World, organization_id: UUID, position: int) -> list[dict[str, Any]]:
    return [row for row in await world.feed(organization_id) if row["position"] > position]


async def newest(world: World, organization_id: UUID) -> int:
    return max((row["position"] for row in await world.feed(organization_id)), default=0)


async def test_the_next_providers_referral_is_not_in_the_feed_of_the_one_before(world: World) -> None:
    need, first, second = uuid4(), uuid4(), uuid4()
    await world.identify(need)
    await world.deliver(sample(ReferralOffered, need_id=need, referral_id=first), sample(ReferralDeclined, need_id=need, referral_id=first))
    stood = await newest(world, RECEIVER)
    next_one = {"need_id": need, "referral_id": second, "organization_id": STRANGER}
    await world.deliver(sample(ReferralOffered, **next_one), sample(ReferralAccepted, **next_one), sample(ReferralStarted, **next_one))
    assert await after(world, RECEIVER, stood) == []
    assert types_of(await world.feed(STRANGER)) == ["referral.offered", "referral.accepted", "referral.started"]
    assert len(await after(world, ORIGIN, 0)) == 6  # the origin hears of both


async def test_the_operator_that_handed_over_hears_no_more(world: World) -> None:
    need = uuid4()
    await world.identify(need)
    await world.deliver(sample(ReferralOffered, need_id=need))
    stood = await newest(world, OPERATOR)
    await world.deliver(sample(NeedChanged, need_id=need, operator_id=STRANGER, governorate="IQG07"))
    await world.deliver(sample(ReferralAccepted, need_id=need))  # referral may not have heard of it: it still names the one before
    assert await after(world, OPERATOR, stood) == []
    told = await after(world, STRANGER, 0)
    assert types_of(told) == ["intake.need-changed", "referral.accepted"]
    assert [row["governorate"] for row in told] == ["IQG07", "IQG07"]


async def test_a_suspended_provider_hears_of_itself_until_it_is_reinstated(world: World) -> None:
    need, referral = uuid4(), uuid4()
    about = {"need_id": need, "referral_id": referral}
    await world.identify(need)
    await world.deliver(sample(ReferralOffered, **about))
    stood = await newest(world, RECEIVER)
    await world.deliver(sample(OrganizationSuspended, organization_id=RECEIVER))
    await world.deliver(sample(ReferralAccepted, **about), sample(ReferralStarted, **about))
    assert types_of(await after(world, RECEIVER, stood)) == ["directory.organization-suspended"]
    await world.deliver(sample(OrganizationReinstated, organization_id=RECEIVER))
    await world.deliver(sample(ReferralCompleted, **about))
    assert types_of(await after(world, RECEIVER, stood)) == [
        "directory.organization-suspended", "directory.organization-reinstated", "referral.completed"
    ]  # fmt: skip


async def test_an_origin_or_operator_that_left_hears_nothing_more(world: World) -> None:
    need = uuid4()
    await world.identify(need)
    await world.deliver(sample(OrganizationLeft, organization_id=ORIGIN), sample(OrganizationLeft, organization_id=OPERATOR))
    stood = {party: await newest(world, party) for party in (ORIGIN, OPERATOR)}
    await world.deliver(sample(ReferralOffered, need_id=need), sample(ReferralAccepted, need_id=need))
    for party, position in stood.items():
        assert await after(world, party, position) == []
    assert types_of(await world.feed(RECEIVER))[-1] == "referral.accepted"


async def test_rows_say_part_place_and_own_service(world: World) -> None:
    need, referral = uuid4(), uuid4()
    await world.identify(need, governorate="IQG15")
    offer = sample(ReferralOffered, need_id=need, referral_id=referral, governorate="IQG15")
    await world.deliver(offer)
    await world.deliver(
        sample(NeedChanged, need_id=need, governorate="IQG07"), sample(ReferralCompleted, need_id=need, referral_id=referral)
    )
    last = {party: (await world.feed(party))[-1] for party in (OPERATOR, ORIGIN, RECEIVER)}
    assert {party: (row["roles"], row["governorate"], row["service_id"]) for party, row in last.items()} == {
        OPERATOR: (["operator"], "IQG07", None),
        ORIGIN: (["origin"], "IQG15", None),
        RECEIVER: (["provider"], "IQG15", offer.service_id),
    }


async def test_what_overtook_its_need_is_told_with_part_and_place(world: World) -> None:
    need, referral = uuid4(), uuid4()
    await world.introduce()
    await world.deliver(sample(ReferralOffered, need_id=need, referral_id=referral, governorate="IQG15"))
    await world.deliver(sample(ReferralAccepted, need_id=need, referral_id=referral))
    await world.deliver(sample(OrganizationSuspended, organization_id=ORIGIN))
    await world.announce(need)
    rows = await world.feed(RECEIVER)
    assert [(row["governorate"], row["roles"]) for row in rows[-2:]] == [("IQG15", ["provider"])] * 2
    assert types_of(await world.feed(ORIGIN)) == ["directory.organization-suspended"]

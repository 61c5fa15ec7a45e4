"""Feeds: each event once, positions without a gap whatever else commits, nothing of others."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID, uuid4

from ihala_contracts.directory_v1 import OrganizationApplied, OrganizationLeft, OrganizationSuspended, PlaceReserved, RulesetPublished
from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1 import CaseOpened, NeedStateChanged, Sensitivity
from ihala_contracts.notify_v1 import MessageFailed
from ihala_contracts.referral_v1 import ReferralAccepted, ReferralCompleted, ReferralOffered, ReferralStarted
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_notify import feed, upkeep
from ihala_notify.kafka.writer import message
from ihala_notify.visibility import Circle
from sqlalchemy import text

from tests.notify.samples import OPERATOR, ORIGIN, RECEIVER, STRANGER, received, sample
from tests.notify.world import World


def types_of(rows: Sequence[dict[str, object]]) -> list[str]:
    return [str(row["type"]).removeprefix("org.ihala.") for row in rows]


async def test_a_referral_is_in_the_feeds_of_its_three_parties_and_nobody_elses(world: World) -> None:
    need = uuid4()
    await world.identify(need)
    await world.deliver(sample(ReferralOffered, need_id=need), sample(ReferralAccepted, need_id=need))
    about = {party: types_of(await world.feed(party))[-2:] for party in (OPERATOR, ORIGIN, RECEIVER)}
    assert about == {party: ["referral.offered", "referral.accepted"] for party in (OPERATOR, ORIGIN, RECEIVER)}
    assert await world.feed(STRANGER) == []


async def test_the_same_event_has_the_same_id_in_every_feed_and_its_own_position(world: World) -> None:
    need = uuid4()
    await world.identify(need)
    await world.deliver(sample(ReferralAccepted, need_id=need))
    last = [(await world.feed(party))[-1] for party in (OPERATOR, ORIGIN, RECEIVER)]
    assert len({row["event_id"] for row in last}) == 1
    for party in (OPERATOR, ORIGIN, RECEIVER):
        assert [row["position"] for row in await world.feed(party)] == list(range(1, len(await world.feed(party)) + 1))


async def test_an_interior_centre_hears_that_its_need_is_handled_and_closed(world: World) -> None:
    need = uuid4()
    await world.identify(need, origin_kind="hlp")
    await world.deliver(
        sample(NeedStateChanged, need_id=need, before="open", after="referring"),
        sample(ReferralAccepted, need_id=need),
        sample(NeedStateChanged, need_id=need, before="referring", after="served"),
        sample(NeedStateChanged, need_id=need, before="served", after="verified"),
    )
    rows = await world.feed(ORIGIN)
    assert [row["data"] for row in rows] == [{"need_id": str(need), "status": status} for status in ("being_handled", "closed")]
    assert [row["time"] for row in rows] == [None, None]
    assert {row["event_id"].version for row in rows} == {5}, "the event's own id is of version 7: its instant can be read in it"


async def test_where_no_time_is_told_none_stands_in_the_id_which_is_the_same_each_time(database: Database, world: World) -> None:
    event = received(sample(NeedStateChanged, before="open", after="referring"), source="intake")
    for kind in ("hlp", "hlp", "nngo"):
        async with database.transaction(Caller.system("test")) as tx:
            feed.show(tx, event, Circle(ORIGIN, kind, OPERATOR, Sensitivity.STANDARD))
    [first, again, told] = await world.feed(ORIGIN)
    assert first["event_id"] == again["event_id"] != event.envelope.id
    assert (told["event_id"], told["time"]) == (event.envelope.id, event.envelope.time)
    async with database.transaction(Caller.system("test")) as tx:
        feed.show(tx, event, Circle(STRANGER, "hlp", OPERATOR, Sensitivity.STANDARD))
    [other] = await world.feed(STRANGER)
    assert other["event_id"] not in {first["event_id"], event.envelope.id}, "two organisations cannot lay their feeds beside each other"


def test_where_no_time_is_told_a_record_on_kafka_says_the_day_alone() -> None:
    at = datetime(2026, 11, 23, 8, 7, 6, tzinfo=UTC)
    about = {"organization_id": ORIGIN, "event_id": uuid4(), "source": "intake", "type": "t", "version": 1, "subject": "s", "position": 1}
    told, withheld = (message(SimpleNamespace(**about, time=time, data="{}", appended_at=at)) for time in (at, None))
    assert told.at_ms == at.timestamp() * 1000 and "ce_time" in dict(told.headers)
    assert withheld.at_ms == datetime(2026, 11, 23, tzinfo=UTC).timestamp() * 1000 and "ce_time" not in dict(withheld.headers)


async def test_what_overtakes_its_need_waits_for_it_and_keeps_its_order(world: World) -> None:
    need = uuid4()
    await world.introduce()
    await world.deliver(sample(PlaceReserved, need_id=need), sample(ReferralOffered, need_id=need, replaces=None))
    await world.deliver(sample(ReferralAccepted, need_id=need))
    assert types_of(await world.feed(ORIGIN)) == []
    await world.identify(need)
    assert types_of(await world.feed(ORIGIN)) == ["intake.need-identified", "referral.offered", "referral.accepted"]
    assert await world.rows("SELECT * FROM early_event") == []
    await world.deliver(sample(ReferralStarted, need_id=need))
    assert types_of(await world.feed(ORIGIN))[-1] == "referral.started"
    assert await world.messages(need) == [
        ("request-received", "waiting"), ("referral-offered", "waiting"), ("referral-accepted", "waiting")
    ]  # fmt: skip


async def test_need_and_what_overtakes_it_at_the_same_instant_never_miss_each_other(world: World) -> None:
    await world.introduce()
    needs = [uuid4() for _ in range(10)]
    await asyncio.gather(
        *(world.announce(need) for need in needs), *(world.deliver(sample(ReferralAccepted, need_id=need)) for need in needs)
    )
    assert types_of(await world.feed(ORIGIN)).count("referral.accepted") == len(needs)
    assert await world.rows("SELECT * FROM early_event") == []


async def test_an_event_of_intake_about_a_need_that_was_never_announced_tells_nobody(world: World) -> None:
    await world.deliver(sample(NeedStateChanged, need_id=uuid4(), before="open", after="closed"))
    assert await world.feed(OPERATOR) == await world.feed(ORIGIN) == []


async def test_restricted_needs_are_in_the_receivers_feed_alone(world: World) -> None:
    need = uuid4()
    await world.identify(need, sensitivity=Sensitivity.RESTRICTED)
    before = len(await world.feed(OPERATOR))
    await world.deliver(
        sample(ReferralOffered, need_id=need, restricted=True), sample(CaseOpened, case_id=uuid4(), sensitivity=Sensitivity.RESTRICTED)
    )
    assert len(await world.feed(OPERATOR)) == before
    assert await world.feed(ORIGIN) == []
    assert "governorate" not in (await world.feed(RECEIVER))[-1]["data"]


async def test_an_operator_alone_hears_of_its_rules(world: World) -> None:
    event = sample(RulesetPublished)
    await world.deliver(event)
    [told] = await world.feed(OPERATOR)
    assert told["data"] == event.model_dump(mode="json", include={"ruleset_id", "rule_version", "valid_from", "published_at"})
    assert await world.feed(RECEIVER) == await world.feed(ORIGIN) == []


async def test_an_organisation_hears_of_itself_and_its_operator_of_it(world: World) -> None:
    await world.introduce()
    await world.deliver(sample(OrganizationSuspended, organization_id=RECEIVER))
    assert types_of(await world.feed(RECEIVER)) == [
        "directory.organization-joined", "directory.service-changed", "directory.organization-suspended"
    ]  # fmt: skip
    assert types_of(await world.feed(OPERATOR))[-1] == "directory.organization-suspended"


async def test_an_organisation_that_left_is_told_so_last_and_so_is_its_operator(world: World) -> None:
    await world.introduce()
    await world.deliver(sample(OrganizationLeft, organization_id=RECEIVER))
    for reader in (RECEIVER, OPERATOR):
        assert types_of(await world.feed(reader))[-1] == "directory.organization-left"
    assert await world.feed(STRANGER) == []


async def test_an_application_is_told_to_its_operator_before_anything_is_known_of_it(world: World) -> None:
    await world.deliver(sample(OrganizationApplied, organization_id=STRANGER), sample(OrganizationApplied, hidden=True))
    assert types_of(await world.feed(OPERATOR)) == ["directory.organization-applied"]
    assert types_of(await world.feed(STRANGER)) == ["directory.organization-applied"]


async def test_notify_reads_its_own_events_for_the_operator(world: World) -> None:
    need = uuid4()
    await world.identify(need)
    await world.deliver(sample(MessageFailed, need_id=need))
    assert types_of(await world.feed(OPERATOR))[-1] == "notify.message-failed"


async def test_a_repeated_state_is_no_news(world: World) -> None:
    need = uuid4()
    await world.identify(need)
    before = len(await world.feed(RECEIVER)), await world.messages(need)
    await world.deliver(sample(ReferralCompleted, need_id=need), snapshot=True)
    assert (len(await world.feed(RECEIVER)), await world.messages(need)) == before


async def test_positions_have_no_gap_under_slow_and_failing_transactions(database: Database, world: World) -> None:
    """Many writers of two feeds in opposite orders, some slow, some rolled back: 1, 2, 3, … and nobody waits in a circle."""
    seen: list[int] = []

    async def append(number: int) -> None:
        event: Event = received(sample(ReferralAccepted))
        parties = (RECEIVER, STRANGER) if number % 2 else (STRANGER, RECEIVER)
        try:
            async with database.transaction(Caller.system("test")) as tx:
                for party in parties:
                    feed.show(tx, received(sample(ReferralAccepted, organization_id=party)), Circle())
                feed.show(tx, event, Circle())
                await tx.execute(text("SELECT pg_sleep(:s)"), {"s": (number % 5) / 100})
                if number % 7 == 3:
                    raise InterruptedError
        except InterruptedError:
            return

    async def watch() -> None:
        """Follow as a reader does: whatever becomes visible is the next position."""
        while True:
            rows = await world.rows(
                "SELECT position FROM feed WHERE organization_id = :id AND position > :after ORDER BY position",
                id=RECEIVER, after=len(seen),
            )  # fmt: skip
            seen.extend(row["position"] for row in rows)
            await asyncio.sleep(0.002)

    watching = asyncio.create_task(watch())
    await asyncio.gather(*(append(number) for number in range(40)))
    await asyncio.sleep(0.1)
    watching.cancel()
    rows = await world.feed(RECEIVER)
    assert [row["position"] for row in rows] == list(range(1, len(rows) + 1))
    assert seen == [row["position"] for row in rows]
    assert len(rows) == 2 * sum(number % 7 != 3 for number in range(40))


async def test_old_items_go_and_positions_go_on(world: World, database: Database) -> None:
    need = uuid4()
    await world.identify(need)
    await world.deliver(*(sample(ReferralStarted, need_id=need) for _ in range(5)))
    newest = (await world.feed(RECEIVER))[-1]["position"]
    await age(world, RECEIVER, newest - 2)
    while await upkeep.purge_feeds(database):
        pass
    assert [row["position"] for row in await world.feed(RECEIVER)] == [newest - 1, newest]
    await world.deliver(sample(ReferralStarted, need_id=need))
    assert (await world.feed(RECEIVER))[-1]["position"] == newest + 1


async def age(world: World, organization_id: UUID, upto: int) -> None:
    """Make items up to a position older than they are kept."""
    at = datetime.now(UTC) - timedelta(days=31)
    query = "UPDATE feed SET appended_at = :at WHERE organization_id = :id AND position <= :upto RETURNING position"
    await world.rows(query, at=at, id=organization_id, upto=upto)


async def test_early_events_of_needs_that_never_come_are_forgotten(world: World, database: Database) -> None:
    await world.deliver(sample(ReferralAccepted, need_id=uuid4()))
    assert await upkeep.forget_early_events(database) == 0
    await world.rows("UPDATE early_event SET kept_at = :at RETURNING number", at=datetime.now(UTC) - timedelta(days=31))
    assert await upkeep.forget_early_events(database) == 1

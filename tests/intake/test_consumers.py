"""Events in, each delivered twice: what they do to the need, to what is open, and what comes too late."""

from datetime import timedelta
from uuid import uuid4

import pytest
from ihala_contracts.intake_v1 import DisclosureClosed, DisclosureOpened, DisclosureRefused, NeedStateChanged
from ihala_contracts.referral_v1 import (
    NeedUnserved,
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

from tests.intake.actors import COORDINATOR, HLP, MOMD, PROVIDER, SECOND_PROVIDER
from tests.intake.house import House
from tests.intake.samples import consent, outcome, referral_event, reinstated, suspended
from tests.intake.story import accepted, asked


async def test_an_offer_moves_the_need_once(house: House) -> None:
    story = await asked(house)
    await story.offer()
    [moved] = await house.events()
    assert isinstance(moved, NeedStateChanged)
    assert (moved.before, moved.after, moved.referral_id) == ("open", "referring", story.referral_id)
    await story.again(SECOND_PROVIDER).offer()
    assert await house.events() == []
    assert await house.parked() == 0


async def test_acceptance_opens_exactly_what_the_consent_covers(house: House) -> None:
    story = await asked(house, consent=consent(categories=["contact", "identity"]))
    await story.offer()
    await house.events()
    await story.accept()
    [opened] = await house.events()
    assert isinstance(opened, DisclosureOpened)
    assert (opened.categories, opened.organization_id, opened.revision) == (["contact", "identity"], PROVIDER.organization_id, 1)
    assert opened.consent_id == story.consent_id
    assert await house.scalar("SELECT count(*) FROM disclosure WHERE state = 'open'") == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"objections": [str(PROVIDER.organization_id)]}, "consent_too_narrow"),
        ({"recipients": [str(SECOND_PROVIDER.organization_id)]}, "consent_too_narrow"),
        ({"recipients": [str(PROVIDER.organization_id)]}, None),
    ],
)
async def test_acceptance_by_one_whom_the_consent_does_not_cover_is_refused(
    house: House, changes: dict[str, object], reason: str | None
) -> None:
    story = await asked(house, consent=consent(**changes))
    await story.offer()
    await house.events()
    await story.accept()
    [answer] = await house.events()
    if reason is None:
        assert isinstance(answer, DisclosureOpened)
        return
    assert isinstance(answer, DisclosureRefused)
    assert (answer.reason, answer.referral_id) == (reason, story.referral_id)
    assert (await house.get(story.person_path, PROVIDER)).status == 404


async def test_acceptance_after_the_consents_last_day_is_refused(house: House) -> None:
    story = await asked(house)
    await story.offer()
    await house.later(timedelta(days=366))
    await house.events()
    await story.accept()
    [answer] = await house.events()
    assert isinstance(answer, DisclosureRefused)
    assert answer.reason == "consent_too_narrow"


async def test_acceptance_of_a_closed_need_is_refused(house: House) -> None:
    story = await asked(house)
    await story.offer()
    etag = (await house.get(f"/v1/needs/{story.need_id}", COORDINATOR)).etag
    closed = await house.post(f"/v1/needs/{story.need_id}/closure", COORDINATOR, {"reason": "solved_elsewhere"}, if_match=etag)
    assert closed.status == 200
    await house.events()
    await story.accept()
    [answer] = await house.events()
    assert isinstance(answer, DisclosureRefused)
    assert answer.reason == "need_closed"


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        (ReferralDeclined, {"after_acceptance": True}),
        (ReferralExpired, {}),
        (ReferralCancelled, {}),
        (ReferralFailed, {}),
        (ReferralWithdrawn, {}),
        (ReferralRedacted, {"before": "accepted"}),
    ],
)
async def test_an_end_before_first_contact_closes_at_once(house: House, kind: type[ReferralFailed], more: dict[str, object]) -> None:
    story = await accepted(house)
    await story.tell(kind, **more)
    [closed] = await house.events()
    assert isinstance(closed, DisclosureClosed)
    assert (closed.referral_id, closed.reason) == (story.referral_id, "referral_ended")
    assert await story.state() == "referring"
    assert (await house.get(story.person_path, PROVIDER)).status == 404


@pytest.mark.parametrize("reason", ["place_lost", "provider_closed"])
async def test_a_lost_place_or_a_closed_provider_ends_access_at_once_also_after_first_contact(house: House, reason: str) -> None:
    story = await accepted(house)
    await story.start()
    await story.tell(ReferralFailed, reason=reason)
    assert await story.named() == ["DisclosureClosed"]


async def test_a_redacted_referral_is_read_no_more_also_after_first_contact(house: House) -> None:
    story = await accepted(house)
    await story.start()
    await story.tell(ReferralRedacted, before="in_service")
    assert await story.named() == ["DisclosureClosed"]


async def test_an_end_after_first_contact_leaves_fourteen_days(house: House) -> None:
    story = await accepted(house)
    await story.start()
    await story.tell(ReferralFailed, reason="moved")
    assert await story.named() == []
    await house.later(timedelta(days=13, hours=23))
    await house.fresh()
    assert (await house.get(story.person_path, PROVIDER)).status == 200
    assert await story.named() == []
    await house.later(timedelta(hours=2))
    [closed] = await house.events()
    assert isinstance(closed, DisclosureClosed)
    assert closed.reason == "period_over"
    assert (await house.get(story.person_path, PROVIDER)).status == 404


@pytest.mark.parametrize(("result", "state"), [("met", "served"), ("partly_met", "served"), ("not_met", "open")])
async def test_completed_serves_a_need_only_if_something_was_met(house: House, result: str, state: str) -> None:
    story = await accepted(house)
    await story.start()
    await story.complete(result)
    assert await story.state() == state
    assert await house.scalar("SELECT count(*) FROM follow_up") == (1 if state == "served" else 0)


async def test_nobody_found_and_a_placement_given_up(house: House) -> None:
    story = await asked(house)
    at, placement_id = house.database.clock.now(), uuid4()
    nobody = {"operator_id": MOMD, "attempt": 1, "failing": ["capacity"]}
    await house.deliver(NeedUnserved(need_id=story.need_id, placement_id=placement_id, unserved_at=at, **nobody))
    assert await story.state() == "unserved"
    given_up = {"reason": "out_of_competence", "route": "lmrc"}
    await house.deliver(PlacementEnded(need_id=story.need_id, placement_id=placement_id, ended_at=at, **given_up))
    assert await story.state() == "closed"
    assert await house.scalar("SELECT closed_reason FROM need WHERE id = :id", id=story.need_id) == "out_of_competence"
    [told] = (await house.get(f"/v1/requests/{story.request_id}", HLP)).body["needs"]  # what a centre sees of it: nothing but this
    assert (told["status"], told["state"], told["route"], told["route_title"]["ckb"][:4]) == ("closed", "closed", "lmrc", "ناوە")
    assert await story.named() == ["NeedStateChanged", "NeedStateChanged"]


async def test_what_comes_after_the_end_is_overtaken_and_parks_nothing(house: House) -> None:
    story = await asked(house)
    await house.post("/v1/withdrawals", COORDINATOR, {"need_id": str(story.need_id), "by": "person", "how": "spoken"})
    await house.events()
    await story.offer()
    await story.accept()
    await story.start()
    await story.complete()
    assert await story.named() == ["DisclosureRefused"]
    assert await house.scalar("SELECT string_agg(type, ' ' ORDER BY type) FROM overtaken") == (
        "org.ihala.referral.completed org.ihala.referral.offered"
    )
    assert await house.scalar("SELECT count(*) FROM follow_up") == 0
    assert await house.parked() == 0


async def test_a_whole_life_in_one_batch(house: House) -> None:
    story = await asked(house)
    kinds = (ReferralOffered, ReferralAccepted, ReferralStarted, ReferralCompleted)
    await house.deliver(*(referral_event(kind, story.need_id, story.referral_id, outcomes=outcome("met")) for kind in kinds))
    assert await story.named() == ["NeedStateChanged", "DisclosureOpened", "NeedStateChanged"]
    assert await house.parked() == 0


async def test_an_acceptance_whose_offer_never_came_is_answered(house: House) -> None:
    story = await asked(house)
    await story.accept()
    assert await story.named() == ["DisclosureOpened"]


async def test_an_event_of_a_need_that_never_was_parks_its_key_alone(house: House) -> None:
    story = await asked(house)
    await house.deliver(
        referral_event(ReferralOffered, uuid4(), uuid4()), referral_event(ReferralOffered, story.need_id, story.referral_id)
    )
    assert await house.parked() == 1
    assert await story.state() == "referring"


async def test_a_suspension_closes_what_is_open_one_by_one_and_refuses_reads_at_once(house: House) -> None:
    stories = [await accepted(house) for _ in range(3)]
    other = await accepted(house, provider=SECOND_PROVIDER)
    await house.deliver(suspended(PROVIDER.organization_id))
    assert (await house.get(stories[0].person_path, PROVIDER)).status == 404
    assert await house.events() == []
    await house.work()
    closed = await house.events()
    assert {(type(event), event.key) for event in closed} == {(DisclosureClosed, story.need_id) for story in stories}
    assert {event.reason for event in closed if isinstance(event, DisclosureClosed)} == {"organization_suspended"}
    assert (await house.get(other.person_path, SECOND_PROVIDER)).status == 200


async def test_an_acceptance_that_overtook_a_reinstatement_is_answered_by_it(house: House) -> None:
    story = await asked(house)
    await story.offer()
    await house.deliver(suspended(PROVIDER.organization_id))
    await house.work()
    await house.events()
    await story.accept()
    assert await story.named() == []
    await house.deliver(reinstated(PROVIDER.organization_id))
    await house.work()
    assert await story.named() == ["DisclosureOpened"]
    await house.work()
    assert await story.named() == []

"""New revisions of a consent, and corrections and closures by the owning office."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ihala_contracts.intake_v1 import (
    DisclosureClosed,
    DisclosureOpened,
    NeedChanged,
    NeedClosed,
    NeedConsentChanged,
    NeedIdentified,
    NeedStateChanged,
)
from ihala_contracts.referral_v1 import ReferralFailed

from tests.intake.actors import COORDINATOR, HLP, NGO, OFFICER, OTHER_COORDINATOR, PROVIDER, SECOND_PROVIDER, STRANGER, WLCO
from tests.intake.house import House
from tests.intake.samples import consent, need, suspended
from tests.intake.story import Story, accepted, asked, served


def said(**changes: Any) -> dict[str, Any]:
    return consent(how="written", **changes)


async def test_a_wider_consent_is_told_for_each_open_need(house: House) -> None:
    story = await asked(house, needs=[need(), need("cash.grant")])
    path = f"/v1/consents/{story.consent_id}"
    answer = await house.post(f"{path}/revisions", COORDINATOR, said(categories=["contact", "place"]), if_match='"1"')
    assert (answer.status, answer.body["revision"], answer.etag) == (201, 2, '"2"')
    changed = await house.events()
    assert [type(event) for event in changed] == [NeedConsentChanged, NeedConsentChanged]
    assert {event.consent.revision for event in changed if isinstance(event, NeedConsentChanged)} == {2}
    shown = await house.get(path, COORDINATOR)
    assert (shown.etag, shown.body["categories"], len(shown.body["need_ids"])) == ('"2"', ["contact", "place"], 2)


async def test_what_is_open_follows_the_newest_revision(house: House) -> None:
    story = await accepted(house, consent=consent(categories=["contact"]))
    await house.post(f"/v1/consents/{story.consent_id}/revisions", COORDINATOR, said(categories=["identity"]), if_match='"1"')
    answer = (await house.get(story.person_path, PROVIDER)).body
    assert (answer["categories"], answer["revision"], answer["contact"]) == (["identity"], 2, None)


@pytest.mark.parametrize(
    "changes", [{"objections": [str(PROVIDER.organization_id)]}, {"recipients": [str(SECOND_PROVIDER.organization_id)]}]
)
async def test_a_receiver_that_is_no_longer_covered_loses_access_at_once(house: House, changes: dict[str, Any]) -> None:
    story = await accepted(house)
    await house.post(f"/v1/consents/{story.consent_id}/revisions", COORDINATOR, said(**changes), if_match='"1"')
    closed, told = await house.events()
    assert isinstance(closed, DisclosureClosed)
    assert isinstance(told, NeedConsentChanged)
    assert closed.reason == "consent_changed"
    assert (await house.get(story.person_path, PROVIDER)).status == 404


async def test_one_who_refused_may_agree_later(house: House) -> None:
    story = await asked(house, NGO, consent=consent(given=False, categories=[]))
    answer = await house.post(f"/v1/consents/{story.consent_id}/revisions", NGO, said(), if_match='"1"')
    assert answer.body["state"] == "given"
    [identified] = await house.events()
    assert isinstance(identified, NeedIdentified)
    assert (identified.consent.given, identified.consent.revision) == (True, 2)


async def test_a_restricted_consent_names_each_receiver_anew(house: House) -> None:
    story = await asked(house, WLCO, needs=[need("protection.gbv")])
    recipients = [str(PROVIDER.organization_id)]
    answer = await house.post(f"/v1/consents/{story.consent_id}/revisions", COORDINATOR, said(recipients=recipients), if_match='"1"')
    assert answer.body["recipients"] == recipients
    path = f"/v1/consents/{story.consent_id}"
    assert (await house.get(path, COORDINATOR)).body["recipients"] == recipients
    theirs = await house.get(path, WLCO)  # the ministry's centres learn of no provider, but whom they named themselves
    assert (theirs.status, theirs.body["recipients"], theirs.etag) == (200, [], '"2"')
    own = await asked(house, WLCO, needs=[need("protection.gbv")], consent=consent(recipients=recipients, categories=["needs"]))
    assert (await house.get(f"/v1/consents/{own.consent_id}", WLCO)).body["recipients"] == recipients
    await story.accept()
    assert "DisclosureOpened" in await story.named()


async def test_refusals_of_a_revision(house: House) -> None:
    story = await asked(house)
    path = f"/v1/consents/{story.consent_id}/revisions"
    for actor, body, if_match, slug in (
        (STRANGER, said(), '"1"', "consent-not-found"),
        (OTHER_COORDINATOR, said(), '"1"', "consent-not-found"),
        (COORDINATOR, said(), '"7"', "stale"),
        (COORDINATOR, said(), None, "precondition-required"),
        (COORDINATOR, said(given=False), '"1"', "withdrawal-has-one-door"),
        (COORDINATOR, said(categories=[]), '"1"', "consent-missing"),
        (COORDINATOR, said(until="2020-01-01"), '"1"', "malformed-request"),
    ):
        assert (await house.post(path, actor, body, if_match=if_match)).slug == slug
    await house.post("/v1/withdrawals", HLP, {"consent_id": str(story.consent_id), "by": "person", "how": "spoken"})
    assert (await house.post(path, COORDINATOR, said(), if_match='"2"')).slug == "consent-ended"


async def test_a_longer_consent_moves_the_end_of_what_is_open(house: House) -> None:
    story = await accepted(house)
    until = (datetime.now(UTC) + timedelta(days=500)).isoformat()
    await house.post(f"/v1/consents/{story.consent_id}/revisions", COORDINATOR, said(until=until), if_match='"1"')
    await house.events()
    await house.later(timedelta(days=400))
    await house.fresh()
    assert (await house.get(story.person_path, PROVIDER)).status == 200
    await house.later(timedelta(days=101))
    assert await story.named() == ["DisclosureClosed"]


async def ran_out(house: House, story: Story, after: timedelta = timedelta(days=366)) -> None:
    await house.later(after)
    await house.fresh()
    assert (await house.get(story.person_path, PROVIDER)).status == 404


async def test_a_consent_that_ran_out_and_is_renewed_opens_what_goes_on(house: House) -> None:
    story = await accepted(house)
    await ran_out(house, story)
    deleted = {"acknowledgement": "deleted"}
    assert (await house.post(f"{story.person_path}/acknowledgement", PROVIDER, deleted)).status == 200
    await house.events()
    renewed = await house.post(f"/v1/consents/{story.consent_id}/revisions", COORDINATOR, said(categories=["identity"]), if_match='"1"')
    assert renewed.status == 201, renewed.body
    opened, told = await house.events()
    assert isinstance(opened, DisclosureOpened)
    assert isinstance(told, NeedConsentChanged)
    assert (opened.referral_id, opened.revision, opened.categories) == (story.referral_id, 2, ["identity"])
    answer = (await house.get(story.person_path, PROVIDER)).body
    assert (answer["revision"], answer["categories"]) == (2, ["identity"])
    await ran_out(house, story)  # and the receiver is asked anew what became of it
    [closed] = [event for event in await house.events() if isinstance(event, DisclosureClosed)]
    assert closed.acknowledge_by is not None
    assert await house.scalar("SELECT acknowledgement IS NULL AND acknowledge_by IS NOT NULL FROM disclosure")


@pytest.mark.parametrize("end", ["referral", "withdrawn", "suspended", "objection"])
async def test_a_renewed_consent_opens_nothing_that_ended_otherwise(house: House, end: str) -> None:
    story, objections, revision = await accepted(house), [], '"1"'
    await ran_out(house, story)
    if end == "referral":
        await story.tell(ReferralFailed)
    elif end == "withdrawn":
        taken = {"referral_id": str(story.referral_id), "by": "person", "how": "spoken"}
        assert (await house.post("/v1/withdrawals", HLP, taken)).status == 200
        revision = '"2"'
    elif end == "suspended":
        await house.deliver(suspended(PROVIDER.organization_id))
    else:
        objections = [str(PROVIDER.organization_id)]
    renewed = await house.post(f"/v1/consents/{story.consent_id}/revisions", COORDINATOR, said(objections=objections), if_match=revision)
    assert renewed.status == 201, renewed.body
    assert "DisclosureOpened" not in await story.named()
    assert await house.scalar("SELECT state FROM disclosure") == "closed"


async def test_a_corrected_need_is_told_with_new_facts(house: House) -> None:
    story = await asked(house, needs=[need(), need("cash.grant"), need("legal.advice")])
    path = f"/v1/needs/{story.need_id}"
    body = {"urgency": "urgent", "place": "IQG15Q05", "person": {"birth_year": 1990, "household_size": 6}}
    answer = await house.post(f"{path}/correction", OFFICER, body, if_match='"1"')
    assert (answer.status, answer.etag) == (200, '"2"')
    assert (answer.body["urgency"], answer.body["district"]) == ("urgent", "IQG15Q05")
    changed = [event for event in await house.events() if isinstance(event, NeedChanged)]
    assert [event.urgency for event in changed] == ["urgent", "routine", "routine"]
    assert {event.district for event in changed} == {"IQG15Q05"}
    facts = house.unsealed(changed[0].facts)["data"]
    assert (facts["age"], facts["household_size"], facts["sex"]) == (datetime.now(UTC).year - 1990, 6, "female")


async def test_only_the_urgency_of_one_need_touches_no_other(house: House) -> None:
    story = await asked(house, needs=[need(), need("cash.grant")])
    await house.post(f"/v1/needs/{story.need_id}/correction", OFFICER, {"urgency": "emergency"}, if_match='"1"')
    assert [event.key for event in await house.events()] == [story.need_id]


async def test_a_restricted_correction_tells_no_facts_and_no_district(house: House) -> None:
    story = await asked(house, WLCO, needs=[need("protection.gbv")])
    body = {"place": "IQG15Q05", "person": {"sex": "female"}}
    await house.post(f"/v1/needs/{story.need_id}/correction", COORDINATOR, body, if_match='"1"')
    [changed] = await house.events()
    assert isinstance(changed, NeedChanged)
    assert (changed.facts, changed.district) == (None, None)


@pytest.mark.parametrize("actor", [HLP, STRANGER, OTHER_COORDINATOR])
async def test_only_the_owner_corrects_and_closes(house: House, actor: Any) -> None:
    story = await asked(house)
    one = actor.but(scopes=COORDINATOR.scopes, roles=("coordinator",))
    for path, body in (("correction", {"urgency": "urgent"}), ("closure", {"reason": "other"})):
        answer = await house.post(f"/v1/needs/{story.need_id}/{path}", one, body, if_match='"1"')
        assert (answer.status, answer.slug) == (404, "need-not-found")
    assert await house.events() == []


async def test_refusals_of_a_correction(house: House) -> None:
    story = await asked(house)
    path = f"/v1/needs/{story.need_id}/correction"
    for body, if_match, slug in (
        ({}, '"1"', "malformed-request"),
        ({"person": {}}, '"1"', "malformed-request"),
        ({"place": "SY01"}, '"1"', "unknown-place"),
        ({"person": {"status": "group.martian"}}, '"1"', "malformed-request"),
        ({"person": {"birth_year": 1990, "birth_on": "1991-02-03"}}, '"1"', "malformed-request"),
        ({"person": {"birth_on": f"{house.database.clock.now() + timedelta(days=2):%Y-%m-%d}"}}, '"1"', "malformed-request"),
        ({"urgency": "urgent"}, '"9"', "stale"),
    ):
        assert (await house.post(path, OFFICER, body, if_match=if_match)).slug == slug
    assert await house.events() == []
    finished = await served(house)
    etag = (await house.get(f"/v1/needs/{finished.need_id}", OFFICER)).etag
    late = await house.post(f"/v1/needs/{finished.need_id}/correction", OFFICER, {"urgency": "urgent"}, if_match=etag)
    assert (late.status, late.slug, late.body["moves"]) == (409, "need-move-not-allowed", ["closure"])


async def test_no_correction_writes_down_who_it_is_whose_origin_keeps_that(house: House) -> None:
    told = {"person": {"call_name": "W-17", "place": "IQG15"}, "household": None, "identity_held_by": "origin"}
    story = await asked(house, WLCO, needs=[need("legal.advice")], **told)
    path = f"/v1/needs/{story.need_id}/correction"
    refused = await house.post(path, OFFICER, {"person": {"birth_on": "1990-02-03"}}, if_match='"1"')
    assert (refused.status, refused.slug, refused.body["pointer"]) == (422, "identity-held-by-origin", "#/person")
    assert (await house.post(path, OFFICER, {"person": {"birth_year": 1990}}, if_match='"1"')).status == 200


async def test_a_coordinator_closes_a_need_and_nobody_else(house: House) -> None:
    story = await asked(house)
    path, body = f"/v1/needs/{story.need_id}/closure", {"reason": "solved_elsewhere"}
    refused = await house.post(path, OFFICER, body, if_match='"1"')
    assert (refused.status, refused.slug) == (403, "role-needed")
    answer = await house.post(path, COORDINATOR, body, if_match='"1"')
    assert (answer.status, answer.body["state"], answer.body["closed_reason"]) == (200, "closed", "solved_elsewhere")
    assert [type(event) for event in await house.events()] == [NeedStateChanged, NeedClosed]
    again = await house.post(path, COORDINATOR, body, if_match='"2"')
    assert (again.status, again.slug) == (409, "need-move-not-allowed")
    seen = await house.get(f"/v1/requests/{story.request_id}", HLP)
    assert seen.body["needs"][0]["status"] == "closed"

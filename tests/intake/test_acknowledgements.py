"""What a receiver says became of what it had read, who is told when it says nothing, and the list of what went to whom."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ihala_contracts.intake_v1 import DisclosureAcknowledged, DisclosureClosed, DisclosureUnacknowledged
from ihala_contracts.referral_v1 import ReferralFailed
from ihala_intake.consent_rules import ACKNOWLEDGE_WITHIN, acknowledge_by
from ihala_intake.disclosed_fields import fields_of
from ihala_intake.models.people import PersonView

from tests.intake.actors import (
    CLEARED_PROVIDER,
    COORDINATOR,
    HLP,
    NGO,
    OFFICER,
    OTHER_COORDINATOR,
    PROVIDER,
    SECOND_PROVIDER,
    STRANGER,
    WLCO,
)
from tests.intake.house import House
from tests.intake.samples import consent, need, person
from tests.intake.story import Story, accepted, served

DPO = OFFICER.but(client_id="dpo-mosul", roles=("dpo",), cleared=True)
DELETED: dict[str, Any] = {"acknowledgement": "deleted"}
KEPT: dict[str, Any] = {"acknowledgement": "kept", "legal_basis": "medical_record"}


async def withdrawn(house: House, **changes: Any) -> Story:
    story = await accepted(house, NGO, **changes)
    await house.post("/v1/withdrawals", NGO, {"need_id": str(story.need_id), "by": "person", "how": "spoken"})
    return story


def path(story: Story) -> str:
    return f"{story.person_path}/acknowledgement"


async def test_a_receiver_is_asked_and_answers_within_72_hours(house: House) -> None:
    story = await withdrawn(house)
    [closed] = [event for event in await house.events() if isinstance(event, DisclosureClosed)]
    assert closed.acknowledge_by == closed.closed_at + timedelta(hours=72)
    answer = await house.post(path(story), PROVIDER, DELETED)
    assert (answer.status, answer.body["acknowledgement"], answer.body["late"]) == (200, "deleted", False)
    [said] = await house.events()
    assert isinstance(said, DisclosureAcknowledged)
    assert (said.referral_id, said.organization_id, said.legal_basis) == (story.referral_id, PROVIDER.organization_id, None)
    assert (await house.post(path(story), PROVIDER, DELETED)).status == 200
    house.database.clock.offset += timedelta(days=4)
    await house.run_jobs()
    assert await house.events() == []


async def test_silence_is_told_once_and_listed_for_the_officer_until_it_ends(house: House) -> None:
    story, other = await withdrawn(house), await withdrawn(house)
    await house.post(path(other), PROVIDER, KEPT)
    await house.events()
    house.database.clock.offset += timedelta(hours=71)
    await house.run_jobs()
    assert await house.events() == []
    house.database.clock.offset += timedelta(hours=2)
    await house.run_jobs()
    await house.run_jobs()
    [silent] = await house.events()
    assert isinstance(silent, DisclosureUnacknowledged)
    assert silent.referral_id == story.referral_id
    listed = await house.get("/v1/disclosures", DPO)
    assert [one["referral_id"] for one in listed.body["items"]] == [str(story.referral_id)]
    late = await house.post(path(story), PROVIDER, DELETED)
    assert (late.status, late.body["late"]) == (200, True)
    assert (await house.get("/v1/disclosures", DPO)).body["items"] == []


async def test_the_list_of_silent_receivers_is_for_the_officer_alone(house: House) -> None:
    await withdrawn(house)
    house.database.clock.offset += timedelta(hours=73)
    await house.run_jobs()
    for actor in (COORDINATOR, NGO, STRANGER):
        refused = await house.get("/v1/disclosures", actor)
        assert (refused.status, refused.slug) == (403, "role-needed")
    other = await house.get("/v1/disclosures", OTHER_COORDINATOR.but(roles=("dpo",)))
    assert other.body["items"] == []


async def test_what_is_kept_may_be_deleted_later_but_not_the_other_way(house: House) -> None:
    story = await withdrawn(house)
    await house.events()
    assert (await house.post(path(story), PROVIDER, KEPT)).body["legal_basis"] == "medical_record"
    assert (await house.post(path(story), PROVIDER, DELETED)).body["legal_basis"] is None
    refused = await house.post(path(story), PROVIDER, KEPT)
    assert (refused.status, refused.slug) == (409, "already-deleted")
    assert await story.named() == ["DisclosureAcknowledged", "DisclosureAcknowledged"]


@pytest.mark.parametrize("actor", [STRANGER, SECOND_PROVIDER, COORDINATOR, HLP, NGO])
async def test_only_the_receiver_answers(house: House, actor: Any) -> None:
    story = await withdrawn(house)
    await house.events()
    answer = await house.post(path(story), actor.but(scopes=("intake:disclosure",)), DELETED)
    assert (answer.status, answer.slug) == (404, "referral-not-found")
    assert await house.events() == []


async def test_what_is_open_or_simply_over_is_not_asked_about(house: House) -> None:
    story = await served(house, NGO)
    refused = await house.post(path(story), PROVIDER, DELETED)
    assert (refused.status, refused.slug) == (409, "acknowledgement-not-asked")
    await house.later(timedelta(days=15))
    assert await house.scalar("SELECT reason FROM disclosure") == "period_over"
    assert (await house.post(path(story), PROVIDER, DELETED)).slug == "acknowledgement-not-asked"


async def test_a_failed_referral_is_asked_about(house: House) -> None:
    story = await accepted(house)
    await story.tell(ReferralFailed)
    assert (await house.post(path(story), PROVIDER, DELETED)).status == 200


@pytest.mark.parametrize(
    "body", [{}, {"acknowledgement": "kept"}, {"acknowledgement": "deleted", "legal_basis": "legal_claim"}, {"acknowledgement": "lost"}]
)
async def test_malformed_answers(house: House, body: dict[str, Any]) -> None:
    story = await withdrawn(house)
    assert (await house.post(path(story), PROVIDER, body)).slug == "malformed-request"


async def test_the_list_says_which_field_went_to_whom_under_which_revision(house: House) -> None:
    story = await accepted(house, NGO, consent=consent(categories=["contact"]))
    for _ in range(2):
        await house.get(story.person_path, PROVIDER)
    await house.post(f"/v1/consents/{story.consent_id}/revisions", NGO, consent(categories=["place"]), if_match='"1"')
    await house.get(story.person_path, PROVIDER)
    person_id = await house.scalar("SELECT person_id FROM need WHERE id = :id", id=story.need_id)
    [shown] = (await house.get(f"/v1/disclosures?person_id={person_id}", OFFICER)).body["items"]
    assert (shown["organization_id"], shown["state"]) == (str(PROVIDER.organization_id), "open")
    first, second = shown["read"]
    assert (first["revision"], first["reads"]) == (1, 2)
    assert first["fields"] == ["contact.language_spoken", "contact.language_written", "contact.phones", "contact.reads"]
    assert (second["revision"], second["reads"], second["fields"]) == (2, 1, ["place"])
    assert len((await house.get(f"/v1/disclosures?person_id={person_id}", NGO)).body["items"]) == 1
    for actor in (STRANGER, OTHER_COORDINATOR, HLP.but(scopes=OFFICER.scopes)):
        assert (await house.get(f"/v1/disclosures?person_id={person_id}", actor)).body["items"] == []


async def test_the_ministrys_centre_learns_no_provider_from_its_own_persons_list(house: House) -> None:
    story = await accepted(house, HLP)
    person_id = await house.scalar("SELECT person_id FROM need WHERE id = :id", id=story.need_id)
    mine = await house.get(f"/v1/disclosures?person_id={person_id}", HLP.but(scopes=OFFICER.scopes))
    assert (mine.status, mine.body["items"]) == (200, [])
    assert len((await house.get(f"/v1/disclosures?person_id={person_id}", OFFICER)).body["items"]) == 1


async def test_restricted_disclosures_are_listed_for_the_cleared_alone(house: House) -> None:
    named = consent(recipients=[str(CLEARED_PROVIDER.organization_id)])
    story = await accepted(house, WLCO, CLEARED_PROVIDER, needs=[need("protection.gbv")], consent=named)
    await house.get(story.person_path, CLEARED_PROVIDER)
    person_id = await house.scalar("SELECT person_id FROM need WHERE id = :id", id=story.need_id)
    listed = f"/v1/disclosures?person_id={person_id}"
    assert (await house.get(listed, OFFICER)).body["items"] == []
    [shown] = (await house.get(listed, COORDINATOR)).body["items"]
    assert [one["revision"] for one in shown["read"]] == [1]


async def test_what_was_not_told_is_not_listed_as_read(house: House) -> None:
    little = dict.fromkeys(("given_name", "father_name", "grandfather_name", "family_name", "mother_name"))
    story = await accepted(house, person=person(**little, phones=[]), consent=consent(categories=["identity", "contact"]))
    await house.get(story.person_path, PROVIDER)
    fields = await house.scalar("SELECT fields FROM disclosed")
    assert "identity.call_name" in fields
    assert {"identity.given_name", "contact.phones"} & set(fields) == set()


def test_fields_of_an_empty_view() -> None:
    view = PersonView.model_validate({"need_id": "0" * 32, "referral_id": None, "revision": 1, "categories": ["place"], "place": "IQG15"})
    assert fields_of(view) == ["place"]


AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reason", "asked"),
    [("withdrawn", True), ("consent_changed", True), ("consent_ended", True), ("organization_suspended", True), ("referral_ended", True),
     ("period_over", False)],
)  # fmt: skip
def test_after_which_ends_the_receiver_is_asked(reason: str, asked: bool) -> None:
    assert acknowledge_by(reason, AT) == (AT + ACKNOWLEDGE_WITHIN if asked else None)

"""A case goes to another operator when the person agreed and the other accepts: with its history, or as a new one without."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from ihala_contracts.intake_v1 import CaseClosed, CaseMoved, CaseOpened, HandOverEnded, NeedChanged, NeedClosed, NeedStateChanged
from ihala_contracts.referral_v1 import ReferralOffered
from ihala_intake.casework import moving
from ihala_intake.ledger import check_revisions
from ihala_intake.tables import Table
from ihala_kit.auth import Caller

from tests.intake.actors import COORDINATOR, HLP, MOMD, NGO, OFFICER, OTHER_COORDINATOR, OTHER_OPERATOR, STRANGER, Actor
from tests.intake.casework import NOOR, TOLD, ZAINAB, done, finished, opened, seen, story_of
from tests.intake.house import Answer, House
from tests.intake.samples import NOTE, PHONES, SECRETS, consent, joined, need, person
from tests.intake.test_rows import counted

ERBIL = OTHER_COORDINATOR
ERBIL_OFFICER = ERBIL.but(roles=("officer",), cleared=False)


async def neighbour(house: House, **changes: Any) -> None:
    """Let intake know the operator in Erbil."""
    told = joined(OTHER_OPERATOR, OTHER_OPERATOR).model_copy(update={"kind": "operator", "cleared": True, **changes})
    await house.deliver(told)


def offer(*, with_history: bool = True, **changes: Any) -> dict[str, Any]:
    return {"to_operator_id": str(OTHER_OPERATOR), "with_history": with_history, "agreed": True, "note": NOTE, **TOLD, **changes}


async def offered(house: House, case_id: str, **changes: Any) -> dict[str, Any]:
    answer = await done(house, case_id, "hand-over", NOOR, offer(**changes))
    assert answer.status == 201, answer.body
    return dict(answer.body)


async def answered(house: House, hand_over: dict[str, Any], what: str, actor: Actor = ERBIL, body: Any = None, version: int = 1) -> Answer:
    return await house.post(
        f"/v1/hand-overs/{hand_over['hand_over_id']}/{what}", actor, {} if body is None else body, if_match=f'"{version}"'
    )


async def test_an_offer_says_neither_who_it_is_nor_which_case(house: House) -> None:
    await neighbour(house)
    case_id = await opened(house, OFFICER, need(urgency="urgent"), need("education.enrolment"))
    made = await offered(house, case_id)
    assert (made["case_id"], made["note"], made["state"]) == (case_id, NOTE, "offered")
    [shown] = (await house.get("/v1/hand-overs", ERBIL)).body["items"]
    assert (shown["governorate"], shown["open_needs"], shown["urgency"], shown["case_id"], shown["note"]) == (
        "IQG15",
        2,
        "urgent",
        None,
        None,
    )
    one = await house.get(f"/v1/hand-overs/{made['hand_over_id']}", ERBIL)
    assert [word for word in (*SECRETS, case_id) if word in str(shown) + str(one.body)] == []
    assert (await seen(house, case_id, ERBIL)).status == 404
    assert (await seen(house, case_id)).body["hand_over_id"] == made["hand_over_id"]
    for actor in (STRANGER, HLP, NGO):
        assert (await house.get(f"/v1/hand-overs/{made['hand_over_id']}", actor)).status == 404
        assert (await answered(house, made, "acceptance", actor.but(scopes=ERBIL.scopes, roles=("coordinator",)))).status == 404
    assert (await answered(house, made, "acceptance", ERBIL_OFFICER)).slug == "role-needed"
    assert (await answered(house, made, "acceptance", COORDINATOR)).status == 404  # who offers does not accept


async def test_with_its_history_a_case_is_the_others_and_nobody_elses(house: House) -> None:
    await neighbour(house)
    story, case_id = await story_of(house, needs=[need(note=NOTE)])
    await done(house, case_id, "assignment", NOOR, {"officer": "zainab-7"})
    made = await offered(house, case_id)
    await house.events()
    office = str(uuid4())
    answer = await answered(house, made, "acceptance", body={"office_id": office})
    assert (answer.status, answer.body["state"], answer.body["case_id"], answer.body["note"]) == (200, "accepted", case_id, NOTE)
    events = await house.events()
    assert [type(event) for event in events] == [HandOverEnded, CaseMoved, NeedChanged]
    _, moved, changed = events
    assert isinstance(moved, CaseMoved)
    assert (moved.from_operator_id, moved.operator_id, moved.to, str(moved.office_id)) == (MOMD, OTHER_OPERATOR, "operator", office)
    assert isinstance(changed, NeedChanged)
    assert (changed.need_id, changed.operator_id) == (story.need_id, OTHER_OPERATOR)
    assert house.unsealed(changed.facts)["about"] == str(story.need_id)
    there = await seen(house, case_id, ERBIL)
    assert (there.status, there.body["call_name"], there.body["officer"], there.body["office_id"]) == (200, "أم يوسف", None, office)
    assert (await house.get(f"/v1/needs/{story.need_id}", ERBIL)).body["note"] == NOTE
    assert PHONES[1] in str((await house.get(f"/v1/needs/{story.need_id}/person", ERBIL)).body)
    acts = [one["act"] for one in (await house.get(f"/v1/cases/{case_id}/steps", ERBIL)).body["items"]]
    assert acts == ["assigned", "hand_over_offered", "handed_over"]
    for actor in (COORDINATOR, OFFICER):
        assert (await seen(house, case_id, actor)).status == 404
        assert (await house.get(f"/v1/needs/{story.need_id}", actor)).status == 404
        assert (await house.get(f"/v1/consents/{story.consent_id}", actor)).status == 404


async def test_finished_needs_are_told_of_too_so_that_nobody_reads_on_at_the_operator_they_left(house: House) -> None:
    await neighbour(house)
    case_id = await opened(house, OFFICER, need(), need("education.enrolment"), need("cash.grant"))
    ended = "UPDATE need SET state = :state, closed_reason = :reason WHERE case_id = :id AND code = :code RETURNING id"
    finished = {
        await house.scalar(ended, state=state, reason=reason, id=case_id, code=code)
        for state, reason, code in (("verified", None, "education.enrolment"), ("closed", "no_longer_needed", "cash.grant"))
    }
    made = await offered(house, case_id)
    await house.events()
    since = "SELECT array_agg((version, changed_at)::text ORDER BY id) FROM need WHERE id = ANY(:ids)"
    before = await house.scalar(since, ids=list(finished))
    assert (await answered(house, made, "acceptance")).status == 200
    told = {event.need_id: event for event in await house.events() if isinstance(event, NeedChanged)}
    assert (len(told), {event.operator_id for event in told.values()}) == (3, {OTHER_OPERATOR})
    assert {need_id for need_id, event in told.items() if event.facts is None} == finished  # whoever searches for nobody knows no more
    assert await house.scalar(since, ids=list(finished)) == before  # and they are kept from when they ended


async def test_the_database_shows_no_row_of_a_moved_file_to_the_operator_it_left(house: House) -> None:
    await neighbour(house)
    _, case_id = await story_of(house)
    await seen(house, case_id)
    owned = [name for name, table in Table.metadata.tables.items() if "operator_id" in table.columns and name not in moving.STAYS]
    filled = [name for name in owned if await counted(house, COORDINATOR, name)]
    assert {"case_file", "person", "household", "need", "consent", "case_step"} <= {*filled, "case_step"}
    await answered(house, await offered(house, case_id), "acceptance")
    assert {name: await counted(house, COORDINATOR, name) for name in owned} == dict.fromkeys(owned, 0)
    assert [name for name in filled if not await counted(house, ERBIL, name)] == []


async def test_chains_go_on_under_the_new_operator(house: House) -> None:
    await neighbour(house)
    story, case_id = await story_of(house)
    await answered(house, await offered(house, case_id), "acceptance")
    path = f"/v1/consents/{story.consent_id}/revisions"
    revised = await house.post(path, ERBIL, consent(categories=["contact"]), if_match='"1"')
    assert (revised.status, revised.body["revision"]) == (201, 2)
    taken = await house.post("/v1/withdrawals", ERBIL, {"need_id": str(story.need_id), "by": "person", "how": "spoken"})
    assert taken.status == 200, taken.body
    person_id = (await seen(house, case_id, ERBIL)).body["person_id"]
    assert await house.chain(person_id) >= 1
    async with house.database.transaction(Caller.system("test")) as tx:
        assert await check_revisions(tx, story.consent_id) == 3


async def test_an_outside_origin_still_sees_what_it_brought(house: House) -> None:
    await neighbour(house)
    case_id = await opened(house, HLP)
    request_id = await house.scalar("SELECT request_id FROM case_file WHERE id = :id", id=case_id)
    await answered(house, await offered(house, case_id), "acceptance")
    shown = await house.get(f"/v1/requests/{request_id}", HLP)
    assert (shown.status, len(shown.body["needs"])) == (200, 2)


async def test_members_of_the_household_go_along(house: House) -> None:
    await neighbour(house)
    case_id = await opened(house)
    await answered(house, await offered(house, case_id), "acceptance")
    assert await counted(house, ERBIL, "person") == 2
    assert await counted(house, ERBIL, "household") == 1


async def test_without_history_a_new_case_knows_who_it_is_and_nothing_else(house: House) -> None:
    await neighbour(house)
    quiet = person(messages_stopped=True, also_speaks=["ckb"], other_ways=[{"kind": "visit", "note": "after noon"}], address="x")
    story, case_id = await story_of(house, needs=[need(note=NOTE)], person=quiet)
    begins_at = (house.database.clock.now() + timedelta(days=3)).isoformat()
    planned = await house.post(f"/v1/cases/{case_id}/appointments", NOOR, {"begins_at": begins_at, "purpose": "counselling"})
    assert planned.status == 201, planned.body
    made = await offered(house, case_id, with_history=False)
    await house.events()
    answer = await answered(house, made, "acceptance")
    assert answer.status == 200, answer.body
    new_id = answer.body["case_id"]
    assert new_id != case_id
    events = await house.events()
    assert {type(event) for event in events} == {HandOverEnded, CaseOpened, NeedStateChanged, NeedClosed, CaseClosed}
    assert [event.operator_id for event in events if isinstance(event, CaseOpened)] == [OTHER_OPERATOR]
    there = await seen(house, new_id, ERBIL)
    assert (there.status, there.body["call_name"], there.body["needs"], there.body["household_id"]) == (200, "أم يوسف", [], None)
    known = (await house.get(f"/v1/persons/{there.body['person_id']}", ERBIL)).body
    assert (known["messages_stopped"], known["contact"]["also_speaks"], known["address"]) == (True, ["ckb"], None)
    assert [way["note"] for way in known["contact"]["other_ways"]] == ["after noon"]
    assert (await seen(house, case_id, ERBIL)).status == 404
    assert (await house.get(f"/v1/needs/{story.need_id}", ERBIL)).status == 404
    left = await seen(house, case_id)
    assert (left.body["state"], left.body["closed_reason"]) == ("closed", "handed_over")
    nobody_comes = (await house.get(f"/v1/appointments/{planned.body['appointment_id']}", NOOR)).body
    assert (nobody_comes["state"], nobody_comes["reason"]) == ("cancelled", "handed_over")
    assert [one["state"] for one in left.body["needs"]] == ["closed"]
    assert await counted(house, ERBIL, "person") == 1
    assert await counted(house, ERBIL, "need") == 0


async def test_who_must_not_be_asked_or_found_is_known_to_the_next_one_too(house: House) -> None:
    await neighbour(house)
    child = person(birth_year=2014, guardian={"state": "unsafe", "call_name": "x"})
    case_id = await opened(house, COORDINATOR, need("education.enrolment"), person=child, household=None, consent=consent(assent="given"))
    answer = await answered(house, await offered(house, case_id, with_history=False), "acceptance")
    assert answer.status == 200, answer.body
    person_id = (await seen(house, answer.body["case_id"], ERBIL)).body["person_id"]
    assert (await house.get(f"/v1/persons/{person_id}", ERBIL)).body["contact"]["guardian"]["state"] == "unsafe"


async def test_a_file_waits_while_a_receiver_is_asked(house: House) -> None:
    await neighbour(house)
    story, case_id = await story_of(house)
    made = await offered(house, case_id)
    await story.tell(ReferralOffered)
    refused = await answered(house, made, "acceptance")
    assert (refused.status, refused.slug, refused.body["needs"]) == (409, "case-unfinished", 1)
    assert (await seen(house, case_id)).status == 200


async def test_a_refused_taken_back_or_unanswered_offer_leaves_the_case_where_it_is(house: House) -> None:
    await neighbour(house)
    case_id = await opened(house)
    first = await offered(house, case_id)
    twice = await done(house, case_id, "hand-over", NOOR, offer())
    assert (twice.status, twice.slug) == (409, "case-unfinished")
    refused = await answered(house, first, "refusal", body={"reason": "no_capacity"})
    assert (refused.status, refused.body["state"], refused.body["reason"], refused.body["case_id"]) == (200, "refused", "no_capacity", None)
    second = await offered(house, case_id)
    assert (await answered(house, second, "taking-back", ERBIL)).status == 404
    assert (await answered(house, second, "taking-back", ZAINAB)).body["state"] == "taken_back"
    third = await offered(house, case_id)
    await house.later(timedelta(days=15))
    assert (await house.get(f"/v1/hand-overs/{third['hand_over_id']}", NOOR)).body["state"] == "lapsed"
    for one, version in ((first, 2), (second, 2), (third, 2)):
        answer = await answered(house, one, "acceptance", version=version)
        assert (answer.status, answer.slug) == (409, "hand-over-ended")
    assert (await answered(house, third, "acceptance", version=1)).status == 412
    acts = [one["act"] for one in (await house.get(f"/v1/cases/{case_id}/steps", NOOR)).body["items"]]
    assert acts == [
        "hand_over_offered", "hand_over_refused", "hand_over_offered", "hand_over_taken_back", "hand_over_offered", "hand_over_lapsed",
    ]  # fmt: skip
    assert (await seen(house, case_id)).body["hand_over_id"] is None


async def test_who_takes_the_consent_back_goes_nowhere_until_they_are_asked_anew(house: House) -> None:
    await neighbour(house)
    case_id = await opened(house, HLP)
    consent_id = await house.scalar("SELECT id FROM consent WHERE case_id = :id", id=case_id)
    made = await offered(house, case_id)
    await house.events()
    taken = await house.post("/v1/withdrawals", HLP, {"consent_id": str(consent_id), "by": "person", "how": "spoken"})
    assert taken.status == 200, taken.body
    assert [event.state for event in await house.events() if isinstance(event, HandOverEnded)] == ["taken_back"]
    late = await answered(house, made, "acceptance", version=2)
    assert (late.status, late.slug) == (409, "hand-over-ended")
    assert (await seen(house, case_id)).body["hand_over_id"] is None
    again = await offered(house, case_id)
    assert (await answered(house, again, "acceptance")).status == 200


async def test_nothing_is_offered_without_agreement_or_to_whom_it_may_not_go(house: House) -> None:
    case_id = await opened(house)
    unknown = await done(house, case_id, "hand-over", NOOR, offer())
    assert (unknown.status, unknown.slug, unknown.body["pointer"]) == (422, "other-operator-unknown", "#/to_operator_id")
    await neighbour(house)
    assert (await done(house, case_id, "hand-over", NOOR, offer(agreed=False))).slug == "malformed-request"
    assert (await done(house, case_id, "hand-over", NOOR, offer(to_operator_id=str(MOMD)))).slug == "other-operator-unknown"
    assert (await done(house, case_id, "hand-over", ZAINAB, offer())).slug == "role-needed"  # not her case
    await done(house, case_id, "assignment", NOOR, {"officer": "zainab-7"})
    assert (await done(house, case_id, "hand-over", ZAINAB, offer())).status == 201
    other = await opened(house)
    await finished(house, other)
    await done(house, other, "closure", NOOR, {"reason": "goals_reached", "recorded_by": "x"})
    assert (await done(house, other, "hand-over", NOOR, offer())).slug == "case-closed"


@pytest.mark.parametrize("with_history", [True, False])
async def test_a_restricted_case_goes_between_the_cleared_alone(house: House, with_history: bool) -> None:
    await neighbour(house, cleared=False)
    case_id = await opened(house, COORDINATOR, need("protection.gbv", note=NOTE, messages_wanted=True))
    assert (await done(house, case_id, "hand-over", NOOR, offer())).slug == "other-operator-unknown"
    await house.scalar("UPDATE organization SET cleared = true RETURNING id")
    made = await offered(house, case_id, with_history=with_history)
    assert (made["sensitivity"], made["governorate"]) == ("restricted", None)
    uncleared = ERBIL.but(cleared=False)
    assert (await house.get("/v1/hand-overs", uncleared)).body["items"] == []
    assert (await answered(house, made, "acceptance", uncleared)).status == 404
    await house.events()
    answer = await answered(house, made, "acceptance")
    assert answer.status == 200, answer.body
    told = [one.messages_wanted for one in await house.events() if isinstance(one, NeedChanged)]
    assert told == ([True] if with_history else [])  # she still wishes to hear of it, whoever has her case
    assert (await seen(house, answer.body["case_id"], ERBIL)).status == 200
    assert (await seen(house, answer.body["case_id"], uncleared)).status == 404
    for table in ("case_file", "need", "person", "consent"):
        assert await counted(house, OFFICER, table, "sensitivity = 'restricted'") == 0, table
        assert await counted(house, COORDINATOR, table, "sensitivity = 'restricted'") == (0 if with_history else 1), table


def test_every_table_with_an_operator_is_moved_or_stays_for_a_reason() -> None:
    assert moving.undecided() == []
    assert {"case_file", "person", "household", "need", "consent", "follow_up", "case_step", "appointment"} <= moving.moved().keys()
    assert not moving.moved().keys() & moving.STAYS.keys()

"""What a desk has to act on is said in an event: by whom it must be heard, how sensitive it is, and nothing else."""

from datetime import timedelta

from ihala_contracts.intake_v1 import (
    CaseClosed,
    CaseMoved,
    CaseReopened,
    ComplaintAssigned,
    HandOverEnded,
    HandOverOffered,
    PossibleDoubleFound,
    Sensitivity,
)

from tests.intake.actors import COORDINATOR, HLP, MOMD, NGO, OFFICER, OTHER_OPERATOR
from tests.intake.casework import NOOR, done, finished, opened
from tests.intake.house import House
from tests.intake.samples import SECRETS, need, request
from tests.intake.test_complaints import HANDLER, act, filed
from tests.intake.test_hand_overs import answered, neighbour, offered


async def test_an_offer_and_its_end_name_both_operators_and_no_case(house: House) -> None:
    await neighbour(house)
    case_id = await opened(house)
    made = await offered(house, case_id)
    [told] = await house.events()
    assert isinstance(told, HandOverOffered)
    assert (str(told.hand_over_id), told.operator_id, told.to_operator_id) == (made["hand_over_id"], MOMD, OTHER_OPERATOR)
    assert (told.answer_by - told.offered_at, told.sensitivity) == (timedelta(days=14), Sensitivity.STANDARD)
    assert [word for word in (case_id, *SECRETS) if word in told.model_dump_json()] == []
    await answered(house, made, "refusal", body={"reason": "no_capacity"})
    second = await offered(house, case_id)
    await answered(house, second, "taking-back", NOOR)
    await offered(house, case_id)
    await house.later(timedelta(days=15))
    ended = [event for event in await house.events() if isinstance(event, HandOverEnded)]
    assert [event.state for event in ended] == ["refused", "taken_back", "lapsed"]
    assert {(event.operator_id, event.to_operator_id) for event in ended} == {(MOMD, OTHER_OPERATOR)}
    assert "no_capacity" not in "".join(event.model_dump_json() for event in ended)


async def test_what_becomes_of_a_case_says_how_sensitive_it_is(house: House) -> None:
    for needs, sensitivity in (([need()], Sensitivity.STANDARD), ([need("protection.gbv")], Sensitivity.RESTRICTED)):
        case_id = await opened(house, COORDINATOR, *needs)
        await done(house, case_id, "assignment", NOOR, {"officer": "zainab-7"})
        await finished(house, case_id)
        await done(house, case_id, "closure", NOOR, {"reason": "goals_reached", "recorded_by": "x"})
        await done(house, case_id, "reopening", NOOR, {"reason": "other"})
        events = await house.events()
        assert [type(event) for event in events] == [CaseMoved, CaseClosed, CaseReopened]
        assert {event.sensitivity for event in events} == {sensitivity}  # type: ignore[attr-defined]


async def test_a_complaint_that_was_given_to_somebody_says_by_when_and_not_to_whom(house: House) -> None:
    for topic, actor, sensitive in (("quality", OFFICER, False), ("fee_asked", HANDLER, True)):
        complaint_id = await filed(house, NGO, topic)
        await house.events()
        assert (await act(house, complaint_id, "handling", actor, {"handler": "zainab-7"})).status == 200
        [told] = await house.events()
        assert isinstance(told, ComplaintAssigned)
        assert (str(told.complaint_id), told.sensitive, told.act_by > told.assigned_at) == (complaint_id, sensitive, True)
        assert "zainab-7" not in told.model_dump_json()


async def test_a_possible_double_is_told_of_once_and_names_nobody(house: House) -> None:
    await house.post("/v1/requests", HLP, request())
    assert not [event for event in await house.events() if isinstance(event, PossibleDoubleFound)]
    await house.post("/v1/requests", NGO, request())
    [told] = [event for event in await house.events() if isinstance(event, PossibleDoubleFound)]
    candidate_id, persons = str(told.candidate_id), await house.scalar("SELECT array[person_a::text, person_b::text] FROM match_candidate")
    assert (candidate_id, told.operator_id) == (str(await house.scalar("SELECT id FROM match_candidate")), MOMD)
    assert [one for one in (*persons, *SECRETS) if one in told.model_dump_json()] == []
    person_id = await house.scalar("SELECT person_b FROM match_candidate")
    version = await house.scalar("SELECT version FROM person WHERE id = :id", id=person_id)
    changed = await house.call("PATCH", f"/v1/persons/{person_id}", COORDINATOR, {"address": "x"}, if_match=f'"{version}"')
    assert changed.status == 200, changed.body
    assert not [event for event in await house.events() if isinstance(event, PossibleDoubleFound)]
    assert await house.scalar("SELECT count(*) FROM match_candidate") == 1

"""What waits for a desk is shown to the operator alone, by ids, times and a governorate; of what is restricted or sensitive nothing."""

import json
from uuid import UUID

import pytest
from ihala_contracts import intake_v1 as intake
from ihala_contracts.envelope import Event

from tests.notify.samples import OPERATOR, ORIGIN, RECEIVER, STRANGER, sample
from tests.notify.world import World

ORDINARY = {"sensitivity": "standard", "sensitive": False}
SUBJECTS: list[tuple[type[Event], str]] = [
    (intake.ArrivalAnnounced, "arrival_id"), (intake.CallBackAsked, "call_back_id"), (intake.WaitingEnded, "waiting_id"),
    (intake.ConcernFiled, "occasion_id"), (intake.CaseOpened, "case_id"), (intake.CaseMoved, "case_id"), (intake.CaseClosed, "case_id"),
    (intake.CaseReopened, "case_id"), (intake.ComplaintReceived, "complaint_id"), (intake.ComplaintAssigned, "complaint_id"),
    (intake.ComplaintOverdue, "complaint_id"), (intake.PossibleDoubleFound, "candidate_id"),
    (intake.ProgrammePlanSent, "programme_plan_id"), (intake.ProgrammePlanSettled, "programme_plan_id"),
    (intake.HandOverOffered, "hand_over_id"), (intake.HandOverEnded, "hand_over_id"),
]  # fmt: skip
HEARD_BY: dict[type[Event], set[UUID]] = {intake.HandOverOffered: {STRANGER}, intake.HandOverEnded: {OPERATOR, STRANGER}}
CLOSED = [(model, said) for model, _ in SUBJECTS for said in ("sensitivity", "sensitive") if said in model.model_fields]


def told(model: type[Event], **more: object) -> Event:
    """Return an event of our operator's; what it says of another operator is a stranger."""
    said = {name: value for name, value in ORDINARY.items() if name in model.model_fields}
    return sample(model, **said, **({"to_operator_id": STRANGER} if "to_operator_id" in model.model_fields else {}), **more)


@pytest.mark.parametrize(("model", "subject"), SUBJECTS)
async def test_the_operator_alone_is_told_what_waits_for_its_desks(world: World, model: type[Event], subject: str) -> None:
    event = told(model)
    await world.deliver(event)
    rows = await world.rows("SELECT organization_id, subject, data FROM feed")
    heard = HEARD_BY.get(model, {OPERATOR})
    assert {row["organization_id"] for row in rows} == heard
    assert len(rows) == len(heard)
    assert {row["subject"] for row in rows} == {str(getattr(event, subject))}
    for row in rows:
        data = row["data"] if isinstance(row["data"], dict) else json.loads(row["data"])
        assert not {"operator_id", "to_operator_id", "from_operator_id", "sensitive", "sensitivity", "reason"} & set(data)


@pytest.mark.parametrize(("model", "said"), CLOSED)
async def test_of_what_is_restricted_or_sensitive_no_feed_says_anything(world: World, model: type[Event], said: str) -> None:
    closed = {"sensitivity": "restricted", "sensitive": True}[said]
    await world.deliver(told(model).model_copy(update={said: type(getattr(told(model), said))(closed)}))
    assert await world.rows("SELECT * FROM feed") == []


@pytest.mark.parametrize("model", [intake.CaseMoved, intake.CaseClosed, intake.CaseReopened])
async def test_what_does_not_say_how_sensitive_it_is_is_told_to_nobody(world: World, model: type[Event]) -> None:
    await world.deliver(told(model).model_copy(update={"sensitivity": None}))
    assert await world.rows("SELECT * FROM feed") == []


async def test_who_merged_whom_is_told_to_nobody(world: World) -> None:
    await world.deliver(sample(intake.PersonMerged), sample(intake.PersonMergeUndone))
    for organization_id in (OPERATOR, ORIGIN, RECEIVER):
        assert await world.feed(organization_id) == []

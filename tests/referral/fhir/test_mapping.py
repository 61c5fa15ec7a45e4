"""Every state as Task and ServiceRequest: the mapping written down once more, each checked against FHIR R4; without a database."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from ihala_contracts.intake_v1 import Sensitivity, Urgency
from ihala_referral import consequences
from ihala_referral.fhir import codes
from ihala_referral.fhir.capability import statement
from ihala_referral.fhir.resources import resource
from ihala_referral.fhir.seen import Attempt, File, Search
from ihala_referral.states import OPEN, PlacementState, State
from ihala_referral.tables import Placement, Referral

from tests.referral.fhir.validating import faults

NOW = datetime(2026, 11, 22, 6, 0, 0, 123456, tzinfo=UTC)
IDS = [UUID(int=number) for number in range(1, 12)]
KINDS = ("Task", "ServiceRequest")
PARTS = {"receiver": (False, False), "origin": (False, True), "office": (True, False)}
MET, PARTLY, NOT = ([{"item": "housing.hlp", "result": result}] for result in ("met", "partly_met", "not_met"))

# state, reason, outcomes: Task.status, its business status, ServiceRequest.status
MAPPING: list[tuple[State, str | None, Any, str, str, str]] = [
    (State.OFFERED, None, None, "requested", "offered", "active"),
    (State.ACKNOWLEDGED, None, None, "received", "acknowledged", "active"),
    (State.INFO_REQUESTED, None, None, "received", "info-requested", "active"),
    (State.WAITLISTED, None, None, "received", "waitlisted", "active"),
    (State.ACCEPTED, None, None, "accepted", "accepted", "active"),
    (State.IN_SERVICE, None, None, "in-progress", "contact-made", "active"),
    (State.ON_HOLD, "provider_pause", None, "on-hold", "provider-pause", "active"),
    (State.COMPLETED, "completed", MET, "completed", "met", "completed"),
    (State.COMPLETED, "completed", MET + NOT, "completed", "partly-met", "completed"),
    (State.COMPLETED, "completed", PARTLY, "completed", "partly-met", "completed"),
    (State.COMPLETED, "nothing_met", NOT, "completed", "not-met", "active"),
    (State.DECLINED, "no_capacity", None, "rejected", "no-capacity", "active"),
    (State.DECLINED, None, None, "rejected", "declined", "active"),
    (State.EXPIRED, None, None, "cancelled", "no-response", "active"),
    (State.WITHDRAWN, "withdrawn", None, "cancelled", "consent-withdrawn", "revoked"),
    (State.CANCELLED, "placed_elsewhere", None, "cancelled", "placed-elsewhere", "active"),
    (State.CANCELLED, "need_closed", None, "cancelled", "need-closed", "revoked"),
    (State.FAILED, "unreachable", None, "failed", "unreachable", "active"),
    (State.ENTERED_IN_ERROR, None, None, "entered-in-error", "entered-in-error", "entered-in-error"),
]
SEARCHES: list[tuple[PlacementState, str | None, str, str, str]] = [
    (PlacementState.TRIAGE, None, "requested", "in-triage", "active"),
    (PlacementState.PLACING, None, "requested", "placing", "active"),
    (PlacementState.OFFERING, None, "requested", "offering", "active"),
    (PlacementState.PLACED, None, "requested", "placed", "active"),
    (PlacementState.UNSERVED, None, "requested", "unserved", "active"),
    (PlacementState.ENDED, "completed", "completed", "completed", "completed"),
    (PlacementState.ENDED, "out_of_competence", "rejected", "out-of-competence", "revoked"),
    (PlacementState.ENDED, "withdrawn", "cancelled", "withdrawn", "revoked"),
    (PlacementState.ENDED, "closed", "cancelled", "closed", "revoked"),
    (PlacementState.ENDED, "entered_in_error", "entered-in-error", "entered-in-error", "entered-in-error"),
]


def referral(state: State, reason: str | None = None, outcomes: Any = None, **more: Any) -> Referral:
    good = {
        "id": IDS[0], "reference": "REF-7K3F-92QX", "placement_id": IDS[1], "need_id": IDS[2], "operator_id": IDS[3], "origin_id": IDS[4],
        "origin_kind": "nngo", "organization_id": IDS[5], "service_at_location_id": IDS[6], "replaces": IDS[7],
        "service_name": {"en": "Legal aid", "ar": "مساعدة قانونية"}, "restricted": False, "need_code": "housing.hlp",
        "urgency": Urgency.URGENT, "governorate": "IQG15", "district": "IQG15Q08", "state": state, "reason": reason, "outcomes": outcomes,
        "offered_at": NOW, "moved_at": NOW + timedelta(days=1), "decide_by": NOW, "first_contact_by": NOW, "version": 3,
    }  # fmt: skip
    return Referral(**good | more)


def attempt(row: Referral, part: str = "receiver", language: Any = "en", **more: Any) -> Attempt:
    office, origin = PARTS[part]
    seen: dict[str, Any] = {
        "row": row, "version": 3, "at": NOW, "state": row.state, "reason": row.reason, "language": language, "office": office,
        "origin": origin, "all_told": not origin, "file": File(IDS[8], "NIN-7K3F-92QX") if office else None,
        "shown": {"age_band": "18-25", "attributes": {"languages": ["ar", "ckb"], "displaced": True, "household_size": 4}},
    }  # fmt: skip
    return Attempt(**seen | more)


def search(state: PlacementState, reason: str | None) -> Search:
    row = Placement(
        id=IDS[1], need_id=IDS[2], case_id=IDS[8], reference="NIN-7K3F-92QX", operator_id=IDS[3], origin_id=IDS[4], need_code="housing.hlp",
        sensitivity=Sensitivity.STANDARD, urgency=Urgency.EMERGENCY, governorate="IQG15", district=None, requested_at=NOW, state_at=NOW,
        consent_id=IDS[9], version=2,
    )  # fmt: skip
    return Search(row=row, version=2, at=NOW, state=state, reason=reason, language="ar")


def business(task: dict[str, Any]) -> str:
    return str(task["businessStatus"]["coding"][0]["code"])


def test_every_state_is_mapped() -> None:
    assert {row[0] for row in MAPPING} == set(State)
    assert {row[0] for row in SEARCHES} == set(PlacementState)


@pytest.mark.parametrize(("state", "reason", "outcomes", "status", "told", "request_status"), MAPPING)
def test_a_referral_is_a_task_and_its_request(
    state: State, reason: str | None, outcomes: Any, status: str, told: str, request_status: str
) -> None:
    row = referral(state, reason, outcomes)
    for part, language in product(PARTS, ("ar", "ckb", "en")):
        task, request = (resource(kind, attempt(row, part, language)) for kind in KINDS)
        assert (task["status"], business(task), request["status"]) == (status, told, request_status)
        assert faults(task) == [] and faults(request) == [], part
        assert task["focus"] == {"reference": f"ServiceRequest/{request['id']}"}
        assert (task["intent"], request["intent"]) == ("order", "filler-order")


@pytest.mark.parametrize(("state", "reason", "status", "told", "request_status"), SEARCHES)
def test_a_placement_is_a_task_and_its_request(
    state: PlacementState, reason: str | None, status: str, told: str, request_status: str
) -> None:
    task, request = (resource(kind, search(state, reason)) for kind in KINDS)
    assert (task["status"], business(task), request["status"]) == (status, told, request_status)
    assert faults(task) == [] and faults(request) == []
    assert (task["intent"], request["intent"]) == ("order", "order")


def test_nobody_said_no_where_nobody_answered() -> None:
    task = resource("Task", attempt(referral(State.EXPIRED), language="ckb"))
    assert task["status"] == "cancelled" and task["statusReason"] == {"text": codes.NO_RESPONSE.ckb}
    assert [state for state in State if codes.TASK[state] == "rejected"] == [State.DECLINED]


@pytest.mark.parametrize("code", sorted(reason.code for reason in consequences.reasons()))
def test_every_reason_is_told_in_words(code: str) -> None:
    found = consequences.reason(code)
    for language in ("ar", "ckb", "en"):
        why = resource("Task", attempt(referral(State.FAILED, code), language=language))["statusReason"]
        assert why["text"] == found.title.spoken(language)  # type: ignore[arg-type]
        assert why["coding"] == [{"system": codes.REASON, "code": code}]


def test_each_part_is_told_what_it_may_know() -> None:
    row = referral(State.OFFERED)
    tasks = {part: resource("Task", attempt(row, part)) for part in PARTS}
    requests = {part: resource("ServiceRequest", attempt(row, part)) for part in PARTS}
    assert {part for part, task in tasks.items() if "basedOn" in task} == {"office"}
    assert tasks["office"]["partOf"] == [{"reference": f"Task/{IDS[1]}"}, {"reference": f"Task/{IDS[7]}"}]
    assert requests["office"]["replaces"] == [{"reference": f"ServiceRequest/{IDS[7]}"}]
    assert {part for part, task in tasks.items() if "requester" in task} == {"origin", "office"}
    assert tasks["office"]["for"] == requests["office"]["subject"] == {"identifier": {"system": "urn:ihala:case", "value": str(IDS[8])}}
    assert all("for" not in tasks[part] and "masked" in str(requests[part]["subject"]) for part in ("receiver", "origin"))
    kinds = {part: [one["type"]["coding"][0]["code"] for one in task["identifier"]] for part, task in tasks.items()}
    assert kinds == {"receiver": ["FILL"], "origin": ["PLAC", "FILL"], "office": ["PLAC", "PLAC", "FILL"]}
    assert not any(str(other) in str(tasks["receiver"]) + str(requests["receiver"]) for other in (*IDS[1:5], *IDS[7:]))


def test_a_receiver_reads_what_it_may_of_the_person_before_acceptance() -> None:
    told = {
        (one["type"]["coding"][0]["code"], next(value for name, value in one.items() if name.startswith("value")))
        for one in resource("Task", attempt(referral(State.OFFERED)))["input"]
    }
    assert told == {("age_band", "18-25"), ("languages", "ar"), ("languages", "ckb"), ("displaced", True), ("household_size", 4)}


def test_what_is_restricted_is_masked_and_labelled() -> None:
    row = referral(State.OFFERED, restricted=True)
    for kind, part in product(KINDS, PARTS):
        found = resource(kind, attempt(row, part, shown=None))
        assert faults(found) == []
        assert found["meta"]["security"] == [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}]
        assert "housing" not in str(found) and "IQG15" not in str(found)
    assert resource("ServiceRequest", attempt(row))["code"]["coding"][0]["code"] == "protection"


def test_an_outcome_is_of_a_need_or_of_a_part_in_the_receivers_own_word() -> None:
    row = referral(State.COMPLETED, "completed", [*MET, {"item": "roof", "result": "partly_met"}])
    task = resource("Task", attempt(row))
    assert [one["type"] for one in task["output"]] == [
        {"coding": [{"system": codes.NEED, "code": MET[0]["item"]}]}, {"text": "roof"}
    ] and faults(task) == []  # fmt: skip
    masked = resource("Task", attempt(referral(State.COMPLETED, "completed", MET, restricted=True)))
    assert "protection" in str(masked["output"]) and MET[0]["item"] not in str(masked)


def test_an_older_version_says_nothing_of_what_is_known_only_now() -> None:
    row = referral(State.COMPLETED, "completed", MET)
    older = resource("Task", attempt(row, version=1, state=State.OFFERED, reason=None, newest=False))
    assert (older["status"], older["meta"]["versionId"], faults(older)) == ("requested", "1", [])
    assert not {"restriction", "input", "output", "statusReason"} & set(older)


@pytest.mark.parametrize("state", sorted(OPEN))
def test_the_time_to_answer_is_the_tasks_restriction(state: State) -> None:
    task = resource("Task", attempt(referral(state)))
    due = {State.OFFERED, State.ACKNOWLEDGED, State.INFO_REQUESTED, State.ACCEPTED}
    assert ("restriction" in task) == (state in due)


def test_the_statement_of_what_we_can_do_is_valid() -> None:
    told = statement("https://ihala.example", "Ihala referral", "1.0.0")
    assert faults(told) == []
    assert told["fhirVersion"] == "4.0.1"


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"status": "declined"}, "status"), ({"intent": None}, "intent"), ({"focus": []}, "focus"), ({"extra": 1}, "extra"),
        ({"authoredOn": "yesterday"}, "authoredOn"), ({"meta": {"lastUpdated": "2026-11-22"}}, "lastUpdated"),
        ({"restriction": {"period": "x"}}, "period"), ({"output": [{"valueString": "x"}]}, "type"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_seen_by_the_checks(wrong: dict[str, Any], where: str) -> None:
    task = resource("Task", attempt(referral(State.OFFERED)))
    spoilt = task | wrong
    for held in (spoilt, {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": spoilt}]}, task | {"contained": [spoilt]}):
        assert any(where in fault for fault in faults(held))
    del task["intent"]
    assert "Task.intent: missing" in faults(task)
    request = resource("ServiceRequest", attempt(referral(State.OFFERED)))
    assert "ServiceRequest.intent: x is no code of its required binding" in faults(request | {"intent": "x"})

"""Our rows as Task and ServiceRequest. Pure: the same row, version, caller's part and language give the same resource.

What is empty is left out, as FHIR wants.
"""

from collections.abc import Iterator

from ihala_kit.words import Language

from ihala_referral.competence import sensitivity_of
from ihala_referral.fhir import codes
from ihala_referral.fhir.elements import (
    CONFIDENTIALITY,
    CONSENT,
    FULFILL,
    MASKED,
    ORGANIZATION,
    REFERENCE,
    SITE,
    Resource,
    case,
    concept,
    filled,
    inputs,
    instant,
    named,
    numbered,
    of_need,
    places,
    spoken,
    to,
)
from ihala_referral.fhir.seen import Attempt, Search, Seen
from ihala_referral.states import UNDECIDED, PlacementState, State
from ihala_referral.tables import Referral
from ihala_referral.views import PROTECTION


def resource(kind: str, seen: Seen) -> Resource:
    """Return the Task or the ServiceRequest of what was seen."""
    if isinstance(seen, Attempt):
        return filled(_task(seen) if kind == "Task" else _request(seen))
    return filled(_placement_task(seen) if kind == "Task" else _placement_request(seen))


def _task(seen: Attempt) -> Resource:
    row, business = seen.row, codes.business_status(seen.state, seen.reason, seen.row.outcomes)
    return {
        **_head("Task", seen, restricted=row.restricted),
        "identifier": _identifiers(seen),
        "basedOn": [to("ServiceRequest", row.placement_id)] if seen.office else None,
        "partOf": [to("Task", one) for one in (row.placement_id, row.replaces) if one] if seen.office else None,
        "status": codes.TASK[seen.state],
        "statusReason": _why(seen.state, seen.reason, seen.language),
        "businessStatus": concept(codes.BUSINESS_STATUS, business),
        "intent": codes.ORDER,
        "priority": codes.PRIORITY[row.urgency_told],
        "code": concept(FULFILL, "fulfill"),
        "description": spoken(row.service_name, seen.language),
        "focus": to("ServiceRequest", row.id),
        "for": case(seen.file.case_id) if seen.file else None,
        "authoredOn": instant(row.offered_at),
        "lastModified": instant(seen.at),
        "requester": named("Organization", ORGANIZATION, row.origin_id) if seen.office or seen.origin else None,
        "owner": named("Organization", ORGANIZATION, row.organization_id),
        "restriction": _restriction(seen),
        "input": list(inputs(seen.shown or {})) if seen.newest else None,
        "output": list(_outputs(row)) if seen.state is State.COMPLETED else None,
    }


def _request(seen: Attempt) -> Resource:
    row = seen.row
    return {
        **_head("ServiceRequest", seen, restricted=row.restricted),
        "identifier": _identifiers(seen),
        "basedOn": [to("ServiceRequest", row.placement_id)] if seen.office else None,
        "replaces": [to("ServiceRequest", row.replaces)] if seen.office and row.replaces else None,
        "status": codes.request_status(seen.state, seen.reason),
        "intent": codes.COPY,
        "priority": codes.PRIORITY[row.urgency_told],
        "code": concept(codes.NEED, PROTECTION if row.restricted else row.need_code),
        "subject": case(seen.file.case_id) if seen.file else MASKED,
        "authoredOn": instant(row.offered_at),
        "requester": named("Organization", ORGANIZATION, row.origin_id) if seen.office or seen.origin else None,
        "performer": [named("Organization", ORGANIZATION, row.organization_id)],
        "locationCode": None if row.restricted else places(row.governorate_told, row.district),
        "locationReference": [named("Location", SITE, row.service_at_location_id)],
    }


def _placement_task(seen: Search) -> Resource:
    row = seen.row
    return {
        **_head("Task", seen, restricted=row.need_code == PROTECTION),
        "identifier": of_need(row.need_id, row.reference),
        "status": codes.placement_task(seen.state, seen.reason),
        "statusReason": _coded_reason(seen.reason, seen.language) if seen.state is PlacementState.ENDED else None,
        "businessStatus": concept(codes.BUSINESS_STATUS, codes.placement_business(seen.state, seen.reason)),
        "intent": codes.ORDER,
        "priority": codes.PRIORITY[row.urgency],
        "code": concept(FULFILL, "fulfill"),
        "focus": to("ServiceRequest", row.id),
        "for": case(row.case_id),
        "authoredOn": instant(row.requested_at),
        "lastModified": instant(seen.at),
        "requester": named("Organization", ORGANIZATION, row.origin_id),
        "owner": named("Organization", ORGANIZATION, row.operator_id),
    }


def _placement_request(seen: Search) -> Resource:
    row = seen.row
    return {
        **_head("ServiceRequest", seen, restricted=row.need_code == PROTECTION),
        "identifier": of_need(row.need_id, row.reference),
        "status": codes.placement_request(seen.state, seen.reason),
        "intent": codes.ORDER,
        "priority": codes.PRIORITY[row.urgency],
        "code": concept(codes.NEED, row.need_code),
        "subject": case(row.case_id),
        "authoredOn": instant(row.requested_at),
        "requester": named("Organization", ORGANIZATION, row.origin_id),
        "locationCode": places(row.governorate, row.district),
        "supportingInfo": [named("Consent", CONSENT, row.consent_id)],
    }


def _head(kind: str, seen: Seen, *, restricted: bool) -> Resource:
    meta: Resource = {"versionId": str(seen.version), "lastUpdated": instant(seen.at)}
    if restricted:
        meta["security"] = [{"system": CONFIDENTIALITY, "code": "R"}]
    return {"resourceType": kind, "id": str(seen.id), "meta": meta, "language": seen.language}


def _identifiers(seen: Attempt) -> list[Resource]:
    """Return the numbers of both sides: the asker's own (PLAC) for those who ask, the attempt's (FILL) for everybody."""
    reference = seen.file.reference if seen.file else None
    placers = of_need(seen.row.need_id, reference) if seen.office or seen.origin else []
    return [*placers, numbered("FILL", REFERENCE, seen.row.reference)]


def _why(state: State, reason: str | None, language: Language) -> Resource | None:
    if state is State.EXPIRED:
        return {"text": codes.NO_RESPONSE.spoken(language)}
    return _coded_reason(reason, language) if state in codes.BY_REASON else None


def _coded_reason(code: str | None, language: Language) -> Resource | None:
    """Return a reason with its words in the language asked for; a code that is no reason says nothing more than the status does."""
    found = codes.reason(code)
    return None if found is None else {**concept(codes.REASON, found.code), "text": found.title.spoken(language)}


def _restriction(seen: Attempt) -> Resource | None:
    """Return until when the receiver must decide or, after acceptance, make contact."""
    row = seen.row
    end = row.decide_by if seen.state in UNDECIDED else row.first_contact_by if seen.state is State.ACCEPTED else None
    return {"period": {"end": instant(end)}} if seen.newest and end and seen.state is not State.WAITLISTED else None


def _outputs(row: Referral) -> Iterator[Resource]:
    for outcome in row.outcomes or ():
        result = concept(codes.RESULT, codes.hyphened(outcome["result"]))
        yield {"type": _thing(PROTECTION if row.restricted else outcome["item"]), "valueCodeableConcept": result}


def _thing(item: str) -> Resource:
    """Return what an outcome is of: a need, or a part of one in the receiver's own word, which stands in no list."""
    return concept(codes.NEED, item) if item == PROTECTION or sensitivity_of(item) is not None else {"text": item}

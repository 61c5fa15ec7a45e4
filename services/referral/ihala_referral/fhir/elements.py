"""The small parts of resources: codings, identifiers, references, values. Pure.

Organisations, places of service, cases and consents are named by identifier alone: they live elsewhere, and nothing here answers for them.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from ihala_kit.words import Language

from ihala_referral.fhir import codes

Resource = dict[str, Any]

V2_0203, FULFILL = "http://terminology.hl7.org/CodeSystem/v2-0203", "http://hl7.org/fhir/CodeSystem/task-code"
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
ORGANIZATION, SITE, CASE, CONSENT, NEED_ID, REFERENCE = (
    f"urn:ihala:{name}" for name in ("organization", "service-at-location", "case", "consent", "need", "reference")
)
# We may not say whose need it is, and ServiceRequest must have a subject: FHIR's own way to say that something is withheld.
MASKED: Resource = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"}]}


def of_need(need_id: UUID, reference: str | None) -> list[Resource]:
    """Return the asker's own numbers (PLAC): the need's id and, where it is known, its short reference."""
    usual = [numbered("PLAC", REFERENCE, reference)] if reference else []
    return [numbered("PLAC", NEED_ID, str(need_id)), *usual]


def numbered(kind: str, system: str, value: str) -> Resource:
    """Return an identifier of the placer (PLAC) or the filler (FILL)."""
    return {"type": concept(V2_0203, kind), "system": system, "value": value}


def case(case_id: UUID) -> Resource:
    """Return whose need it is, for the office that owns the case: an opaque number, no Patient."""
    return {"identifier": {"system": CASE, "value": str(case_id)}}


def inputs(shown: Mapping[str, Any]) -> Iterator[Resource]:
    """Yield what the receiver may see of the person before acceptance, a value each."""
    facts = {"age_band": shown.get("age_band"), **shown.get("attributes", {})}
    for name, value in sorted(facts.items()):
        for one in value if isinstance(value, list) else [value]:
            if one is not None:
                yield {"type": concept(codes.ATTRIBUTE, name), **_value(one)}


def _value(value: object) -> Resource:
    if isinstance(value, bool):
        return {"valueBoolean": value}
    return {"valueInteger": value} if isinstance(value, int) else {"valueString": str(value)}


def places(governorate: str, district: str | None) -> list[Resource]:
    """Return P-codes."""
    return [concept(codes.PLACE, code) for code in (governorate, district) if code]


def concept(system: str, code: str) -> Resource:
    """Return a CodeableConcept of one coding."""
    return {"coding": [{"system": system, "code": code}]}


def named(kind: str, system: str, value: UUID) -> Resource:
    """Return a reference to something that is known here by its identifier alone."""
    return {"type": kind, "identifier": {"system": system, "value": str(value)}}


def to(kind: str, target: UUID) -> Resource:
    """Return a reference to a resource that is read here."""
    return {"reference": f"{kind}/{target}"}


def spoken(names: Mapping[str, str], language: Language) -> str | None:
    """Return a public name in the language asked for, else in English, else in any."""
    return names.get(language) or names.get("en") or next(iter(names.values()), None)


def instant(at: datetime) -> str:
    """Return an instant as FHIR writes it, in UTC, to the microsecond: what a client sends back must find the same row."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def filled(body: Resource) -> Resource:
    """Leave out what is empty: FHIR knows neither null nor an empty list."""
    return {name: value for name, value in body.items() if value not in (None, [], "")}

"""What this server can do, as FHIR's CapabilityStatement. Pure."""

from typing import Any

from ihala_contracts.public_routes import FHIR

from ihala_referral.fhir import codes
from ihala_referral.fhir.asked import PARAMETERS

DATE = "2026-11-22"  # of this statement: changed with it
_SERVICE = "http://terminology.hl7.org/CodeSystem/restful-security-service"
_INTERACTIONS = ("read", "vread", "history-instance", "history-type", "search-type")
_TYPES = {
    "_id": "token", "_lastUpdated": "date", "status": "token", "business-status": "token", "owner": "reference", "focus": "reference",
    "based-on": "reference", "intent": "token",
}  # fmt: skip
_ABOUT = {
    "Task": "One referral, under its id; for coordinators of the owning office also a placement, of which its referrals are parts.",
    "ServiceRequest": "The need behind a referral as its receiver is asked to meet it (filler-order, under the referral's id); for "
    "coordinators of the owning office also the need itself (order, under the placement's id).",
}


def statement(issuer: str, title: str, version: str) -> dict[str, Any]:
    """Return the statement; `issuer` is where the outside reaches us."""
    return {
        "resourceType": "CapabilityStatement",
        "url": f"{issuer}{FHIR}/metadata",
        "version": version,
        "name": "IhalaReferral",
        "title": title,
        "status": "active",
        "date": DATE,
        "publisher": "Ihala",
        "kind": "instance",
        "software": {"name": "Ihala", "version": version},
        "implementation": {"description": "Referrals of people to services, to be read", "url": f"{issuer}{FHIR}"},
        "fhirVersion": codes.PROFILE_VERSION,
        "format": ["application/fhir+json", "json"],
        "rest": [{"mode": "server", "documentation": _DOCUMENTATION, "security": _security(issuer), "resource": [*map(_resource, _ABOUT)]}],
    }


_DOCUMENTATION = (
    "Read alone: moves are made at the native API. Follow changes by asking for a type's _history with _since, each time from some minutes "
    "before the newest that was read: what was begun before it may have been committed after it, and a version that comes twice is the "
    "same. Lists go on by the `next` link and have no total. Nobody is a Patient here; who is asked to help reads the identity at intake, "
    "once it is disclosed."
)


def _security(issuer: str) -> dict[str, Any]:
    return {
        "cors": False,
        "service": [{"coding": [{"system": _SERVICE, "code": "OAuth"}]}],
        "description": f"OAuth 2 client credentials, tokens at {issuer}/oauth/token, with scope referral:read; "
        "referral:coordinate shows placements.",
    }


def _resource(kind: str) -> dict[str, Any]:
    named = sorted(name for name in PARAMETERS[kind] if ":" not in name)
    return {
        "type": kind,
        "documentation": _ABOUT[kind],
        "interaction": [{"code": code} for code in _INTERACTIONS],
        "versioning": "versioned",
        "readHistory": True,
        "conditionalRead": "not-match",
        "referencePolicy": ["literal", "logical"],
        "searchParam": [{"name": name, "definition": _definition(kind, name), "type": _TYPES[name]} for name in named],
    }


def _definition(kind: str, name: str) -> str:
    of = "Resource" if name.startswith("_") else kind
    return f"http://hl7.org/fhir/SearchParameter/{of}-{name.strip('_')}"

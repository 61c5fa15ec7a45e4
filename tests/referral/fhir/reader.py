"""Reads FHIR as a client does, and checks every answer against R4."""

from typing import Any
from uuid import UUID

from tests.referral.actors import Actor
from tests.referral.fhir.validating import faults
from tests.referral.world import Answer, World

BASE = "/fhir/R4"
FHIR_JSON = "application/fhir+json"


async def get(world: World, actor: Actor | None, path: str, headers: dict[str, str] | None = None) -> Answer:
    """Return an answer that is a valid FHIR resource, whatever it says."""
    answer = await world.call(actor, "GET", path if path.startswith("/") else f"{BASE}/{path}", headers=headers)
    if answer.status != 304:
        assert str(answer.headers["Content-Type"]) == FHIR_JSON
        assert faults(answer.body) == [], answer.body
    return answer


async def refused(world: World, actor: Actor | None, path: str, headers: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Return status, issue type and slug of a refusal."""
    answer = await get(world, actor, path, headers)
    assert answer.body["resourceType"] == "OperationOutcome"
    issue = answer.body["issue"][0]
    return answer.status, issue["code"], issue["details"]["coding"][0]["code"]


def resources(answer: Answer) -> list[dict[str, Any]]:
    assert answer.status == 200, answer.body
    return [entry["resource"] for entry in answer.body.get("entry", [])]


def ids(answer: Answer) -> list[UUID]:
    return [UUID(found["id"]) for found in resources(answer)]


def link(answer: Answer, relation: str) -> str | None:
    """Return the path and query of a link."""
    urls = {one["relation"]: one["url"] for one in answer.body["link"]}
    return BASE + urls[relation].partition(BASE)[2] if relation in urls else None


async def everything(world: World, actor: Actor, path: str) -> list[UUID]:
    """Return the ids of all pages."""
    found: list[UUID] = []
    following: str | None = path
    while following:
        page = await get(world, actor, following)
        found += ids(page)
        following = link(page, "next")
    return found

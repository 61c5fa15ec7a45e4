"""The same person, told by two offices: what the operator's list of pairs says then."""

from typing import Any
from uuid import UUID

from ihala_contracts.intake_v1 import NeedIdentified

from tests.intake.actors import HLP, NGO, OFFICER, Actor
from tests.intake.house import Answer, House
from tests.intake.samples import need, person, request


async def brought(house: House, origin: Actor, *needs: dict[str, Any], **said: Any) -> Answer:
    """Bring somebody alone, with a phone that is nobody else's unless told otherwise."""
    body = request(*(needs or (need(),)), person=person(**{"phones": [], **said}), household=None)
    answer = await house.post("/v1/requests", origin, body)
    assert answer.status == 202, answer.body
    return answer


async def announced(house: House) -> list[bool]:
    """Return whether each need that was told of since is settled."""
    return [event.match_settled for event in await house.events() if isinstance(event, NeedIdentified)]


async def pairs(house: House, actor: Actor = OFFICER, state: str = "open") -> list[dict[str, Any]]:
    answer = await house.get(f"/v1/merges/candidates?state={state}", actor)
    assert answer.status == 200, answer.body
    return list(answer.body["items"])


async def the_pair(house: House) -> dict[str, Any]:
    """Two origins bring the same person; return the pair that the operator finds."""
    await brought(house, HLP)
    await brought(house, NGO, mother_name=None)
    [pair] = await pairs(house)
    await house.events()
    return pair


async def person_ids(house: House) -> list[UUID]:
    rows = await house.scalar("SELECT array_agg(id ORDER BY made_at, id) FROM person")
    return [UUID(str(one)) for one in rows]

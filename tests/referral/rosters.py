"""Who is on duty in the tests: a roster of the operator for a governorate, written as its coordinator writes it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tests.referral.actors import COORDINATOR, NINEWA, Actor
from tests.referral.world import Answer, World


def full_hour(world: World) -> datetime:
    return world.now.replace(minute=0, second=0, microsecond=0)


def shift(world: World, role: str, *, begins: float = -1, lasts: float = 24, **more: Any) -> dict[str, Any]:
    """Return a shift that begins in so many hours, counted from the full one, and lasts as many."""
    starts_at = full_hour(world) + timedelta(hours=begins)
    good = {"governorate": NINEWA, "role": role, "officer": f"desk:{role}", "phone": "+964 770 000 0000"}
    return good | {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=lasts)).isoformat()} | more


async def enter(world: World, body: dict[str, Any], actor: Actor | None = COORDINATOR) -> Answer:
    return await world.post(actor, "/v1/duty/shifts", body, None)


async def on_duty(world: World, role: str, **more: Any) -> UUID:
    """Put somebody on duty; return the shift."""
    answer = await enter(world, shift(world, role, **more))
    assert answer.status == 201, answer.body
    return UUID(answer.body["shift"]["id"])


async def all_on_duty(world: World) -> dict[str, UUID]:
    return {role: await on_duty(world, role) for role in ("coordinator", "directorate")}

"""Time passes: the days of the tests, the clock moved to an instant, and what it says of a need."""

from datetime import datetime, timedelta
from uuid import UUID

from ihala_contracts.referral_v1 import DeadlineMissed, Escalated

from tests.referral.actors import SUNDAY
from tests.referral.world import World

MONDAY, TUESDAY, WEDNESDAY = (SUNDAY + timedelta(days=n) for n in (1, 2, 3))
EPSILON = timedelta(seconds=30)


async def at(world: World, when: datetime) -> None:
    """Make it that time, and let due work run."""
    world.set_time(when)
    await world.tick()


async def levels(world: World, need_id: UUID) -> list[tuple[int, list[str]]]:
    """Return the escalations so far: level, and who was told."""
    return [(event.level, event.to) for event in await world.all(Escalated, need_id)]


async def missed(world: World, need_id: UUID) -> list[str]:
    """Return the deadlines that were missed so far."""
    return [event.deadline for event in await world.all(DeadlineMissed, need_id)]

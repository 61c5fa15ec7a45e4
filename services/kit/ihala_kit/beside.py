"""Events that the kit reads for every service, and one service for itself as well."""

from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_kit.inbox import Handler


def beside(kits: dict[tuple[str, int], Handler], own: dict[tuple[str, int], Handler]) -> dict[tuple[str, int], Handler]:
    """Return both; what the kit and a service read is read by the kit first, in the same transaction."""
    return {**kits, **own, **{name: _one_after_another(kits[name], own[name]) for name in kits.keys() & own.keys()}}


def _one_after_another(first: Handler, second: Handler) -> Handler:
    async def both(tx: AsyncSession, event: Any) -> None:
        await first(tx, event)
        await second(tx, event)

    return both

"""Short references that people read to each other, each given out once."""

from uuid import UUID

from ihala_kit.db import fetch
from ihala_kit.ids import reference
from sqlmodel.ext.asyncio.session import AsyncSession

_TAKE = """
    INSERT INTO reference (reference, kind, about) SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[])
    ON CONFLICT (reference) DO NOTHING RETURNING reference, about
"""


async def take(tx: AsyncSession, prefix: str, wanted: dict[UUID, str]) -> dict[UUID, str]:
    """Return a new reference for each id; `wanted` says what kind of thing each is. One that was given out before is drawn again."""
    taken: dict[UUID, str] = {}
    while missing := [about for about in wanted if about not in taken]:
        drawn, kinds = [reference(prefix) for _ in missing], [wanted[about] for about in missing]
        taken |= {row["about"]: row["reference"] for row in await fetch(tx, _TAKE, drawn, kinds, missing)}
    return taken

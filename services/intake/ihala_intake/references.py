"""Short references that people read to each other, each given out once."""

from uuid import UUID

from ihala_kit.ids import reference
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

_TAKE = text("""
    INSERT INTO reference (reference, kind, about)
    SELECT * FROM unnest(CAST(:references AS text[]), CAST(:kinds AS text[]), CAST(:abouts AS uuid[]))
    ON CONFLICT (reference) DO NOTHING RETURNING reference, about
""")


async def take(tx: AsyncSession, prefix: str, wanted: dict[UUID, str]) -> dict[UUID, str]:
    """Return a new reference for each id; `wanted` says what kind of thing each is. One that was given out before is drawn again."""
    taken: dict[UUID, str] = {}
    while missing := [about for about in wanted if about not in taken]:
        drawn = {"references": [reference(prefix) for _ in missing], "kinds": [wanted[about] for about in missing], "abouts": missing}
        taken |= {row.about: row.reference for row in await tx.execute(_TAKE, drawn)}
    return taken

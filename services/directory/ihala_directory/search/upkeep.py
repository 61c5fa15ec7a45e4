"""After a release: what was never indexed, or was by other letters, stems or cards, is indexed anew, some services a transaction."""

from ihala_kit.auth import Caller
from ihala_kit.db import Database
from sqlalchemy import text
from sqlmodel import col, select

from ihala_directory.search import index
from ihala_directory.tables import Service

AT_ONCE = 100
_OUTDATED = text("""
    SELECT s.id FROM service s JOIN organization o ON o.id = s.organization_id
    LEFT JOIN search_entry e ON e.service_id = s.id LEFT JOIN search_hidden h ON h.service_id = s.id
    WHERE s.status = 'active' AND o.status = 'active' AND coalesce(e.made_by, h.made_by) IS DISTINCT FROM :maker
    AND EXISTS (SELECT 1 FROM service_at_location a WHERE a.service_id = s.id AND a.status = 'open')
    ORDER BY s.id LIMIT :limit
""")


async def index_outdated(database: Database) -> int:
    """Index some of them; return how many, none when all is as it should be."""
    async with database.transaction(Caller.system("search")) as tx:
        ids = (await tx.execute(_OUTDATED, {"maker": index.maker(), "limit": AT_ONCE})).scalars().all()
        held = select(Service).where(col(Service.id).in_(ids)).order_by(col(Service.id)).with_for_update(read=True)
        for service in (await tx.exec(held)).all():
            await index.index_service(tx, service)
    return len(ids)

"""The only place where directory's parts are joined."""

from pathlib import Path

from ihala_contracts.directory_v1 import SealingKeyPublished
from ihala_kit.jobs import Job
from ihala_kit.once import purge_idempotency
from ihala_kit.service import Service

from ihala_directory import consumers, performers
from ihala_directory.api import ROUTERS
from ihala_directory.commands import repeating
from ihala_directory.commands.figures import tell_old
from ihala_directory.field_words import FIELD_WORDS
from ihala_directory.hsds.routes import ROUTERS as HSDS_ROUTERS
from ihala_directory.imports import work as imports
from ihala_directory.search.upkeep import index_outdated
from ihala_directory.settings import Settings

VERSION = "1.0.0"
_HERE = Path(__file__).parent


def service() -> Service:
    """Return directory as the kit runs it, set up from the environment."""
    return build(Settings())


def build(settings: Settings) -> Service:
    """Return directory with these settings."""
    return Service(
        name="directory",
        title="Ihala directory",
        version=VERSION,
        settings=settings,
        migrations=next(place for place in (_HERE / "migrations", _HERE.parent / "migrations") if place.is_dir()),
        routers=[*ROUTERS, *HSDS_ROUTERS],
        readers=[consumers],
        performers=[performers, imports],
        jobs=[
            Job("purge idempotency", 3600, purge_idempotency),
            Job("index for search", 3600, index_outdated),
            Job("old figures", 60, tell_old),
        ],
        seals=SealingKeyPublished,
        snapshots=repeating.SNAPSHOTS,
        field_words=FIELD_WORDS,
    )

"""The only place where the parts of intake are joined."""

from pathlib import Path

from ihala_contracts import referral_v1
from ihala_kit.jobs import Job
from ihala_kit.once import purge_idempotency
from ihala_kit.rewrap import Wrapped
from ihala_kit.service import Retention, Service

from ihala_intake import consumers, work
from ihala_intake.api import ROUTERS
from ihala_intake.commands import repeating, retain, review
from ihala_intake.commands.acknowledge import notice_silence
from ihala_intake.commands.announce import announce_waiting
from ihala_intake.field_words import FIELD_WORDS
from ihala_intake.protection import consumers as protection_consumers
from ihala_intake.protection import work as protection_work
from ihala_intake.protection.audit import verify
from ihala_intake.settings import Settings
from ihala_intake.ways_in import work as ways_in_work

_PACKAGE = Path(__file__).parent


def service() -> Service:
    """Return the service, with its settings read from INTAKE_*."""
    return create_service(Settings())


def create_service(settings: Settings) -> Service:
    """Return the service with these settings."""
    return Service(
        name="intake",
        title="Ihala intake",
        version="1.0.0",
        settings=settings,
        migrations=_migrations(),
        routers=ROUTERS,
        readers=[consumers, protection_consumers],
        performers=[work, ways_in_work, protection_work],
        jobs=[
            Job("announce-needs", 1.0, announce_waiting),
            Job("purge-idempotency", 3600.0, purge_idempotency),
            Job("notice-silence", 10.0, notice_silence),
            Job("retention", 3600.0, retain.run),
        ],
        wrapped=[Wrapped("data_key", "id", "wrapped")],
        audit=verify,
        batches={"same-person": review.run},
        retention=Retention(retain.rehearse, retain.reports),
        seals_for=(referral_v1.SealingKeyPublished,),
        snapshots=repeating.SNAPSHOTS,
        field_words=FIELD_WORDS,
    )


def _migrations() -> Path:
    """Beside the package in a checkout, inside it when installed."""
    inside = _PACKAGE / "migrations"
    return inside if inside.is_dir() else _PACKAGE.parent / "migrations"

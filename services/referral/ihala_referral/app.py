"""Joins the parts of referral."""

from pathlib import Path

from ihala_contracts import directory_v1, referral_v1
from ihala_kit.rewrap import Wrapped
from ihala_kit.service import Service

import ihala_referral
from ihala_referral import consumers, performers, repeating, work_items
from ihala_referral.api import ROUTERS
from ihala_referral.calendars import recomputing
from ihala_referral.duty import watching
from ihala_referral.field_words import FIELD_WORDS
from ihala_referral.jobs import JOBS
from ihala_referral.restoring import RESTORING
from ihala_referral.settings import Settings
from ihala_referral.worklists import handing_over, parted

_PACKAGE = Path(ihala_referral.__file__).parent


def service() -> Service:
    """Return the service; raises ValidationError when REFERRAL_* settings are missing or wrong."""
    return Service(
        name="referral",
        title="Ihala referral",
        version="1.0.0",
        settings=Settings(),
        migrations=migrations(),
        routers=list(ROUTERS),
        readers=[consumers],
        performers=[performers, recomputing, watching, handing_over, parted],
        jobs=list(JOBS),
        wrapped=[Wrapped("need_key", "need_id", "key")],
        seals=referral_v1.SealingKeyPublished,
        seals_for=(directory_v1.SealingKeyPublished,),
        on_parked=work_items.open_parked,
        snapshots=repeating.SNAPSHOTS,
        restoring=RESTORING,
        field_words=FIELD_WORDS,
    )


def migrations() -> Path:
    """Return the folder of the migrations: beside the package in a checkout, inside it when installed."""
    beside = _PACKAGE.parent / "migrations"
    return beside if beside.is_dir() else _PACKAGE / "migrations"

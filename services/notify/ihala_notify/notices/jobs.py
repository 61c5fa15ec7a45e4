"""What the role `clock` does for digests: makes and sends mails, and forgets what is over."""

from datetime import UTC, datetime, timedelta

from ihala_kit.db import Database, fetch
from ihala_kit.jobs import Job

from ihala_notify.channels.smtp import Smtp
from ihala_notify.notices import making
from ihala_notify.notices.making import SYSTEM
from ihala_notify.notices.sending import DigestSender
from ihala_notify.notices.wording import Links
from ihala_notify.settings import Settings

MAKE_EVERY_SECONDS = 5.0
URGENT_AGAIN_SECONDS = 1.0  # feeds of busy offices always have grown
SEND_EVERY_SECONDS = 2.0
PURGE_EVERY_SECONDS = 600
KEPT = timedelta(days=30)
UNCONFIRMED_KEPT = timedelta(days=7)
AT_ONCE = 500

_PURGE_MAILS = """
    DELETE FROM digest_mail WHERE id IN (SELECT id FROM digest_mail WHERE settled_at < $1 ORDER BY settled_at LIMIT $2) RETURNING 1
"""
_PURGE = """
    DELETE FROM digest WHERE id IN (
        SELECT id FROM digest WHERE state <> 'active' AND changed_at < CASE state WHEN 'ended' THEN $1::timestamptz ELSE $2::timestamptz END
        ORDER BY changed_at LIMIT $3)
    RETURNING 1
"""


def jobs(settings: Settings, smtp: Smtp | None) -> list[Job]:
    """Return the jobs of digests; without a mail server nothing is made that could not be sent."""
    forgetting = Job("forget digests", PURGE_EVERY_SECONDS, forget)
    if smtp is None:
        return [forgetting]
    sender = DigestSender(smtp, Links(settings.issuer, settings.desk_url))
    return [
        Job("make digests", MAKE_EVERY_SECONDS, making.make_daily),
        Job("make urgent notices", MAKE_EVERY_SECONDS, making.make_urgent, URGENT_AGAIN_SECONDS),
        Job("send digests", SEND_EVERY_SECONDS, sender.run),
        forgetting,
    ]


async def forget(database: Database) -> int:
    """Delete mails settled 30 days ago, wishes that ended so long ago, and those nobody confirmed in a week; return how many. For a Job."""
    at = datetime.now(UTC)
    async with database.transaction(SYSTEM) as tx:
        mails = await fetch(tx, _PURGE_MAILS, at - KEPT, AT_ONCE)
        wishes = await fetch(tx, _PURGE, at - KEPT, at - UNCONFIRMED_KEPT, AT_ONCE)
    return len(mails) + len(wishes)

"""Sends the mails of digests: claim, commit, hand over, settle. A process that dies in between leaves leases; when they are over its mails
are tried again with the same Message-ID, and one that a server may have taken already is tried once more at most.
"""

import asyncio
import logging
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import Policy
from typing import Any

from ihala_kit.crash import crash_point
from ihala_kit.db import Database, fetch
from ihala_kit.vault import SealBroken, Vault
from ihala_kit.words import Language
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.channels.smtp import Smtp
from ihala_notify.channels.ways import Unsure
from ihala_notify.contacts import NotNow, Unreachable
from ihala_notify.notices import commands, making, proofs, store, wording
from ihala_notify.notices.making import CODE, SYSTEM
from ihala_notify.notices.store import Mail
from ihala_notify.notices.tables import about_address
from ihala_notify.states import MOST_TRIES, MOST_UNSURE

log = logging.getLogger(__name__)

AT_ONCE = 10
LEASE = timedelta(minutes=2)
FIRST_PAUSE_SECONDS = 15.0
LONGEST_PAUSE_SECONDS = 1800.0  # with 48 tries, about a day
REFUSED_FOR_GOOD = 3  # mails in a row: then the address is none

# First, and in one order: whoever ends a wish has its digest before its mails, too.
_LOCK = "SELECT FROM digest WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE"
_CODE = "UPDATE digest SET code_hash = $2, code_until = $3, code_tries = 0 WHERE id = $1"
_SETTLE = """
    UPDATE digest_mail SET state = $3, reason = $4, next_at = $5, settled_at = CASE WHEN $5::timestamptz IS NULL THEN $6::timestamptz END
    WHERE id = $1 AND attempts = $2 AND state = 'sending' RETURNING id
"""
# What could not be sent at all is told by the next mail.
_BACK = """
    UPDATE digest SET cursor = CASE WHEN $2 = 'daily' THEN least(cursor, $3) ELSE cursor END,
                      urgent_cursor = CASE WHEN $2 = 'urgent' THEN least(urgent_cursor, $3) ELSE urgent_cursor END
    WHERE id = $1 AND state = 'active'
"""
_LAST = """
    SELECT state, reason FROM digest_mail WHERE digest_id = $1 AND state IN ('sent', 'failed') ORDER BY id DESC LIMIT $2
"""


class ListUnsubscribe(str):
    """The header of that name, written as it is: Python would encode a link that is longer than a line, and no mail program reads that."""

    name = "List-Unsubscribe"

    def fold(self, *, policy: Policy) -> str:
        """Return its one line; the mail's policy asks it, as it asks headers of its own."""
        return f"{self.name}: {self}{policy.linesep}"


@dataclass(frozen=True, slots=True)
class Written:
    """A mail with its words, or without any: where there is nothing to say any more, or it cannot be addressed (`refused`)."""

    mail: Mail
    message: EmailMessage | None = None
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Came:
    """What came of trying once; `next_at` is set while it is tried again."""

    state: str
    reason: str | None = None
    next_at: datetime | None = None
    sure: bool = True  # nobody can have taken it


class DigestSender:
    """Sends by one mail server; several processes may run one each."""

    def __init__(self, smtp: Smtp, links: wording.Links) -> None:
        self.smtp, self.links = smtp, links

    async def run(self, database: Database) -> int:
        """Send what is due, at most ten; return how many were tried. For a Job."""
        async with database.transaction(SYSTEM) as tx:
            at = datetime.now(UTC)
            claimed = [await self._attempt(tx, mail) for mail in await store.claim(tx, at, at + LEASE, AT_ONCE)]
        came = await asyncio.gather(*(self._send(each) for each in claimed))
        crash_point("digest.before-settle")
        if claimed:
            async with database.transaction(SYSTEM) as tx:
                await fetch(tx, _LOCK, [each.mail.digest_id for each in claimed])
                for each, result in zip(claimed, came, strict=True):
                    await _settle(tx, each.mail, result)
        return len(claimed)

    async def _attempt(self, tx: AsyncSession, mail: Mail) -> Written:
        """Write a mail; one that cannot be written holds no other."""
        try:
            return await self._written(tx, mail)
        except SealBroken:
            return Written(mail, refused="address_unreadable")
        except Unreachable as error:
            return Written(mail, refused=str(error))

    async def _written(self, tx: AsyncSession, mail: Mail) -> Written:
        """Write a mail as its officer wants it now; a code is made here, and only its hash is kept."""
        if mail.sealed_email is None:
            return Written(mail)
        vault, language = Vault.of(tx.info["service"]), _language(mail.language)
        to = vault.open_direct(mail.sealed_email, about_address(mail.digest_id)).decode()
        if mail.kind == CODE:
            code = proofs.new_code()
            hidden = proofs.code_hash(vault, mail.digest_id, code)
            await fetch(tx, _CODE, mail.digest_id, hidden, datetime.now(UTC) + proofs.GOOD_FOR)
            return Written(mail, self._message(mail, to, wording.confirmation(code, language), None))
        assert mail.after is not None and mail.until is not None, "a digest tells a part of a feed"
        found, _ = await making.told(tx, asdict(mail), mail.kind, mail.after, mail.until)
        if mail.state != "active" or not found:
            return Written(mail)
        known = await store.references(tx, [notice for some in found.values() for notice in some])
        stop = self.links.stop(proofs.stop_token(vault, mail.digest_id))
        return Written(mail, self._message(mail, to, wording.digest(found, known, language, self.links, stop), stop))

    def _message(self, mail: Mail, to: str, said: wording.Said, stop: str | None) -> EmailMessage:
        message = self.smtp.headed(mail.id, to, _language(mail.language), said.subject)
        if stop is not None:
            message[ListUnsubscribe.name] = ListUnsubscribe(f"<{stop}>")
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(said.text)
        message.add_alternative(said.html, subtype="html")
        message["Content-Language"] = mail.language  # the one that it had went into the first part
        return message

    async def _send(self, written: Written) -> Came:
        mail = written.mail
        if written.message is None:
            return Came("failed", written.refused) if written.refused else Came("dropped", "nothing_to_say")
        if mail.taken_over and mail.attempts > MOST_UNSURE:
            return Came("failed", "mail_server_silent", sure=False)
        try:
            await self.smtp.post(written.message)
        except Unreachable as error:
            return Came("failed", str(error))
        except NotNow as error:
            unsure = isinstance(error, Unsure)
            if mail.attempts >= (MOST_UNSURE if unsure else MOST_TRIES):
                return Came("failed", str(error), sure=not unsure)
            return Came("waiting", str(error), datetime.now(UTC) + _pause(mail.attempts))
        return Came("sent")


async def _settle(tx: AsyncSession, mail: Mail, came: Came) -> None:
    """Write what came of it. What failed is told by the next mail, and an address that three mails in a row could not reach is none."""
    at = datetime.now(UTC)
    if not await fetch(tx, _SETTLE, mail.id, mail.attempts, came.state, came.reason, came.next_at, at):
        return  # somebody else took it over
    log.info("digest tried", extra={"digest_mail_id": str(mail.id), "state": came.state, "reason": came.reason})
    if came.state != "failed":
        return
    last: list[Any] = await fetch(tx, _LAST, mail.digest_id, REFUSED_FOR_GOOD)
    refused = [row for row in last if row["state"] == "failed" and row["reason"] in {"address_refused", "address_unusable"}]
    if len(refused) == REFUSED_FOR_GOOD:
        await commands.end(tx, mail.digest_id, "address_refused")
    elif came.sure and mail.kind != CODE:
        await fetch(tx, _BACK, mail.digest_id, mail.kind, mail.after)


def _pause(attempts: int) -> timedelta:
    return timedelta(seconds=min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** min(attempts - 1, 16)))


def _language(known: str) -> Language:
    return known if known in ("ar", "ckb") else "en"  # type: ignore[return-value]

"""Sends what is due, in rounds: claim, commit, ask for the contacts, hand over, settle. No transaction is open while another system is
asked.

A process that dies in between leaves leases; when they are over its messages are tried again under the same ids, which the route knows.
"""

import asyncio
import logging
import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import aiohttp
from ihala_kit.auth import Caller
from ihala_kit.crash import crash_point
from ihala_kit.db import Database
from ihala_kit.telemetry import span_from

from ihala_notify import messages
from ihala_notify.channels import Channel, Outgoing
from ihala_notify.contacts import Contact, Contacts, NotNow, Unreachable
from ihala_notify.messages import Claimed, Settled
from ihala_notify.telling import LAST_WORDS, Openness, openness
from ihala_notify.wording import NEUTRAL, FactMissing, Language, Template, templates, text_in

log = logging.getLogger(__name__)

TIMEOUT = aiohttp.ClientTimeout(total=20)
FIRST_PAUSE_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 600.0


class Sender:
    """Sends messages; several processes may run one each."""

    def __init__(self, contacts: Contacts, channels: Mapping[str, Channel], at_once: int = 20) -> None:
        self.contacts = contacts
        self.channels = channels  # by the name intake gives a person's way: sms
        self.at_once = at_once

    async def run(self, database: Database) -> int:
        """Send what is due, at most `at_once`; return how many were tried. For a Job."""
        async with database.transaction(Caller.system("send")) as tx:
            claimed = await messages.claim(tx, self.at_once)
        if claimed:
            async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
                results = await asyncio.gather(*(self._send(session, each) for each in claimed), return_exceptions=True)
            crash_point("send.before-settle")
            await _settle(database, [(each, result) for each, result in zip(claimed, results, strict=True) if isinstance(result, Settled)])
            for error in (result for result in results if isinstance(result, BaseException)):
                raise error  # the others are settled; this one comes again when its lease is over
        return len(claimed)

    async def _send(self, session: aiohttp.ClientSession, message: Claimed) -> Settled:
        with span_from(message.traceparent, "send message"):
            result = await self._try(session, message)
        log.info("message tried", extra={"message_id": str(message.id), "state": result.state, "reason": result.reason})
        return result

    async def _try(self, session: aiohttp.ClientSession, message: Claimed) -> Settled:
        if message.ended and message.template not in LAST_WORDS:
            return Settled("dropped", "overtaken")
        if message.useful_until < datetime.now(UTC):
            return Settled("failed", "late")  # it was promised and could not be kept: somebody has to call
        try:
            contact = await self.contacts.contact(session, message.need_id)
            return await self._hand_over(session, message, contact)
        except Unreachable as error:
            return Settled("failed", str(error))
        except NotNow as error:
            return Settled("waiting", str(error), next_at=datetime.now(UTC) + _pause(message.attempts, error.retry_after))

    async def _hand_over(self, session: aiohttp.ClientSession, message: Claimed, contact: Contact) -> Settled:
        """Send in the person's language and as openly as their phone allows. Raises Unreachable, NotNow."""
        channel = self.channels.get(contact.channel)
        if channel is None or contact.number is None:
            raise Unreachable(f"wishes_a_{contact.channel}")
        if not contact.safe_to_message:
            raise Unreachable("not_safe_to_message")
        said = openness(message.sensitivity, own_phone=contact.own, hidden_provider=message.hidden_provider)
        template = templates()[message.template if said is Openness.FULL else NEUTRAL]
        await channel.send(session, Outgoing(message.id, contact.number, _text(template, contact.language, message), contact.language))
        return Settled("delivered", said=said, template_version=template.version, language=contact.language, channel=channel.name)


async def _settle(database: Database, tried: list[tuple[Claimed, Settled]]) -> None:
    """Write what came of a round, in one transaction: its events then go through outbox, Kafka and feeds together."""
    async with database.transaction(Caller.system("send")) as tx:
        for message, result in tried:
            with span_from(message.traceparent, "settle message"):
                await messages.settle(tx, message, result)


def _text(template: Template, language: Language, message: Claimed) -> str:
    facts = {
        "reference": message.reference,
        "phone": message.operator_phone,
        "organization": text_in(message.organization_names, language),
        "organization_phone": message.organization_phone,
        "address": text_in(message.address, language),
        "hours": text_in(message.opening_hours, language),
        "documents": text_in(message.documents_to_bring, language),
    }
    try:
        return template.render(language, facts)
    except FactMissing as error:  # its event may not have been read yet
        raise NotNow(f"{error}_unknown") from None


def _pause(attempts: int, asked: float | None) -> timedelta:
    """Return the pause after so many attempts: doubling to ten minutes, with a little chance in it, never under what was asked for."""
    seconds = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** min(attempts - 1, 16))
    return timedelta(seconds=max(seconds * random.uniform(0.8, 1.2), asked or 0))  # noqa: S311 - spreads load, hides nothing

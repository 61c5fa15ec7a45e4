"""Between asking for contacts and handing over: which of these messages go now, which wait, and which are not needed any more."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import Database
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.limits import store
from ihala_notify.limits.policy import Policy
from ihala_notify.limits.rules import Drop, PutOff, Send, Verdict, verdicts
from ihala_notify.messages import Claimed, Settled

PUT_OFF = "too_many_at_once"
NEEDLESS = "a_later_one_says_it"


async def admit(
    database: Database, claimed: Sequence[Claimed], recipients: Mapping[UUID, UUID | None], policy: Policy
) -> dict[UUID, Claimed | Settled]:
    """Return for each message that is to be sent the message, else what becomes of it, by its id.

    `recipients` are by need; who is not known by an id is not counted. Two processes that have messages of one recipient in hand decide
    one after the other, and what is admitted is counted before it is handed over: a killed process lets nobody be sent more.
    """
    of_recipient: dict[UUID, list[Claimed]] = defaultdict(list)
    for message in claimed:
        if (recipient := recipients.get(message.need_id)) is not None:
            of_recipient[recipient].append(message)
    found: dict[UUID, Verdict] = {}
    if of_recipient:
        async with database.transaction(Caller.system("send")) as tx:
            found = await _decide(tx, of_recipient, policy)
    return {
        message.id: _admitted(replace(message, recipient_id=recipients.get(message.need_id)), found.get(message.id, Send()))
        for message in claimed
    }


async def _decide(tx: AsyncSession, of_recipient: Mapping[UUID, Sequence[Claimed]], policy: Policy) -> dict[UUID, Verdict]:
    at = datetime.now(UTC)
    await store.lock(tx, of_recipient)
    mine = {message.id: recipient for recipient, messages in of_recipient.items() for message in messages}
    sent = await store.sent(tx, of_recipient, at - policy.longest, list(mine))
    behind = await store.behind(tx, {message.need_id: recipient for recipient, messages in of_recipient.items() for message in messages})
    found: dict[UUID, Verdict] = {}
    for recipient, messages in of_recipient.items():
        waiting = [
            store.waiting(one.id, one.need_id, one.template, one.referral_id, one.useful_until, one.urgency, begun=one.taken_over)
            for one in messages
        ]
        found |= verdicts(waiting, behind[recipient], sent[recipient], at, policy)
    await store.count(tx, {one: mine[one] for one, verdict in found.items() if isinstance(verdict, Send)}, at)
    await store.put_off(tx, {one: mine[one] for one, verdict in found.items() if isinstance(verdict, PutOff)})
    return found


def _admitted(message: Claimed, verdict: Verdict) -> Claimed | Settled:
    match verdict:
        case Send(joining):
            return replace(message, joining=joining)
        case Drop():
            return Settled("dropped", NEEDLESS)
        case PutOff(until):
            return Settled("waiting", PUT_OFF, next_at=until, channel=message.channel, not_by=message.not_by, untried=True)

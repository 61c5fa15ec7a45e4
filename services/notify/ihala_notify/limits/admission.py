"""Between asking for contacts and handing over: which of these messages go now, which wait, and which are not needed any more."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import Database
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.limits import store
from ihala_notify.limits.policy import Policy
from ihala_notify.limits.rules import SAME_MOMENT, Drop, PutOff, Send, SpokenFor, Verdict, Waiting, verdicts
from ihala_notify.messages import NEEDLESS, Claimed, Settled
from ihala_notify.telling import Openness, openness

PUT_OFF = "too_many_at_once"
JOINED = "joined"


async def admit(
    database: Database, claimed: Sequence[Claimed], recipients: Mapping[UUID, UUID | None], policy: Policy, shared: Collection[UUID] = ()
) -> dict[UUID, Claimed | Settled]:
    """Return for each message that is to be sent the message, else what becomes of it, by its id.

    `recipients` are by need; who is not known by an id is not counted. `shared`: of which needs others may read what is sent. Two
    processes that have messages of one recipient in hand decide one after the other, and what is admitted is counted before it is handed
    over: a killed process lets nobody be sent more.
    """
    of_recipient: dict[UUID, list[Claimed]] = defaultdict(list)
    for message in claimed:
        if (recipient := recipients.get(message.need_id)) is not None:
            of_recipient[recipient].append(message)
    found: dict[UUID, Verdict] = {}
    if of_recipient:
        async with database.transaction(Caller.system("send")) as tx:
            found = await _decide(tx, of_recipient, policy, shared)
    return {
        message.id: _admitted(replace(message, recipient_id=recipients.get(message.need_id)), found.get(message.id, Send()))
        for message in claimed
    }


async def _decide(
    tx: AsyncSession, of_recipient: Mapping[UUID, Sequence[Claimed]], policy: Policy, shared: Collection[UUID]
) -> dict[UUID, Verdict]:
    at = datetime.now(UTC)
    await store.lock(tx, of_recipient)
    mine = {message.id: recipient for recipient, messages in of_recipient.items() for message in messages}
    sending = {message.id: message.sending_id for messages in of_recipient.values() for message in messages}  # each round counts
    sent = await store.sent(tx, of_recipient, at - policy.longest, list(sending.values()))
    whose = {message.need_id: recipient for recipient, messages in of_recipient.items() for message in messages}
    behind = await store.behind(tx, whose, {whose[need_id] for need_id in shared if need_id in whose})
    last_words = {mine[one.id] for messages in of_recipient.values() for one in messages if one.template in policy.always}
    just_said = await store.just_said(tx, last_words, at - SAME_MOMENT, policy.always, list(mine)) if last_words else {}
    found: dict[UUID, Verdict] = {}
    for recipient, messages in of_recipient.items():
        waiting = [_waiting(one, own=one.need_id not in shared) for one in messages]
        found |= verdicts(waiting, behind[recipient], sent[recipient], at, policy, just_said.get(recipient, ()))
    await store.count(tx, {sending[one]: mine[one] for one, verdict in found.items() if isinstance(verdict, Send)}, at)
    await store.put_off(tx, {one: mine[one] for one, verdict in found.items() if isinstance(verdict, PutOff)})
    return found


def _waiting(one: Claimed, *, own: bool) -> Waiting:
    neutral = openness(one.sensitivity, own_phone=own, hidden_provider=one.hidden_provider) is Openness.NEUTRAL
    return store.waiting(
        one.id, one.need_id, one.template, one.referral_id, one.useful_until, one.urgency, begun=one.taken_over, neutral=neutral,
    )  # fmt: skip


def _admitted(message: Claimed, verdict: Verdict) -> Claimed | Settled:
    match verdict:
        case Send(joining):
            return replace(message, joining=joining)
        case Drop():
            return Settled("dropped", NEEDLESS)
        case SpokenFor(by):
            again = Settled("waiting", JOINED, next_at=datetime.now(UTC), channel=message.channel, not_by=message.not_by, untried=True)
            return replace(again, spoken_by=by)
        case PutOff(until):
            return Settled("waiting", PUT_OFF, next_at=until, channel=message.channel, not_by=message.not_by, untried=True)

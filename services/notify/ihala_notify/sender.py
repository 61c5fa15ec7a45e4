"""What is said to whom, how, and what comes of it: the decisions about one message. `flow.py` brings the messages here and takes them on.

By a route that knows a repeated id nothing is sent twice; by one that does not, what was under way when a process died may come twice.
"""

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import aiohttp

from ihala_notify import messages
from ihala_notify.channels.ways import Channel, Outgoing, Unsure
from ihala_notify.composing import composed
from ihala_notify.contacts import Contact, Contacts, NotNow, OnPaper, Unreachable, Unwanted
from ihala_notify.facts import facts_of
from ihala_notify.limits.policy import Policy
from ihala_notify.limits.policy import policy as limits
from ihala_notify.limits.rules import Step, Turn, turn
from ihala_notify.messages import Claimed, Settled
from ihala_notify.states import MOST_TRIES, MOST_UNSURE, RECEIPT_WITHIN
from ihala_notify.telling import LAST_WORDS, NEED_CLOSED, WHILE_IT_RUNS, Openness, openness
from ihala_notify.wording import FactMissing, Language, Template

FIRST_PAUSE_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 1800.0  # with 48 tries, about a day


class Sender:
    """The channels there are, and who knows the contacts. It keeps nothing of a message."""

    def __init__(self, contacts: Contacts, channels: Mapping[str, Channel], policy: Policy | None = None) -> None:
        self.contacts = contacts
        self.policy = policy or limits()  # how much one recipient is sent
        self.channels = channels  # by the name intake gives a person's way: sms, email

    def over(self, message: Claimed) -> Settled | None:
        """Return what becomes of a message that is not sent any more, whatever the contact; None for all others."""
        if message.reason == messages.OVERTAKEN or _is_so_no_more(message):
            return Settled("dropped", messages.OVERTAKEN)
        match turn(Step(message.template, message.referral_id), message.later, self.policy):
            case Turn.NEEDLESS:
                return Settled("dropped", messages.NEEDLESS)
            case Turn.MISSED:
                return Settled("failed", "out_of_turn", failure="temporary", channel=message.channel)
        if message.past:
            return Settled("dropped", "late")  # nobody calls to tell of a day that is over
        if message.useful_until < datetime.now(UTC):
            return Settled("failed", "late", failure="technical")  # it was promised and could not be kept: somebody has to call
        return None

    def ways(self, message: Claimed, contact: Contact) -> Sequence[tuple[str, str]]:
        """Return by which channels, and where to, the best first; without those that failed for good. Raises Unreachable."""
        found = [(way, to) for way, to in contact.ways() if way in self.channels and way not in message.not_by]
        if not found:
            if on_paper := contact.without_a_phone():
                raise on_paper
            unsafe = not contact.safe_to_message and contact.channel in self.channels
            wishes = "not_safe_to_message" if unsafe else f"wishes_a_{contact.channel}"
            raise Unreachable(message.reason if message.not_by and message.reason else wishes)
        return found

    async def by(self, session: aiohttp.ClientSession, name: str, to: str, message: Claimed, contact: Contact) -> Settled:
        """Send by one channel; in full only by a phone that nobody else reads. Raises Unreachable, NotNow."""
        said = openness(message.sensitivity, own_phone=contact.is_own(name), hidden_provider=message.hidden_provider)
        if message.joins or message.joining:
            said = Openness.NEUTRAL  # it speaks for others, too
        said, template, text = _worded(message, contact.language, said, as_sms=name == "sms")
        outgoing = Outgoing(message.sending_id, to, text, contact.language)
        done = await self.channels[name].send(session, outgoing)
        at = datetime.now(UTC)
        return Settled(
            "sent" if done.receipts else "delivered", next_at=at + RECEIPT_WITHIN if done.receipts else None, said=said,
            template_version=template.version, template_of=template.operator_id, language=contact.language, channel=name,
            route=done.route, parts=done.parts, handed_at=at, not_by=message.not_by, receipts=done.receipts,
        )  # fmt: skip


def _is_so_no_more(message: Claimed) -> bool:
    """Tell whether what it says has ended: its need, its referral, or (when the need is open again) that it was closed."""
    if message.template in WHILE_IT_RUNS and message.referral_ended:
        return True
    return message.template == NEED_CLOSED if not message.ended else message.template not in LAST_WORDS


def failed(message: Claimed, error: NotNow | Unreachable, channel: str | None = None) -> Settled:
    """Return what an error makes of a message: it is tried again, by the same channel first, or it has failed."""
    if isinstance(error, Unwanted):
        return Settled("dropped", str(error))
    if isinstance(error, OnPaper):
        said = openness(message.sensitivity, own_phone=error.own, hidden_provider=message.hidden_provider)
        return Settled("failed", str(error), failure="permanent", channel=channel, said=said, language=error.language)
    if isinstance(error, Unreachable):
        return Settled("failed", str(error), failure="permanent", channel=channel)
    if given_up(message, error):
        return Settled("failed", str(error), failure="technical", channel=channel, unsure=isinstance(error, Unsure))
    again = datetime.now(UTC) + _pause(message.attempts, error.retry_after)
    unsure = isinstance(error, Unsure)
    return Settled("waiting", str(error), next_at=again, channel=channel, not_by=message.not_by, unsure=unsure)


def given_up(message: Claimed, error: NotNow) -> bool:
    """Tell whether this was the last try."""
    return message.attempts >= (MOST_UNSURE if isinstance(error, Unsure) and error.twice else MOST_TRIES)


def given_back(message: Claimed, channel: str) -> Settled:
    """Return a message that this channel has no place for now: it was not tried, and is claimed when there is room."""
    return Settled("waiting", message.reason, next_at=datetime.now(UTC), channel=channel, not_by=message.not_by, untried=True)


def _worded(message: Claimed, language: Language, said: Openness, *, as_sms: bool) -> tuple[Openness, Template, str]:
    """Return how openly it is said in the end, in whose words, and the text. Raises NotNow."""
    neutral = message.neutral_words
    try:
        full = composed(message.words, message, language, as_sms=as_sms) if said is Openness.FULL else None
        if full is not None:
            return said, message.words, full
        return Openness.NEUTRAL, neutral, neutral.render(language, facts_of(message, language))
    except FactMissing as error:  # its event may not have been read yet
        raise NotNow(f"{error}_unknown") from None


def _pause(attempts: int, asked: float | None) -> timedelta:
    """Return the pause after so many attempts: doubling to ten minutes, with a little chance in it, never under what was asked for."""
    seconds = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** min(attempts - 1, 16))
    return timedelta(seconds=max(seconds * random.uniform(0.8, 1.2), asked or 0))  # noqa: S311 - spreads load, hides nothing

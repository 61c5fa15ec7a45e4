"""What becomes of the messages that one recipient could be sent now. Pure.

Sent in their order while there is room; the last place is taken by one that only says that there is news, if more waits than there is
room for: it speaks for all of them. Without a place they wait until one is free. A message that a later one makes needless is dropped, an
emergency and what a person has to know at once never are: they are sent whatever was sent before. Of several last words at once whose
text is the same, one speaks for the others.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from ihala_notify.limits.policy import Policy
from ihala_notify.telling import LAST_WORDS, WHILE_IT_RUNS
from ihala_notify.wording import templates

SAME_MOMENT: Final = timedelta(minutes=1)  # in which equal last words are said once
A_MOMENT: Final = timedelta(seconds=2)  # until it is known how one was said that is being sent


class Step(NamedTuple):
    """What a message tells of; without a referral, of the whole need."""

    template: str
    referral_id: UUID | None


class Turn(StrEnum):
    """What later news of the same need, once told, leaves of a message that was not."""

    KEPT = "kept"
    NEEDLESS = "needless"  # the later says all that is still true
    MISSED = "missed"  # it is still so, but would be read last: somebody calls


@dataclass(frozen=True, slots=True)
class Waiting:
    """One message as far as it matters here. Ids are in the order in which messages were queued."""

    id: UUID
    need_id: UUID
    template: str
    referral_id: UUID | None
    urgent: bool  # of an emergency
    since: datetime
    begun: bool = False  # it may have been handed over before, and is handed over again under the same id
    neutral: bool = False  # its text only says that there is news

    @property
    def step(self) -> Step:
        """Return what it tells of."""
        return Step(self.template, self.referral_id)


@dataclass(frozen=True, slots=True)
class JustSaid:
    """A message that was sent a moment ago and only said that there is news; `under_way`: it is being sent, and may say more."""

    id: UUID
    under_way: bool = False


@dataclass(frozen=True, slots=True)
class Send:
    """It is sent; with `joining` in neutral words, and those are not sent any more."""

    joining: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Drop:
    """A later one says all that is still true."""


@dataclass(frozen=True, slots=True)
class PutOff:
    """There were too many; `until` there is a place again."""

    until: datetime


@dataclass(frozen=True, slots=True)
class SpokenFor:
    """What was sent a moment ago said the same."""

    by: UUID


Verdict = Send | Drop | PutOff | SpokenFor


def verdicts(
    claimed: Sequence[Waiting], behind: Sequence[Waiting], sent: Sequence[datetime], at: datetime, policy: Policy,
    just_said: Sequence[JustSaid] = (),
) -> dict[UUID, Verdict]:  # fmt: skip
    """Return what becomes of each claimed message of one recipient, by its id.

    `behind` are others that wait, of these needs or of the same recipient; `sent` is when the recipient was sent something, within the
    longest window; `just_said` are those of last words, of which nobody needs the same text again.
    """
    found: dict[UUID, Verdict] = {}
    counted, left = sorted(sent), sorted({one.id: one for one in (*claimed, *behind)}.values(), key=lambda one: one.id)
    left = [one for one in left if not _is_needless(one, left, at, policy)]
    mine = {one.id for one in claimed}
    for one in [one for one in left if one.id in mine]:
        if one not in left:  # another speaks for it
            continue
        until = _full_until(counted, at, policy)
        if _says_no_more(one, policy) and just_said and not one.begun:
            found[one.id] = PutOff(at + A_MOMENT) if just_said[0].under_way else SpokenFor(just_said[0].id)
            left = [other for other in left if other is not one]
            continue
        if _always(one, policy):
            equal = [other for other in left if other is not one and _says_no_more(one, policy) and _says_no_more(other, policy)]
            found[one.id] = Send(tuple(other.id for other in equal))
            found |= {other.id: PutOff(at + SAME_MOMENT) for other in equal if other.id in mine}
            left = [other for other in left if other not in equal]
        elif until is not None:
            found[one.id] = PutOff(until)
            continue
        else:
            joining = _joining(one, left, _places(counted, at, policy), policy)
            found[one.id] = Send(tuple(other.id for other in joining))
            found |= {other.id: PutOff(at + policy.windows[0][0]) for other in joining if other.id in mine}
            left = [other for other in left if other not in joining]
        counted.append(at)
        left = [other for other in left if other is not one]
    return {one.id: found.get(one.id, Drop()) for one in claimed}


def _joining(one: Waiting, left: Iterable[Waiting], places: int, policy: Policy) -> list[Waiting]:
    """Return those for which this one speaks: all others, when it takes the last place and they have none."""
    others = [other for other in left if other is not one and not _always(other, policy)]
    return others if places == 1 else []


def _says_no_more(one: Waiting, policy: Policy) -> bool:
    """Tell whether it is a last word whose text is the same whatever it is about."""
    return one.neutral and one.template in policy.always


def _always(one: Waiting, policy: Policy) -> bool:
    return one.urgent or one.template in policy.always


def _is_needless(one: Waiting, among: Iterable[Waiting], at: datetime, policy: Policy) -> bool:
    """Tell whether a later message of the same need says all that is still true of this one, which is no news any more."""
    if _always(one, policy) or one.begun or at - one.since < policy.news_for:
        return False
    return any(later.id > one.id and later.need_id == one.need_id and _says_all_of(later.step, one.step, policy) for later in among)


def turn(one: Step, told: Iterable[Step], policy: Policy) -> Turn:
    """Return what becomes of a message when this was told of its need since: what a person reads last must be so, and the newest."""
    after = [later for later in told if later.referral_id is not None or not _is_by_hand(later.template) or later.template == one.template]
    if any(_says_all_of(later, one, policy) for later in after):
        return Turn.NEEDLESS
    return Turn.MISSED if any(_is_newer_than(later, one) for later in after) else Turn.KEPT


def _says_all_of(later: Step, one: Step, policy: Policy) -> bool:
    among = policy.needless.get(later.template, ())
    return one.template in among and (one.template not in policy.of_the_same_referral or later.referral_id == one.referral_id)


def _is_newer_than(later: Step, one: Step) -> bool:
    """Tell whether `one` would be old news after it. What holds while its referral runs, holds whatever became of another one."""
    if later.referral_id in {None, one.referral_id}:
        return True
    return later.template not in LAST_WORDS and not (one.referral_id is not None and one.template in WHILE_IT_RUNS)


def _is_by_hand(template: str) -> bool:
    known = templates().get(template)
    return known is not None and known.by_hand


def _places(counted: Sequence[datetime], at: datetime, policy: Policy) -> int:
    return min(most - sum(then > at - window for then in counted) for window, most in policy.windows)


def _full_until(counted: Sequence[datetime], at: datetime, policy: Policy) -> datetime | None:
    """Return when the next message may go; None when it may now."""
    frees = []
    for window, most in policy.windows:
        within = [then for then in counted if then > at - window]
        if len(within) >= most:
            frees.append(within[len(within) - most] + window)
    return max(frees, default=None)

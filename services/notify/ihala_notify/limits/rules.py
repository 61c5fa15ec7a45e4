"""What becomes of the messages that one recipient could be sent now. Pure.

Sent in their order while there is room; the last place is taken by one that only says that there is news, if more waits than there is
room for: it speaks for all of them. Without a place they wait until one is free. A message that a later one makes needless is dropped, an
emergency and what a person has to know at once never are: they are sent whatever was sent before.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ihala_notify.limits.policy import Policy


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


Verdict = Send | Drop | PutOff


def verdicts(
    claimed: Sequence[Waiting], behind: Sequence[Waiting], sent: Sequence[datetime], at: datetime, policy: Policy
) -> dict[UUID, Verdict]:
    """Return what becomes of each claimed message of one recipient, by its id.

    `behind` are others that wait, of these needs or of the same recipient; `sent` is when the recipient was sent something, within the
    longest window.
    """
    found: dict[UUID, Verdict] = {}
    counted, left = sorted(sent), sorted({one.id: one for one in (*claimed, *behind)}.values(), key=lambda one: one.id)
    left = [one for one in left if not _is_needless(one, left, at, policy)]
    mine = {one.id for one in claimed}
    for one in [one for one in left if one.id in mine]:
        if one not in left:  # another speaks for it
            continue
        until = _full_until(counted, at, policy)
        if _always(one, policy):
            found[one.id] = Send()
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


def _always(one: Waiting, policy: Policy) -> bool:
    return one.urgent or one.template in policy.always


def _is_needless(one: Waiting, among: Iterable[Waiting], at: datetime, policy: Policy) -> bool:
    """Tell whether a later message of the same need says all that is still true of this one, which is no news any more."""
    if _always(one, policy) or one.begun or at - one.since < policy.news_for:
        return False
    return any(
        later.id > one.id
        and later.need_id == one.need_id
        and one.template in policy.needless.get(later.template, ())
        and (one.template not in policy.of_the_same_referral or later.referral_id == one.referral_id)
        for later in among
    )


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

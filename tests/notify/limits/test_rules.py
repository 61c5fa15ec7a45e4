"""What becomes of what one recipient could be sent now: no flood, nothing that is not true any more, and never silence."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from ihala_notify.limits.policy import policy
from ihala_notify.limits.rules import Drop, PutOff, Send, Step, Turn, Verdict, Waiting, turn, verdicts
from ihala_notify.telling import LAST_WORDS
from ihala_notify.wording import NEUTRAL, templates

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ONE, OTHER = UUID(int=1), UUID(int=2)  # referrals


def waits(
    number: int, template: str, need: int = 1, *, referral: UUID | None = ONE, urgent: bool = False, since: datetime = AT - HOUR
) -> Waiting:
    return Waiting(UUID(int=number), UUID(int=100 + need), template, referral, urgent, since)


def decided(claimed: Sequence[Waiting], behind: Sequence[Waiting] = (), sent: Sequence[datetime] = ()) -> list[Verdict]:
    found = verdicts(claimed, behind, sent, AT, policy())
    assert found.keys() == {one.id for one in claimed}
    return [found[one.id] for one in claimed]


def needs(count: int, first: int = 1) -> list[Waiting]:
    """Return one message about each of so many needs."""
    return [waits(number, "referral-accepted", need=number) for number in range(first, first + count)]


def test_what_there_is_room_for_is_sent_as_it_is() -> None:
    assert decided(needs(3)) == [Send(), Send(), Send()]


def test_the_last_place_is_taken_by_one_that_speaks_for_the_rest() -> None:
    claimed = needs(5)
    found = decided(claimed)
    assert found[:3] == [Send(), Send(), Send((claimed[3].id, claimed[4].id))]
    assert all(isinstance(one, PutOff) and one.until > AT for one in found[3:])  # until it has been sent


def test_what_waits_behind_is_spoken_for_too() -> None:
    behind = needs(2, first=7)
    assert decided(needs(1), behind, [AT - HOUR / 2] * 2) == [Send(tuple(one.id for one in behind))]


@pytest.mark.parametrize(
    ("sent", "until"),
    [
        ([AT - HOUR / 2] * 3, AT + HOUR / 2),
        ([AT - HOUR / 2, AT - HOUR / 3, AT - HOUR / 4, AT - 2 * HOUR], AT + HOUR / 2),
        ([AT - minutes * HOUR / 60 for minutes in (10, 20, 30, 40, 50)], AT + HOUR / 2),  # two more than there is room for
        ([AT - timedelta(hours=20)] * 8, AT + timedelta(hours=4)),
        ([AT - timedelta(hours=20)] * 5 + [AT - HOUR / 4] * 3, AT + timedelta(hours=4)),
    ],
)
def test_without_a_place_it_waits_until_one_is_free(sent: list[datetime], until: datetime) -> None:
    assert decided(needs(1), sent=sent) == [PutOff(until)]


@pytest.mark.parametrize("sent", [[AT - HOUR] * 3, [AT - 2 * HOUR] * 7, [AT - timedelta(days=1)] * 20])
def test_what_was_sent_long_ago_counts_no_more(sent: list[datetime]) -> None:
    assert decided(needs(1), sent=sent) == [Send()]


@pytest.mark.parametrize("template", sorted(LAST_WORDS))
def test_a_withdrawal_is_confirmed_whatever_was_sent(template: str) -> None:
    assert decided([waits(1, template)], sent=[AT - HOUR / 2] * 9) == [Send()]
    assert decided(needs(1), [waits(5, template, need=5)], [AT - HOUR / 2] * 2) == [Send()]  # and by no other message


def test_an_emergency_is_told_step_by_step_whatever_was_sent() -> None:
    steps = [waits(1, "request-received", urgent=True), waits(2, "referral-accepted", urgent=True)]
    assert decided(steps[:1], steps[1:], sent=[AT - HOUR / 2] * 9) == [Send()]


def test_a_later_step_makes_an_earlier_one_needless() -> None:
    steps = [waits(1, "request-received"), waits(2, "referral-offered"), waits(3, "referral-accepted")]
    assert decided(steps[:1], steps[1:]) == [Drop()]
    assert decided(steps[2:]) == [Send()]


def test_what_is_news_is_told_step_by_step() -> None:
    now = AT - timedelta(seconds=30)
    assert decided([waits(1, "request-received", since=now)], [waits(2, "referral-accepted", since=now)]) == [Send()]


@pytest.mark.parametrize(
    ("later", "verdict"),
    [
        (waits(2, "next-provider"), Drop()),
        (waits(2, "next-provider", referral=OTHER), Send()),  # it is another one's no
        (waits(2, "referral-completed"), Drop()),
        (waits(2, "question-asked"), Send()),
        (waits(2, "referral-completed", need=2), Send()),
    ],
)
def test_an_acceptance_is_told_as_long_as_it_is_true(later: Waiting, verdict: Verdict) -> None:
    assert decided([waits(1, "referral-accepted")], [later]) == [verdict]


ACCEPTED, REMINDER = Step("referral-accepted", ONE), Step("appointment-reminder", ONE)


@pytest.mark.parametrize(
    ("one", "told", "becomes"),
    [
        (ACCEPTED, [], Turn.KEPT),
        (ACCEPTED, [Step("next-provider", ONE)], Turn.NEEDLESS),
        (ACCEPTED, [Step("next-provider", OTHER)], Turn.KEPT),
        (ACCEPTED, [REMINDER], Turn.MISSED),
        (ACCEPTED, [REMINDER, Step("next-provider", ONE)], Turn.NEEDLESS),
        (ACCEPTED, [Step("follow-up", None)], Turn.MISSED),
        (ACCEPTED, [Step("call-us", None)], Turn.KEPT),  # said by hand, it tells of no step
        (ACCEPTED, [Step("consent-withdrawn", OTHER)], Turn.KEPT),
        (REMINDER, [REMINDER], Turn.NEEDLESS),  # another day
        (REMINDER, [Step("appointment-cancelled", ONE)], Turn.NEEDLESS),
        (REMINDER, [Step("appointment-reminder", OTHER)], Turn.KEPT),
        (REMINDER, [Step("appointment-reminder", None)], Turn.MISSED),  # by hand: nobody knows of which
        (Step("appointment-reminder", None), [REMINDER], Turn.MISSED),
        (Step("request-received", None), [Step("referral-accepted", ONE)], Turn.NEEDLESS),
        (Step("request-received", None), [Step("consent-withdrawn", ONE)], Turn.KEPT),  # the need is still looked after
        (Step("next-provider", ONE), [Step("waiting-list", OTHER)], Turn.MISSED),
    ],
)
def test_nothing_older_is_said_after_what_came_later(one: Step, told: list[Step], becomes: Turn) -> None:
    assert turn(one, told, policy()) is becomes


def test_every_step_that_events_tell_is_looked_at() -> None:
    """A new template must be thought of here, too."""
    known = {name for later, earlier in policy().needless.items() for name in (later, *earlier)} | policy().always
    by_events = {name for name, template in templates().items() if not template.by_hand and name != NEUTRAL}
    assert by_events <= known <= templates().keys()

"""What a place has done with its offers, and who waits there: pure, on rows that are locked. lifecycle.py counts the places themselves.

An offer counts once: decided in time, decided late, or run out. What somebody else ended before a decision says nothing. Old answers fade.
"""

from datetime import datetime, timedelta

from ihala_directory.matching.candidates import HALF_LIFE
from ihala_directory.tables import Reservation, ServiceAtLocation

NEWEST_WAIT_COUNTS = 0.3


def offered(reservation: Reservation, decide_by: datetime | None) -> None:
    """Write down when it must be decided."""
    reservation.decide_by = decide_by


def asked(reservation: Reservation, when: datetime) -> None:
    """The receiver asks: its time to decide rests."""
    if reservation.decided_at is None and reservation.asked_at is None:
        reservation.asked_at = when


def told(reservation: Reservation, when: datetime) -> None:
    """The receiver was answered: its time to decide runs on."""
    if reservation.asked_at is not None and reservation.decide_by is not None:
        reservation.decide_by += max(timedelta(), when - reservation.asked_at)
    reservation.asked_at = None


def decided(at: ServiceAtLocation, reservation: Reservation, when: datetime) -> None:
    """Count a decision: accepted, declined, or put on the waiting list."""
    if reservation.decided_at is None:
        late = reservation.asked_at is None and reservation.decide_by is not None and when > reservation.decide_by
        reservation.decided_at = when
        _count(at, when, in_time=not late)


def let_run_out(at: ServiceAtLocation, reservation: Reservation, when: datetime) -> None:
    """Count an offer that nobody decided."""
    if reservation.decided_at is None:
        reservation.decided_at = when
        _count(at, when, in_time=False)


def given_back(at: ServiceAtLocation, when: datetime) -> None:
    """Count an acceptance that was taken back before the first contact: as much against the provider as none."""
    _count(at, when, in_time=False)


def waits(at: ServiceAtLocation, reservation: Reservation, when: datetime) -> None:
    """Count a referral on the waiting list."""
    if reservation.waiting_since is None:
        reservation.waiting_since = when
        at.waiting += 1


def waits_no_longer(at: ServiceAtLocation, reservation: Reservation, when: datetime, *, accepted: bool) -> None:
    """Count a referral off the waiting list; how long it waited says something only if it was accepted in the end."""
    if reservation.waiting_since is None:
        return
    days = max(0.0, (when - reservation.waiting_since) / timedelta(days=1))
    reservation.waiting_since = None
    at.waiting = max(0, at.waiting - 1)
    if accepted:
        before = days if at.waited_days is None else at.waited_days
        at.waited_days = before + NEWEST_WAIT_COUNTS * (days - before)


def _count(at: ServiceAtLocation, when: datetime, *, in_time: bool) -> None:
    fades = 1.0 if at.answers_at is None else min(1.0, 0.5 ** ((when - at.answers_at) / HALF_LIFE))
    at.answers = at.answers * fades + 1
    at.answers_in_time = at.answers_in_time * fades + in_time
    at.answers_at = when if at.answers_at is None else max(when, at.answers_at)

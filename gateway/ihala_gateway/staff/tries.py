"""How often a sign-in may be tried. Counted before each try and in the database, so neither races nor several processes help.

Guessing one name: five tries, then a pause that doubles up to 15 minutes; so nobody is locked out for ever. A browser from which
somebody signed in before has a count of its own, so that guessing elsewhere does not lock her out there. Spraying many names: a budget
for each network address and one for everybody, each for ten minutes. Names that nobody has are counted like others.
"""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from ihala_kit.vault import Vault
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

_TAKE = text("""
    INSERT INTO staff_tries AS t (bucket, failures, closed_until, changed_at)
    VALUES (:bucket, 1, '-infinity', CAST(:now AS timestamptz))
    ON CONFLICT (bucket) DO UPDATE SET
        failures = CASE WHEN t.changed_at < excluded.changed_at - CAST(:forgotten AS interval) THEN 1 ELSE t.failures + 1 END,
        closed_until = CASE
            WHEN t.changed_at < excluded.changed_at - CAST(:forgotten AS interval) OR t.failures + 1 < CAST(:free AS int) THEN '-infinity'
            ELSE excluded.changed_at + least(
                CAST(:longest AS interval), CAST(:first AS interval) * power(2, least(t.failures + 1 - CAST(:free AS int), 12)))
            END,
        changed_at = excluded.changed_at
    WHERE t.closed_until <= excluded.changed_at
    RETURNING failures
""")
_CLOSED = text("SELECT closed_until FROM staff_tries WHERE bucket = :bucket")
_CLEAR = text("DELETE FROM staff_tries WHERE bucket = :bucket")
_GIVE_BACK = text("UPDATE staff_tries SET failures = greatest(failures - 1, 0) WHERE bucket = :bucket")


@dataclass(frozen=True, slots=True)
class Limit:
    """`free` tries, then closed for `first`, doubling up to `longest`; counted anew after `forgotten` without a try."""

    free: int
    first: timedelta
    longest: timedelta
    forgotten: timedelta


_QUARTER = timedelta(minutes=15)
_WINDOW = timedelta(minutes=10)
NAME = Limit(5, timedelta(seconds=30), _QUARTER, timedelta(hours=2))
DEVICE = Limit(8, timedelta(seconds=30), _QUARTER, timedelta(hours=2))
ADDRESS = Limit(40, _WINDOW, _WINDOW, _WINDOW)  # an office has one address for all its desks
EVERYBODY = Limit(600, _WINDOW, _WINDOW, _WINDOW)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one try is counted under."""

    by_subject: bytes
    counted: tuple[tuple[bytes, Limit], ...]  # in this order: what is nearest to who tries first, what all share last


def attempt(vault: Vault, subject: str, address: str, device: str | None, now: datetime) -> Attempt:
    """Return under what a try is counted. `subject`: the name or account; `device`: the mark of a browser that is known for it."""
    if device is not None:
        return _alone(_bucket(vault, f"device/{subject}/{device}"), DEVICE)
    window = int(now.timestamp() // _WINDOW.total_seconds())
    by_subject = _bucket(vault, f"name/{subject}")
    return Attempt(by_subject, (
        (_bucket(vault, f"address/{_network(address)}/{window}"), ADDRESS), (by_subject, NAME),
        (_bucket(vault, f"everybody/{window}"), EVERYBODY),
    ))  # fmt: skip


def unguessable(vault: Vault, kind: str, address: str, now: datetime) -> Attempt:
    """Return under what a try is counted whose secret nobody can guess: only as a row that a stranger may make us write."""
    window = int(now.timestamp() // _WINDOW.total_seconds())
    return _alone(_bucket(vault, f"{kind}/{_network(address)}/{window}"), ADDRESS)


async def take(tx: AsyncSession, attempt: Attempt, now: datetime) -> timedelta | None:
    """Count a try. Return None when it may go on, or how long it is too early. The caller must commit before it looks at any secret.

    A try that is refused uses up nothing of what comes after: who has no tries left locks neither a name nor everybody out.
    """
    for bucket, limit in attempt.counted:
        if (early := await _take(tx, bucket, limit, now)) is not None:
            return early
    return None


async def succeeded(tx: AsyncSession, attempt: Attempt) -> None:
    """Forget the failures of the subject, and give the shared budgets their try back."""
    for bucket, _ in attempt.counted:  # one order of locks
        await tx.execute(_CLEAR if bucket == attempt.by_subject else _GIVE_BACK, {"bucket": bucket})


def _alone(bucket: bytes, limit: Limit) -> Attempt:
    return Attempt(bucket, ((bucket, limit),))


async def _take(tx: AsyncSession, bucket: bytes, limit: Limit, now: datetime) -> timedelta | None:
    values = {
        "bucket": bucket, "now": now, "free": limit.free, "first": limit.first, "longest": limit.longest, "forgotten": limit.forgotten,
    }  # fmt: skip
    if (await tx.execute(_TAKE, values)).first() is not None:
        return None
    closed: datetime | None = (await tx.execute(_CLOSED, {"bucket": bucket})).scalar_one_or_none()
    return max((closed or now) - now, timedelta(seconds=1))


def _bucket(vault: Vault, words: str) -> bytes:
    return vault.blind(words, "staff_tries")


def _network(address: str) -> str:
    """Return what is one caller: an IPv4 address, or the /64 that an IPv6 line has."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
    return str(found)

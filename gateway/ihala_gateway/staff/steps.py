"""The step between two pages: what was proven so far, remembered for a few minutes under a cookie of its own and used once."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.staff import step_store, store
from ihala_gateway.staff.sessions import hash_of
from ihala_gateway.staff.tables import Account, Ceremony

LIVES = timedelta(minutes=5)
ENROLLING_LIVES = timedelta(minutes=20)  # somebody installs an app meanwhile


class Purpose(StrEnum):
    """What the step is for: one for one purpose is worth nothing for another."""

    SECOND_FACTOR = "second-factor"  # the password was right
    INVITATION = "invitation"  # a password was chosen at an invitation's link
    SEED = "seed"  # a signed-in person sets up an app
    PASSKEY = "passkey"
    NEW_PASSKEY = "new-passkey"
    OUTSIDE = "outside"  # the browser was sent to an outside provider


@dataclass(frozen=True, slots=True)
class Plan:
    """What the next page needs to know."""

    account: Account | None = None
    challenge: bytes | None = None
    next_path: str = "/account"
    shared_desk: bool = True
    device_known: bool = False


def start(tx: AsyncSession, purpose: Purpose, plan: Plan, now: datetime) -> str:
    """Remember a step; return the value of its cookie."""
    secret = secrets.token_urlsafe(32)
    lives = ENROLLING_LIVES if purpose in (Purpose.INVITATION, Purpose.SEED) else LIVES
    tx.add(Ceremony(
        ceremony_hash=hash_of(secret), purpose=purpose.value, account_id=plan.account.account_id if plan.account else None,
        challenge=plan.challenge, next_path=plan.next_path, shared_desk=plan.shared_desk, device_known=plan.device_known,
        expires_at=now + lives,
    ))  # fmt: skip
    return secret


async def find(tx: AsyncSession, secret: str | None, purpose: Purpose, now: datetime) -> Ceremony | None:
    """Return the step of a cookie, locked; None when there is none for this purpose any more."""
    found = None if secret is None else await step_store.ceremony(tx, hash_of(secret), now)
    return found if found is not None and found.purpose == purpose.value else None


async def locked_owner(tx: AsyncSession, secret: str | None) -> Account | None:
    """Return whose step it is, locked; ask before `find`, so that all lock the account first."""
    owner = None if secret is None else await step_store.owner(tx, hash_of(secret))
    return None if owner is None else await store.locked_account(tx, owner)


async def finish(tx: AsyncSession, ceremony: Ceremony) -> None:
    """The step is done, or failed for good: nobody takes it again."""
    await tx.delete(ceremony)

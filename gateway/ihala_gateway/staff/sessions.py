"""Who is signed in at a browser: a random cookie, whose hash is a row. A session ends when nobody uses it, and after 12 hours."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from ihala_kit.ids import new_id
from ihala_kit.words import Language
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request

from ihala_gateway.oauth import endings
from ihala_gateway.staff import cookies, store
from ihala_gateway.staff.tables import Account, StaffSession

LONGEST = timedelta(hours=12)
IDLE_SHARED = timedelta(minutes=10)  # a desk at which others sit down
IDLE_OWN = timedelta(minutes=60)
SEEN_EVERY = timedelta(seconds=20)  # not each page writes


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person whose session holds, with her rights as they are now."""

    session_id: UUID
    account_id: UUID  # opaque; what tokens and logs say
    account_version: int  # grows with each change of rights
    organization_id: UUID
    organization_name: str
    organization_kind: str
    operator_id: UUID | None
    governorates: frozenset[str]  # P-codes
    roles: frozenset[str]
    cleared: bool
    trained: bool  # trained, and has signed the code of confidentiality
    auth_time: datetime
    methods: tuple[str, ...]  # RFC 8176: pwd, otp, mfa, pop …
    language: Language
    ends_at: datetime  # unless it is used before
    csrf: str  # what every form of hers must carry


async def signed_in(tx: AsyncSession, cookie_header: str | None, now: datetime, *, look_only: bool = False) -> SignedIn | None:
    """Return who is signed in, and note that the session is used; None without a session that holds.

    `look_only` leaves the session as unused as it was: for pages that the browser asks for by itself.
    """
    secret = cookies.read(cookie_header, cookies.names(tx).session)
    if secret is None:
        return None
    found = await store.session(tx, hash_of(secret))
    if found is None:
        return None
    session, account = found
    if not _holds(session, account, now):
        return None
    if not look_only and now - session.seen_at >= SEEN_EVERY:
        session.seen_at = now
        await store.seen(tx, session.session_hash, now)
    return _who(session, account, secret)


async def begin(
    tx: AsyncSession, account: Account, methods: tuple[str, ...], *, shared_desk: bool, language: Language, now: datetime,
    instead_of: str | None = None,
) -> str:  # fmt: skip
    """Sign somebody in; return the new cookie's value. Always a new one: what the browser had before is worth nothing any more."""
    session_id, secret = new_id(), secrets.token_urlsafe(32)
    before = None if instead_of is None else await store.end_session(tx, hash_of(instead_of))
    if before is not None and before[1] == account.account_id:
        await endings.carry_over(tx, before[0], session_id)  # she proved again who she is: what clients got in between goes on
    elif before is not None:
        await endings.end_sessions(tx, [before[0]])
    idle = IDLE_SHARED if shared_desk else IDLE_OWN
    tx.add(StaffSession(
        session_hash=hash_of(secret), session_id=session_id, account_id=account.account_id, methods=list(methods), language=language,
        shared_desk=shared_desk, signed_in_at=now, seen_at=now, idle_seconds=int(idle.total_seconds()), ends_at=now + LONGEST,
    ))  # fmt: skip
    return secret


async def end(tx: AsyncSession, cookie_header: str | None) -> None:
    """End the session of a browser, if it has one, and what clients got in it."""
    secret = cookies.read(cookie_header, cookies.names(tx).session)
    if secret is not None:
        ended = await store.end_session(tx, hash_of(secret))
        await endings.end_sessions(tx, () if ended is None else ended[:1])


def note(request: Request, who: SignedIn | Account) -> None:
    """Have the access log say whose request this is, once she has proven it."""
    request.scope["ihala.account"] = (str(who.account_id), str(who.organization_id))


def hash_of(secret: str) -> bytes:
    """Return as what a cookie's value is stored: it is random enough for a plain hash."""
    return hashlib.sha256(secret.encode()).digest()


def trained(account: Account) -> bool:
    """Tell whether both are recorded, without which nobody refers."""
    return account.trained_on is not None and account.code_signed_on is not None


def ends_at(session: StaffSession) -> datetime:
    """Return when a session ends unless it is used before."""
    return min(session.ends_at, session.seen_at + timedelta(seconds=session.idle_seconds))


def may_sign_in(account: Account, now: datetime) -> bool:
    """Tell whether the account is one that may be signed in now: active, and not a sealed emergency account."""
    sealed = account.kind == "emergency" and (account.opened_until is None or account.opened_until <= now)
    return account.status == "active" and not sealed


def _holds(session: StaffSession, account: Account, now: datetime) -> bool:
    return now < ends_at(session) and may_sign_in(account, now)


def _who(session: StaffSession, account: Account, secret: str) -> SignedIn:
    return SignedIn(
        session_id=session.session_id, account_id=account.account_id, account_version=account.version,
        organization_id=account.organization_id, organization_name=account.organization_name,
        organization_kind=account.organization_kind, operator_id=account.operator_id,
        governorates=frozenset(account.governorates), roles=frozenset(account.roles), cleared=account.cleared,
        trained=trained(account), auth_time=session.signed_in_at, methods=tuple(session.methods),
        language=cast(Language, session.language), ends_at=ends_at(session), csrf=cookies.form_token(secret),
    )  # fmt: skip

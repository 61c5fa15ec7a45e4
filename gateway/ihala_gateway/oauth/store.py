"""Every query of the authorisation server about people's grants and revoked tokens."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, literal
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.oauth.tables import AuthorizationCode, GrantedToken, PersonGrant, PushedRequest, RefreshToken, RevokedToken
from ihala_gateway.staff.tables import Account, StaffSession
from ihala_gateway.tables import Client

LARGEST_PURGE = 5_000  # rows a statement
USE_KEPT = timedelta(hours=2)  # longer than any desk may be idle


async def code(tx: AsyncSession, code_hash: bytes) -> tuple[AuthorizationCode, PersonGrant] | None:
    """Return a code and its grant, both locked."""
    found = await tx.exec(
        select(AuthorizationCode, PersonGrant)
        .join(PersonGrant, col(PersonGrant.id) == col(AuthorizationCode.grant_id))
        .where(AuthorizationCode.code_hash == code_hash)
        .with_for_update()
    )
    return found.first()


async def refresh_token(tx: AsyncSession, token_hash: bytes) -> tuple[RefreshToken, PersonGrant] | None:
    """Return a refresh token and its grant, both locked."""
    found = await tx.exec(
        select(RefreshToken, PersonGrant)
        .join(PersonGrant, col(PersonGrant.id) == col(RefreshToken.grant_id))
        .where(RefreshToken.token_hash == token_hash)
        .with_for_update()
    )
    return found.first()


async def grant_of_token(tx: AsyncSession, jti: str) -> PersonGrant | None:
    """Return the grant that an access token came of."""
    asked = select(PersonGrant).join(GrantedToken, col(GrantedToken.grant_id) == col(PersonGrant.id)).where(GrantedToken.jti == jti)
    return (await tx.exec(asked)).first()


async def person(tx: AsyncSession, session_id: UUID, account_id: UUID) -> tuple[Account, StaffSession] | None:
    """Return an account and the session in which it granted, while that has not ended."""
    asked = select(Account, StaffSession).join(StaffSession, col(StaffSession.account_id) == col(Account.account_id))
    return (await tx.exec(asked.where(StaffSession.session_id == session_id, Account.account_id == account_id))).first()


async def grants_of_sessions(tx: AsyncSession, session_ids: Sequence[UUID]) -> Sequence[PersonGrant]:
    """Return the grants that hold and were given in these sessions, locked, in one order."""
    asked = select(PersonGrant).where(col(PersonGrant.session_id).in_(session_ids), col(PersonGrant.revoked_at).is_(None))
    return (await tx.exec(asked.order_by(col(PersonGrant.id)).with_for_update())).all()


async def organization_of(tx: AsyncSession, client_id: str) -> UUID:
    """Return whose client it is. Raises NoResultFound."""
    return (await tx.exec(select(Client.organization_id).where(Client.client_id == client_id))).one()


async def count_live_tokens(tx: AsyncSession, grant_id: UUID, now: datetime) -> int:
    """Return how many access tokens of a grant have not expired."""
    live = select(func.count()).where(GrantedToken.grant_id == grant_id, col(GrantedToken.expires_at) > now)
    return (await tx.exec(live)).one()


async def used_until(tx: AsyncSession, grant_id: UUID) -> datetime | None:
    """Return when the newest access token of a grant ends, or ended within the last hours."""
    return (await tx.exec(select(func.max(col(GrantedToken.expires_at))).where(GrantedToken.grant_id == grant_id))).one()


async def revoke(tx: AsyncSession, jti: str, client_id: str, expires_at: datetime) -> bool:
    """Record that an access token is refused; return False when it was already."""
    row = upsert(RevokedToken).values(jti=jti, client_id=client_id, expires_at=expires_at)
    return (await tx.execute(row.on_conflict_do_nothing().returning(col(RevokedToken.jti)))).first() is not None


async def revoke_of_grant(tx: AsyncSession, grant: PersonGrant, now: datetime, longer: timedelta) -> list[tuple[str, datetime]]:
    """Record that the access tokens of a grant are refused, for `longer` than they live; return jti and end of those that were not yet."""
    names = ("jti", "client_id", "expires_at")
    live = select(GrantedToken.jti, literal(grant.client_id), col(GrantedToken.expires_at) + longer)
    rows = upsert(RevokedToken).from_select(names, live.where(GrantedToken.grant_id == grant.id, col(GrantedToken.expires_at) > now))
    ended = await tx.execute(rows.on_conflict_do_nothing().returning(col(RevokedToken.jti), col(RevokedToken.expires_at)))
    return [(jti, until - longer) for jti, until in ended]


async def is_revoked(tx: AsyncSession, jti: str) -> bool:
    """Tell whether an access token was revoked."""
    return await tx.get(RevokedToken, jti) is not None


async def pushed(tx: AsyncSession, request_hash: bytes, client_id: str, now: datetime) -> PushedRequest | None:
    """Return a pushed request of this client that holds."""
    found = await tx.get(PushedRequest, request_hash)
    return found if found is not None and found.client_id == client_id and found.expires_at > now else None


async def use_pushed(tx: AsyncSession, request_hash: bytes) -> bool:
    """Use a pushed request up; return False when somebody else just did."""
    gone = delete(PushedRequest).where(col(PushedRequest.request_hash) == request_hash).returning(col(PushedRequest.request_hash))
    return (await tx.execute(gone)).first() is not None


async def purge(tx: AsyncSession, now: datetime) -> int:
    """Delete a batch of what has run out; return how many rows went. A grant takes its codes and tokens with it.

    Access tokens of grants stay for some hours: they tell when a client last acted for its person.
    """
    gone = 0
    for table, key in ((PushedRequest, "request_hash"), (RevokedToken, "jti"), (GrantedToken, "jti"), (PersonGrant, "id")):
        name = col(getattr(table, key))
        before = now - USE_KEPT if table is GrantedToken else now
        old = select(name).where(col(table.expires_at) < before).limit(LARGEST_PURGE)
        gone += len((await tx.execute(delete(table).where(name.in_(old)).returning(name))).all())
    return gone

"""The end of what was given: one access token, all that came of a grant, all that came of a session. Others are told by events."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from ihala_contracts.gateway_v1 import TokenRevoked
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.oauth import store
from ihala_gateway.oauth.tables import PersonGrant

_CLOCKS_DIFFER_BY = timedelta(minutes=1)


async def end_token(tx: AsyncSession, jti: str, client_id: str, expires_at: datetime) -> None:
    """Refuse one access token from now on; emits TokenRevoked."""
    organization_id = await store.organization_of(tx, client_id)
    if await store.revoke(tx, jti, client_id, expires_at + _CLOCKS_DIFFER_BY):
        emit(tx, TokenRevoked(
            organization_id=organization_id, client_id=client_id, jti=jti, expires_at=expires_at, revoked_at=datetime.now(UTC),
        ))  # fmt: skip


async def end_grant(tx: AsyncSession, grant: PersonGrant) -> list[str]:
    """End a grant: its code and refresh tokens buy nothing more, its access tokens are refused. Return the jti of these.

    Emits TokenRevoked for each that was not refused before.
    """
    now = datetime.now(UTC)
    grant.revoked_at = grant.revoked_at or now
    tx.add(grant)
    ended = await store.revoke_of_grant(tx, grant, now, _CLOCKS_DIFFER_BY)
    organization_id = await store.organization_of(tx, grant.client_id) if ended else None
    for jti, expires_at in ended:
        emit(tx, TokenRevoked(
            organization_id=organization_id, client_id=grant.client_id, jti=jti, expires_at=expires_at, revoked_at=now,
        ))  # fmt: skip
    return [jti for jti, _ in ended]


async def carry_over(tx: AsyncSession, session_id: UUID, to: UUID) -> None:
    """Let what came of a session go on under the one that the same person has begun instead; its longest life stays as it was."""
    for grant in await store.grants_of_sessions(tx, [session_id]):
        grant.session_id = to
        tx.add(grant)


async def end_sessions(tx: AsyncSession, session_ids: Iterable[UUID]) -> None:
    """End all that came of sessions which a person or her administrator ended."""
    ended = list(session_ids)
    for grant in await store.grants_of_sessions(tx, ended) if ended else ():
        await end_grant(tx, grant)

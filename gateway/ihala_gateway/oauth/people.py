"""For whom a client acts: a person as her account is now, and what she may do through it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.oauth import store
from ihala_gateway.oauth.role_scopes import scopes_of, words_of
from ihala_gateway.oauth.tables import PersonGrant
from ihala_gateway.staff import sessions
from ihala_gateway.staff.tables import Account, StaffSession

OPENID = "openid"
PROTOCOL_SCOPES = frozenset({OPENID, "offline_access"})  # they open no route


@dataclass(frozen=True, slots=True)
class Person:
    """What tokens say of a person."""

    account_id: UUID
    account_version: int
    organization_id: UUID
    organization_kind: str
    operator_id: UUID | None
    governorates: tuple[str, ...]
    roles: tuple[str, ...]
    cleared: bool
    scopes: frozenset[str]  # what her roles open, before the client's limits

    @classmethod
    async def of(cls, tx: AsyncSession, grant: PersonGrant, used_until: datetime | None = None) -> Self | None:
        """Return who gave a grant, as she is now; None when her session has ended or her account is not active.

        `used_until`: when the client's last token for her ended. Without use for as long as her desk allows, it must not go on either.
        """
        found, now = await store.person(tx, grant.session_id, grant.account_id), datetime.now(UTC)
        if found is None or not _may_go_on(*found, now):
            return None
        idle = used_until is not None and now > used_until + timedelta(seconds=found[1].idle_seconds)
        return None if idle else cls.from_account(found[0])

    @classmethod
    def from_account(cls, account: Account) -> Self:
        """Return the person whose account this is."""
        return cls(
            account.account_id, account.version, account.organization_id, account.organization_kind, account.operator_id,
            tuple(account.governorates), tuple(words_of(account.roles)), account.cleared,
            scopes_of(account.roles, trained=sessions.trained(account)),
        )  # fmt: skip

    def through(self, client_scopes: Collection[str]) -> frozenset[str]:
        """Return what she may do through a client: what her roles open, and no more than the client itself was given."""
        return (self.scopes & frozenset(client_scopes)) | PROTOCOL_SCOPES


def _may_go_on(account: Account, session: StaffSession, now: datetime) -> bool:
    """Tell whether a client may go on acting for her. She need not use our own pages meanwhile, but the session must not have ended."""
    return session.ends_at > now and sessions.may_sign_in(account, now)

"""Tables of the authorisation server: what a person granted a client, and the codes and tokens that come of it.

Codes, refresh tokens and request URIs are stored as SHA-256 hashes: they are random, so that is enough.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from ihala_gateway.oauth.profile import PUSHED_SECONDS
from ihala_gateway.tables import Table, column

_AT = DateTime(timezone=True)


class PushedRequest(Table, table=True):
    """An authorisation request that a client sent itself (RFC 9126)."""

    __tablename__ = "pushed_request"

    request_hash: bytes = column(LargeBinary, key=True)
    client_id: str = column(Text)
    fields: dict[str, str] = column(JSONB)  # as they were checked
    thumbprint: str | None = column(Text, nullable=True)  # of the DPoP key that was shown, to which the code is bound
    expires_at: datetime = column(_AT)

    @property
    def asked_at(self) -> datetime:
        """When the client pushed it."""
        return self.expires_at - timedelta(seconds=PUSHED_SECONDS)


class PersonGrant(Table, table=True):
    """What one person granted one client in one session: the family of a code, its refresh tokens and access tokens."""

    __tablename__ = "person_grant"

    id: UUID = column(Uuid, key=True)
    client_id: str = column(Text)
    account_id: UUID = column(Uuid)
    session_id: UUID = column(Uuid)  # when it ends, so does this
    scope: str = column(Text)  # never more than this, whatever the account or the client may later do
    auth_time: datetime = column(_AT)
    methods: list[str] = column(ARRAY(Text))  # how the person signed in: RFC 8176's words
    confirmation: dict[str, str] | None = column(JSONB(none_as_null=True), nullable=True)  # cnf of its tokens; None for bearer tokens
    expires_at: datetime = column(_AT)
    revoked_at: datetime | None = column(_AT, nullable=True)


class AuthorizationCode(Table, table=True):
    """A code, for less than a minute. It stays after its use, so that a second use is seen."""

    __tablename__ = "authorization_code"

    code_hash: bytes = column(LargeBinary, key=True)
    grant_id: UUID = column(Uuid, ForeignKey("person_grant.id", ondelete="CASCADE"))
    redirect_uri: str = column(Text)
    challenge: str = column(Text)  # PKCE, S256
    thumbprint: str | None = column(Text, nullable=True)  # of the DPoP key it is bound to
    nonce: str | None = column(Text, nullable=True)  # for the ID token
    expires_at: datetime = column(_AT)
    used_at: datetime | None = column(_AT, nullable=True)


class RefreshToken(Table, table=True):
    """A refresh token. `used_at` is set by rotation; shown once more after that, it ends the whole grant."""

    __tablename__ = "refresh_token"

    token_hash: bytes = column(LargeBinary, key=True)
    grant_id: UUID = column(Uuid, ForeignKey("person_grant.id", ondelete="CASCADE"))
    issued_at: datetime = column(_AT)
    used_at: datetime | None = column(_AT, nullable=True)


class GrantedToken(Table, table=True):
    """An access token that came of a grant, for as long as it lives: it is revoked with the grant."""

    __tablename__ = "granted_token"

    jti: str = column(Text, key=True)
    grant_id: UUID = column(Uuid, ForeignKey("person_grant.id", ondelete="CASCADE"))
    expires_at: datetime = column(_AT)


class RevokedToken(Table, table=True):
    """An access token that is refused before it expires."""

    __tablename__ = "revoked_token"

    jti: str = column(Text, key=True)
    client_id: str = column(Text)
    expires_at: datetime = column(_AT)

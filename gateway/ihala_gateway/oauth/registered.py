"""A client that is registered: what Authlib asks about it, and what is demanded of it."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from authlib.oauth2.rfc6749 import ClientMixin

from ihala_gateway.oauth.profile import Profile, profile_of
from ihala_gateway.oauth.role_scopes import needs_training
from ihala_gateway.tables import Client

if TYPE_CHECKING:
    from ihala_gateway.oauth.token_request import TokenRequest

GRANTS_FOR_PEOPLE = ("authorization_code", "refresh_token")
GRANTS = ("client_credentials", *GRANTS_FOR_PEOPLE)


class Registered(ClientMixin):
    """A client as Authlib asks about it."""

    def __init__(self, row: Client, asked: "TokenRequest | None" = None) -> None:
        self.row = row
        self.asked = asked  # what it asks for, when it does

    @property
    def profile(self) -> Profile:
        """Return what is demanded of it."""
        return profile_of(self.row)

    def get_client_id(self) -> str:
        """Return its id."""
        return self.row.client_id

    def get_allowed_scope(self, scope: Any) -> Any:
        """Return the scope a token gets: all it may have, or just what was asked for; None (invalid_scope) when that is more."""
        allowed = self.scopes()
        asked = str(scope).split() if scope else allowed
        return " ".join(sorted(set(asked))) if asked and set(asked) <= set(allowed) else None

    def scopes(self) -> list[str]:
        """Return the most that a token of its can hold."""
        trained = self.row.trained_on is not None and self.row.code_signed_on is not None
        return [each for each in self.row.scopes if trained or not needs_training(each)]

    def serves(self, organization_id: UUID, operator_id: UUID | None) -> bool:
        """Tell whether a person of this organisation, which this operator admitted, is one of the client's people as it is now."""
        return self.row.organization_id in ({organization_id, operator_id} if self.row.first_party else {organization_id})

    def check_grant_type(self, grant_type: str) -> bool:
        """Tell whether it may use this grant. A client speaks for itself or for people: none has the rights of both."""
        return grant_type in (GRANTS_FOR_PEOPLE if self.row.redirect_uris else GRANTS[:1])

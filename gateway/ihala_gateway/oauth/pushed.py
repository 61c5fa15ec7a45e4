"""POST /oauth/par (RFC 9126): a client says itself what it wants of a person, before it sends her here."""

from datetime import UTC, datetime, timedelta

from authlib.oauth2.rfc6749 import OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidRequestError, UnauthorizedClientError
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import JSONResponse, Response

from ihala_gateway.oauth.authorization_request import FIELDS, RequestRefused, checked
from ihala_gateway.oauth.client_endpoint import ClientEndpoint
from ihala_gateway.oauth.families import hash_of, new_secret
from ihala_gateway.oauth.profile import PUSHED_SECONDS
from ihala_gateway.oauth.registered import Registered
from ihala_gateway.oauth.tables import PushedRequest
from ihala_gateway.oauth.token_request import TokenRequest

PREFIX = "urn:ietf:params:oauth:request_uri:"
_OF_THE_CLIENT = frozenset({"client_id", "client_secret", "client_assertion", "client_assertion_type"})  # its proof, not its request


class PushedRequests(ClientEndpoint):
    """Takes requests."""

    PATH = "/oauth/par"

    async def decide(self, tx: AsyncSession, asked: TokenRequest, client: Registered) -> Response:
        """Check the request and keep it for five minutes; return the one address that stands for it. Raises OAuth2Error."""
        fields = {name: value for name, value in asked.form.items() if name not in _OF_THE_CLIENT}
        if "request_uri" in fields or asked.form.get("client_id", client.row.client_id) != client.row.client_id:
            raise InvalidRequestError(description="a pushed request holds no request_uri, and no client_id but the client's own")
        if not client.check_grant_type("authorization_code"):
            raise UnauthorizedClientError(description="this client has no redirect_uris: it speaks for itself alone")
        try:
            checked(fields, client, self.server.issuer, asked.shown.key)
        except RequestRefused as refusal:
            raise OAuth2Error(description=refusal.description, error=refusal.error) from None
        secret, kept = new_secret(), {name: value for name, value in fields.items() if name in FIELDS}
        tx.add(PushedRequest(
            request_hash=hash_of(secret), client_id=client.row.client_id, fields=kept, thumbprint=asked.shown.key,
            expires_at=datetime.now(UTC) + timedelta(seconds=PUSHED_SECONDS),
        ))  # fmt: skip
        return JSONResponse({"request_uri": PREFIX + secret, "expires_in": PUSHED_SECONDS}, 201, {"Cache-Control": "no-store"})

"""Is it the client? One proof, of the way it was registered with, and one that its profile allows."""

from authlib.oauth2.rfc6749.errors import InvalidClientError

from ihala_gateway.oauth import assertions
from ihala_gateway.oauth.certificates import Authorities, proves_self_signed
from ihala_gateway.oauth.profile import profile_of
from ihala_gateway.oauth.registered import Registered
from ihala_gateway.oauth.token_request import TokenRequest

_NOT_ACTIVE = {"pending": "this client waits for its operator", "revoked": "this client was revoked"}


def proven(asked: TokenRequest, issuer: str, authorities: Authorities) -> Registered:
    """Return the client if its proof holds. Raises InvalidClientError; an assertion is left in `asked.spent`, to be spent."""
    client, given = asked.row, asked.credentials
    if client is None or client.auth_method not in profile_of(client).methods:
        raise InvalidClientError
    method = client.auth_method
    if method == "private_key_jwt" and given.assertion is not None:
        asked.spent = assertions.check(given.assertion, client, issuer)
    elif not (
        (method == "client_secret" and asked.fitting_hash is not None and asked.fitting_hash == client.secret_hash)
        or (method == "tls_client_auth" and given.certificate is not None and authorities.prove(client, given.certificate))
        or (method == "self_signed_tls_client_auth" and given.certificate is not None and proves_self_signed(client, given.certificate))
    ):
        raise InvalidClientError
    if client.status != "active":
        raise InvalidClientError(description=_NOT_ACTIVE.get(client.status, "this client is suspended"))
    asked.auth_method = method
    return Registered(client, asked)

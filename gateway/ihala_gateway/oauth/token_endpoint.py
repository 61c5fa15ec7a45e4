"""POST /oauth/token: fetch, let the synchronous core decide, spend the assertion, commit, answer."""

from authlib.oauth2.rfc6749 import OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidClientError
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from ihala_gateway import store
from ihala_gateway.oauth import secret_hash
from ihala_gateway.oauth.issuing import Server
from ihala_gateway.oauth.token_request import Registered, TokenRequest, credentials_of, read_form

PATH = "/oauth/token"


class TokenEndpoint:
    """Gives access tokens to clients."""

    def __init__(self, server: Server, database: Database) -> None:
        self._server = server
        self._database = database

    async def answer(self, request: Request) -> Response:
        """Answer one request; errors are RFC 6749's."""
        try:
            fields = read_form(request.headers.get("content-type", ""), await request.body())
            asked = TokenRequest(self._server.issuer + PATH, fields, credentials_of(request.headers.get("authorization"), fields))
        except OAuth2Error as error:
            return self._server.refused(error)
        answer = await self._decided(asked)
        if isinstance(asked.client, Registered):  # for the log: it proved who it is
            request.scope["ihala.client"] = (asked.client.row.client_id, str(asked.client.row.organization_id))
        return answer

    async def _decided(self, asked: TokenRequest) -> Response:
        async with self._database.transaction(Caller.system("token")) as tx:
            asked.row = await store.client(tx, asked.credentials.client_id)
            if asked.credentials.secret is None:
                return await self._by_assertion(tx, asked)
        asked.secret_fits = await _secret_fits(asked)  # outside: it takes long, and must not hold a connection
        return self._server.answer(asked)

    async def _by_assertion(self, tx: AsyncSession, asked: TokenRequest) -> Response:
        answer = self._server.answer(asked)
        spent = asked.spent
        if spent is None or await store.spend(tx, spent.client_id, spent.jti_hash, spent.expires_at):
            return answer
        return self._server.refused(InvalidClientError(description="this assertion was used before; make a new one each time"))


async def _secret_fits(asked: TokenRequest) -> bool:
    row, secret = asked.row, asked.credentials.secret
    if secret is None or row is None or row.secret_hash is None or row.kind != "sandbox":
        return False
    return await secret_hash.fits_async(secret, row.secret_hash)

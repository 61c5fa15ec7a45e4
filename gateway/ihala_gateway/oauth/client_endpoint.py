"""What the addresses have in common at which a client speaks for itself: its form, its one proof, spent once, and DPoP."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

from authlib.oauth2.rfc6749 import OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidClientError
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from ihala_gateway import store
from ihala_gateway.clients.known import Changed, KnownClients
from ihala_gateway.clients.proof_keys import ProofKeys
from ihala_gateway.edge.connection import CERTIFICATE
from ihala_gateway.oauth import dpop, secret_hash
from ihala_gateway.oauth.access_tokens import AccessTokens
from ihala_gateway.oauth.certificates import Authorities
from ihala_gateway.oauth.client_proofs import proven
from ihala_gateway.oauth.dpop import NonceNeeded, ProofRefused
from ihala_gateway.oauth.issuing import Server
from ihala_gateway.oauth.registered import Registered
from ihala_gateway.oauth.standing import Standing
from ihala_gateway.oauth.token_request import Shown, TokenRequest, credentials_of, read_form


class InvalidProof(OAuth2Error):
    """RFC 9449: the proof proves nothing."""

    error = "invalid_dpop_proof"
    description = "the DPoP proof does not hold for this request, or was used before"


class UseNonce(OAuth2Error):
    """RFC 9449: the proof must carry the nonce that comes with this answer."""

    error = "use_dpop_nonce"
    description = "make the DPoP proof again with the nonce in DPoP-Nonce"


class ClientEndpoint(ABC):
    """One address; a subclass says what happens there."""

    PATH = ""

    def __init__(
        self, server: Server, database: Database, tokens: AccessTokens, authorities: Authorities, keys: ProofKeys, standing: Standing
    ) -> None:
        self.server = server
        self._database = database
        self._clients = KnownClients(database)
        self.tokens = tokens
        self._proofs = tokens.proofs
        self._authorities = authorities
        self._keys = keys
        self._standing = standing

    async def answer(self, request: Request) -> Response:
        """Answer one request; errors are RFC 6749's."""
        try:
            asked, nonce = await self._read(request)
        except OAuth2Error as error:
            answer = self.server.refused(error)
            if isinstance(error, UseNonce):
                answer.headers["DPoP-Nonce"] = self._proofs.nonces.current()
            return answer
        answer = await self._decided(asked)
        if asked.issued.ended:
            self._standing.end(asked.issued.ended)
        if isinstance(asked.client, Registered):  # for the log: it proved who it is
            request.scope["ihala.client"] = (asked.client.row.client_id, str(asked.client.row.organization_id))
        if asked.family is not None and answer.status_code == 200:  # for whom, where a code or refresh token was its own
            request.scope["ihala.account"] = (str(asked.family.grant.account_id), None)
        if nonce is not None:
            answer.headers["DPoP-Nonce"] = nonce
        return answer

    @abstractmethod
    async def decide(self, tx: AsyncSession, asked: TokenRequest, client: Registered) -> Response:
        """Return the answer to a client that has proven itself. Raises OAuth2Error; what was written stays: what is spent is spent."""

    async def _read(self, request: Request) -> tuple[TokenRequest, str | None]:
        """Return the request and a newer nonce, if there is one. Raises OAuth2Error."""
        certificate = request.scope.get(CERTIFICATE)
        fields = read_form(request.headers.get("content-type", ""), await request.body())
        credentials = credentials_of(request.headers.get("authorization"), fields, certificate)
        proofs = [value for name, value in request.scope["headers"] if name == dpop.HEADER]
        key, nonce = self._proven_key(proofs) if proofs else (None, None)
        return TokenRequest(self.server.issuer + self.PATH, fields, credentials, Shown(key, certificate)), nonce

    def _proven_key(self, proofs: list[bytes]) -> tuple[str, str | None]:
        try:
            return self._proofs.check(proofs, "POST", self.PATH.encode("ascii"))
        except ProofRefused:
            raise InvalidProof from None
        except NonceNeeded:
            raise UseNonce from None

    def at_once(self, asked: TokenRequest) -> Callable[[], Response] | None:
        """Return what answers a proven client where that reads and writes nothing more: such a request needs no transaction."""
        return None

    async def _decided(self, asked: TokenRequest) -> Response:
        at_once = self.at_once(asked)
        if at_once is not None and await self._proven_as_known(asked):
            return at_once()
        asked.row = await self._clients.read(asked.credentials.client_id)
        if asked.credentials.secret is not None or self._keys.must_read(asked.row, asked.credentials.assertion):
            asked.fitting_hash = await _fitting_hash(asked)  # before a transaction: it takes long, and must not hold a connection
            await self._keys.read(asked.row)
            asked.row = await self._clients.read(asked.credentials.client_id)
        try:
            if at_once is not None:
                await self._prove(asked, partial(store.spend_alone, self._database))
                return at_once()
            async with self._database.transaction(Caller.system("token")) as tx:
                return await self._answered(tx, asked)
        except OAuth2Error as error:
            return self.server.refused(error)

    async def _proven_as_known(self, asked: TokenRequest) -> bool:
        """Prove the client by what this process knows of it, and spend its proof; False where it must be read, to prove or to refuse it."""
        assertion, asked.row = asked.credentials.assertion, self._clients.remembered(asked.credentials.client_id)
        if assertion is None or asked.row is None or self._keys.must_read(asked.row, assertion):
            return False
        try:
            await self._prove(asked, self._clients.spend)
        except (InvalidClientError, Changed):
            return False
        return True

    async def _answered(self, tx: AsyncSession, asked: TokenRequest) -> Response:
        """Answer in a transaction, which is committed whatever comes of it: what is spent is spent."""
        try:
            asked.row = await store.client(tx, asked.credentials.client_id)
            return await self.decide(tx, asked, await self._prove(asked, partial(store.spend, tx)))
        except OAuth2Error as error:
            return self.server.refused(error)

    async def _prove(self, asked: TokenRequest, spend: Callable[[str, bytes, datetime], Awaitable[bool]]) -> Registered:
        """Return the client, whose proof is spent with that. Raises InvalidClientError."""
        client, spent = proven(asked, self.server.issuer, self._authorities), asked.spent
        if spent is not None:
            if not await spend(spent.client_id, spent.jti_hash, spent.expires_at):
                raise InvalidClientError(description="this assertion was used before; make a new one each time")
            self._keys.uses.note(spent.client_id, spent.key_id)
        asked.client = client
        return client


async def _fitting_hash(asked: TokenRequest) -> str | None:
    """Return what is stored of the client's secret if that is what it showed. By the end of it the client may have another one."""
    row, secret = asked.row, asked.credentials.secret
    if secret is None or row is None or row.secret_hash is None or row.kind != "sandbox":
        return None
    return row.secret_hash if await secret_hash.fits_async(secret, row.secret_hash) else None

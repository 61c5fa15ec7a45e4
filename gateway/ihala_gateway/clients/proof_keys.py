"""The keys that assertions are checked with, as the token endpoint needs them: read anew where they are elsewhere, and their use noted."""

from ihala_kit.db import Database

from ihala_gateway.clients.remote import RemoteKeys
from ihala_gateway.clients.uses import KeyUses
from ihala_gateway.oauth.token_request import Assertion
from ihala_gateway.tables import Client


class ProofKeys:
    """`uses` are to be written again and again."""

    def __init__(self, database: Database, *, inside: bool = False) -> None:
        self._remote = RemoteKeys(database, inside=inside)
        self.uses = KeyUses(database)

    def must_read(self, client: Client | None, assertion: Assertion | None) -> bool:
        """Tell whether the client's keys are elsewhere and must be read before this assertion can be checked."""
        if client is None or client.jwks_uri is None or assertion is None or client.status != "active":
            return False
        return self._remote.wanted(client, assertion.key_id if isinstance(assertion.key_id, str) else None)

    async def read(self, client: Client | None) -> None:
        """Read them, unless that was tried a moment ago. Takes up to some seconds: not within a transaction."""
        if client is not None and client.jwks_uri is not None:
            await self._remote.read(client, client.jwks_uri)

"""Joins the parts of the gateway; the only place that does."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.health import Health
from ihala_kit.memory import settle
from ihala_kit.service import Service
from ihala_kit.vault import Vault

from ihala_gateway import consumers
from ihala_gateway.administration import ROUTERS
from ihala_gateway.administration.inside import NAME, Administration
from ihala_gateway.clients import repeating
from ihala_gateway.clients.proof_keys import ProofKeys
from ihala_gateway.documents.contracts import Documents, service_documents
from ihala_gateway.documents.desk import Desk
from ihala_gateway.edge import tls
from ihala_gateway.edge.admission import Admission
from ihala_gateway.edge.authorize import Gatekeeper
from ihala_gateway.edge.body import Receive, Send
from ihala_gateway.edge.door import Door
from ihala_gateway.edge.front import Front
from ihala_gateway.edge.proxy import Proxy
from ihala_gateway.edge.routes import compile_routes
from ihala_gateway.edge.tracing import Tracing
from ihala_gateway.edge.visit import Scope
from ihala_gateway.field_words import FIELD_WORDS
from ihala_gateway.oauth import addresses
from ihala_gateway.oauth.access_tokens import AccessTokens
from ihala_gateway.oauth.internal_tokens import InternalTokens
from ihala_gateway.oauth.keys import UNDER_MASTER_KEY, Keys
from ihala_gateway.oauth.published_file import PublishedFile
from ihala_gateway.oauth.standing import Standing
from ihala_gateway.own import OwnAddresses
from ihala_gateway.seat.decisions import DecisionSeat
from ihala_gateway.settings import Settings
from ihala_gateway.staff import desk, names, second_factor
from ihala_gateway.upkeep import Upkeep
from ihala_gateway.watching import usage, verifying
from ihala_gateway.watching.access_log import AccessLog

VERSION = "0.1.0"
MIGRATIONS = Path(__file__).parent.parent / "migrations"


def service() -> Service:
    """Return the gateway as `ihala run gateway` knows it; reads the settings."""
    return create(Settings())


def create(settings: Settings) -> Service:
    """Return the gateway with these settings."""
    return Service(
        "gateway",
        "Gateway",
        VERSION,
        settings,
        MIGRATIONS,
        routers=ROUTERS,
        readers=[consumers],
        wrapped=[UNDER_MASTER_KEY, names.UNDER_MASTER_KEY, second_factor.UNDER_MASTER_KEY],
        audit=verifying.verify,
        snapshots=repeating.SNAPSHOTS,
        asgi=lambda database: Gateway(settings, database),
        server=tls.server(settings),
        field_words=FIELD_WORDS,
    )


class Gateway:
    """The ASGI application. Its lifespan reads keys and standing before the first request, and writes the log after the last."""

    def __init__(self, settings: Settings, database: Database, documents: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        """`documents` are the services' OpenAPI documents; without them the committed ones are read."""
        keys, standing = Keys(), Standing()
        self._keys = keys
        inside = InternalTokens(keys.internal, settings.issuer)
        administration = Administration(create(settings), database, keys.internal, inside, settings.largest_body)
        found = service_documents([*settings.upstreams, NAME]) if documents is None else {**documents, **service_documents([NAME])}
        routes = compile_routes(found)
        administration.app.state.known_scopes = frozenset(routes.scopes())
        self._log = AccessLog(database, usage.routes_called(routes))
        self._tracing = Tracing(settings.otlp_endpoint, VERSION)
        self._admission = Admission(settings, database)
        proof_keys = ProofKeys(database, inside=settings.keys_inside)
        kafka_keys = PublishedFile(settings.kafka_keys_file)
        self._upkeep = Upkeep(
            database, Vault.of(settings), standing, keys, settings.access_log_days, self._admission, proof_keys.uses, kafka_keys
        )
        self._proxy = Proxy(
            {name: str(base) for name, base in settings.upstreams.items()}, inside,
            settings.largest_body, settings.upstream_silence_seconds,
        )  # fmt: skip
        tokens = AccessTokens(keys.access, settings.issuer, settings.issuer)
        gatekeeper = Gatekeeper(routes, tokens, standing)
        self._door = Door(
            Front(settings.trusted_proxies, settings.issuer),
            gatekeeper,
            self._admission,
            self._proxy,
            OwnAddresses(_health(database, standing), {
                **addresses.handlers(settings, database, keys, tokens, routes.scopes(), proof_keys, standing),
                **desk.handlers(settings, database),
                **Desk(Documents(found, settings.issuer)).handlers(),
            }),
            administration,
            self._log,
            self._tracing,
        )  # fmt: skip
        secret, door = settings.seat_secret, self._door
        self._seat = door if secret is None else DecisionSeat(door, gatekeeper, self._admission, inside, secret.get_secret_value())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one ASGI scope: a request, or the application's own life. Web sockets are refused."""
        if scope["type"] == "http":
            await self._seat(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _live(self, receive: Receive, send: Send) -> None:
        """Start, run the background work, stop. An error at the start ends the process, with its reason in the log."""
        await receive()
        await self._upkeep.begin()
        self._proxy.start()
        settle()
        work = [asyncio.create_task(part.run()) for part in (self._upkeep, self._admission, self._log, self._tracing)]
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)
        self._proxy.stop()
        await self._log.close()
        await self._tracing.close()
        await send({"type": "lifespan.shutdown.complete"})


def _health(database: Database, standing: Standing) -> Health:
    health = Health()
    health.add("database", lambda: _answers(database))
    health.add("standing", lambda: standing.known)
    return health


async def _answers(database: Database) -> bool:
    async with database.transaction(Caller.system("health")):
        return True  # the transaction's own first statement was answered

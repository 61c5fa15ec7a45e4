"""Two workers forked from one process share what it had loaded, but no secret: a proof that one of them took is none of the other's."""

import asyncio
import sys
from dataclasses import replace

import aiohttp
from ihala_gateway.settings import Settings
from joserfc.jwk import ECKey

from tests.gateway.house import House, free_port
from tests.gateway.party import TOKEN, Party
from tests.gateway.processes import running

# As installed; only that a nonce stays in force, so that a new one is another worker's.
PROGRAM = """
from ihala_gateway.oauth import dpop
dpop.NONCE_SECONDS = 3600
from ihala_kit.cli import app
app()
"""
GRANT = {"grant_type": "client_credentials", "scope": "referral:read"}


async def asked(home: House, address: str) -> str:
    """Ask for a token with a proof, on a connection of its own; return the nonce that is in force where it came to."""
    async with aiohttp.ClientSession(address) as session:
        party = Party(replace(home, session=session), key=ECKey.generate_key("P-256", private=True))
        status, body = await party.post(TOKEN, **GRANT)
        assert (status, body.get("token_type"), bool(party.nonce)) == (200, "DPoP", True), body
        return str(party.nonce)


async def test_each_of_two_forked_workers_gives_nonces_of_its_own(home: House) -> None:
    await home.register()
    settings = Settings.model_validate(home.settings.model_dump() | {"port": free_port()})
    nonces = set[str]()
    async with running(settings, (sys.executable, "-c", PROGRAM), workers=2) as found, asyncio.timeout(120):
        while len(nonces) < 2:  # with one for both it would go on until the time is over
            nonces.update(await asyncio.gather(*(asked(home, found.address) for _ in range(6))))
        async with aiohttp.ClientSession(found.address) as session, session.get("/openapi/gateway.v1.json") as answer:
            assert answer.status == 200 and "/v1/clients" in (await answer.json())["paths"]

"""Two workers forked from one process share what it had loaded, but no secret: a proof that one of them took is none of the other's."""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
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
# As installed; only that each worker says what it loaded after the fork, when it ends.
TELLING = """
import os, sys
from pathlib import Path
from ihala_kit import workers
from ihala_kit.cli import app

run_workers = workers.run_workers

def told(settings, count, work):
    def working():
        before = set(sys.modules)
        work()
        Path(os.environ["LOADED"], str(os.getpid())).write_text(" ".join(sorted(set(sys.modules) - before)))
    return run_workers(settings, count, working)

workers.run_workers = told
app()
"""
SMALL_AND_LATE = ("uvicorn.lifespan", "uvicorn.protocols", "cryptography.hazmat.b")  # their libraries load them when asked
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


async def test_what_workers_need_is_loaded_before_the_fork(home: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One HTTP client that each worker loaded for itself cost it 14 MiB: what is loaded writes into much that was shared."""
    await home.register()
    monkeypatch.setenv("LOADED", str(tmp_path))
    port = free_port()
    more = {"port": port, "otlp_endpoint": f"http://127.0.0.1:{free_port()}"}  # a collector that is not there
    settings = Settings.model_validate(home.settings.model_dump() | more)
    async with running(settings, (sys.executable, "-c", TELLING), workers=2) as found, asyncio.timeout(120):
        await asked(home, found.address)
        found.process.terminate()
        await found.process.wait()
    loaded = [file.read_text().split() for file in tmp_path.iterdir()]
    assert len(loaded) == 2
    late = [module for modules in loaded for module in modules if not module.startswith(SMALL_AND_LATE)]
    assert not late

"""node's oidc-provider beside our token endpoint: fetched with npm once, and run as peer/oidc.mjs has it. FAPI-certified; needs node."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from ihala_local.ports import any_free
from joserfc.jwk import ECKey

from tests.bench.gateway_world import MEASURED_CORE, program
from tests.gateway.house import KEY, House
from tests.gateway.party import TOKEN

PACKAGE = "oidc-provider@9.8.0"
FOLDER = Path(__file__).parents[2] / ".local/bench"
LIBRARY = FOLDER / "node_modules/oidc-provider/lib/index.js"
CONFIGURED = Path(__file__).with_name("peer") / "oidc.mjs"
NODE, NPM = shutil.which("node"), shutil.which("npm")


async def fetched() -> bool:
    """Fetch the peer; tell whether it can be run here."""
    if NODE is None or NPM is None:
        return False
    words = (NPM, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(FOLDER), PACKAGE)
    return await (await asyncio.create_subprocess_exec(*words)).wait() == 0 and LIBRARY.exists()


@asynccontextmanager
async def oidc_provider(home: House) -> AsyncIterator[tuple[str, psutil.Process, dict[str, str]]]:
    """Run it with the house's client; gives its address, its process, and the headers that name the issuer's address as its own."""
    port, signing = any_free(), ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"})
    keys = (json.dumps(KEY.as_dict(private=False)), json.dumps(signing.as_dict(private=True)))
    issuer = urlsplit(home.settings.issuer)
    words: list[object] = [NODE, CONFIGURED, LIBRARY, port, home.settings.issuer, TOKEN, "centre", *keys]
    async with program(words, port, MEASURED_CORE) as process:
        yield f"http://127.0.0.1:{port}", process, {"X-Forwarded-Proto": issuer.scheme, "X-Forwarded-Host": issuer.netloc}

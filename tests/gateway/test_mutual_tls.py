"""Certificates of clients (RFC 8705): to authenticate with, and to bind tokens to. A proxy in front says which was shown (RFC 9440)."""

import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from ihala_gateway.oauth.certificates import Authorities, thumbprint

from tests.gateway.house import KEY, House, opened

PATH = "/referral/v1/referrals"
GRANT = {"grant_type": "client_credentials"}
Pair = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


def certificate(name: str, issuer: Pair | None = None, *, days: int = 1, authority: bool = False, usage: Any = None) -> Pair:
    """Return a certificate and its key; without an issuer it signs itself."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "IQ"), x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=2)).not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )  # fmt: skip
    if not authority:
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(f"{name}.example")]), critical=False)
        made = made.add_extension(x509.ExtendedKeyUsage([usage or ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
    return made.sign(issuer[1] if issuer else key, hashes.SHA256()), key


def der(pair: Pair) -> bytes:
    return pair[0].public_bytes(Encoding.DER)


def shown(pair: Pair | None) -> dict[str, str]:
    """Return the header in which a proxy of ours says what its caller showed."""
    return {} if pair is None else {"Client-Cert": f":{base64.b64encode(der(pair)).decode()}:"}


CA = certificate("Authority", authority=True)
CLINIC = certificate("clinic", CA)
OWN = certificate("own")


@pytest.fixture(scope="module")
async def behind(home: House, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A process of the gateway behind a proxy that it believes, with an authority that it trusts."""
    file: Path = tmp_path_factory.mktemp("authorities") / "ca.pem"
    file.write_bytes(CA[0].public_bytes(Encoding.PEM))
    settings = home.settings.model_copy(update={"trusted_proxies": _networks("127.0.0.1/32"), "client_authorities": file})
    await home.register("clinic", kind="live", jwks=None, auth_method="tls_client_auth", tls_subject_dn="CN=clinic,C=IQ")
    await home.register("by-name", jwks=None, auth_method="tls_client_auth", tls_san_dns="CLINIC.example")
    keys = {"keys": [KEY.as_dict(private=False) | {"x5c": [base64.b64encode(der(OWN)).decode()]}]}
    await home.register("own-cert", kind="live", jwks=keys, auth_method="self_signed_tls_client_auth")
    async with opened(settings, home.upstream, 0) as found:
        yield found


async def test_a_certificate_authenticates_and_binds(behind: House) -> None:
    for client_id, pair in (("clinic", CLINIC), ("by-name", CLINIC), ("own-cert", OWN)):
        status, body = await _token(behind, client_id, pair)
        assert (status, body.get("token_type")) == (200, "Bearer"), (client_id, body)
        assert await _call(behind, body["access_token"], pair) == 200
        for other in (None, OWN if pair is CLINIC else CLINIC):
            assert await _call(behind, body["access_token"], other) == 401
        assert await _call(behind, body["access_token"], pair) == 200


async def test_every_other_certificate_is_refused(behind: House) -> None:
    stranger = certificate("Authority", authority=True)
    wrong: dict[str, tuple[str, Pair | None]] = {
        "none": ("clinic", None),
        "signed by another": ("clinic", certificate("clinic", stranger)),
        "signs itself": ("clinic", certificate("clinic")),
        "another name": ("clinic", certificate("Clinic", CA)),
        "another's": ("by-name", certificate("other", CA)),
        "expired": ("clinic", certificate("clinic", CA, days=-1)),
        "for servers": ("clinic", certificate("clinic", CA, usage=ExtendedKeyUsageOID.SERVER_AUTH)),
        "the authority's own": ("clinic", CA),
        "not registered": ("own-cert", certificate("own")),
        "for a client of keys": ("centre", CLINIC),
        "for nobody": ("nobody", CLINIC),
    }
    for name, (client_id, pair) in wrong.items():
        status, body = await _token(behind, client_id, pair)
        assert (status, body["error"]) == (401, "invalid_client"), name
    of_no_version = der(CLINIC).replace(bytes.fromhex("a003020102"), bytes.fromhex("a003020143"))
    for odd in (b"\0\0\0", of_no_version):
        headers = {"Client-Cert": f":{base64.b64encode(odd).decode()}:"}
        async with behind.session.post("/oauth/token", data=GRANT | {"client_id": "clinic"}, headers=headers) as answer:
            assert (answer.status, (await answer.json())["error"]) == (401, "invalid_client")
    status, _ = await behind.ask_token(client_id="own-cert", client_assertion_type="x", client_assertion=behind.assertion("own-cert"))
    assert status == 401, "its key is no way in beside the certificate"


async def test_a_client_of_keys_is_bound_to_the_certificate_it_shows(behind: House) -> None:
    form = GRANT | {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}
    async with behind.session.post("/oauth/token", data=form | {"client_assertion": behind.assertion()}, headers=shown(OWN)) as answer:
        token = (await answer.json())["access_token"]
    assert await _call(behind, token, OWN) == 200
    assert await _call(behind, token, None) == await _call(behind, token, CLINIC) == 401


async def test_nobody_is_believed_who_is_no_proxy_of_ours(home: House, behind: House) -> None:
    status, body = await _token(behind, "clinic", CLINIC)
    assert status == 200
    assert (await _token(home, "clinic", CLINIC))[0] == 401
    assert await _call(home, body["access_token"], CLINIC) == 401


def test_without_authorities_no_certificate_proves_a_name() -> None:
    assert not Authorities(None).there
    assert thumbprint(b"x") == "LXEWQrcmsEQBYnyp-6wy9chTD7GQPMTbAiWHF5IaSIE"


def _networks(*texts: str) -> Any:
    return [ip_network(text) for text in texts]


async def _token(house: House, client_id: str, pair: Pair | None) -> tuple[int, dict[str, Any]]:
    async with house.session.post("/oauth/token", data=GRANT | {"client_id": client_id}, headers=shown(pair)) as answer:
        return answer.status, await answer.json()


async def _call(house: House, token: str, pair: Pair | None) -> int:
    async with house.session.get(PATH, headers={"Authorization": f"Bearer {token}"} | shown(pair)) as answer:
        return answer.status

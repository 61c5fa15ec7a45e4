"""What is believed of a proxy in front of us, and what every answer tells a browser."""

import base64
from ipaddress import ip_network

import pytest
from ihala_gateway.edge.connection import CERTIFICATE
from ihala_gateway.edge.front import Front
from ihala_gateway.errors import HeadersRefused

from tests.gateway.house import House

CERT = base64.b64encode(b"a certificate").join([b":", b":"])


@pytest.mark.parametrize(
    ("peer", "told", "address"),
    [
        ("10.0.0.1", b"203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", b"1.1.1.1, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", b"1.1.1.1, 203.0.113.9, 10.0.0.7", "203.0.113.9"),
        ("10.0.0.1", b"nonsense", "10.0.0.1"),
        ("10.0.0.1", b"10.0.0.7", "10.0.0.7"),
        ("192.0.2.1", b"203.0.113.9", "192.0.2.1"),
    ],
)
def test_an_address_is_believed_of_our_proxies_only_and_only_the_last_strange_one(peer: str, told: bytes, address: str) -> None:
    scope: dict[str, object] = {"client": (peer, 1234)}
    Front([ip_network("10.0.0.0/8")]).learn(scope, {b"x-forwarded-for": told, b"client-cert": CERT})
    assert scope["client"] == (address, 1234 if peer == address and peer == "192.0.2.1" else 0)
    assert scope.get(CERTIFICATE) == (None if peer == "192.0.2.1" else b"a certificate")


def test_a_proxys_own_certificate_is_not_its_callers() -> None:
    for peer, kept in (("10.0.0.1", None), ("192.0.2.1", b"shown to us")):
        scope: dict[str, object] = {"client": (peer, 1), CERTIFICATE: b"shown to us"}
        Front([ip_network("10.0.0.0/8")]).learn(scope, {})
        assert scope.get(CERTIFICATE) == kept


def test_without_proxies_nothing_is_believed() -> None:
    scope: dict[str, object] = {"client": ("127.0.0.1", 1)}
    Front([]).learn(scope, {b"x-forwarded-for": b"203.0.113.9", b"client-cert": CERT})
    assert scope == {"client": ("127.0.0.1", 1)}


@pytest.mark.parametrize("value", [b"", b"::", b"abc", b":abc", b"abc:", b":a b:", b":abc:", b":" + b"A" * 20000 + b":"])
def test_a_certificate_that_cannot_be_read_is_refused(value: bytes) -> None:
    with pytest.raises(HeadersRefused):
        Front([ip_network("10.0.0.0/8")]).learn({"client": ("10.0.0.1", 1)}, {b"client-cert": value})


async def test_every_answer_tells_browsers_to_make_nothing_of_it(seen: House) -> None:
    guarding = {
        "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY", "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    }  # fmt: skip
    for path in ("/directory/v1/needs", "/referral/v1/referrals", "/nothing", "/health/live"):
        async with seen.session.get(path) as answer:
            assert guarding.items() <= dict(answer.headers).items() and "Strict-Transport-Security" not in answer.headers
            assert not {"Server", "X-Powered-By"} & answer.headers.keys()
    secure = dict(Front([], "https://gateway.example").on_every_answer)
    assert b"strict-transport-security" not in dict(Front([], "https://127.0.0.1:8080").on_every_answer)
    assert secure[b"strict-transport-security"] == b"max-age=31536000; includeSubDomains"

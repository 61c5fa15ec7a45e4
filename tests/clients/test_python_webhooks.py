"""The Python client's check of webhooks: what Standard Webhooks' own library signs, and what nobody signed."""

import base64
import json
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from ihala_client import Event, NotGenuine, Webhook
from ihala_notify.cloud_events import as_cloud_event
from ihala_notify.kafka import writer
from ihala_notify.subscriptions.reading import Item
from ihala_notify.webhooks import signing
from standardwebhooks import Webhook as Signer

SECRET, OTHER = ("whsec_" + base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))
PRIVATE = Ed25519PrivateKey.generate()
PUBLIC = "whpk_" + base64.b64encode(PRIVATE.public_key().public_bytes_raw()).decode()


def sent(at: datetime | None = None, secret: str = SECRET, **more: Any) -> tuple[dict[str, str], bytes]:
    """Return headers and body of a webhook, signed in both ways."""
    at = at or datetime.now(UTC)
    event = {
        "specversion": "1.0", "id": str(uuid4()), "source": "/ihala/referral", "type": "org.ihala.referral.accepted", "subject": "s",
        "sequence": 7, "data": {"referral_id": str(uuid4())}, **more,
    }  # fmt: skip
    body = json.dumps(event)
    signed = PRIVATE.sign(f"{event['id']}.{int(at.timestamp())}.{body}".encode())
    signatures = f"{Signer(secret).sign(str(event['id']), at, body)} v1a,{base64.b64encode(signed).decode()}"
    return {"Webhook-Id": str(event["id"]), "Webhook-Timestamp": str(int(at.timestamp())), "Webhook-Signature": signatures}, body.encode()


@pytest.mark.parametrize("keys", [SECRET, PUBLIC, [OTHER, SECRET], [OTHER, PUBLIC]], ids=["v1", "v1a", "rotating", "mixed"])
def test_what_is_signed_is_taken(keys: Any) -> None:
    headers, body = sent(ihalareplay=True)
    event = Webhook(keys).verify(headers, body)
    assert (str(event.id), event.sequence, event.name, event.replay) == (headers["Webhook-Id"], 7, "referral.accepted", True)


def test_what_is_not_is_refused() -> None:
    headers, body = sent()
    for keys in (OTHER, "whpk_" + base64.b64encode(Ed25519PrivateKey.generate().public_key().public_bytes_raw()).decode()):
        with pytest.raises(NotGenuine, match="no signature fits"):
            Webhook(keys).verify(headers, body)
    for name, value in (
        ("Webhook-Id", str(uuid4())),
        ("Webhook-Timestamp", str(int(time.time()) + 1)),
        ("Webhook-Signature", "v1,x v2,aa v1"),
    ):
        with pytest.raises(NotGenuine):
            Webhook([SECRET, PUBLIC]).verify(headers | {name: value}, body)
    with pytest.raises(NotGenuine):
        Webhook([SECRET, PUBLIC]).verify(headers, body + b" ")


@pytest.mark.parametrize("apart", [-301, 301])
def test_what_is_not_of_now_is_refused(apart: int) -> None:
    with pytest.raises(NotGenuine, match="clock"):
        Webhook(SECRET).verify(*sent(datetime.now(UTC) + timedelta(seconds=apart)))
    assert Webhook(SECRET, tolerance_seconds=400).verify(*sent(datetime.now(UTC) + timedelta(seconds=apart)))


@pytest.mark.parametrize("at", ["", "NaN", "1e9", "-1", "9" * 20, "١٢"])
def test_a_time_that_is_none_is_refused(at: str) -> None:
    headers, body = sent()
    with pytest.raises(NotGenuine, match="timestamp"):
        Webhook(SECRET).verify(headers | {"Webhook-Timestamp": at}, body)


def test_headers_that_are_missing_are_named() -> None:
    headers, body = sent()
    for name in headers:
        with pytest.raises(NotGenuine, match=name.lower()):
            Webhook(SECRET).verify({key: value for key, value in headers.items() if key != name}, body)


def test_an_id_that_is_not_the_events_is_refused() -> None:
    headers, body = sent()
    at = datetime.fromtimestamp(int(headers["Webhook-Timestamp"]), UTC)
    other = str(uuid4())
    with pytest.raises(NotGenuine, match="another event"):
        Webhook(SECRET).verify(headers | {"Webhook-Id": other, "Webhook-Signature": Signer(SECRET).sign(other, at, body.decode())}, body)


@pytest.mark.parametrize("key", ["", "whsec_", "whsec_***", "whpk_AAAA", "secret"])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="whsec_"):
        Webhook(key)


ITEM = {
    "position": 9, "event_id": uuid4(), "source": "referral", "type": "org.ihala.referral.accepted", "subject": str(uuid4()),
    "time": datetime.now(UTC), "data": json.dumps({"state": "accepted", "referral_version": 2}),
}  # fmt: skip


@pytest.mark.parametrize("kind", ["hmac", "ed25519"])
def test_what_notify_signs_is_taken(kind: Any) -> None:
    key, body = signing.new_key(kind), as_cloud_event(Item(**ITEM), '"ihalareplay":true,').encode()
    headers = signing.Signer([key.secret]).headers(str(ITEM["event_id"]), int(time.time()), body)
    event = Webhook(key.public or key.secret).verify(headers, body)
    assert (event.id, event.sequence, event.replay, event.time) == (ITEM["event_id"], 9, True, ITEM["time"])


def test_what_notify_writes_to_kafka_is_the_same_event() -> None:
    sent = writer.message(SimpleNamespace(**ITEM, version=1, appended_at=datetime.now(UTC), organization_id=uuid4()))
    event = Event.from_kafka(sent.headers, sent.value)
    assert event == Event.model_validate_json(as_cloud_event(Item(**ITEM)))
    assert event.dataschema == "urn:ihala:schema:referral.accepted.v1"

"""Signatures are what Standard Webhooks' own library expects, several at a time; anything altered is refused."""

import base64
import time
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from ihala_notify.webhooks.signing import NotGenuine, Signer, new_key, verify
from standardwebhooks.webhooks import Webhook

BODY = '{"id":"1","data":{"a":"ب"}}'.encode()


def test_the_librarys_own_signature_is_the_same() -> None:
    key, at = new_key("hmac"), int(time.time())
    ours = Signer([key.secret]).headers("msg", at, BODY)
    assert ours["webhook-signature"] == Webhook(key.secret).sign("msg", datetime.fromtimestamp(at, UTC), BODY.decode())
    assert Webhook(key.secret).verify(BODY, ours) == {"id": "1", "data": {"a": "ب"}}


def test_each_key_adds_a_signature_and_each_is_enough() -> None:
    old, new, pair = new_key("hmac"), new_key("hmac"), new_key("ed25519")
    headers = Signer([old.secret, new.secret, pair.secret]).headers("msg", int(time.time()), BODY)
    assert [each[:3] for each in headers["webhook-signature"].split()] == ["v1,", "v1,", "v1a"]
    for known in (old.secret, new.secret, str(pair.public)):
        assert verify(headers, BODY, [known], time.time()) == "msg"
    Webhook(new.secret).verify(BODY, headers)


def test_ed25519_is_over_id_timestamp_and_body() -> None:
    pair = new_key("ed25519")
    headers = Signer([pair.secret]).headers("msg", 1700000000, BODY)
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(str(pair.public).removeprefix("whpk_")))
    public.verify(base64.b64decode(headers["webhook-signature"].removeprefix("v1a,")), b"msg.1700000000." + BODY)


@pytest.mark.parametrize("changed", ["body", "webhook-id", "webhook-timestamp", "webhook-signature", "key", "late", "early"])
@pytest.mark.parametrize("kind", ["hmac", "ed25519"])
def test_what_was_altered_is_refused(changed: str, kind: str) -> None:
    pair, at = new_key(kind), time.time()  # type: ignore[arg-type]
    headers, body, key = Signer([pair.secret]).headers("msg", int(at), BODY), BODY, pair.public or pair.secret
    if changed == "body":
        body = BODY.replace(b"1", b"2")
    elif changed == "key":
        other = new_key(kind)  # type: ignore[arg-type]
        key = other.public or other.secret
    elif changed in headers:
        headers[changed] = {"webhook-timestamp": str(int(at) + 1), "webhook-signature": "v1,AAAA v1a,AAAA x"}.get(changed, "other")
    shift = {"late": 400, "early": -400}.get(changed, 0)
    with pytest.raises(NotGenuine):
        verify(headers, body, [key], at + shift)


def test_secrets_do_not_appear_where_keys_are_printed() -> None:
    assert "whsec_" not in repr(new_key("hmac")) and "whsk_" not in repr(new_key("ed25519"))

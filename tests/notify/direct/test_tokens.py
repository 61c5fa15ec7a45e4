"""Which tokens the broker takes: those that the gateway made for Kafka alone, as long as they last; and what a refused one does."""

import asyncio
import time
from typing import Any
from uuid import UUID

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.conn import AIOKafkaConnection, OAuthAuthenticator
from aiokafka.errors import KafkaConnectionError, KafkaError, TopicAuthorizationFailedError
from ihala_gateway.oauth.access_tokens import TYPE
from ihala_kit.stopping import stop
from ihala_local.testing_kafka import ThrowAwayKafka
from ihala_notify.kafka.names import topic_of
from joserfc.jwk import ECKey

from tests.notify.direct.conftest import Office
from tests.notify.direct.partner import Issuer, Token, read, sequences, signed_in

FOREIGN = ECKey.generate_key("P-256", {"kid": "test", "alg": "ES256", "use": "sig"})
REFUSED: dict[str, dict[str, Any]] = {
    "for the API": {"aud": "https://gateway.example"},
    "of another issuer": {"iss": "https://gateway.example"},
    "without an issuer": {"iss": None},
    "expired": {"life": -60},
    "without an end": {"exp": None},
    "without a user": {"principal": None},
    "with a foreign key": {"key": FOREIGN},
    "with an unknown key": {"key": ECKey.generate_key("P-256", {"kid": "other", "alg": "ES256"})},
}


@pytest.mark.parametrize("why", REFUSED)
@pytest.mark.parametrize("kind", [AIOKafkaConsumer, AIOKafkaProducer])
async def test_a_refused_token_makes_the_start_fail_at_once(issuer: Issuer, why: str, kind: Any) -> None:
    client = kind(**signed_in(issuer, "reader", **REFUSED[why]))
    began = time.monotonic()
    with pytest.raises(KafkaConnectionError):
        await client.start()
    assert time.monotonic() - began < 15  # a second; a request to Kafka would wait for forty
    await stop(client)


async def test_a_good_token_starts_both(issuer: Issuer) -> None:
    for kind in (AIOKafkaConsumer, AIOKafkaProducer):
        await starts(kind(**signed_in(issuer, "reader")))


async def test_without_the_guard_a_refused_token_is_not_noticed(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    """If this fails, aiokafka hears refusals by itself, and the guard can go."""

    def unguarded(connection: AIOKafkaConnection) -> OAuthAuthenticator:
        return OAuthAuthenticator(sasl_oauth_token_provider=connection._sasl_oauth_token_provider)

    monkeypatch.setattr(AIOKafkaConnection, "authenticator_oauth", unguarded)
    producer = AIOKafkaProducer(**signed_in(issuer, "reader", life=-60))
    await producer.start()
    await stop(producer)


@pytest.mark.parametrize("name", ["admin", "broker", "notify", "notify-access", "gateway"])
async def test_a_client_that_is_called_like_a_user_of_ours_is_nobody_of_ours(office: Office, issuer: Issuer, name: str) -> None:
    consumer = AIOKafkaConsumer("ihala.referral.v1", **signed_in(issuer, name))
    with pytest.raises(TopicAuthorizationFailedError):
        await asyncio.wait_for(consumer.start(), 10)
        await read(consumer, 1, 3)
    await stop(consumer)


async def test_a_reader_shows_a_new_token_when_the_old_one_ends(office: Office, issuer: Issuer, organization: UUID) -> None:
    """aiokafka does not sign in anew on an open connection: the broker cuts it off, and it comes again by itself. Nothing is missing."""
    await office.approve("lasting", organization)
    tokens = Token(issuer, "lasting", life=1)
    consumer = AIOKafkaConsumer(
        topic_of(organization), **(signed_in(issuer, "lasting") | {"sasl_oauth_token_provider": tokens}),
        group_id=f"{organization}.lasting", auto_offset_reset="earliest", fetch_max_wait_ms=100, retry_backoff_ms=50,
    )  # fmt: skip
    await consumer.start()
    shown, found = tokens.shown, 0
    until = time.monotonic() + 3
    while time.monotonic() < until:
        await office.append(organization, 1)
        found += len(await read(consumer, 1, 3))
    await stop(consumer)
    assert tokens.shown > shown + 1
    assert found > 5


async def test_who_cannot_show_a_new_token_is_cut_off_with_the_old_one(office: Office, issuer: Issuer, organization: UUID) -> None:
    await office.approve("ending", organization)
    await office.append(organization, 1)
    consumer = AIOKafkaConsumer(
        topic_of(organization), **(signed_in(issuer, "ending") | {"sasl_oauth_token_provider": Once(issuer.token("ending", life=2))}),
        auto_offset_reset="earliest", fetch_max_wait_ms=100,
    )  # fmt: skip
    await consumer.start()
    assert sequences(await read(consumer, 1)) == [1]
    await asyncio.sleep(2)
    await office.append(organization, 1)
    await office.written(organization, 2)
    assert await read(consumer, 1, 1) == []
    await stop(consumer)


async def test_a_new_key_is_known_as_soon_as_the_file_holds_it(issuer: Issuer) -> None:
    newer = ECKey.generate_key("P-256", {"kid": "newer", "alg": "ES256", "use": "sig"})
    with pytest.raises(KafkaError):
        await starts(AIOKafkaProducer(**signed_in(issuer, "reader", key=newer)))
    issuer.publish(newer)
    await starts(AIOKafkaProducer(**signed_in(issuer, "reader", key=newer)))
    issuer.publish()
    with pytest.raises(KafkaError):
        await starts(AIOKafkaProducer(**signed_in(issuer, "reader", key=newer)))


def test_the_broker_is_told_what_the_gateway_writes(kafka: ThrowAwayKafka, issuer: Issuer) -> None:
    from ihala_gateway.oauth.grants import KAFKA
    from ihala_local import kafka_direct
    from ihala_notify.kafka.names import USERS
    from joserfc import jws

    assert (KAFKA, f"User:{issuer_claim(issuer)}") == (kafka_direct.AUDIENCE, f"{USERS}reader")
    assert jws.extract_compact(issuer.token("reader").encode()).headers()["typ"] == TYPE
    assert kafka.place.ports.tls


def issuer_claim(issuer: Issuer) -> str:
    from joserfc import jwt

    return str(jwt.decode(issuer.token("reader"), issuer.key, algorithms=["ES256"]).claims["principal"])


async def starts(client: Any) -> None:
    try:
        await client.start()
    finally:
        await stop(client)


class Once(Token):
    """Has one token and never another."""

    def __init__(self, token: str) -> None:
        self._one = token

    async def token(self) -> str:
        return self._one

"""A partner at the broker: tokens as the gateway makes them for Kafka, and readers with them; no rights but those that the list gives."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.abc import AbstractTokenProvider
from aiokafka.helpers import create_ssl_context
from ihala_kit.stopping import stop
from ihala_local.testing_kafka import ThrowAwayKafka
from ihala_notify.kafka.names import topic_of
from joserfc import jwt
from joserfc.jwk import ECKey


@dataclass
class Issuer:
    """Makes tokens; the broker knows its key."""

    kafka: ThrowAwayKafka
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "test", "alg": "ES256", "use": "sig"}))

    def publish(self, *more: ECKey) -> None:
        keys = [key.as_dict(private=False) for key in (self.key, *more)]
        self.kafka.place.home.kafka_keys.write_text(json.dumps({"keys": keys}))

    def token(self, client_id: str, *, key: ECKey | None = None, life: int = 300, **more: Any) -> str:
        """Return a token; `more` replaces claims, and None takes one out."""
        now, key = int(time.time()), key or self.key
        claims = {
            "iss": self.kafka.place.ports.url("gateway"), "aud": "kafka", "sub": client_id, "client_id": client_id, "iat": now,
            "exp": now + life, "jti": uuid4().hex, "scope": "events:read", "principal": f"client.{client_id}", **more,
        }  # fmt: skip
        return jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": key.kid}, {k: v for k, v in claims.items() if v is not None}, key)


class Token(AbstractTokenProvider):
    """Gives a reader its tokens; `shown` counts them."""

    def __init__(self, issuer: Issuer, client_id: str, **more: Any) -> None:
        self._issuer, self._client_id, self._more, self.shown = issuer, client_id, more, 0

    async def token(self) -> str:
        self.shown += 1
        return self._issuer.token(self._client_id, **self._more)


def signed_in(issuer: Issuer, client_id: str, **more: Any) -> dict[str, Any]:
    """Return what aiokafka's clients need."""
    return {
        "bootstrap_servers": issuer.kafka.direct, "security_protocol": "SASL_SSL",
        "ssl_context": create_ssl_context(cafile=str(issuer.kafka.authority)), "sasl_mechanism": "OAUTHBEARER",
        "sasl_oauth_token_provider": Token(issuer, client_id, **more), "request_timeout_ms": 5000,
    }  # fmt: skip


@asynccontextmanager
async def reading(
    issuer: Issuer, client_id: str, organization_id: UUID, *, group: str | None = None, **more: Any
) -> AsyncIterator[AIOKafkaConsumer]:
    """Give a reader of an organisation's topic from its beginning, in a group of that organisation."""
    told = {
        "group_id": group or f"{organization_id}.{uuid4().hex[:6]}", "auto_offset_reset": "earliest", "enable_auto_commit": False,
        "fetch_max_wait_ms": 200, "metadata_max_age_ms": 500,
    }  # fmt: skip
    consumer = AIOKafkaConsumer(topic_of(organization_id), **signed_in(issuer, client_id) | told | more)
    await consumer.start()
    try:
        yield consumer
    finally:
        await stop(consumer)


async def read(consumer: AIOKafkaConsumer, most: int, seconds: float = 10) -> list[ConsumerRecord[bytes, bytes]]:
    """Return the next records; fewer when the time is over."""
    found: list[ConsumerRecord[bytes, bytes]] = []
    until = time.monotonic() + seconds
    while len(found) < most and (left := until - time.monotonic()) > 0:
        for records in (await consumer.getmany(timeout_ms=int(min(left, 0.2) * 1000), max_records=most - len(found))).values():
            found += records
    return found


def header(record: ConsumerRecord[bytes, bytes], name: str) -> str:
    return {key: value.decode() for key, value in record.headers}[name]


def sequences(records: list[ConsumerRecord[bytes, bytes]]) -> list[int]:
    return [int(header(record, "ce_sequence")) for record in records]

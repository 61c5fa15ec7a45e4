"""Follow your organisation's events on Kafka, with aiokafka.

pip install aiokafka joserfc; beside what kafka_token.py needs: IHALA_KAFKA (host:port) and IHALA_ORGANIZATION (your organisation's id).
"""

import asyncio
import os
from contextlib import suppress
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.abc import AbstractTokenProvider
from aiokafka.conn import AIOKafkaConnection, OAuthAuthenticator
from aiokafka.errors import KafkaError
from aiokafka.helpers import create_ssl_context
from kafka_token import CA_FILE, URL, kafka_token

ORGANIZATION = os.environ["IHALA_ORGANIZATION"]


class Tokens(AbstractTokenProvider):
    """Asked for one whenever the connection is made anew: every five minutes at least."""

    async def token(self) -> str:
        """Return a token."""
        return (await asyncio.to_thread(kafka_token))[0]


class Strict(OAuthAuthenticator):
    """aiokafka 0.14 does not hear that its token is refused, and waits for ever; this raises."""

    async def step(self, payload: bytes | None) -> Any:
        """Return what is sent next."""
        if self._token_sent and payload:
            raise ConnectionRefusedError("the broker refuses the token")
        return await super().step(payload)


AIOKafkaConnection.authenticator_oauth = lambda self: Strict(sasl_oauth_token_provider=self._sasl_oauth_token_provider)


async def main() -> None:
    """Print what happens."""
    tls = URL.startswith("https:")
    consumer = AIOKafkaConsumer(
        f"ihala.for.{ORGANIZATION}.v1",
        bootstrap_servers=os.environ["IHALA_KAFKA"],
        group_id=f"{ORGANIZATION}.example-aiokafka",  # groups begin with your organisation's id and a full stop
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        security_protocol="SASL_SSL" if tls else "SASL_PLAINTEXT",
        ssl_context=create_ssl_context(cafile=CA_FILE) if tls else None,
        sasl_mechanism="OAUTHBEARER",
        sasl_oauth_token_provider=Tokens(),
    )
    async with consumer:
        last = 0
        async for record in consumer:
            event = {name: value.decode() for name, value in record.headers}
            if int(event["ce_sequence"]) > last:  # else it comes again, after a fall on either side
                last = int(event["ce_sequence"])
                print(last, event["ce_id"], event["ce_type"], event["ce_subject"], record.value.decode(), flush=True)
            with suppress(KafkaError):  # while the broker is away: then it comes again
                await consumer.commit()  # only now it is dealt with


asyncio.run(main())

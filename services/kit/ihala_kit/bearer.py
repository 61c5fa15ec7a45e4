"""A guard around aiokafka: a token that the broker refuses (OAUTHBEARER) is an error at once.

The broker answers such a token with a challenge instead of an error. aiokafka (0.14) ignores it and calls itself signed in: a producer
starts and fails minutes later as if its topic were unknown, a consumer waits for ever. So a challenge that is not empty is an error
here. It is one class in one place of aiokafka, put there when the bus is imported; a test tells when aiokafka does it by itself.
"""

from aiokafka.conn import AIOKafkaConnection, OAuthAuthenticator
from aiokafka.errors import AuthenticationFailedError


class Strict(OAuthAuthenticator):
    """Signs in with a token, and hears a refusal."""

    async def step(self, payload: bytes | None) -> tuple[bytes, bool] | None:
        """Return what is sent next, None at the end. Raises AuthenticationFailedError without the broker's words, which may tell more."""
        if self._token_sent and payload:
            raise AuthenticationFailedError("the broker refuses the token")
        found: tuple[bytes, bool] | None = await super().step(payload)  # type: ignore[no-untyped-call]
        return found


def _authenticator(connection: AIOKafkaConnection) -> Strict:
    return Strict(sasl_oauth_token_provider=connection._sasl_oauth_token_provider)  # type: ignore[no-untyped-call]


def guard() -> None:
    """Let every connection of this process use it."""
    AIOKafkaConnection.authenticator_oauth = _authenticator  # type: ignore[method-assign]

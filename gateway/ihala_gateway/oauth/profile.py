"""What is demanded of a client, in one place: FAPI 2.0 of every live one, OAuth 2.1 of those in the sandbox.

No client is ever allowed less than its profile says. Tokens for Kafka (`resource=kafka`) are outside of it: an audience of their own,
which nothing of ours but the broker takes.
"""

from dataclasses import dataclass
from typing import Final

from ihala_gateway.tables import Client

METHODS: Final = ("private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth")


@dataclass(frozen=True, slots=True)
class Profile:
    """The demands on one kind of client. PKCE with S256, exact redirect addresses and `iss` in answers are demanded of all."""

    name: str
    methods: frozenset[str]  # of authentication
    sender_constrained: bool  # a token is given only with a key or a certificate to bind it to
    pushed: bool  # a person is sent here with a pushed request only
    second_factor: bool  # a person must have proven herself by more than a password


FAPI: Final = Profile("FAPI 2.0 Security Profile", frozenset(METHODS), sender_constrained=True, pushed=True, second_factor=True)
SANDBOX: Final = Profile("OAuth 2.1", frozenset({*METHODS, "client_secret"}), sender_constrained=False, pushed=False, second_factor=False)

CODE_SECONDS: Final = 60
PUSHED_SECONDS: Final = 300  # FAPI 2.0: less than 600. Whoever must sign in first has this long
TOKEN_SECONDS: Final = 600
KAFKA_SECONDS: Final = 300


def profile_of(client: Client) -> Profile:
    """Return what is demanded of a client."""
    return SANDBOX if client.kind == "sandbox" else FAPI

"""The broker's listener for partners: OAUTHBEARER with tokens that the gateway made for Kafka alone, over TLS where this run speaks it.

The gateway keeps its public keys in a file: a broker that is told an address ends when nobody answers there at its start, and here the
gateway starts after the broker. The broker reads the file again when it changed.
"""

from ihala_local.home import Home, write_private
from ihala_local.ports import HOST, Ports
from ihala_local.tls import Certificates

LISTENER = "DIRECT"
AUDIENCE = "kafka"  # of tokens asked for with resource=kafka
SIGNED_IN_AS = "principal"  # the claim that names the user: client.<client_id>, which is nobody of ours
SESSION_SECONDS = 300  # then whoever is connected shows a new token, or is cut off

_HANDLER = "org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler"
_MODULE = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required"


def address(ports: Ports) -> str:
    """Return the listener as `listeners` names it."""
    return f"{LISTENER}://{HOST}:{ports.kafka_direct}"


def protocol(ports: Ports) -> str:
    """Return how clients speak to it: plain in local runs without TLS only, since a token in the open is a token given away."""
    return "SASL_SSL" if ports.tls else "SASL_PLAINTEXT"


def settings(home: Home, ports: Ports) -> dict[str, object]:
    """Return the listener's settings; writes the files it reads."""
    if not home.kafka_keys.exists():  # before the gateway's first start nobody signs in, which is no reason not to start
        write_private(home.kafka_keys, '{"keys": []}')
    common = {
        "sasl.enabled.mechanisms": "OAUTHBEARER",
        "oauthbearer.sasl.jaas.config": f"{_MODULE};",
        "oauthbearer.sasl.server.callback.handler.class": _HANDLER,
        "oauthbearer.sasl.oauthbearer.jwks.endpoint.url": home.kafka_keys.as_uri(),
        "oauthbearer.sasl.oauthbearer.expected.audience": AUDIENCE,
        "oauthbearer.sasl.oauthbearer.expected.issuer": ports.url("gateway"),
        "oauthbearer.sasl.oauthbearer.sub.claim.name": SIGNED_IN_AS,
        "oauthbearer.connections.max.reauth.ms": SESSION_SECONDS * 1000,
    }
    return {f"listener.name.{LISTENER.lower()}.{name}": value for name, value in {**common, **_tls(home, ports)}.items()}


def java_flags(home: Home) -> tuple[str, ...]:
    """Return what Java must be told, else it reads keys from nowhere."""
    return (f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls={home.kafka_keys.as_uri()}",)


def _tls(home: Home, ports: Ports) -> dict[str, object]:
    if not ports.tls:
        return {}
    made, both = Certificates.of(home), home.path / "tls" / "kafka.pem"
    write_private(both, made.key("gateway").read_text() + made.certificate("gateway").read_text())
    return {"ssl.keystore.type": "PEM", "ssl.keystore.location": both}

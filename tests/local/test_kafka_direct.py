"""The broker's listener for partners, as its settings say; that they do what they say: tests/notify/direct."""

from uuid import UUID

from ihala_local import kafka, kafka_direct
from ihala_local.home import Home
from ihala_local.ports import Ports


def test_tokens_go_in_the_open_only_where_nothing_here_speaks_tls(home: Home) -> None:
    for tls, protocol in ((False, "SASL_PLAINTEXT"), (True, "SASL_SSL")):
        settings = kafka.broker(home, Ports(tls=tls))._settings(home.kafka)
        assert f"DIRECT:{protocol}" in str(settings["listener.security.protocol.map"])
        assert ("listener.name.direct.ssl.keystore.location" in settings) is tls
        assert "DIRECT://127.0.0.1:27095" in str(settings["advertised.listeners"])
    assert (home.path / "tls" / "kafka.pem").stat().st_mode & 0o777 == 0o600


def test_only_tokens_of_this_gateway_for_kafka_are_taken_and_keys_come_from_the_file_alone(home: Home) -> None:
    found = {name.removeprefix("listener.name.direct."): value for name, value in kafka_direct.settings(home, Ports()).items()}
    assert found["sasl.enabled.mechanisms"] == "OAUTHBEARER"
    about = {name.rpartition("sasl.oauthbearer.")[2]: value for name, value in found.items() if "sasl.oauthbearer." in name}
    assert about == {
        "jwks.endpoint.url": home.kafka_keys.as_uri(), "expected.audience": "kafka", "expected.issuer": "http://127.0.0.1:8080",
        "sub.claim.name": "principal",
    }  # fmt: skip
    assert kafka_direct.java_flags(home) == (f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls={home.kafka_keys.as_uri()}",)


def test_keys_that_are_there_are_left_as_they_are(home: Home) -> None:
    kafka_direct.settings(home, Ports())
    assert home.kafka_keys.read_text() == '{"keys": []}'
    home.kafka_keys.write_text("kept")
    kafka_direct.settings(home, Ports())
    assert home.kafka_keys.read_text() == "kept"


def test_no_cluster_is_called_like_an_option() -> None:
    made = iter([UUID(bytes=b"\xfb" * 16), UUID(bytes=b"\xfb" * 16), UUID(bytes=b"\x00" * 16)])
    assert kafka._cluster_id(lambda: next(made)) == "A" * 22

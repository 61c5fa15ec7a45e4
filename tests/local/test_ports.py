import socket

import pytest
from ihala_local.ports import Ports, any_free
from ihala_local.trouble import Trouble


def test_the_offset_moves_every_port_and_the_gateway_can_be_set_alone() -> None:
    ports = Ports.from_environment({"IHALA_PORT_OFFSET": "1000", "IHALA_GATEWAY_PORT": "8888"})
    assert (ports.gateway, ports.intake, ports.sink, ports.postgres, ports.kafka_internal) == (8888, 9081, 9085, 28432, 28094)
    assert Ports.from_environment({}) == Ports()
    assert ports.url("intake") == "http://127.0.0.1:9081"


def test_the_gateways_port_alone_speaks_tls_when_asked() -> None:
    ports = Ports.from_environment({"IHALA_TLS": "1"})
    assert (ports.url("gateway"), ports.url("intake")) == ("https://127.0.0.1:8080", "http://127.0.0.1:8081")
    assert Ports.from_environment({"IHALA_TLS": "0"}) == Ports()


@pytest.mark.parametrize(
    "environ", [{"IHALA_PORT_OFFSET": "many"}, {"IHALA_PORT_OFFSET": "60000"}, {"IHALA_PORT_OFFSET": "-9000"}, {"IHALA_GATEWAY_PORT": "0"}]
)
def test_a_port_that_cannot_be_is_a_sentence(environ: dict[str, str]) -> None:
    with pytest.raises(Trouble, match=r"whole number|outside 1 to 65535"):
        Ports.from_environment(environ)


def test_a_taken_port_is_named_with_the_way_out() -> None:
    port = any_free()
    ports = Ports.shifted(15000, gateway=port)  # where no stack of the tests has a port
    ports.refuse_taken(["gateway"])
    with socket.create_server(("127.0.0.1", port)), pytest.raises(Trouble, match=rf"Port {port} \(gateway\).*IHALA_GATEWAY_PORT"):
        ports.refuse_taken(["gateway", "sink"])

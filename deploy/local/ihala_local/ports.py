"""Which address each part listens on: the defaults, moved by IHALA_PORT_OFFSET and, for the gateway, IHALA_GATEWAY_PORT."""

import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace

from ihala_local.trouble import Trouble

HOST = "127.0.0.1"
SERVICES = ("intake", "directory", "referral", "notify")
APPS = ("gateway", *SERVICES)


@dataclass(frozen=True)
class Ports:
    """One TCP port a listener, all on 127.0.0.1."""

    gateway: int = 8080
    intake: int = 8081
    directory: int = 8082
    referral: int = 8083
    notify: int = 8084
    sink: int = 8085
    sink_smpp: int = 27775
    sink_smtp: int = 27025
    receipts: int = 27085  # where the sink tells notify what became of a message, as an aggregator does
    postgres: int = 27432
    kafka: int = 27092
    kafka_controller: int = 27093
    kafka_internal: int = 27094
    kafka_direct: int = 27095  # partners, with tokens
    tls: bool = False  # of the gateway's port

    @classmethod
    def shifted(cls, offset: int, gateway: int | None = None) -> "Ports":
        """Return the defaults plus `offset`; `gateway` sets that one alone. Raises Trouble outside 1 to 65535."""
        moved = {field.name: getattr(cls, field.name) + offset for field in fields(cls) if field.type is int}
        moved["gateway"] = moved["gateway"] if gateway is None else gateway
        wrong = [f"{name} {port}" for name, port in moved.items() if not 1 <= port <= 65535]
        if wrong:
            raise Trouble(f"These ports are outside 1 to 65535: {', '.join(wrong)}; choose another IHALA_PORT_OFFSET.")
        return cls(**moved)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Ports":
        """Return the ports that IHALA_PORT_OFFSET and IHALA_GATEWAY_PORT ask for. Raises Trouble when one is no number."""
        ports = cls.shifted(_number(environ, "IHALA_PORT_OFFSET") or 0, _number(environ, "IHALA_GATEWAY_PORT"))
        return replace(ports, tls=speaks_tls(environ))

    def of(self, name: str) -> int:
        """Return the port of a part by its name, such as `referral`."""
        port = getattr(self, name)
        assert isinstance(port, int)
        return port

    def url(self, name: str) -> str:
        """Return the base address of a part that speaks HTTP."""
        return f"{'https' if self.tls and name == 'gateway' else 'http'}://{HOST}:{self.of(name)}"

    def refuse_taken(self, names: Iterable[str]) -> None:
        """Raise Trouble naming every port of `names` that another program already listens on."""
        taken = [f"{self.of(name)} ({name.replace('_', ' ')})" for name in names if not free(self.of(name))]
        if taken:
            which = f"Ports {', '.join(taken)} are" if len(taken) > 1 else f"Port {taken[0]} is"
            raise Trouble(
                f"{which} taken by another program: stop it, or move all of Ihala with "
                "`make run IHALA_PORT_OFFSET=100`, or the gateway alone with `make run IHALA_GATEWAY_PORT=8090`."
            )


def speaks_tls(environ: Mapping[str, str]) -> bool:
    """Tell whether IHALA_TLS asks for TLS at the gateway's port."""
    return environ.get("IHALA_TLS", "").strip() not in ("", "0", "no")


def free(port: int) -> bool:
    """Return whether nobody listens on `port` of the loopback address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a connection in TIME_WAIT is no listener
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def any_free() -> int:
    """Return a port that was free a moment ago; for throw-away servers of tests."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    assert isinstance(port, int)
    return port


def _number(environ: Mapping[str, str], name: str) -> int | None:
    value = environ.get(name, "").strip()
    if not value:
        return None
    try:
        return int(value)
    except ValueError:
        raise Trouble(f"{name} must be a whole number, not {value!r}.") from None

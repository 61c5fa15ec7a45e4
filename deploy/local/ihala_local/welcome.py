"""What is printed when everything is up: where things are, who may try them, and three calls to begin with."""

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.table import Table

from ihala_local import kafka_direct
from ihala_local.demo import Demo
from ihala_local.home import REPOSITORY, Home
from ihala_local.place import Place
from ihala_local.ports import HOST, SERVICES
from ihala_local.tls import Certificates


def welcome(console: Console, place: Place) -> None:
    """Print it all."""
    demo = Demo.read(place.home)
    console.print()
    console.print(_addresses(place))
    console.print()
    console.print(_clients(demo.clients.values()))
    home = _short(place.home)
    console.print(f"\nTheir keys are in {home}/keys; {home}/demo.json lists everything for programs, scopes included.")
    if place.ports.tls:
        made = Certificates.of(place.home)
        console.print(f"TLS: trust {made.authority} in your browser, and for curl say [bold]export SSL_CERT_FILE={made.authority}[/bold].")
        console.print(f"A client's certificate signed by it: --cert {made.certificate('client')} --key {made.key('client')}")
    console.print("\n[bold]Try[/bold]")
    for call in calls(demo):
        console.print(call, highlight=False, soft_wrap=True, markup=False)


def calls(demo: Demo) -> list[str]:
    """Return three curl commands: one open to everybody, one of a partner's system, one of a provider's."""
    return [
        f"{_curl(demo)} {demo.base_url}/directory/v1/needs",
        _call(demo, _first_with(demo, "intake:request"), "/directory/v1/services"),
        _call(demo, _first_with(demo, "referral:answer"), "/referral/v1/referrals"),
    ]


def _call(demo: Demo, client_id: str, path: str) -> str:
    return f'{_curl(demo)} -H "Authorization: Bearer $(.venv/bin/python -m ihala_local token {client_id})" {demo.base_url}{path}'


def _curl(demo: Demo) -> str:
    return 'curl --cacert "$SSL_CERT_FILE"' if demo.base_url.startswith("https:") else "curl"


def _first_with(demo: Demo, scope: str) -> str:
    """Return the client that has the scope and fewest others: the plainest example."""
    able = [client for client in demo.clients.values() if scope in client["scopes"]]
    return str(min(able, key=lambda client: len(client["scopes"]))["client_id"])


def _addresses(place: Place) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_row("gateway", place.ports.url("gateway"))
    for name in SERVICES:
        table.add_row(name, f"{place.ports.url('gateway')}/{name}/v1")
    table.add_row("tokens", f"{place.ports.url('gateway')}/oauth/token")
    table.add_row("reference", f"{place.ports.url('gateway')}/docs")
    table.add_row("messages", f"{place.ports.url('sink')}/")
    table.add_row("Kafka", f"{place.kafka_servers} (SASL_PLAINTEXT, SCRAM-SHA-512)")
    if not place.outside_kafka:
        table.add_row("Kafka for partners", f"{HOST}:{place.ports.kafka_direct} ({kafka_direct.protocol(place.ports)}, OAUTHBEARER)")
    return table


def _clients(clients: Iterable[dict[str, Any]]) -> Table:
    """Who may try it; the scopes of each stand in demo.json."""
    table = Table("client", "organisation", "kind", "roles", box=None, pad_edge=False, title="Demonstration clients")
    table.title_justify = "left"
    for client in clients:
        if client["organization_kind"] != "system":
            table.add_row(client["client_id"], client["organization"], client["organization_kind"], ", ".join(client["roles"]))
    return table


def _short(home: Home) -> str:
    return str(home.path.relative_to(REPOSITORY) if home.path.is_relative_to(REPOSITORY) else home.path)

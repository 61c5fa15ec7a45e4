"""Demonstration clients: organisations that exist only here, each with a key of its own, so that tokens are real; and their people."""

import base64
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey

from ihala_local.home import Home, write_private
from ihala_local.place import Place
from ihala_local.trouble import Trouble

CLIENTS = Path(__file__).parent / "data" / "clients.json"
PEOPLE = Path(__file__).parent / "data" / "people.json"
_OF_ORGANIZATION = ("organization_id", "organization", "organization_kind", "operator_id", "governorates", "cleared", "trained_on")


@dataclass(frozen=True)
class Demo:
    """What demo.json says: addresses, and clients with their organisation, kind, roles, scopes, key_file and kid."""

    base_url: str
    kafka: str
    sink: str
    clients: dict[str, dict[str, Any]]  # by client_id

    @classmethod
    def read(cls, home: Home) -> "Demo":
        """Return the demonstration of a home. Raises Trouble before its first start."""
        try:
            found = json.loads(home.demo.read_text())
        except FileNotFoundError:
            raise Trouble(f"There is no demonstration in {home.path} yet: `make up` starts one.") from None
        return cls(found["base_url"], found["kafka"], found["sink"], {client["client_id"]: client for client in found["clients"]})

    def client(self, client_id: str) -> dict[str, Any]:
        """Return one client. Raises Trouble naming those there are."""
        if client_id not in self.clients:
            raise Trouble(f"There is no demonstration client {client_id!r}; there are {', '.join(self.clients)}.")
        return self.clients[client_id]


def write(place: Place) -> Path:
    """Write demo.json for people and programs, and return the file of public keys that the gateway loads; people.json is beside it."""
    described, registered = [], []
    for client in json.loads(CLIENTS.read_text()):
        key = signing_key(place.home.key_file(client["client_id"]))
        described.append({**client, "key_file": str(place.home.key_file(client["client_id"])), "kid": key.kid})
        registered.append({**client, "jwks": {"keys": [{**key.as_dict(private=False), "alg": "ES256", "use": "sig"}]}})
    demo = {
        "base_url": place.ports.url("gateway"),
        "token_url": f"{place.ports.url('gateway')}/oauth/token",
        "kafka": place.kafka_servers,
        "sink": place.ports.url("sink"),
        "clients": described,
        "people": [{"name": each["name"], "password": each["password"], "roles": each["roles"]} for each in people(place.home)],
    }
    write_private(place.home.demo, json.dumps(demo, indent=1, ensure_ascii=False))
    public = place.home.path / "clients.json"
    write_private(public, json.dumps(registered, indent=1, ensure_ascii=False))
    write_private(place.home.path / "people.json", json.dumps(people(place.home), indent=1, ensure_ascii=False))
    return public


def people(home: Home) -> list[dict[str, Any]]:
    """Return the people who may try the sign-in, each at one client's organisation. Passwords follow from this home's own keys."""
    clients = {client["client_id"]: client for client in json.loads(CLIENTS.read_text())}
    found = []
    for person in json.loads(PEOPLE.read_text()):
        facts = {name: clients[person["at"]].get(name) for name in _OF_ORGANIZATION}
        digest = hashlib.sha256(home.key_file(person["at"]).read_bytes() + person["name"].encode()).digest()
        found.append({
            **facts, "name": person["name"], "roles": person["roles"], "language": person["language"], "kind": "sandbox",
            "code_signed_on": facts["trained_on"], "password": base64.urlsafe_b64encode(digest[:15]).decode(),
        })  # fmt: skip
    return found


def signing_key(file: Path) -> ECKey:
    """Return the ES256 key of a PEM file, with its thumbprint as key id."""
    key = ECKey.import_key(file.read_bytes())
    key.ensure_kid()
    return key

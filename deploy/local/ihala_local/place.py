"""Where one local Ihala is: its home, its ports, its servers, and what each service is told of them."""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ihala_local import kafka, postgres
from ihala_local.home import REPOSITORY, Home
from ihala_local.ports import APPS, HOST, SERVICES, Ports
from ihala_local.provision.databases import Server, Wanted
from ihala_local.provision.topics import ACCESS, Cluster
from ihala_local.tls import Certificates
from ihala_local.trouble import Trouble

DESKS = {"IQG11": "c4d977e3-e2c4-5283-b88f-2d2b59a2e77f", "*": "f8c41901-9144-50cc-9662-abb2d158ccad"}  # by governorate


@dataclass(frozen=True)
class Place:
    """A home and its ports, with the outside servers it uses instead of its own, if any."""

    home: Home
    ports: Ports
    outside_postgres: str | None = None
    outside_kafka: Cluster | None = None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Place":
        """Return what IHALA_HOME, IHALA_PORT_OFFSET, IHALA_POSTGRES_URL, IHALA_KAFKA_SERVERS … ask for. Raises Trouble."""
        postgres_url = environ.get("IHALA_POSTGRES_URL") or None
        return cls(Home.from_environment(environ), Ports.from_environment(environ), postgres_url, _outside_kafka(environ))

    @property
    def server(self) -> Server:
        """PostgreSQL, as its superuser reaches it."""
        if self.outside_postgres:
            return Server(self.outside_postgres)
        return Server(f"postgresql://{postgres.SUPERUSER}:{self.home.secret('postgres')}@{HOST}:{self.ports.postgres}/postgres")

    @property
    def kafka_servers(self) -> str:
        """Where clients find Kafka."""
        return self.outside_kafka.servers if self.outside_kafka else f"{HOST}:{self.ports.kafka}"

    @property
    def kafka_admin(self) -> Cluster:
        """Kafka, as its administrator reaches it."""
        if self.outside_kafka:
            return self.outside_kafka
        inside = f"{HOST}:{self.ports.kafka_internal}"
        return Cluster(inside, kafka.ADMIN, self.home.secret("kafka-admin"), "PLAIN", replicas=1)

    @property
    def kafka_passwords(self) -> dict[str, str]:
        """Password of each user whom provisioning makes; the administrator, whom access lists do not bind, is one on our own Kafka."""
        users = {app: self.home.secret(f"{app}-kafka") for app in APPS} | {ACCESS: self.home.secret("kafka-access")}
        return users if self.outside_kafka else users | {kafka.ADMIN: self.home.secret("kafka-admin")}

    @property
    def listeners(self) -> list[str]:
        """Names of the ports that parts of ours listen on."""
        own = [] if self.outside_postgres else ["postgres"]
        own += [] if self.outside_kafka else ["kafka", "kafka_controller", "kafka_internal", "kafka_direct"]
        return [*APPS, "sink", "sink_smpp", "sink_smtp", "receipts", *own]

    def database(self, service: str) -> Wanted:
        """Return the database that provisioning makes for a service."""
        return Wanted(service, self.home.secret(f"{service}-owner"), self.home.secret(f"{service}-app"))

    def environment(self, service: str, owner: bool = False) -> dict[str, str]:
        """Return the whole environment of a service's process; `owner` adds the owner's address, for `ihala migrate` and `ihala clock`."""
        wanted = self.database(service)
        settings = {
            "DATABASE_URL": self.server.url_for(wanted.database, wanted.app, wanted.app_password),
            "KAFKA_SERVERS": self.kafka_servers,
            "KAFKA_USERNAME": service,
            "KAFKA_PASSWORD": self.home.secret(f"{service}-kafka"),
            "ISSUER": self.ports.url("gateway"),
            "HOST": HOST,
            "PORT": str(self.ports.of(service)),
            "MASTER_KEY": self.home.secret(f"{service}-master-key"),
            "CLOCK_MAY_MOVE": "true",  # a demonstration waits for no follow-up
            **self._own_settings(service),
        }
        if owner:
            settings["OWNER_DATABASE_URL"] = self.server.url_for(wanted.database, wanted.owner, wanted.owner_password)
        named = {f"{service.upper()}_{name}": value for name, value in settings.items()}
        return {**os.environ, "MALLOC_ARENA_MAX": "2", "PYTHONUNBUFFERED": "1", **named}

    def migrations(self, service: str) -> Path:
        """Return the directory of a service's migrations."""
        return (REPOSITORY / "gateway" if service == "gateway" else REPOSITORY / "services" / service) / "migrations"

    def clean(self) -> None:
        """Remove the data of this home, also what PostgreSQL keeps outside of a private one."""
        kept = postgres.place(self.home, postgres.unprivileged())
        if kept != self.home.path:
            shutil.rmtree(kept, ignore_errors=True)
        self.home.clean()

    def _own_settings(self, service: str) -> dict[str, str]:
        if service == "gateway":
            upstreams = {name: self.ports.url(name) for name in SERVICES}
            # Stories, scenarios and benches call in a minute what a partner does in a day.
            own = {"UPSTREAMS": json.dumps(upstreams), "LIMIT_FACTOR": "1000", "KEYS_INSIDE": "true"}
            return {**own, "KAFKA_KEYS_FILE": str(self.home.kafka_keys), **self._tls_settings()}
        if service == "intake":  # there are two operators: who calls back those that ask on the public page
            return {"DESKS": json.dumps(DESKS), "QUIET_HOURS": "false"}  # a story told at night shows its messages
        if service == "directory":  # who publishes the open feed: the operator of the demonstration's data
            return {"PUBLISHER_NAME": "MoMD branch office, Mosul (illustrative)", "PUBLISHER_WEBSITE": self.ports.url("gateway")}
        if service == "notify":
            return {
                "CLIENT_KEY_FILE": str(self.home.key_file("notify")),
                **self._ways_of_messages(),
                "LIMIT_FACTOR": "100",  # a person of a story hears in a minute what else takes weeks
                "KAFKA_ACCESS_PASSWORD": "" if self.outside_kafka else self.home.secret("kafka-access"),
                "WEBHOOK_HOSTS": json.dumps(["127.0.0.1", "localhost"]),  # receivers that somebody tries here
            }
        return {}

    def _ways_of_messages(self) -> dict[str, str]:
        """Two SMS routes and a mail server, all of them the sink: most texts by SMPP, some by HTTP, by either when one is away."""
        smpp = {
            "name": "smpp", "kind": "smpp", "url": f"smpp://{HOST}:{self.ports.sink_smpp}", "weight": 70, "system_id": "ihala",
            "password": "sink", "tells_id": True,
        }  # fmt: skip
        rapidpro = {
            "name": "rapidpro", "kind": "rapidpro", "url": f"{self.ports.url('sink')}/rapidpro", "weight": 30, "sender": "Ihala",
            "receipt_secret": self.home.secret("receipts"),
        }  # fmt: skip
        mail = {"SMTP_HOST": HOST, "SMTP_PORT": str(self.ports.sink_smtp), "SMTP_SECURITY": "none"}
        return {"SMS_ROUTES": json.dumps([smpp, rapidpro]), "RECEIPTS_PORT": str(self.ports.receipts), **mail}

    def _tls_settings(self) -> dict[str, str]:
        if not self.ports.tls:
            return {}
        made = Certificates.of(self.home)
        return {
            "TLS_CERTIFICATE": str(made.certificate("gateway")),
            "TLS_KEY": str(made.key("gateway")),
            "CLIENT_AUTHORITIES": str(made.authority),
        }


def _outside_kafka(environ: Mapping[str, str]) -> Cluster | None:
    servers = environ.get("IHALA_KAFKA_SERVERS")
    if not servers:
        return None
    user, password = environ.get("IHALA_KAFKA_USERNAME"), environ.get("IHALA_KAFKA_PASSWORD")
    if not (user and password):
        raise Trouble("IHALA_KAFKA_SERVERS also needs IHALA_KAFKA_USERNAME and IHALA_KAFKA_PASSWORD of an administrator (SCRAM-SHA-512).")
    return Cluster(servers, user, password, environ.get("IHALA_KAFKA_MECHANISM", "SCRAM-SHA-512"))

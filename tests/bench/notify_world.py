"""Notify as a process of its own, as where it is installed, between real PostgreSQL, Kafka, SMSC and mail server; intake and gateway are a
small HTTP server, so that it is notify that is measured."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil
from ihala_contracts.intake_v1 import NeedIdentified
from ihala_kit.bus import Message, Producer
from ihala_kit.bus import message as as_message
from ihala_kit.db import Database
from ihala_kit.ids import new_id
from ihala_kit.vault import new_master_key
from ihala_local.ports import HOST, Ports, any_free
from ihala_local.provision.databases import Wanted, provision
from ihala_local.stack import Stack
from ihala_notify.app import create
from ihala_notify.flow import APPLICATION
from ihala_notify.settings import Settings
from pydantic import SecretStr

from tests.notify.conftest import make_notify_database
from tests.notify.peers import Peers, peers_serving
from tests.notify.samples import sample
from tests.notify.world import World

PORT_OFFSET = 4200
CALM_SECONDS = 2.0


@dataclass
class Made:
    """A database of notify, what is around it, and where the sink keeps what came."""

    settings: Settings
    world: World
    peers: Peers
    producer: Producer
    kept: Path
    smpp: int
    smtp: int

    @asynccontextmanager
    async def notify(self, role: str) -> AsyncIterator[psutil.Process]:
        """Run notify with this role; it sends already."""
        command = [str(Path(sys.executable).with_name("ihala")), "run", "notify", "--role", role]
        child = await asyncio.create_subprocess_exec(*command, env=self._environment(), stdout=DEVNULL, stderr=DEVNULL)
        try:
            listening = "SELECT pid FROM pg_stat_activity WHERE application_name = :name AND datname = current_database()"
            async with asyncio.timeout(60):
                while not await self.world.rows(listening, name=APPLICATION):
                    await asyncio.sleep(0.1)
            await asyncio.sleep(CALM_SECONDS)
            yield psutil.Process(child.pid)
        finally:
            child.terminate()
            await child.wait()

    async def happen(self, need_id: UUID) -> datetime:
        """Have a need identified, by Kafka; return when its event was there to be read."""
        event = sample(NeedIdentified, need_id=need_id, sensitivity="standard", origin_kind="nngo", reference="NIN-7K3F-92QX")
        await self.producer.send([_as_message(event)])
        return datetime.now(UTC)

    async def until_came(self, way: str, number: int, seconds: float) -> list[dict[str, Any]]:
        """Return what the sink took by this way, in its order, when it is so much. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while True:
                lines = self.kept.read_text("utf-8").splitlines() if self.kept.exists() else []
                if len(lines) >= number and len(found := [one for one in map(json.loads, lines) if one["way"] == way]) >= number:
                    return found
                await asyncio.sleep(0.25)

    def _environment(self) -> dict[str, str]:
        told = self.settings
        route = {"name": "smsc", "kind": "smpp", "url": f"smpp://{HOST}:{self.smpp}", "system_id": "ihala", "tells_id": True}
        mine = {
            "DATABASE_URL": told.database_url, "KAFKA_SERVERS": told.kafka_servers, "KAFKA_USERNAME": told.kafka_username,
            "KAFKA_PASSWORD": told.kafka_password.get_secret_value(), "MASTER_KEY": told.master_key.get_secret_value(),
            "ISSUER": self.peers.address, "CLIENT_KEY_FILE": str(self.peers.key_file), "SMS_ROUTES": json.dumps([route]),
            "SMTP_HOST": HOST, "SMTP_PORT": str(self.smtp), "SMTP_SECURITY": "none", "PORT": str(any_free()),
        }  # fmt: skip
        return {**os.environ, **{f"NOTIFY_{name}": value for name, value in mine.items()}}


def _as_message(event: NeedIdentified) -> Message:
    row = {
        "id": new_id(), "topic": event.topic, "key": event.key, "type": event.type, "version": event.version, "sequence": 1, "epoch": 1,
        "time": datetime.now(UTC), "traceparent": None, "snapshot": False, "data": event.model_dump_json(),
    }  # fmt: skip
    return as_message(row, "intake")


@contextmanager
def _sink(folder: Path, smpp: int, smtp: int) -> Iterator[Path]:
    kept = folder / "messages.jsonl"
    process = subprocess.Popen([sys.executable, "-m", "ihala_local.sink", str(any_free()), str(kept), str(smpp), str(smtp)])
    try:
        yield kept
    finally:
        process.terminate()
        process.wait()


@asynccontextmanager
async def world() -> AsyncIterator[Made]:
    """Start all of it but notify itself."""
    with tempfile.TemporaryDirectory(prefix="ihala-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        smpp, smtp = any_free(), any_free()
        async with Stack(folder / "home", Ports.shifted(PORT_OFFSET), apps=(), seed=False) as stack:
            settings = await _settings(stack)
            database = Database(settings)
            await database.start()
            await asyncio.sleep(CALM_SECONDS)  # fresh access lists take a moment to reach the broker
            of_intake = settings.model_copy(
                update={"kafka_username": "intake", "kafka_password": SecretStr(stack.home.secret("intake-kafka"))}
            )
            try:
                async with peers_serving(folder / "notify.pem") as peers, Producer(of_intake) as producer:
                    with _sink(folder, smpp, smtp) as kept:
                        made = Made(settings, World(create(settings), database), peers, producer, kept, smpp, smtp)
                        await made.world.introduce()
                        yield made
            finally:
                await database.stop()


async def _settings(stack: Stack) -> Settings:
    wanted = Wanted("bench", "bench", "bench")
    await provision(stack.place.server, [wanted])
    url = stack.place.server.url_for
    await make_notify_database(url(wanted.database, wanted.owner, "bench"), wanted.app)
    return Settings(
        database_url=url(wanted.database, wanted.app, "bench"), kafka_servers=stack.place.kafka_servers, kafka_username="notify",
        kafka_password=SecretStr(stack.home.secret("notify-kafka")), master_key=SecretStr(new_master_key()),
    )  # fmt: skip

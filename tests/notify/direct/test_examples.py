"""The examples of docs/examples/kafka as they are printed: with a real gateway's tokens, over TLS, and a broker that knows nothing else."""

import asyncio
import os
import shutil
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from ihala_gateway.settings import Settings as GatewaySettings
from ihala_kit.vault import new_master_key
from ihala_local.home import REPOSITORY
from ihala_local.testing import ThrowAwayPostgres, migrated
from ihala_local.testing_kafka import ThrowAwayKafka
from ihala_local.tls import Certificates
from joserfc.jwk import ECKey

from tests.gateway.house import DOCUMENTS, House, Upstream, opened
from tests.notify.direct.conftest import Office
from tests.notify.direct.partner import Issuer

EXAMPLES = REPOSITORY / "docs" / "examples" / "kafka"
WITHIN_SECONDS = 40
needs_java = pytest.mark.skipif(not (shutil.which("java") and shutil.which("javac")), reason="no Java here that compiles")


@pytest.fixture(scope="module")
async def gateway(postgres: ThrowAwayPostgres, kafka: ThrowAwayKafka, issuer: Issuer) -> AsyncIterator[House]:
    """A gateway at the address that the broker knows as its issuer; it keeps the broker's file of keys."""
    place, certificates = kafka.place, Certificates.of(kafka.place.home)
    async with postgres.scratch("gateway", migrated("gateway")) as scratch:
        settings = GatewaySettings(
            database_url=scratch.url, owner_database_url=scratch.owner_url, master_key=new_master_key(),
            issuer=place.ports.url("gateway"), upstreams=dict.fromkeys(DOCUMENTS, "http://127.0.0.1:1"),
            tls_certificate=certificates.certificate("gateway"), tls_key=certificates.key("gateway"),
            kafka_keys_file=place.home.kafka_keys,
        )  # fmt: skip
        async with opened(settings, Upstream(), place.ports.gateway) as found:
            yield found
    issuer.publish()


@dataclass
class Partner:
    """A registered client, and what its programs are told."""

    environment: dict[str, str]

    @property
    def client_id(self) -> str:
        return self.environment["IHALA_CLIENT_ID"]

    @asynccontextmanager
    async def running(self, *words: str | Path) -> AsyncIterator[Process]:
        process = await asyncio.create_subprocess_exec(*words, env=os.environ | self.environment, stdout=PIPE, stderr=PIPE)
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()


@pytest.fixture
async def partner(gateway: House, kafka: ThrowAwayKafka, organization: UUID, tmp_path: Path) -> Partner:
    key = ECKey.generate_key("P-256", {"alg": "ES256", "use": "sig"})
    jwks = {"keys": [{**key.as_dict(private=False), "kid": key.thumbprint()}]}
    client_id = f"example-{organization}"
    await gateway.register(client_id, scopes=["events:read"], organization_id=str(organization), jwks=jwks, kind="live")
    file = tmp_path / "key.pem"
    file.write_bytes(key.as_pem(private=True))
    return Partner({
        "IHALA_URL": gateway.settings.issuer, "IHALA_CLIENT_ID": client_id, "IHALA_KEY_FILE": str(file), "IHALA_KAFKA": kafka.direct,
        "IHALA_ORGANIZATION": str(organization), "IHALA_CA_FILE": str(kafka.authority),
    })  # fmt: skip


async def lines(process: Process, number: int) -> list[list[str]]:
    """Return the next lines that it prints, in words."""
    assert process.stdout is not None and process.stderr is not None
    found: list[list[str]] = []
    async with asyncio.timeout(WITHIN_SECONDS):
        while len(found) < number:
            if not (line := await process.stdout.readline()):
                pytest.fail((await process.stderr.read()).decode()[-3000:])
            found.append(line.decode().split(" ", 4))
    return found


async def follows(office: Office, partner: Partner, organization: UUID, words: Sequence[str | Path]) -> None:
    """What was there, then what comes; and after a new start only what is new."""
    await office.approve(partner.client_id, organization)
    ids = await office.append(organization, 3)
    async with partner.running(*words) as process:
        first = await lines(process, 3)
        ids += await office.append(organization, 2)
        first += await lines(process, 2)
        await asyncio.sleep(0.2)  # the last is committed
    assert [(line[0], line[1]) for line in first] == [(str(number), str(each)) for number, each in enumerate(ids, 1)]
    assert first[0][2] == "org.ihala.referral.accepted" and '"referral_id"' in first[0][4]


@pytest.mark.parametrize("example", ["follow_aiokafka.py", "follow_confluent.py"])
async def test_python(office: Office, partner: Partner, organization: UUID, example: str) -> None:
    await follows(office, partner, organization, [sys.executable, EXAMPLES / example])


@needs_java
async def test_java(office: Office, partner: Partner, organization: UUID, kafka: ThrowAwayKafka, tmp_path: Path) -> None:
    jars = f"{kafka.place.home.jars}/*"
    compiling = await asyncio.create_subprocess_exec(
        "javac", "-Xlint:all", "-Werror", "-cp", jars, "-d", tmp_path, EXAMPLES / "Follow.java", stderr=PIPE
    )
    assert (await compiling.communicate())[1] == b""
    await follows(office, partner, organization, ["java", "-cp", f"{tmp_path}:{jars}", "Follow"])


async def test_a_client_that_the_gateway_suspended_gets_no_token_and_prints_nothing(
    office: Office, partner: Partner, organization: UUID, gateway: House
) -> None:
    from ihala_gateway.clients import standing
    from ihala_kit.auth import Caller

    async with gateway.database.transaction(Caller.system("test")) as tx:
        await standing.suspend(tx, partner.client_id)
    await office.approve(partner.client_id, organization)
    await office.append(organization, 1)
    async with partner.running(sys.executable, EXAMPLES / "follow_aiokafka.py") as process:
        assert process.stdout is not None and process.stderr is not None
        out, error = await asyncio.wait_for(process.communicate(), WITHIN_SECONDS)
    assert (process.returncode, out) == (1, b"")
    assert b"KafkaConnectionError" in error or b"HTTPError" in error

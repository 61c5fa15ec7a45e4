"""What docs/events.md, the README and the client's README print runs as it is printed, against a gateway, a notify and a referral."""

import asyncio
import json
import os
import re
import sys
from asyncio.subprocess import PIPE
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import pytest
from ihala_client import Client, Event, keep
from ihala_contracts.referral_v1 import ReferralAccepted, ReferralOffered
from ihala_kit.db import Database
from ihala_kit.http import create_app
from ihala_kit.testing import Mint, serving
from ihala_kit.vault import new_master_key
from ihala_local.testing import ThrowAwayPostgres
from ihala_referral.app import service
from standardwebhooks import Webhook as Signer

from tests.clients.standing import Standing, standing
from tests.gateway.house import KEY
from tests.notify.samples import RECEIVER, sample
from tests.referral.actors import HLP, Actor
from tests.referral.conftest import migrate
from tests.referral.world import World

ROOT = Path(__file__).parents[2]
PAGE, README, OWN = ROOT / "docs" / "events.md", ROOT / "README.md", ROOT / "contracts" / "clients" / "python" / "README.md"
PROVIDER = Actor("provider", RECEIVER)


def printed(page: Path, mark: str) -> str:
    """Return the one piece of Python on a page that holds these words."""
    [found] = [code for code in re.findall(r"^```python\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL) if mark in code]
    return str(found)


TEN = printed(PAGE, "Client.from_environment()")


@dataclass
class Scene:
    """Everything that runs, and a client that has both scopes."""

    ihala: Standing
    referrals: World
    environment: dict[str, str]
    folder: Path

    async def tell(self, kind: Any, referral_id: UUID, need_id: UUID) -> None:
        """Let notify hear of a move, as Kafka would bring it."""
        await self.ihala.world.deliver(sample(kind, need_id=need_id, referral_id=referral_id))


@pytest.fixture(scope="module")
async def scene(postgres: ThrowAwayPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    worlds: list[World] = []

    @asynccontextmanager
    async def referral(issuer: str) -> AsyncIterator[dict[str, str]]:
        async with postgres.scratch("referral", migrate) as scratch:
            with pytest.MonkeyPatch.context() as environment:
                given = {
                    "DATABASE_URL": scratch.url,
                    "OWNER_DATABASE_URL": scratch.owner_url,
                    "MASTER_KEY": new_master_key(),
                    "ISSUER": issuer,
                }
                for name, value in (given | {"MASTER_KEY": new_master_key()}).items():
                    environment.setenv(f"REFERRAL_{name}", value)
                made = service()
            database = Database(made.settings)
            await database.start()
            async with serving(create_app(made, database)) as address, aiohttp.ClientSession(address) as session:
                worlds.append(World(made, database, session, Mint()))
                yield {"referral": address}
            await database.stop()

    folder = tmp_path_factory.mktemp("integrator")
    (folder / "my-key.pem").write_bytes(KEY.as_pem(private=True))
    async with standing(postgres, referral) as found:
        scopes = ["events:read", "referral:read", "referral:answer"]
        await found.gateway.register("my-client", kind="live", scopes=scopes, organization_id=str(RECEIVER), organization_kind="nngo")
        [world] = worlds
        await world.join(HLP, PROVIDER)
        await world.learn_directory_key()
        said = {"IHALA_URL": found.address, "IHALA_CLIENT_ID": "my-client", "IHALA_KEY_FILE": "my-key.pem"}
        yield Scene(found, world, said, folder)


@asynccontextmanager
async def running(scene: Scene, code: str) -> AsyncIterator[asyncio.StreamReader]:
    """Run code as a program of its own; gives what it prints. It is killed when this is left."""
    environment = {"PATH": os.environ["PATH"], **scene.environment}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-u", "-c", code, cwd=scene.folder, env=environment, stdout=PIPE, stderr=PIPE
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(30):
            yield process.stdout
    finally:
        if process.returncode is None:
            process.kill()
        print((await process.communicate())[1].decode())


def test_the_readme_and_the_page_print_the_same_ten_lines() -> None:
    assert printed(README, "Client.from_environment()") == TEN
    assert len([line for line in TEN.splitlines() if line.strip()]) == 10


async def test_the_ten_lines_list_what_is_open_then_follow_and_go_on_where_they_were(scene: Scene) -> None:
    need_id, open_id = await scene.referrals.offered(PROVIDER)
    await scene.ihala.world.identify(need_id)
    await scene.tell(ReferralOffered, open_id, need_id)  # before they begin: they know it from the list
    async with running(scene, TEN) as said:
        listed = (await said.readline()).decode()
        assert f"UUID('{open_id}')" in listed and "state='offered'" in listed
        while not (scene.folder / "cursor").exists():
            await asyncio.sleep(0.01)
        await scene.tell(ReferralAccepted, open_id, need_id)
        line = (await said.readline()).decode()
        assert "referral.accepted" in line and str(open_id) in line
    later_need, later = await scene.referrals.offered(PROVIDER)
    await scene.ihala.world.identify(later_need)
    await scene.tell(ReferralOffered, later, later_need)  # while nobody listens
    async with running(scene, TEN) as said:
        lines = [(await said.readline()).decode()]
        while str(later) not in lines[-1]:
            lines.append((await said.readline()).decode())
        again = [line for line in lines if str(open_id) in line]
        assert len(again) <= 1 and "referral.offered" not in "".join(again), "it went on where it was; what was in hand may come twice"


def test_who_is_killed_while_a_cursor_is_written_finds_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def written_and_killed(path: Path, text: str) -> None:
        path.open("w").close()
        raise KeyboardInterrupt

    keep(tmp_path / "cursor", "one")
    monkeypatch.setattr(Path, "write_text", written_and_killed)
    with pytest.raises(KeyboardInterrupt):
        keep(tmp_path / "cursor", "two")
    assert (tmp_path / "cursor").read_text() == "one"


def test_the_copy_drops_what_is_older_and_what_comes_twice() -> None:
    space: dict[str, Any] = {}
    exec(printed(PAGE, "def apply"), space)

    def event(version: int | None, state: str) -> Event:
        data = {"state": state} | ({} if version is None else {"referral_version": version})
        return Event(id=UUID(int=1), source="x", type="x", subject="r", sequence=1, data=data)

    known: dict[str, Any] = {}
    for version, state in ((1, "offered"), (3, "accepted"), (2, "acknowledged"), (3, "accepted"), (None, "none")):
        space["apply"](event(version, state), known)
    assert known == {"r": (3, "accepted")}


def test_the_receiver_of_webhooks_takes_what_is_genuine() -> None:
    code, space = printed(PAGE, "def received"), {}
    exec(code, space)
    secret = re.findall(r"whsec_[A-Za-z0-9+/=]+", code)[0]
    body = json.dumps({"id": str(UUID(int=7)), "source": "x", "type": "org.ihala.x", "subject": "s", "sequence": 1, "data": {}})
    at = datetime.now(UTC)
    headers = {"webhook-id": str(UUID(int=7)), "webhook-timestamp": str(int(at.timestamp()))}
    headers["webhook-signature"] = Signer(secret).sign(str(UUID(int=7)), at, body)
    assert space["received"](headers, body.encode()) == 204
    headers["webhook-signature"] = Signer("whsec_" + b64encode(bytes(32)).decode()).sign(str(UUID(int=7)), at, body)
    assert space["received"](headers, body.encode()) == 400


async def test_the_clients_own_page_accepts_a_referral(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    _, referral_id = await scene.referrals.offered(PROVIDER)
    code = (
        printed(OWN, "post_referrals_acceptance")
        .replace("https://ihala.example", scene.ihala.address)
        .replace('"my-key.pem"', repr(str(scene.folder / "my-key.pem")))
    )
    await asyncio.to_thread(exec, code, {})
    assert (await scene.referrals.referral(referral_id)).state == "accepted", capsys.readouterr().out


def test_a_client_of_the_environment_is_the_one_it_names(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in scene.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(scene.folder)
    with Client.from_environment() as client:
        assert client._core.client_id == "my-client" and client._core.issuer == scene.ihala.address

"""People's accounts on the command line: the first one, and the sealed one for emergencies."""

import asyncio
import json
import os
import re
from pathlib import Path
from uuid import UUID

import pytest
from ihala_gateway.cli import app
from ihala_kit.auth import Caller
from ihala_local import demo
from ihala_local.home import Home
from sqlalchemy import text
from typer.testing import CliRunner

from tests.gateway.house import OPERATOR, ORGANIZATION, House
from tests.gateway.staff import PASSWORD, browser, events_about, forget_tries, who


@pytest.fixture(autouse=True)
async def nothing_tried(home: House) -> None:
    await forget_tries(home)


async def test_the_first_account_comes_from_the_command_line(home: House, tmp_path: Path) -> None:
    status, said = await _command(
        home, "accounts", "add", "--name", "first.one", "--organization-id", str(OPERATOR), "--organization", "Ministry",
        "--organization-kind", "operator", "--role", "operator-administrator", "--sandbox", "--trained-on", "2026-01-02",
    )  # fmt: skip
    assert status == 0, said
    account_id, link = said.split()
    async with browser(home) as at:
        path = "/invitation/" + link.rpartition("/")[2]
        await at.open(path)
        await at.send(path, password=PASSWORD, again=PASSWORD)
        assert await who(home, at) is not None
    _, listed = await _command(home, "accounts", "list")
    assert f"{account_id}  active  sandbox  first.one  Ministry  operator-administrator" in listed
    assert await _command(home, "accounts", "suspend", account_id) == (0, "suspended\n")
    assert await _command(home, "accounts", "restore", account_id) == (0, "restored\n")
    status, said = await _command(home, "accounts", "add", *_flags(name="first.one"))
    assert (status, said) == (1, "this sign-in name is taken\n")
    assert await _command(home, "accounts", "suspend", str(ORGANIZATION)) == (1, f"there is no account {ORGANIZATION}\n")
    file = tmp_path / "people.json"
    entry = {"name": "from.file", "organization_id": str(OPERATOR), "organization": "M", "organization_kind": "operator"}
    file.write_text(json.dumps([entry | {"kind": "sandbox", "password": PASSWORD}]))
    assert await _command(home, "accounts", "load", str(file)) == (0, "1 added, 0 there already\n")
    assert await _command(home, "accounts", "load", str(file)) == (0, "0 added, 1 there already\n")
    file.write_text(json.dumps([entry | {"name": "live.one", "kind": "live", "password": PASSWORD}]))
    status, said = await _command(home, "accounts", "load", str(file))
    assert status == 1 and PASSWORD not in said
    file.write_text(json.dumps([entry | {"code_signed_on": "2999-01-01"}]))
    status, said = await _command(home, "accounts", "load", str(file))
    assert status == 1 and "the day has not come" in said


async def test_the_emergency_account_is_sealed_until_somebody_opens_it_with_a_reason(home: House) -> None:
    _, said = await _command(home, "emergency", "add", "--organization-id", str(OPERATOR), "--organization", "Ministry")
    name, password = re.findall(r"(?:name|password): +(\S+)", said)
    _, listed = await _command(home, "accounts", "list")
    account_id = next(line.split()[0] for line in listed.splitlines() if name in line)
    async with browser(home) as at:
        assert (await at.sign_in(name, password)).status == 401
        assert (await _command(home, "emergency", "open", account_id, "--reason", "because"))[0] == 1
        assert (await _command(home, "emergency", "open", account_id, "--reason", "all administrators are away"))[0] == 0
        await at.sign_in(name, password)
        found = await who(home, at)
        assert found is not None and found.roles == {"operator-administrator"}
        assert await _command(home, "emergency", "close", account_id) == (0, "sealed\n")
        assert await who(home, at) is None
        assert (await at.sign_in(name, password)).status == 401
    assert [each.get("what") for each in await events_about(home, UUID(account_id))] == ["opened", "signed-in", "closed"]
    async with home.database.transaction(Caller.system("test")) as tx:
        rows = (await tx.execute(text("SELECT what, reason FROM emergency_use ORDER BY id"))).all()
    assert [tuple(row) for row in rows] == [("opened", "all administrators are away"), ("signed-in", None), ("closed", None)]


def _flags(**told: str) -> list[str]:
    given = {"organization_id": str(OPERATOR), "organization": "M", "organization_kind": "operator"} | told
    return [word for key, value in given.items() for word in (f"--{key.replace('_', '-')}", value)]


async def _command(home: House, *words: str) -> tuple[int, str]:
    environment = {
        "GATEWAY_DATABASE_URL": home.settings.database_url, "GATEWAY_MASTER_KEY": home.settings.master_key.get_secret_value(),
        "GATEWAY_UPSTREAMS": "{}", "PATH": os.environ["PATH"],
    }  # fmt: skip
    done = await asyncio.to_thread(CliRunner().invoke, app, list(words), env=environment)
    return done.exit_code, done.output


async def test_the_people_of_the_demonstration_may_sign_in(home: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = tmp_path / "keys"
    keys.mkdir()
    monkeypatch.setattr(Home, "key_file", lambda _, client_id: keys / "key.pem")
    (keys / "key.pem").write_text("a key")
    people = demo.people(Home(tmp_path))
    file = tmp_path / "people.json"
    file.write_text(json.dumps(people))
    assert await _command(home, "accounts", "load", str(file)) == (0, f"{len(people)} added, 0 there already\n")
    for each in people:
        async with browser(home) as at:
            await at.sign_in(each["name"], each["password"])
            found = await who(home, at)
            assert found is not None and found.roles == set(each["roles"]) and found.trained

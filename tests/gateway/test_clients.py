"""Clients: loaded from a file as often as one likes, suspended within a second, and every change told in the same transaction."""

import asyncio
import base64
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from ihala_contracts.gateway_v1 import ClientApproved, ClientSuspended
from ihala_gateway.cli import app
from ihala_gateway.clients import commands as clients
from ihala_gateway.clients import standing
from ihala_kit.auth import Caller
from joserfc.jwk import ECKey, OctKey
from pydantic import ValidationError
from sqlalchemy import text
from typer.testing import CliRunner

from tests.gateway.house import KEY, ORGANIZATION, SECRET, House, entry

PATH = "/referral/v1/referrals"
WEAK = {"kty": "RSA", "n": base64.urlsafe_b64encode(b"\xff" * 128).rstrip(b"=").decode(), "e": "AQAB"}  # 1024 bits


async def test_loading_is_idempotent_and_tells_each_change_once(home: House) -> None:
    entries = [entry("a"), entry("b", jwks=None, secret=SECRET), entry("c", kind="live")]
    assert await _load(home, entries) == (["a", "b", "c"], [], [])
    assert await _load(home, entries) == ([], [], ["a", "b", "c"])
    entries[0]["scopes"] = ["referral:read"]
    entries[1]["secret"] = SECRET + "-2"
    assert await _load(home, entries) == ([], ["a", "b"], ["c"])
    events = [event for event in await _events(home) if event["client_id"] in "abc"]
    assert [(event["type"], event["client_id"]) for event in events] == [
        (ClientApproved.model_fields["type"].default, client_id) for client_id in ("a", "b", "c", "a", "b")
    ]
    assert events[3]["scopes"] == ["referral:read"] and events[2]["kind"] == "live"
    assert all(event["organization_id"] == str(ORGANIZATION) for event in events)
    assert SECRET not in json.dumps(events)


async def test_a_client_stays_with_its_organization(home: House) -> None:
    await home.register("loyal", governorates=["IQG15", "IQ-HALABJA"])  # the one governorate that has no P-code
    with pytest.raises(clients.ClientRefused, match="another organisation"):
        await home.register("loyal", organization_id="01940000-0000-7000-8000-00000000000b")


@pytest.mark.filterwarnings("ignore:Key size should be")
@pytest.mark.parametrize(
    "more",
    [
        {"client_id": "with space"},
        {"client_id": "../x"},
        {"organization_id": "x"},
        {"organization": ""},
        {"kind": "demo"},
        {"scopes": ["everything"]},
        {"scopes": ["a:b c:d"]},
        {"roles": ["Officer!"]},
        {"governorates": ["Ninewa"]},
        {"trained_on": "yesterday"},
        {"unknown": 1},
        {"secret": SECRET},
        {"jwks": None},
        {"jwks": None, "secret": SECRET, "kind": "live"},
        {"jwks": None, "secret": "short"},
        {"jwks": {}},
        {"jwks": {"keys": []}},
        {"jwks": {"keys": [KEY.as_dict(private=True)]}},
        {"jwks": {"keys": [OctKey.generate_key(256).as_dict(private=True)]}},
        {"jwks": {"keys": [WEAK]}},
        {"jwks": {"keys": [ECKey.generate_key("P-384").as_dict(private=False)]}},
        {"jwks": {"keys": [ECKey.generate_key("P-256", {"use": "enc"}).as_dict(private=False)]}},
        {"jwks": {"keys": [KEY.as_dict(private=False), KEY.as_dict(private=False)]}},
    ],
)
def test_a_file_that_is_not_right_is_refused_without_showing_it(more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        clients.read(json.dumps([entry("x", **more)]))
    assert SECRET not in str(refused.value) and str(KEY.as_dict(private=True)["d"]) not in str(refused.value)


async def test_a_suspended_client_is_refused_within_a_second_and_gets_no_token(home: House) -> None:
    await home.register("suspect")
    headers = await home.signed_in("suspect")
    assert await _status(home, headers) == 200
    await _change(home, "suspend", "suspect")
    began = time.monotonic()
    while await _status(home, headers) != 401:
        assert time.monotonic() - began < 1, "still let in after a second"
        await asyncio.sleep(0.02)
    status, body = await home.ask_token(client_assertion_type=_TYPE, client_assertion=home.assertion("suspect"))
    assert (status, body["error"], body["error_description"]) == (401, "invalid_client", "this client is suspended")
    assert await _status(home, await home.signed_in()) == 200, "others go on"
    assert await _change(home, "suspend", "suspect") is False
    await home.register("suspect", scopes=["referral:read"])  # a change of a suspended client does not let it in
    assert (await home.ask_token(client_assertion_type=_TYPE, client_assertion=home.assertion("suspect")))[0] == 401
    assert await _change(home, "activate", "suspect") is True
    await asyncio.sleep(0.6)
    assert await _status(home, headers) == 401, "tokens from before stay refused"
    assert await _status(home, await home.signed_in("suspect")) == 200
    told = [event["type"] for event in await _events(home) if event["client_id"] == "suspect"]
    approved, suspended = (model.model_fields["type"].default for model in (ClientApproved, ClientSuspended))
    assert told == [approved, suspended, approved]


async def test_narrowed_rights_hold_within_a_second_too(home: House) -> None:
    await home.register("narrowed", cleared=True)
    headers = await home.signed_in("narrowed")
    assert await _status(home, headers) == 200
    await home.register("narrowed", cleared=False)
    await asyncio.sleep(1)
    assert await _status(home, headers) == 401
    assert await _status(home, await home.signed_in("narrowed")) == 200


async def test_without_news_of_suspensions_nobody_with_a_token_is_let_in(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = await home.signed_in()
    monkeypatch.setattr("ihala_gateway.oauth.standing.UNKNOWN_AFTER_SECONDS", -1.0)
    async with home.session.get(PATH, headers=headers) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "2")
    async with home.session.get("/directory/v1/needs") as answer:
        assert answer.status == 200
    async with home.session.get("/health/ready") as answer:
        assert (answer.status, (await answer.json())["checks"]) == (503, {"database": "ok", "standing": "failed"})


async def test_unknown_clients_cannot_be_changed(home: House) -> None:
    for act in ("suspend", "activate"):
        with pytest.raises(clients.ClientRefused, match="no client"):
            await _change(home, act, "nobody")


async def test_the_command_is_installed(home: House) -> None:
    command = [str(Path(sys.executable).parent / "ihala-gateway"), "clients", "list"]
    done = await asyncio.to_thread(subprocess.run, command, env=_environment(home), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "") and "centre  active" in done.stdout


async def test_the_command_does_it_all(home: House, tmp_path: Path) -> None:
    file = tmp_path / "clients.json"
    file.write_text(json.dumps([entry("by-command"), entry("by-command-2", trained_on=None)]))
    assert await _command(home, "clients", "load", str(file)) == (0, "2 added, 0 changed, 0 unchanged\n")
    assert await _command(home, "clients", "load", str(file)) == (0, "0 added, 0 changed, 2 unchanged\n")
    assert await _command(home, "clients", "suspend", "by-command") == (0, "suspended\n")
    assert await _command(home, "clients", "suspend", "by-command") == (0, "was suspended already\n")
    _, listed = await _command(home, "clients", "list")
    scopes = "directory:read intake:request referral:read referral:refer"
    assert f"by-command  suspended by operator  sandbox  Centre  {scopes}\n" in listed
    assert f"by-command-2  active  sandbox  Centre  {scopes}  (no training recorded)\n" in listed
    assert await _command(home, "clients", "activate", "by-command") == (0, "active\n")
    assert await _command(home, "clients", "suspend", "nobody") == (1, "there is no client nobody\n")
    file.write_text(json.dumps([entry("by-command", secret=SECRET)]))
    status, said = await _command(home, "clients", "load", str(file))
    assert status == 1 and SECRET not in said and "either jwks or secret" in said
    file.write_text(json.dumps([entry("by-command", trained_on="2999-01-01")]))
    status, said = await _command(home, "clients", "load", str(file))
    assert status == 1 and "the day has not come" in said
    status, said = await _command(home, "clients", "list", GATEWAY_DATABASE_URL="postgresql://x:y@127.0.0.1:1/x")
    assert (status, said) == (1, "the gateway's database does not answer\n")
    status, said = await _command(home, "clients", "list", GATEWAY_MASTER_KEY="")
    assert status == 1 and "GATEWAY_MASTER_KEY" in said


_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


async def _load(home: House, entries: list[dict[str, Any]]) -> tuple[list[str], list[str], list[str]]:
    async with home.database.transaction(Caller.system("test")) as tx:
        loaded = await clients.load(tx, clients.read(json.dumps(entries)))
    return loaded.added, loaded.changed, loaded.unchanged


async def _change(home: House, act: str, client_id: str) -> bool:
    async with home.database.transaction(Caller.system("test")) as tx:
        return bool(await getattr(standing, act)(tx, client_id))


async def _status(home: House, headers: dict[str, str]) -> int:
    async with home.session.get(PATH, headers=headers) as answer:
        return answer.status


async def _events(home: House) -> list[dict[str, Any]]:
    async with home.database.engine.connect() as connection:
        found = (await connection.execute(text("SELECT data, topic FROM outbox ORDER BY seq"))).all()
    assert {topic for _, topic in found} == {"ihala.gateway.v1"}
    return [json.loads(data) for data, _ in found]


def _environment(home: House, **more: str) -> dict[str, str]:
    settings = {
        "GATEWAY_DATABASE_URL": home.settings.database_url, "GATEWAY_MASTER_KEY": home.settings.master_key.get_secret_value(),
        "GATEWAY_UPSTREAMS": "{}", "PATH": os.environ["PATH"], **more,
    }  # fmt: skip
    return {name: value for name, value in settings.items() if value}


async def _command(home: House, *words: str, **environment: str) -> tuple[int, str]:
    done = await asyncio.to_thread(CliRunner().invoke, app, list(words), env=_environment(home, **environment))
    return done.exit_code, done.output

"""What organisations and operators do by the API, whoever runs the gateway can do by command."""

import asyncio
import base64
import json
from pathlib import Path

import pytest
from ihala_gateway.cli import app
from joserfc.jwk import ECKey
from typer.testing import CliRunner

from tests.gateway.desk import CLIENTS, OURS, REQUESTS, Desk, organization_desk, token_status
from tests.gateway.house import KEY, House

NEW_KEY = ECKey.generate_key("P-256", {"kid": "c2"})
NEW = {
    "name": "Case system",
    "kind": "sandbox",
    "scopes": ["referral:read", "intake:request"],
    "jwks": {"keys": [KEY.as_dict(private=False)]},
}


async def test_a_request_is_approved_and_another_is_returned(home: House) -> None:
    ours = await organization_desk(home)
    made, refused = [await ours.did("POST", CLIENTS, NEW) for _ in range(2)]
    (one, other) = [((await ours.did("GET", f"{CLIENTS}/{each['client_id']}/requests"))["items"])[0]["id"] for each in (made, refused)]
    listed = (await _done(home, "requests")).splitlines()
    assert [line.split()[:2] for line in listed] == [[one, made["client_id"]], [other, refused["client_id"]]]
    assert await _done(home, "approve", one, "--scope", "referral:read", "--role", "officer") == f"{made['client_id']} approved\n"
    assert await _done(home, "return", other, "Which system is it?") == f"{refused['client_id']} returned\n"
    assert await _said(home, "approve", one) == "This request has been decided already.\n"
    shown = await ours.did("GET", f"{CLIENTS}/{made['client_id']}")
    assert (shown["status"], shown["scopes"], shown["roles"]) == ("active", ["referral:read"], ["officer"])
    again = await ours.did("POST", f"{CLIENTS}/{made['client_id']}/requests", {"scopes": ["referral:read"]}, version=shown["version"])
    await _done(home, "approve", again["id"])
    assert (await ours.did("GET", f"{CLIENTS}/{made['client_id']}"))["roles"] == ["officer"], "what is not named stays"
    assert await _done(home, "requests") == ""


async def test_a_system_is_registered_and_asks_for_more_and_its_operator_decides(home: House, operator: Desk, tmp_path: Path) -> None:
    await organization_desk(home)  # has a client, so it is known whose it is
    file = tmp_path / "client.json"
    file.write_text(json.dumps({"name": "Case system", "kind": "sandbox", "scopes": ["directory:read"], "with_secret": True}))
    made, secret = (await _done(home, "register", str(file), "--organization-id", OURS, "--governorate", "IQG15")).split()
    shown = await operator.did("GET", f"{CLIENTS}/{made}")
    assert (shown["status"], shown["organization_id"], shown["scopes"]) == ("pending", OURS, [])
    [asked] = (await operator.did("GET", f"{CLIENTS}/{made}/requests"))["items"]
    assert await _said(home, "approve", asked["id"]) == "Somebody else must decide what you asked for.\n"
    await operator.did("POST", f"{REQUESTS}/{asked['id']}/approval", {})
    status, body = await home.ask_token(client_id=made, client_secret=secret, scope="directory:read")
    claims = json.loads(base64.urlsafe_b64decode(body["access_token"].split(".")[1] + "=="))
    assert (status, claims["org"], claims["org_kind"], claims["gov"]) == (200, OURS, "provider", ["IQG15"])
    file.write_text(json.dumps({"scopes": ["referral:read", "directory:read"]}))
    again = (await _done(home, "ask", made, str(file))).strip()
    assert await _said(home, "ask", made, str(file)) != again, "one waits already"
    await operator.did("POST", f"{REQUESTS}/{again}/approval", {})
    newer = (await _done(home, "new-secret", made)).strip()
    assert [(await home.ask_token(client_id=made, client_secret=each))[0] for each in (secret, newer)] == [401, 200]
    file.write_text(json.dumps({"scopes": ["nothing:here"]}))
    assert await _said(home, "ask", made, str(file)) == "There is no such permission, or it was not asked for.\n"


async def test_training_is_recorded(home: House) -> None:
    await home.register("by-hand", trained_on=None)
    assert "by-hand" in next(line for line in (await _done(home, "list")).splitlines() if "no training recorded" in line)
    assert "trained_on" in await _said(home, "trained", "by-hand", "--trained-on", "9000-01-01")
    assert await _done(home, "trained", "by-hand", "--trained-on", "2026-09-01", "--code-signed-on", "2026-09-02") == "recorded\n"
    assert "no training recorded" not in next(line for line in (await _done(home, "list")).splitlines() if line.startswith("by-hand "))


async def test_keys_are_added_shown_and_taken_away(home: House, tmp_path: Path) -> None:
    await home.register("keyed", organization_id=OURS)
    file = tmp_path / "key.json"
    file.write_text(json.dumps(NEW_KEY.as_dict(private=False)))
    assert await _done(home, "add-key", "keyed", str(file)) == "2 keys\n"
    assert [await token_status(home, "keyed", key) for key in (KEY, NEW_KEY)] == [200, 200]
    await home.gateway._upkeep._uses.write()
    lines = (await _done(home, "keys", "keyed")).splitlines()
    assert [line.split()[0] for line in lines] == ["c1", "c2"] and all("used 20" in line for line in lines)
    assert await _done(home, "remove-key", "keyed", "c1") == "taken away\n"
    assert [await token_status(home, "keyed", key) for key in (KEY, NEW_KEY)] == [401, 200]
    assert "only key" in await _said(home, "remove-key", "keyed", "c2")


async def test_a_revoked_client_is_over_for_good(home: House) -> None:
    await home.register("over")
    assert await _done(home, "revoke", "over") == "revoked\n"
    assert await _done(home, "revoke", "over") == "was revoked already\n"
    assert await _said(home, "activate", "over") == "over was revoked\n"
    assert await token_status(home, "over", KEY) == 401


@pytest.mark.parametrize(
    "words",
    [("keys", "nobody"), ("new-secret", "nobody"), ("approve", "01940000-0000-7000-8000-00000000000a"), ("add-key", "centre", "{file}")],
)
async def test_what_is_not_there_is_said_in_a_sentence(home: House, tmp_path: Path, words: tuple[str, ...]) -> None:
    file = tmp_path / "no.json"
    file.write_text("no JSON")
    said = await _said(home, *(word.format(file=file) for word in words))
    assert said in {"there is no client nobody\n", "there is no such request\n", "the file is not JSON\n"}


async def _done(home: House, *words: str) -> str:
    status, said = await _run(home, *words)
    assert status == 0, said
    return said


async def _said(home: House, *words: str) -> str:
    status, said = await _run(home, *words)
    assert status == 1, said
    return said


async def _run(home: House, *words: str) -> tuple[int, str]:
    environment = {
        "GATEWAY_DATABASE_URL": home.settings.database_url, "GATEWAY_MASTER_KEY": home.settings.master_key.get_secret_value(),
        "GATEWAY_UPSTREAMS": json.dumps(dict.fromkeys(("directory", "referral"), "http://127.0.0.1:9")),
    }  # fmt: skip
    done = await asyncio.to_thread(CliRunner().invoke, app, ["clients", *words], env=environment)
    return done.exit_code, done.output

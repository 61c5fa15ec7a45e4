"""`ihala subscriptions`: an operator at the machine lists, adds, pauses, resumes and removes, by the owners' own commands."""

from asyncio import to_thread
from collections.abc import Callable
from uuid import UUID, uuid4

import aiohttp
import pytest
from ihala_kit import console
from ihala_kit.cli import app
from ihala_kit.db import Database
from ihala_kit.testing import Mint
from ihala_notify.app import Notify
from ihala_notify.subscriptions import cli
from typer.testing import CliRunner

from tests.notify.samples import OPERATOR, RECEIVER, STRANGER
from tests.notify.world import World

Say = Callable[..., tuple[int, str]]


@pytest.fixture
def say(service: Notify, database: Database, monkeypatch: pytest.MonkeyPatch) -> Say:
    """Return the command line, on this test's database; called from a thread, since it has a loop of its own."""
    monkeypatch.setattr(console, "load", lambda name: service)

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli.app, [*words])
        return done.exit_code, done.output

    return run


def test_it_is_a_command_of_ihala() -> None:
    assert "subscriptions" in CliRunner().invoke(app, ["--help"]).output
    shown = CliRunner().invoke(app, ["subscriptions", "--help"])
    assert shown.exit_code == 0
    assert all(name in shown.output for name in ("list", "add", "pause", "resume", "remove"))


async def test_added_listed_paused_resumed_removed(say: Say, world: World) -> None:
    code, line = await to_thread(say, "add", str(RECEIVER), "--client", "desk", "--role", "provider", "--governorate", "IQG15")
    assert code == 0, line
    one = line.split()[0]
    assert line.split()[1:4] == [str(RECEIVER), "feed", "active"]
    assert "governorates=IQG15  roles=provider" in line
    assert "paused (by_operator)" in (await to_thread(say, "pause", one))[1]
    assert (await to_thread(say, "pause", one))[0] == 1
    assert " active " in (await to_thread(say, "resume", one))[1]
    assert one in (await to_thread(say, "list", "--organization", str(RECEIVER)))[1]
    assert (await to_thread(say, "list", "--organization", str(STRANGER)))[1] == ""
    assert (await to_thread(say, "remove", one))[1].split()[0] == one
    assert (await to_thread(say, "list"))[1] == ""
    rows = await world.rows("SELECT type, key FROM outbox ORDER BY seq")
    assert [row["type"].rsplit("-")[-1] for row in rows] == ["opened", "paused", "resumed", "ended"]
    assert {row["key"] for row in rows} == {RECEIVER}


async def test_what_an_operator_paused_only_an_operator_lets_go_on(say: Say, http: aiohttp.ClientSession, mint: Mint) -> None:
    one = (await to_thread(say, "add", str(RECEIVER), "--client", "desk"))[1].split()[0]
    await to_thread(say, "pause", one)
    scopes = ("events:read", "notify:subscribe")
    headers = mint.headers("notify", scopes, org=str(RECEIVER), org_kind="nngo", operator=str(OPERATOR)) | {"Idempotency-Key": "1"}
    async with http.post(f"/v1/subscriptions/{one}/resume", headers=headers | {"If-Match": '"2"'}) as answer:
        assert (answer.status, (await answer.json())["type"]) == (409, "urn:ihala:problem:subscription-move-not-allowed")
    async with http.get(f"/v1/subscriptions/{one}", headers=headers) as answer:
        assert (await answer.json())["reason"] == "by_operator"
    assert " active " in (await to_thread(say, "resume", one))[1]


async def test_what_waits_for_its_client_no_operator_lets_go_on(say: Say, world: World) -> None:
    one = (await to_thread(say, "add", str(RECEIVER), "--client", "desk"))[1].split()[0]
    await world.rows("UPDATE subscription SET state = 'paused', reason = 'client_may_not_read' RETURNING id")
    assert (await to_thread(say, "resume", one))[0] == 1


async def test_what_makes_no_sense_is_said_and_nothing_is_changed(say: Say, world: World) -> None:
    assert (await to_thread(say, "pause", str(uuid4()))) == (1, "There is no such subscription.\n")
    assert (await to_thread(say, "add", str(RECEIVER), "--client", "desk", "--governorate", "Ninewa"))[0] == 2
    assert (await to_thread(say, "add", str(RECEIVER), "--client", "desk", "--service", str(UUID(int=1))))[0] == 1
    assert await world.rows("SELECT * FROM subscription") == []

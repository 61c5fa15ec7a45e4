"""`ihala messages`: an operator at the machine sees what waits and what failed, and sends one again by the API's own command."""

from asyncio import to_thread

import pytest
from ihala_kit import console
from ihala_kit.cli import app
from ihala_kit.db import Database
from ihala_notify.app import Notify
from ihala_notify.control import cli, jobs
from ihala_notify.statistics import sums
from typer.testing import CliRunner

from tests.notify.desk.conftest import OWN, unwritten
from tests.notify.peers import Peers
from tests.notify.samples import OPERATOR, STRANGER
from tests.notify.world import World


async def test_what_an_operator_at_the_machine_does(
    service: Notify, database: Database, world: World, peers: Peers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "load", lambda name: service)

    async def say(*words: str) -> tuple[int, str]:
        done = await to_thread(CliRunner().invoke, cli.app, [*words])  # it has a loop of its own
        return done.exit_code, done.output

    await unwritten(world, peers)
    await unwritten(world, peers, OWN)
    await sums.add(database)
    _, lines = await say("failed")
    assert [line.split()[1:4] for line in lines.splitlines()] == [
        ["referral-accepted", "none/-", "permanent"], ["request-received", "none/-", "permanent"],
    ]  # fmt: skip
    assert "0099" not in lines
    await world.rows("UPDATE need SET operator_id = :id RETURNING 1", id=STRANGER)  # handed over since: it is seen none the less
    assert (await say("failed"))[1] == lines
    await world.rows("UPDATE need SET operator_id = :id RETURNING 1", id=OPERATOR)
    assert (await say("routes"))[1].split() == ["sms/sms", "delivered", "2"]
    one = lines.split()[0]
    code, line = await say("resend", one)
    assert (code, line.split()) == (0, [one, "referral-accepted", "waiting"])
    assert await say("resend", one) == (1, "This message has not failed: it waits, is on its way, arrived, or was cancelled.\n")
    assert (await say("waiting"))[1].split()[:5] == [str(OPERATOR), "waiting", "none", "-", "1"]
    assert await jobs.measure(database) == 0


def test_it_is_a_command_of_ihala() -> None:
    shown = CliRunner().invoke(app, ["messages", "--help"])
    assert shown.exit_code == 0 and all(name in shown.output for name in ("waiting", "failed", "routes", "resend"))

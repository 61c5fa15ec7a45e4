"""`ihala webhooks listen` takes what notify sends, and nothing else."""

import pytest
from aiohttp.test_utils import TestClient, TestServer
from ihala_notify.webhooks.cli import app, receiver
from ihala_notify.webhooks.signing import new_key
from typer.testing import CliRunner

from tests.notify.webhooks.rig import Rig, until


async def test_it_prints_what_is_genuine(rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    await rig.happen(1, "subject-7")
    async with TestServer(receiver([], 204)) as server:
        hook = await rig.hook(str(server.make_url("/x")))
        async with rig.delivering():
            await until(lambda: rig.deliveries(hook))
    assert "refused: no signature is of a known key" in capsys.readouterr().err
    [row] = await rig.deliveries(hook)
    assert row["reason"] == "status_400"


async def test_an_event_is_shown_in_a_line_and_its_data_below(capsys: pytest.CaptureFixture[str]) -> None:
    from time import time

    from ihala_notify.webhooks.signing import Signer

    key, body = new_key("hmac"), b'{"id":"e1","type":"t","subject":"s","sequence":4,"ihalareplay":true,"data":{"a":1}}'
    async with TestClient(TestServer(receiver([key.secret], 503))) as client:
        answer = await client.post("/any/where", data=body, headers=Signer([key.secret]).headers("e1", int(time()), body))
        assert answer.status == 503
    assert capsys.readouterr().out == 'e1  4  t  s  again\n    {"a": 1}\n'


def test_it_needs_a_key() -> None:
    assert CliRunner().invoke(app, ["listen"], env={"IHALA_WEBHOOK_KEY": ""}).exit_code == 2

"""Services that are switched off, and limits of particular callers: by command, while gateways run."""

import asyncio
from typing import Any

import pytest
from ihala_gateway.cli import app
from typer.testing import CliRunner

from tests.gateway.house import OPERATOR, ORGANIZATION, House

PATH = "/referral/v1/referrals"


class _Until:
    """What `maintenance on --minutes` says, whatever the time."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and other.startswith("referral is under maintenance until about ")

    __hash__ = None  # type: ignore[assignment]


ANY_UNTIL = _Until()
NOBODY = (
    ("client:y", "read"), ("organization:x", "read"), (f"organization:{OPERATOR}", "read"),
    (f"organization:{str(ORGANIZATION).upper()}", "read"),
)  # fmt: skip


async def command(home: House, monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str]:
    """Run `ihala-gateway` on the house's database; return its exit code and what it said."""
    for name, value in (("DATABASE_URL", home.settings.database_url), ("MASTER_KEY", home.settings.master_key.get_secret_value())):
        monkeypatch.setenv(f"GATEWAY_{name}", value)
    monkeypatch.setenv("GATEWAY_UPSTREAMS", '{"referral": "http://127.0.0.1:1", "directory": "http://127.0.0.1:1"}')
    result = await asyncio.to_thread(CliRunner().invoke, app, list(words))
    return result.exit_code, result.output


async def status_of(home: House, path: str, wanted: int, **more: Any) -> Any:
    """Ask until the answer has the wanted status, as it must within a second; return problem and headers."""
    async with asyncio.timeout(1.5):
        while True:
            async with home.session.get(path, **more) as answer:
                if answer.status == wanted:
                    return await answer.json(), answer.headers
            await asyncio.sleep(0.05)


async def test_a_service_under_maintenance_is_refused_and_the_rest_goes_on(seen: House, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = await seen.signed_in()
    assert await command(seen, monkeypatch, "maintenance", "on", "referral", "--minutes", "90") == (0, ANY_UNTIL)
    try:
        titles = set()
        for language in ("en", "ar", "ckb"):
            problem, told = await status_of(seen, PATH, 503, headers=headers | {"Accept-Language": language})
            assert problem["type"] == "urn:ihala:problem:under-maintenance" and 5000 < int(told["Retry-After"]) <= 5400
            assert "until" in problem and told["Content-Language"] == language
            titles.add(problem["title"])
        assert len(titles) == 3
        seen.upstream.seen.clear()
        await status_of(seen, "/directory/v1/needs", 200)
        await status_of(seen, "/health/ready", 200)
        assert len(await seen.token()) > 100
        assert [at.raw_path for at in seen.upstream.seen] == [b"/v1/needs"]
        assert "referral  until about" in (await command(seen, monkeypatch, "maintenance", "list"))[1]
    finally:
        assert (await command(seen, monkeypatch, "maintenance", "off", "referral"))[1] == "referral answers again\n"
    await status_of(seen, PATH, 200, headers=headers)


async def test_everything_can_be_switched_off_for_nobody_knows_how_long(seen: House, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await command(seen, monkeypatch, "maintenance", "on", "*"))[0] == 0
    try:
        problem, told = await status_of(seen, "/directory/v1/needs", 503)
        assert told["Retry-After"] == "60" and "until" not in problem
        await status_of(seen, "/health/live", 200)
    finally:
        await command(seen, monkeypatch, "maintenance", "off", "*")
    await status_of(seen, "/directory/v1/needs", 200)
    assert (await command(seen, monkeypatch, "maintenance", "off", "*"))[1] == "* was not under maintenance\n"
    code, said = await command(seen, monkeypatch, "maintenance", "on", "unheard-of")
    assert code == 1 and "referral" in said


async def test_limits_of_particular_callers_are_set_by_command(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await home.register("x")
    assert (await command(home, monkeypatch, "limits", "set", "client:x", "read", "7"))[1] == "client:x read: 7 a minute\n"
    assert (await command(home, monkeypatch, "limits", "set", "client:x", "read", "8"))[0] == 0
    assert (await command(home, monkeypatch, "limits", "list"))[1] == "client:x  read  8 a minute\n"
    assert (await command(home, monkeypatch, "limits", "unset", "client:x", "read"))[1] == "the usual limit again\n"
    assert (await command(home, monkeypatch, "limits", "unset", "client:x", "read"))[1] == "had the usual limit already\n"
    for words in (("person:x", "read"), ("client:", "read"), ("client:x", "flight"), *NOBODY):
        assert (await command(home, monkeypatch, "limits", "set", *words, "7"))[0] == 1
    for words in (("limits", "set", "client:x", "read"), ("maintenance", "on", "referral", "--minutes")):
        assert (await command(home, monkeypatch, *words, "99999999999"))[0] == 2, "more than a number that is kept can be"
    assert (await command(home, monkeypatch, "limits", "set", f"organization:{ORGANIZATION}", "read", "7"))[0] == 0
    assert (await command(home, monkeypatch, "limits", "unset", f"organization:{ORGANIZATION}", "read"))[0] == 0

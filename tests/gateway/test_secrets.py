"""Secrets of sandbox clients: one that somebody chose takes long to check, one that we made does not."""

import asyncio
import threading

import pytest
from ihala_gateway.oauth import secret_hash
from ihala_gateway.turns import Turns

from tests.gateway.desk import CLIENTS, REQUESTS, operator_desk, organization_desk
from tests.gateway.house import SECRET, House

WANTED = {"name": "Trial", "kind": "sandbox", "scopes": ["directory:read"], "with_secret": True}


async def test_of_many_wrong_secrets_at_once_few_wait_and_the_rest_is_sent_away(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await home.register("chosen", jwks=None, secret=SECRET)
    go_on = threading.Event()
    monkeypatch.setattr(secret_hash, "_turns", Turns(at_once=1, most=2))
    monkeypatch.setattr(secret_hash, "_scrypt", lambda *_: bytes(go_on.wait(5)))  # never the right hash
    asked = [asyncio.create_task(home.ask_token(client_id="chosen", client_secret="wrong")) for _ in range(6)]
    try:
        while sum(task.done() for task in asked) < 4:
            await asyncio.wait([task for task in asked if not task.done()], timeout=5, return_when=asyncio.FIRST_COMPLETED)
    finally:
        go_on.set()
    assert sorted(status for status, _ in await asyncio.gather(*asked)) == [401, 401, 503, 503, 503, 503]
    monkeypatch.undo()
    assert (await home.ask_token(client_id="chosen", client_secret=SECRET))[0] == 200


async def test_a_secret_of_ours_waits_for_nobody_and_no_registration_waits_for_it(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secret_hash, "_turns", Turns(at_once=1, most=0))  # as many wait as may
    ours, operator = await organization_desk(home), await operator_desk(home)
    made = await ours.did("POST", CLIENTS, WANTED)
    [asked] = (await ours.did("GET", f"{CLIENTS}/{made['client_id']}/requests"))["items"]
    await operator.did("POST", f"{REQUESTS}/{asked['id']}/approval", {})
    renewed = await ours.did("POST", f"{CLIENTS}/{made['client_id']}/secret", version=2)
    shown = [made["secret"], renewed["secret"], renewed["secret"] + "x", "", "x" * 1000]
    found = [(await home.ask_token(client_id=made["client_id"], client_secret=each))[0] for each in shown]
    assert found == [401, 200, 401, 401, 401]


async def test_a_secret_that_was_replaced_while_it_was_checked_gives_nothing(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await home.register("renewed", jwks=None, secret=SECRET)
    fits = secret_hash.fits_async

    async def renewed_meanwhile(secret: str, stored: str) -> bool:
        right = await fits(secret, stored)
        await home.register("renewed", jwks=None, secret=f"{SECRET}-renewed")
        return right

    monkeypatch.setattr(secret_hash, "fits_async", renewed_meanwhile)
    assert (await home.ask_token(client_id="renewed", client_secret=SECRET))[0] == 401
    assert (await home.ask_token(client_id="renewed", client_secret=f"{SECRET}-renewed"))[0] == 200

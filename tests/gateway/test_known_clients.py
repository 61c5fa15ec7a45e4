"""A client that this process knows costs a token one question; what changed since is never what a token is given by."""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from ihala_gateway import store
from ihala_gateway.clients import spending as spending_module
from ihala_gateway.clients.spending import Spending
from ihala_kit.auth import Caller
from joserfc.jwk import ECKey
from joserfc.jws import extract_compact
from sqlalchemy import text

from tests.gateway.house import ASSERTION_TYPE, House


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The clients that are read from the database, as it happens."""
    seen, plain = list[str](), store.client_alone

    async def client_alone(database: Any, client_id: str) -> Any:
        seen.append(client_id)
        return await plain(database, client_id)

    monkeypatch.setattr(store, "client_alone", client_alone)
    return seen


@pytest.fixture
async def client_id(home: House) -> str:
    """A client that got a token already, so that it is known."""
    found = f"known-{uuid4().hex[:8]}"
    await home.register(found)
    assert (await asked(home, home.assertion(found)))[0] == 200
    return found


async def asked(home: House, assertion: str, **fields: Any) -> tuple[int, dict[str, Any]]:
    return await home.ask_token(client_assertion_type=ASSERTION_TYPE, client_assertion=assertion, **fields)


async def change(home: House, client_id: str, change: str) -> None:
    async with home.database.transaction(Caller.system("test")) as tx:
        await tx.execute(text(f"UPDATE client SET {change} WHERE client_id = :client_id"), {"client_id": client_id})


async def test_who_is_known_is_not_read_again_and_its_assertions_are_good_once(home: House, client_id: str, read: list[str]) -> None:
    assertion = home.assertion(client_id)
    assert (await asked(home, assertion))[0] == 200 and not read
    assert (await asked(home, assertion))[0] == 401
    both = await asyncio.gather(*(asked(home, again) for again in [home.assertion(client_id)] * 2))
    assert sorted(status for status, _ in both) == [200, 401]


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ("status = 'suspended', suspended_by = '{operator}', version = version + 1", 401),
        ("status = 'suspended', suspended_by = '{operator}'", 401),  # also where whoever changed it forgot to say so
        ("jwks = '{\"keys\": []}', version = version + 1", 401),
        ("kind = 'live'", 400),  # its tokens must be bound now
        ("scopes = '{referral:read}', version = version + 1", 200),
    ],
)
async def test_what_changed_a_moment_ago_holds_for_the_next_token(
    home: House, client_id: str, read: list[str], changed: str, status: int
) -> None:
    await change(home, client_id, changed)
    found, body = await asked(home, home.assertion(client_id))
    assert (found, read) == (status, [client_id]), body
    if status == 200:
        claims = json.loads(extract_compact(body["access_token"].encode()).payload)
        assert (claims["scope"], claims["ver"]) == ("referral:read", 2)


async def test_a_new_key_works_at_once_and_who_is_refused_was_read_first(home: House, client_id: str, read: list[str]) -> None:
    new = ECKey.generate_key("P-256", {"kid": "new"})
    signed = home.assertion(client_id, key=new, header={"kid": "new"})
    assert (await asked(home, signed))[0] == 401 and read == [client_id]
    await home.register(client_id, jwks={"keys": [new.as_dict(private=False)]})
    assert (await asked(home, signed))[0] == 200


async def test_nothing_is_spent_by_a_client_that_has_changed_and_of_two_alike_one(home: House, client_id: str) -> None:
    before = await store.client_alone(home.database, client_id)
    await change(home, client_id, "name = 'another'")
    after = await store.client_alone(home.database, client_id)
    old, new = [_shown(b"jti", known) for known in (before, after)]
    other = _shown(b"other", after)
    assert await store.spend_if_same(home.database, [old, new, new, other]) == [None, True, False, True]
    assert await store.spend_if_same(home.database, [other, old, new, _shown(b"third", after)]) == [False, None, False, True]


async def test_what_comes_while_a_question_is_under_way_goes_with_the_next(
    home: House, client_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions, going, plain = list[int](), asyncio.Event(), store.spend_if_same

    async def spend_if_same(database: Any, shown: Any) -> Any:
        questions.append(len(shown))
        await going.wait()
        return await plain(database, shown)

    monkeypatch.setattr(store, "spend_if_same", spend_if_same)
    known, spending = await store.client_alone(home.database, client_id), Spending(home.database)

    def ask(jti: bytes) -> asyncio.Task[bool | None]:
        return asyncio.create_task(spending.spend(_shown(jti, known)))

    first = ask(b"1")
    await _until(lambda: questions == [1])
    rest = [ask(jti) for jti in (b"1", b"2", b"3", b"3")]
    await _until(lambda: len(spending._waiting) == 4)
    rest[1].cancel()  # who has gone holds nobody up
    going.set()
    first_time, again, gone, *twice = await asyncio.gather(first, *rest, return_exceptions=True)
    assert (first_time, again, twice, questions) == (True, False, [True, False], [1, 4]) and isinstance(gone, asyncio.CancelledError)


async def test_who_comes_in_the_moment_in_which_all_were_answered_is_asked_for_too(home: House, client_id: str) -> None:
    known, spending = await store.client_alone(home.database, client_id), Spending(home.database)
    async with asyncio.timeout(30):
        assert [await spending.spend(_shown(jti, known)) for jti in (b"1", b"2", b"1")] == [True, True, False]


async def test_a_question_that_is_not_answered_holds_nobody_up_for_long_and_one_that_fails_fails_for_its_own_alone(
    home: House, client_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, spending, plain = await store.client_alone(home.database, client_id), Spending(home.database), store.spend_if_same

    async def silent(*_: Any) -> Any:
        await asyncio.Event().wait()

    async def failing(*_: Any) -> Any:
        raise OSError

    monkeypatch.setattr(spending_module, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(store, "spend_if_same", silent)
    hung = asyncio.create_task(spending.spend(_shown(b"hung", known)))
    await _until(lambda: bool(spending._asking) and not spending._waiting)
    monkeypatch.setattr(store, "spend_if_same", failing)
    with pytest.raises(OSError):
        await spending.spend(_shown(b"lost", known))
    monkeypatch.setattr(store, "spend_if_same", plain)
    assert await spending.spend(_shown(b"fine", known)) is True and not hung.done()
    for task in list(spending._asking):
        task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hung


def _shown(jti: bytes, known: tuple[Any, int] | None) -> store.Shown:
    assert known is not None
    row, written_by = known
    return store.Shown(row.client_id, jti, row.changed_at, written_by, row.version)


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():
            await asyncio.sleep(0)

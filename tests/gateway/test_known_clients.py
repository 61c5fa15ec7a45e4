"""A client that this process knows costs a token one question; what changed since is never what a token is given by."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest
from ihala_gateway import store
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


async def test_nothing_is_spent_by_a_client_that_has_changed(home: House, client_id: str) -> None:
    async def spend(known: tuple[Any, int] | None) -> tuple[bool, bool]:
        assert known is not None
        row, written_by = known
        return await store.spend_if_same(home.database, client_id, b"jti", row.changed_at, written_by, row.version)

    before = await store.client_alone(home.database, client_id)
    await change(home, client_id, "name = 'another'")
    after = await store.client_alone(home.database, client_id)
    assert [await spend(known) for known in (before, after, after)] == [(False, False), (True, True), (True, False)]

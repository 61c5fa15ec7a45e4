"""Signing keys: several processes agree on them, rotation never breaks a token, and without the master key they are worth nothing."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ihala_gateway import cli, store
from ihala_gateway.oauth import keys
from ihala_gateway.oauth.keys import Keys
from ihala_gateway.oauth.signing import signed
from ihala_gateway.settings import Settings
from ihala_gateway.tables import SigningKey
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.vault import SealBroken, Vault, new_master_key
from ihala_local.testing import ThrowAwayPostgres
from joserfc import jwt
from joserfc.jwk import ECKey
from typer.testing import CliRunner

from tests.gateway.house import House, Seen, Upstream, free_port, house, migrated, opened

PATH = "/referral/v1/referrals"


async def test_processes_that_start_together_make_one_key_of_each_purpose(postgres: ThrowAwayPostgres) -> None:
    async with postgres.scratch("gateway", migrated) as scratch:
        settings = Settings(database_url=scratch.url, master_key=new_master_key(), upstreams={})
        databases = [Database(settings) for _ in range(4)]
        found = await asyncio.gather(*(_ensured(database, settings) for database in databases))
        assert {tuple(sorted(row.key_id for row in rows)) for rows in found} == {tuple(sorted(row.key_id for row in found[0]))}
        assert sorted(row.purpose for row in found[0]) == ["access", "internal"]
        await asyncio.gather(*(database.stop() for database in databases))


async def test_a_token_of_one_process_is_good_in_another_and_after_a_restart(postgres: ThrowAwayPostgres) -> None:
    async with house(postgres) as first:
        await first.register()
        headers = await first.signed_in()
        async with opened(first.settings, first.upstream, free_port()) as second, second.session.get(PATH, headers=headers) as answer:
            assert answer.status == 200


async def test_rotation_publishes_first_signs_later_and_keeps_old_tokens_good(home: House) -> None:
    vault, now = Vault(home.settings.master_key), datetime.now(UTC)
    async with home.database.transaction(Caller.system("test")) as tx:
        before = await keys.ensure(tx, vault, now)
    async with home.database.transaction(Caller.system("test")) as tx:
        begins = await keys.rotate(tx, vault, now)
    at_once, later, much_later = [await _known(home, vault, at) for at in (now, begins, begins + timedelta(hours=2))]
    old = next(row.key_id for row in before if row.purpose == "access")
    assert at_once.access.current().kid == old and len(at_once.access.published) == 2
    assert later.access.current().kid != old and old in later.access.published
    assert old not in much_later.access.published and len(much_later.internal.published) == 1
    headers = await home.signed_in()
    await home.gateway._upkeep.read_keys()
    async with home.session.get("/oauth/jwks") as answer:
        assert len((await answer.json(content_type=None))["keys"]) == 2
    async with home.session.get(PATH, headers=headers) as answer:
        assert answer.status == 200


async def test_stolen_keys_are_taken_away_at_once_by_one_command(seen: House) -> None:
    old, unused = await seen.signed_in(), await seen.signed_in()
    assert await seen.status(PATH, old) == await seen.status("/directory/v1/needs", {}) == 200
    before = {token.internal()[0]["kid"] for token in seen.upstream.seen} | set(seen.gateway._keys.access.published)
    environment = {
        "GATEWAY_DATABASE_URL": seen.settings.database_url, "GATEWAY_MASTER_KEY": seen.settings.master_key.get_secret_value(),
        "GATEWAY_UPSTREAMS": "{}",
    }  # fmt: skip
    done = await asyncio.to_thread(CliRunner().invoke, cli.app, ["keys", "rotate", "--stolen"], env=environment)
    assert done.exit_code == 0, done.output
    await seen.gateway._upkeep.read_keys()
    assert await seen.status(PATH, unused) == 401
    async with seen.session.get("/oauth/jwks") as answer:
        assert before.isdisjoint(key["kid"] for key in (await answer.json(content_type=None))["keys"])
    seen.upstream.seen.clear()
    seen.upstream.answer = _like_a_service_that_knows_the_new_keys(before)
    assert await seen.status(PATH, await seen.signed_in()) == 200
    assert [await seen.status("/directory/v1/needs", {}) for _ in range(2)] == [401, 200], "what was made for nobody is made anew, too"


def _like_a_service_that_knows_the_new_keys(withdrawn: set[str]) -> Any:
    async def answer(seen: Seen, receive: Any, send: Any) -> None:
        await Upstream.reply(send, b"{}", 401 if seen.internal()[0]["kid"] in withdrawn else 200)

    return answer


@pytest.mark.parametrize(("kind", "key_id"), [("at+jwt", "one"), ("JWT", "one"), ("at+jwt", "two")])
def test_what_is_signed_says_its_own_kind_and_key_and_others_read_it(kind: str, key_id: str) -> None:
    key = ECKey.generate_key("P-256", {"kid": key_id})
    claims = {"iss": "https://gateway", "exp": 1_800_000_000, "gov": ["IQG15"], "cleared": False, "cnf": {"jkt": "x"}, "org": "ناحیە"}
    read = jwt.decode(signed(kind, claims, key), key, algorithms=["ES256"])
    assert (read.header, read.claims) == ({"alg": "ES256", "typ": kind, "kid": key_id}, claims)


async def test_another_master_key_opens_nothing(home: House) -> None:
    with pytest.raises(SealBroken):
        await _known(home, Vault(Settings(database_url="x", master_key=new_master_key(), upstreams={}).master_key), datetime.now(UTC))


async def _ensured(database: Database, settings: Settings) -> list[SigningKey]:
    async with database.transaction(Caller.system("test")) as tx:
        return await keys.ensure(tx, Vault(settings.master_key), datetime.now(UTC))


async def _known(home: House, vault: Vault, at: datetime) -> Keys:
    """Return the keys as a process sees them at an instant."""
    async with home.database.transaction(Caller.system("test")) as tx:
        rows = await store.signing_keys(tx, at)
    found = Keys()
    found.learn(rows, vault, at)
    return found

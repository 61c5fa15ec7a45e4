"""Signing keys: several processes agree on them, rotation never breaks a token, and without the master key they are worth nothing."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from ihala_gateway import store
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

from tests.gateway.house import House, free_port, house, migrated, opened

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

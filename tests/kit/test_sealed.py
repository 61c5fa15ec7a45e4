"""Sealed facts: readable by the one service, about the one thing, as long as the key lives."""

import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from ihala_contracts.referral_v1 import SealingKeyPublished
from ihala_kit import sealed
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.tables import peer_key, sealing_key
from joserfc.jwk import ECKey
from sqlalchemy import select, text, update

FACTS = {"age": 34, "sex": "f", "languages": ["ar", "ckb"]}


@pytest.fixture
async def reading(kit_db: Database) -> AsyncIterator[Database]:
    """A service that reads sealed facts and, for the test, seals to itself."""
    await rotate(kit_db)
    async with kit_db.transaction(Caller.system("test")) as tx:
        data = (await tx.execute(text("SELECT data FROM outbox ORDER BY seq DESC LIMIT 1"))).scalar_one()
        await sealed.remember(tx, SealingKeyPublished.model_validate_json(data))
    yield kit_db


async def rotate(database: Database) -> None:
    await sealed.rotation("referral", SealingKeyPublished).run(database)


async def test_facts_come_out_as_they_went_in(reading: Database) -> None:
    need = uuid4()
    async with reading.transaction(Caller.system("test")) as tx:
        token = await sealed.seal_for(tx, "referral", need, FACTS)
        assert token is not None
        header, _, _, content, _ = token.split(".")
        assert not any(b"languages" in base64.urlsafe_b64decode(part + "==") for part in (header, content))
        assert await sealed.unseal(tx, token, need) == FACTS


async def test_facts_cannot_be_moved_to_another_need(reading: Database) -> None:
    async with reading.transaction(Caller.system("test")) as tx:
        token = await sealed.seal_for(tx, "referral", uuid4(), FACTS) or ""
        with pytest.raises(sealed.Unreadable):
            await sealed.unseal(tx, token, uuid4())


async def test_altered_or_foreign_text_is_unreadable(reading: Database) -> None:
    need = uuid4()
    async with reading.transaction(Caller.system("test")) as tx:
        token = await sealed.seal_for(tx, "referral", need, FACTS) or ""
        for wrong in ("", "a.b.c.d.e", token[:-4] + "AAAA", token.replace(".", "", 1)):
            with pytest.raises(sealed.Unreadable):
                await sealed.unseal(tx, wrong, need)


async def test_without_a_key_there_is_nothing_to_seal_under(kit_db: Database) -> None:
    async with kit_db.transaction(Caller.system("test")) as tx:
        assert await sealed.seal_for(tx, "directory", uuid4(), FACTS) is None


async def test_a_key_lives_a_day_then_a_month_then_never_again(reading: Database) -> None:
    need = uuid4()
    async with reading.transaction(Caller.system("test")) as tx:
        token = await sealed.seal_for(tx, "referral", need, FACTS) or ""
    await rotate(reading)
    assert await count(reading) == 1, "a young key is kept"
    await age(reading, timedelta(days=2))
    await rotate(reading)
    assert await count(reading) == 2
    async with reading.transaction(Caller.system("test")) as tx:
        assert await sealed.unseal(tx, token, need) == FACTS
    await retire(reading, timedelta(days=32))
    await rotate(reading)
    async with reading.transaction(Caller.system("test")) as tx:
        with pytest.raises(sealed.Unreadable):
            await sealed.unseal(tx, token, need)


async def test_an_older_key_does_not_replace_a_newer_one(reading: Database) -> None:
    old = SealingKeyPublished(
        key_id=uuid4(), service="referral", public_key={}, published_at=datetime.now(UTC) - timedelta(days=3)
    )  # fmt: skip
    async with reading.transaction(Caller.system("test")) as tx:
        await sealed.remember(tx, old)
        assert await sealed.seal_for(tx, "referral", uuid4(), FACTS)


async def test_a_key_is_asked_for_every_few_seconds_and_not_in_each_transaction(
    reading: Database, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    async def under() -> str | None:
        async with reading.transaction(Caller.system("test")) as tx:
            token = await sealed.seal_for(tx, "referral", uuid4(), FACTS)
        return token and json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))["kid"]

    async def learn(publish: SealingKeyPublished) -> None:
        async with reading.transaction(Caller.system("test")) as tx:
            await sealed.remember(tx, publish)

    first = await under()
    async with reading.transaction(Caller.system("test")) as tx:
        elsewhere = uuid4()  # a newer key, of which another process heard
        await tx.execute(update(peer_key).values(key_id=elsewhere))
    assert await under() == first
    with monkeypatch.context() as later:
        later.setattr(sealed, "ASKED_FOR_EVERY_SECONDS", -1.0)
        assert await under() == str(elsewhere)
    public = ECKey.generate_key("P-256").as_dict(private=False)
    newest = SealingKeyPublished(key_id=uuid4(), service="referral", public_key=public, published_at=datetime.now(UTC))
    await learn(newest)
    assert await under() == str(newest.key_id), "what this process hears itself it knows at once"


async def count(database: Database) -> int:
    async with database.transaction(Caller.system("test")) as tx:
        return len((await tx.execute(select(sealing_key.c.key_id))).all())


async def age(database: Database, by: timedelta) -> None:
    async with database.transaction(Caller.system("test")) as tx:
        await tx.execute(update(sealing_key).values(created_at=datetime.now(UTC) - by))


async def retire(database: Database, ago: timedelta) -> None:
    async with database.transaction(Caller.system("test")) as tx:
        old = sealing_key.c.retired_at.is_not(None)
        await tx.execute(update(sealing_key).where(old).values(retired_at=datetime.now(UTC) - ago))

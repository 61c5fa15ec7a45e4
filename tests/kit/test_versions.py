"""Two versions of an event, written beside each other: each reader finds the one that it knows, and no gap where the other is."""

from typing import Literal
from uuid import uuid4

import pytest
from ihala_contracts import versions
from ihala_contracts.catalogue import BY_TYPE
from ihala_contracts.envelope import type_of, version_of
from ihala_contracts.gateway_v1 import TokenRevoked
from ihala_kit.auth import Caller
from ihala_kit.bus import message
from ihala_kit.db import Database
from ihala_kit.inbox import Inbox
from ihala_kit.outbox import emit
from ihala_kit.records import Received, envelope_of
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.kit.samples import revoked


class TokenRevokedV2(TokenRevoked):
    """As the first version, and says why: a word that its readers decide by, so it could not simply be added there."""

    version: Literal[2] = 2  # type: ignore[assignment]
    why: str


def first_version(event: TokenRevokedV2) -> TokenRevoked:
    return TokenRevoked.model_validate(event.model_dump(exclude={"version", "why"}))


@pytest.fixture(autouse=True)
def both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(versions.OLDER, TokenRevokedV2, first_version)
    monkeypatch.setitem(BY_TYPE, (type_of(TokenRevokedV2), 2), TokenRevokedV2)


async def _written(database: Database) -> list[Received]:
    """Emit three events in one transaction; return what the relay would send for them."""
    key = uuid4()
    async with database.transaction(Caller.system("test")) as tx:
        for jti in ("a", "b", "c"):
            emit(tx, TokenRevokedV2(**revoked(key, jti).model_dump(exclude={"version"}), why="lost"))
    async with database.transaction(Caller.system("test")) as tx:
        rows = (await tx.execute(text("SELECT * FROM outbox WHERE key = :key ORDER BY seq"), {"key": key})).mappings().all()
    sent = [message(row, "gateway") for row in rows]
    headers = [{name: value.decode() for name, value in one.headers} for one in sent]
    return [Received(one.topic, 0, n, said, one.value, envelope_of(said)) for n, (one, said) in enumerate(zip(sent, headers, strict=True))]


async def test_both_are_written_the_older_first_in_one_unbroken_sequence(kit_db: Database) -> None:
    written = [one.envelope for one in await _written(kit_db)]
    assert [(each.version, each.sequence) for each in written if each] == [(1, 1), (2, 2), (1, 3), (2, 4), (1, 5), (2, 6)]
    assert len({each.id for each in written if each}) == 6


@pytest.mark.parametrize("model", [TokenRevoked, TokenRevokedV2])
async def test_each_reader_hears_each_once_in_the_version_it_knows(kit_db: Database, model: type[TokenRevoked]) -> None:
    heard: list[TokenRevoked] = []

    async def reader(_: AsyncSession, event: TokenRevoked) -> None:
        heard.append(event)

    inbox = Inbox(kit_db, f"versions-{model.__name__}", {(type_of(model), version_of(model)): reader})
    for one in await _written(kit_db):
        await inbox.apply([one])
    assert [event.jti for event in heard] == ["a", "b", "c"]
    assert [type(event) for event in heard] == [model] * 3

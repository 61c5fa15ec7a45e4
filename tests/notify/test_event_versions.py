"""An event in two versions beside each other: one item a feed, the older; the newer when that is written no more. Each says which."""

import json
from typing import Literal
from uuid import UUID, uuid4

import pytest
from ihala_contracts.catalogue import BY_TYPE
from ihala_contracts.envelope import type_of
from ihala_contracts.referral_v1 import ReferralAccepted
from ihala_contracts.views import VIEWS
from ihala_kit.auth import Caller
from ihala_kit.bus import message
from ihala_kit.db import Database
from ihala_kit.records import envelope_of
from ihala_notify import feed
from ihala_notify.cloud_events import as_page
from ihala_notify.kafka.writer import message as on_kafka
from ihala_notify.subscriptions import reading
from ihala_notify.visibility import Circle
from ihala_notify.webhooks import loading
from sqlalchemy import text

from tests.notify.samples import RECEIVER, received, sample
from tests.notify.world import World


class ReferralAcceptedV2(ReferralAccepted):
    """As the first version, and says by whom: a word that its readers would decide by."""

    version: Literal[2] = 2  # type: ignore[assignment]
    taken_by: str


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VIEWS, ReferralAcceptedV2, VIEWS[ReferralAccepted])
    monkeypatch.setitem(BY_TYPE, (type_of(ReferralAcceptedV2), 2), ReferralAcceptedV2)


def twice() -> tuple[ReferralAccepted, ReferralAcceptedV2]:
    """Return what one acceptance is written as: two events, two ids."""
    old = received(sample(ReferralAccepted))
    new = ReferralAcceptedV2(**{**old.model_dump(exclude={"version"}), "taken_by": "officer"})
    new.received(old.envelope.model_copy(update={"id": uuid4(), "version": 2, "sequence": 2}))
    return old, new


async def show(database: Database, *events: ReferralAccepted) -> None:
    async with database.transaction(Caller.system("test")) as tx:
        for event in events:
            feed.show(tx, event, Circle())


@pytest.mark.usefixtures("both")
async def test_who_reads_by_id_hears_once_of_what_is_written_twice(database: Database, world: World) -> None:
    old, new = twice()
    await show(database, old, new)
    [told] = await world.feed(RECEIVER)
    assert (told["event_id"], told["version"]) == (old.envelope.id, 1)


@pytest.mark.usefixtures("both")
async def test_the_newer_follows_when_the_older_is_written_no_more(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = twice()
    await show(database, first)
    monkeypatch.delitem(VIEWS, ReferralAccepted)
    _, second = twice()
    await show(database, second)
    assert [row["version"] for row in await world.feed(RECEIVER)] == [1, 2]
    async with database.transaction(Caller.system("test")) as tx:
        part = await reading.read_after(tx, RECEIVER, None, 10)
        query = "SELECT *, CAST(data AS text) AS data FROM feed WHERE organization_id = :id ORDER BY position"
        rows = (await tx.execute(text(query), {"id": RECEIVER})).all()
    names = ["urn:ihala:schema:referral.accepted.v1", "urn:ihala:schema:referral.accepted.v2"]
    assert [one["dataschema"] for one in json.loads(as_page(part.items, "c"))["events"]] == names
    sent = loading.items(part.items, track=None)  # type: ignore[arg-type]
    assert [json.loads(item.body)["dataschema"] for item in sent] == names
    assert [dict(on_kafka(row).headers)["ce_dataschema"].decode() for row in rows] == names


def test_a_version_is_named_as_the_services_name_it() -> None:
    """One name for one schema: that of the services' own topics, in which their readers find the version."""
    row = {
        "id": uuid4(), "type": "org.ihala.referral.accepted", "version": 3, "key": UUID(int=1), "sequence": 1, "epoch": 1,
        "snapshot": False, "time": received(sample(ReferralAccepted)).envelope.time, "traceparent": None, "topic": "t", "data": "{}",
    }  # fmt: skip
    headers = {name: value.decode() for name, value in message(row, "referral").headers}
    assert envelope_of(headers).version == 3
    item = reading.Item(1, row["id"], "referral", row["type"], "s", None, "{}", 3)  # type: ignore[arg-type]
    assert json.loads(as_page([item], "c"))["events"][0]["dataschema"] == headers["ce_dataschema"]

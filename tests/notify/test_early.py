"""What waits for its need is seen: as figures, by operators at the machine, and in the log when it is thrown away."""

import logging
from asyncio import to_thread
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from ihala_contracts.intake_v1 import NeedIdentified
from ihala_contracts.referral_v1 import ReferralAccepted, ReferralOffered
from ihala_kit import console
from ihala_kit.cli import app
from ihala_kit.db import Database
from ihala_kit.measuring import Gauges
from ihala_notify import early, upkeep
from ihala_notify.app import Notify
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from typer.testing import CliRunner

from tests.notify.samples import RECEIVER, sample
from tests.notify.world import World


async def ihala(*words: str) -> str:
    """Return what the command says; in a thread, since it has a loop of its own."""
    done = await to_thread(lambda: CliRunner().invoke(app, [*words]))
    assert done.exit_code == 0, done.output
    return done.output


async def test_what_waits_for_its_need_is_counted_and_timed(world: World, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = InMemoryMetricReader()
    found = Gauges(MeterProvider([reader], shutdown_on_exit=False).get_meter("test"))
    monkeypatch.setattr(early, "gauges", lambda: found)

    async def figures() -> dict[str, float]:
        await early.measure(database)
        data = reader.get_metrics_data()
        assert data is not None
        metrics = data.resource_metrics[0].scope_metrics[0].metrics
        return {metric.name: metric.data.data_points[0].value for metric in metrics}  # type: ignore[union-attr]

    assert await figures() == {"ihala.feed.early": 0, "ihala.feed.early_oldest": 0}
    need = uuid4()
    await world.deliver(sample(ReferralOffered, need_id=need), sample(ReferralAccepted, need_id=need))
    await world.rows("UPDATE early_event SET kept_at = kept_at - interval '90 s' RETURNING number")
    told = await figures()
    assert told["ihala.feed.early"] == 2 and 90 <= told["ihala.feed.early_oldest"] < 900


async def test_offers_behind_a_need_that_is_parked_are_shown_and_stay_seen_when_it_is_skipped(
    world: World, service: Notify, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "load", lambda name: service)
    need = uuid4()
    await world.introduce()
    before = len(await world.feed(RECEIVER))
    world.record(sample(NeedIdentified, need_id=need))  # does not come
    await world.inbox.apply([world.record(sample(NeedIdentified, need_id=need))])
    await world.inbox.apply([world.record(sample(model, need_id=need)) for model in (ReferralOffered, ReferralAccepted)])
    assert len(await world.feed(RECEIVER)) == before
    listed = (await ihala("parked", "list", "notify")).splitlines()
    assert [line.split()[:3] for line in listed] == [[str(need), "intake", "1"], [str(need), "referral", "2"]]
    assert early.WHY in listed[1]
    shown = (await ihala("parked", "show", "notify", str(need))).splitlines()
    assert shown[0].endswith("gap")
    assert [line.split()[0] for line in shown[1:]] == ["org.ihala.referral.offered", "org.ihala.referral.accepted"]
    skipped = await ihala("parked", "skip", "notify", str(need), "--reason", "lost")
    assert f"2 more wait for what was skipped, until its service says it again: ihala republish SERVICE --key {need}" in skipped
    assert [line.split()[:3] for line in (await ihala("parked", "list", "notify")).splitlines()] == [[str(need), "referral", "2"]]


async def test_what_is_thrown_away_unheard_is_said(world: World, database: Database, caplog: pytest.LogCaptureFixture) -> None:
    await world.deliver(sample(ReferralAccepted, need_id=uuid4()))
    assert await upkeep.forget_early_events(database) == 0 and not _said(caplog)
    await world.rows("UPDATE early_event SET kept_at = :at RETURNING number", at=datetime.now(UTC) - timedelta(days=31))
    assert await upkeep.forget_early_events(database) == 1
    [said] = _said(caplog)
    assert vars(said)["events"] == 1


def _said(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """What this upkeep said: others of the same process have their own."""
    return [record for record in caplog.records if record.name == "ihala_notify.upkeep"]

"""A sender that dies between sending and writing down: what its SMSC knows by our id comes once."""

import asyncio
import json
import os
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from ihala_kit.db import Database
from ihala_notify.app import Notify

from tests.notify.channels.conftest import Network, sending_by
from tests.notify.channels.test_smpp import in_state, until
from tests.notify.test_sender import events
from tests.notify.world import World

PROGRAM = Path(__file__).with_name("process.py")
TEXTS = 6


@pytest.mark.parametrize("knows_ids", [True, False])
async def test_killed_between_send_and_settle(
    service: Notify, database: Database, world: World, smsc: Network, tmp_path: Path, knows_ids: bool
) -> None:
    needs = [uuid4() for _ in range(TEXTS)]
    for need in needs:
        await world.identify(need)
    route = smsc.route(tells_id=knows_ids)
    (tmp_path / "notify.send.before-settle").touch()
    settings = service.settings
    assert settings.client_key_file  # type: ignore[attr-defined]
    shown = route.model_dump(mode="json") | {"password": "secret"}
    environment = os.environ | {
        "NOTIFY_DATABASE_URL": settings.database_url, "NOTIFY_MASTER_KEY": settings.master_key.get_secret_value(),
        "NOTIFY_ISSUER": settings.issuer, "NOTIFY_CLIENT_KEY_FILE": str(settings.client_key_file),  # type: ignore[attr-defined]
        "NOTIFY_SMS_ROUTES": json.dumps([shown]), "NOTIFY_CRASH_DIR": str(tmp_path),
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(sys.executable, PROGRAM, env=environment)
    assert await asyncio.wait_for(process.wait(), 60) == 137
    sent = len(smsc.messages.by_id)
    assert sent > 0 and await events(world) == []

    async def silent() -> bool:
        return not smsc.connections

    await until(silent)
    await world.hurry()  # which the lease's end would do, too
    async with sending_by(service, database, route) as other:
        await other.send()
        for need in needs:
            await in_state(world, need, "delivered")
    assert len(smsc.messages.by_id) == (TEXTS if knows_ids else TEXTS + sent)
    assert await events(world) == ["message-delivered"] * TEXTS

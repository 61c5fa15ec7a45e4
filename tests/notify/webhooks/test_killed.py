"""A process that dies between sending and keeping: everything comes at least once, in order, and nothing is lost."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from ihala_notify.app import Notify

from tests.notify.webhooks.receiver import Receiver
from tests.notify.webhooks.rig import ALLOWED, Rig, until

PROGRAM = Path(__file__).with_name("process.py")


async def test_killed_between_send_and_keep(service: Notify, rig: Rig, receiver: Receiver, tmp_path: Path) -> None:
    async def answer(number: int, event: dict[str, Any]) -> int:
        await asyncio.sleep(0.002)
        return 200

    receiver.answer = answer
    await rig.happen(300, *"abcdefghij")
    hook = await rig.hook(receiver, ordered=True)
    (tmp_path / "notify.webhook.before-keep").touch()
    settings = service.settings
    environment = os.environ | {
        "NOTIFY_DATABASE_URL": settings.database_url, "NOTIFY_MASTER_KEY": settings.master_key.get_secret_value(),
        "NOTIFY_WEBHOOK_HOSTS": json.dumps(sorted(ALLOWED)), "NOTIFY_CRASH_DIR": str(tmp_path),
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(sys.executable, PROGRAM, env=environment)
    assert await asyncio.wait_for(process.wait(), 60) == 137
    sent = len(receiver.taken)
    assert sent > 0 and await rig.cursor(hook) == 0 and await rig.deliveries(hook) == []
    await rig.rows("UPDATE webhook SET lease_until = now() - interval '1 second' RETURNING url")  # which time would do, too
    async with rig.delivering():
        await until(lambda: rig.rows("SELECT url FROM webhook WHERE cursor = 300"))
    assert set(receiver.sequences()) == set(range(1, 301))
    assert len(receiver.taken) <= 300 + sent + 8
    assert len({event["id"] for event in receiver.taken}) == 300  # a double is known by its id
    for subject in "abcdefghij":
        first = list(dict.fromkeys(receiver.sequences(subject)))
        assert first == sorted(first)

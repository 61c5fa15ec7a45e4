"""Runs the sink: `python -m ihala_local.sink PORT FILE [SMPP_PORT SMTP_PORT [RECEIPTS_URL]]`; without the ports it takes HTTP alone."""

import asyncio
import os
import sys
from pathlib import Path

from aiohttp import web

from ihala_local.ports import HOST
from ihala_local.sink import mail, smsc
from ihala_local.sink.http import application
from ihala_local.sink.kept import Messages
from ihala_local.sink.outage import Outages
from ihala_local.sink.script import Callback


async def serve(port: int, file: Path, smpp_port: int | None, smtp_port: int | None, receipts: str | None) -> None:
    """Serve until cancelled."""
    messages = Messages(file)
    callback = Callback(receipts, os.environ.get("SINK_RECEIPTS_SECRET", ""))
    outages = Outages(smsc.Smsc(messages) if smpp_port else None, mail.Mailbox(messages), HOST, smpp_port or 0)
    runner = web.AppRunner(application(messages, callback, outages), access_log=None)
    await runner.setup()
    await outages.open()
    if smtp_port and outages.mailbox:
        await mail.start(outages.mailbox, HOST, smtp_port)
    await web.TCPSite(runner, HOST, port).start()
    await asyncio.Event().wait()


def main(port: str, file: str, smpp_port: str = "", smtp_port: str = "", receipts: str = "") -> None:
    numbers = (int(smpp_port) if smpp_port else None, int(smtp_port) if smtp_port else None)
    asyncio.run(serve(int(port), Path(file), *numbers, receipts or None))


if __name__ == "__main__":
    main(*sys.argv[1:])

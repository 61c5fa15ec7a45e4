"""Where messages to people end in a local run: kept in a file and shown on a page, sent to nobody.

POST /sms {id, to, text, …} keeps a message once, whatever number of times it comes; GET /messages gives all as JSON; GET / shows them.
use: python -m ihala_local.sink PORT FILE
"""

import json
import os
import sys
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

from aiohttp import web

from ihala_local.ports import HOST

LARGEST_BODY = 64 * 1024
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta http-equiv="refresh" content="5">
<title>Messages sent by Ihala on this machine</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.6 system-ui, "Noto Sans Arabic", sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }}
article {{ border: 1px solid #8886; border-radius: .75rem; padding: .5rem 1rem; margin: 1rem 0; }}
p {{ margin: .25rem 0; white-space: pre-wrap; overflow-wrap: anywhere; font-size: 1.15rem; }}
header, footer {{ opacity: .75; font-size: .85rem; }}
</style>
</head>
<body>
<h1>Messages</h1>
<footer>{count} kept on this machine, newest first; none was really sent.</footer>
{messages}
</body>
</html>
"""
# dir="auto" takes the direction from the text itself: Arabic and Kurdish stand right to left, a number inside stays readable.
MESSAGE = """<article><header>to <bdi dir="ltr">{to}</bdi> · <time datetime="{at}">{at}</time></header><p dir="auto">{text}</p></article>"""


class Messages:
    """Messages in the order they came, by id; on disk one JSON line each, written before the answer."""

    def __init__(self, file: Path) -> None:
        self.file = file
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.by_id = {message["id"]: message for message in self._load()}

    def keep(self, message: dict[str, Any]) -> dict[str, Any]:
        """Return the message as kept, which is the earlier one when its id was here before."""
        known: dict[str, Any] | None = self.by_id.get(message["id"])
        if known is not None:
            return known
        kept = {**message, "received_at": datetime.now(UTC).isoformat(timespec="milliseconds")}
        with self.file.open("a", encoding="utf-8") as out:
            out.write(json.dumps(kept, ensure_ascii=False) + "\n")
            out.flush()
            os.fsync(out.fileno())
        self.by_id[message["id"]] = kept
        return kept

    def _load(self) -> list[dict[str, Any]]:
        """Return what the file holds; half a line, left by a kill before the answer, is cut off."""
        if not self.file.exists():
            return []
        whole, _, half = self.file.read_bytes().rpartition(b"\n")
        if half:
            os.truncate(self.file, len(whole) + 1 if whole else 0)
        return [json.loads(line) for line in whole.splitlines()]


MESSAGES = web.AppKey("messages", Messages)


async def post_sms(request: web.Request) -> web.Response:
    """Keep a message: 200 with it, also the second time; 409 when the id is taken by another text; 400 when malformed."""
    try:
        message = await request.json()
    except ValueError:
        return _refusal(400, "the body is not JSON")
    if not isinstance(message, dict) or not all(isinstance(message.get(name), str) and message[name] for name in ("id", "to", "text")):
        return _refusal(400, "id, to and text must be texts")
    kept = request.app[MESSAGES].keep(message)
    if (kept["to"], kept["text"]) != (message["to"], message["text"]):
        return _refusal(409, "this id was used for another message")
    return web.json_response({"id": kept["id"], "status": "accepted", "received_at": kept["received_at"]})


async def get_messages(request: web.Request) -> web.Response:
    """Give all messages, oldest first; `?to=` only those to one number."""
    to = request.query.get("to")
    kept = [message for message in request.app[MESSAGES].by_id.values() if to in (None, message["to"])]
    return web.json_response({"messages": kept}, dumps=lambda value: json.dumps(value, ensure_ascii=False))


async def get_page(request: web.Request) -> web.Response:
    """Show the newest 200 messages."""
    kept = list(request.app[MESSAGES].by_id.values())
    shown = [MESSAGE.format(to=escape(m["to"]), at=m["received_at"], text=escape(m["text"])) for m in kept[:-201:-1]]
    return web.Response(text=PAGE.format(count=len(kept), messages="\n".join(shown)), content_type="text/html")


async def get_live(_: web.Request) -> web.Response:
    return web.json_response({"status": "live"})


def application(file: Path) -> web.Application:
    """Return the sink as an aiohttp application."""
    app = web.Application(client_max_size=LARGEST_BODY)
    app[MESSAGES] = Messages(file)
    app.add_routes([
        web.post("/sms", post_sms),
        web.get("/messages", get_messages),
        web.get("/", get_page),
        web.get("/health/live", get_live),
    ])  # fmt: skip
    return app


def _refusal(status: int, why: str) -> web.Response:
    return web.json_response({"title": why, "status": status}, status=status, content_type="application/problem+json")


def main(port: str, file: str) -> None:
    web.run_app(application(Path(file)), host=HOST, port=int(port), print=None, access_log=None)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""SMS by HTTP, and the page.

POST /sms {id, to, text, …} keeps a message once, whatever number of times it comes; POST /rapidpro takes RapidPro's form and calls back;
GET /messages gives all as JSON; GET / shows them (`?language=`). POST /outage {way, away} lets smpp, http or mail go, or come back.
"""

import json
from typing import Any

from aiohttp import web
from ihala_kit.words import language_of

from ihala_local.sink.kept import Messages
from ihala_local.sink.outage import WAYS, Outages
from ihala_local.sink.page import page_of
from ihala_local.sink.script import Callback, fate_of

LARGEST_BODY = 64 * 1024
MESSAGES = web.AppKey("messages", Messages)
CALLBACK = web.AppKey("callback", Callback)
OUTAGES = web.AppKey("outages", Outages)


async def post_sms(request: web.Request) -> web.Response:
    """Keep a message: 200 with it, also the second time; 409 when the id is taken by another text; 400 when malformed."""
    try:
        message = await request.json()
    except ValueError:
        return _refusal(400, "the body is not JSON")
    return _keep(request, message, "http")


async def post_rapidpro(request: web.Request) -> web.Response:
    """Take what RapidPro sends to an external channel, and say by callback what became of it."""
    form = await request.post()
    message = {name: form.get(name) for name in ("id", "to", "text")}
    answer = _keep(request, message, "rapidpro")
    if answer.status == 200:
        request.app[CALLBACK].tell(str(message["id"]), fate_of(str(message["to"])))
    return answer


async def get_messages(request: web.Request) -> web.Response:
    """Give all messages, oldest first; `?to=` only those to one number."""
    to = request.query.get("to")
    kept = [message for message in request.app[MESSAGES].by_id.values() if to in (None, message["to"])]
    return web.json_response({"messages": kept}, dumps=lambda value: json.dumps(value, ensure_ascii=False))


async def get_page(request: web.Request) -> web.Response:
    """Show the newest 200 messages, in the language that was asked for, else the browser's."""
    asked = request.query.get("language") or request.headers.get("Accept-Language")
    page = page_of(request.app[MESSAGES], request.app[OUTAGES].away, language_of(asked))
    return web.Response(text=page, content_type="text/html")


async def post_outage(request: web.Request) -> web.Response:
    """Let one way go or come back: `away` is yes or no. A form is sent back to the page; a program reads who is away."""
    told = await request.post()
    way, away = str(told.get("way")), told.get("away")
    if way not in WAYS or away not in ("yes", "no"):
        return _refusal(400, "way is smpp, http or mail; away is yes or no")
    await request.app[OUTAGES].change(way, away=away == "yes")
    if "text/html" in request.headers.get("Accept", ""):
        raise web.HTTPSeeOther(f"/?language={language_of(str(told.get('language')))}")
    return web.json_response({"away": sorted(request.app[OUTAGES].away)})


async def get_live(_: web.Request) -> web.Response:
    return web.json_response({"status": "live"})


def application(messages: Messages, callback: Callback, outages: Outages | None = None) -> web.Application:
    """Return the sink as an aiohttp application."""
    app = web.Application(client_max_size=LARGEST_BODY)
    app[MESSAGES], app[CALLBACK], app[OUTAGES] = messages, callback, outages or Outages()
    app.add_routes([
        web.post("/sms", post_sms),
        web.post("/rapidpro", post_rapidpro),
        web.post("/outage", post_outage),
        web.get("/messages", get_messages),
        web.get("/", get_page),
        web.get("/health/live", get_live),
    ])  # fmt: skip
    return app


def _keep(request: web.Request, message: Any, way: str) -> web.Response:
    if not isinstance(message, dict) or not all(isinstance(message.get(name), str) and message[name] for name in ("id", "to", "text")):
        return _refusal(400, "id, to and text must be texts")
    if "http" in request.app[OUTAGES].away:
        return _refusal(503, "the aggregator is away")
    fate = fate_of(message["to"])
    if fate.status:
        request.app[MESSAGES].refuse({**message, "way": way})
        return _refusal(422 if fate.status == 0x0B else 503, "by the script of this number")
    kept = request.app[MESSAGES].keep({**message, "way": way})
    if (kept["to"], kept["text"]) != (message["to"], message["text"]):
        return _refusal(409, "this id was used for another message")
    return web.json_response({"id": kept["id"], "status": "accepted", "received_at": kept["received_at"]})


def _refusal(status: int, why: str) -> web.Response:
    return web.json_response({"title": why, "status": status}, status=status, content_type="application/problem+json")

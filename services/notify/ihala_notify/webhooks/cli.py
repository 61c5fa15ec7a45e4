"""`ihala webhooks`: a receiver to develop against, which checks what comes and prints it."""

import json
import time
from typing import Annotated

import typer
from aiohttp import web

from ihala_notify.webhooks.signing import NotGenuine, verify

app = typer.Typer(no_args_is_help=True, help="Webhooks, for whoever writes a receiver.")


@app.callback()
def webhooks() -> None:
    """Webhooks, for whoever writes a receiver."""


@app.command()
def listen(
    key: Annotated[list[str], typer.Option(envvar="IHALA_WEBHOOK_KEY", help="whsec_… or whpk_…; several times while keys rotate")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="where to listen on this machine")] = 8099,
    status: Annotated[int, typer.Option(min=200, max=599, help="what to answer to what is genuine: 503, to see it come again")] = 204,
) -> None:
    """Take webhooks, check their signatures, print each event. What is not genuine is answered with 400."""
    typer.echo(f"http://127.0.0.1:{port}/ takes webhooks; notify must be allowed to call it: NOTIFY_WEBHOOK_HOSTS='[\"127.0.0.1\"]'")
    web.run_app(receiver(key, status), host="127.0.0.1", port=port, print=None, access_log=None)


def receiver(keys: list[str], status: int) -> web.Application:
    """Return the receiver as an application."""

    async def take(request: web.Request) -> web.Response:
        body = await request.read()
        try:
            event_id = verify({name.lower(): value for name, value in request.headers.items()}, body, keys, time.time())
        except NotGenuine as error:
            typer.echo(f"refused: {error}", err=True)
            return web.Response(status=400, text=str(error))
        event = json.loads(body)
        again = "  again" if event.get("ihalareplay") else ""
        typer.echo(f"{event_id}  {event['sequence']}  {event['type']}  {event['subject']}{again}\n    {json.dumps(event['data'])}")
        return web.Response(status=status)

    app = web.Application()
    app.router.add_post("/{any:.*}", take)
    return app

"""Makes the SMS routes that the settings name, and holds what must be held: SMPP connections, and the port for receipts."""

import asyncio
import logging

from ihala_kit.db import Database

from ihala_notify.channels.http_sms import HttpSms, plain_json, rapidpro
from ihala_notify.channels.receipts_http import listening
from ihala_notify.channels.routes import Route, SmsRoutes
from ihala_notify.channels.smpp.route import SmppSms
from ihala_notify.channels.smtp import Smtp
from ihala_notify.channels.ways import Channel
from ihala_notify.receipts import Receipts
from ihala_notify.settings import Settings, SmsRoute

log = logging.getLogger(__name__)

NEUTRAL_NAME = "Ihala"
PORT_AGAIN_SECONDS = 5.0


def sms_routes(settings: Settings) -> SmsRoutes:
    """Return the routes with their weights."""
    if settings.sms_routes:
        return SmsRoutes([Route(_route(each), each.weight, each.window) for each in settings.sms_routes])
    return SmsRoutes([Route(HttpSms("sms", settings.sms_url, plain_json()))])


def e_mail(settings: Settings) -> Smtp | None:
    """Return the way of e-mail, None where there is no server for it."""
    if settings.smtp_host is None:
        return None
    return Smtp(
        settings.smtp_host, settings.smtp_port, settings.smtp_sender, security=settings.smtp_security, authority=settings.smtp_authority,
        username=settings.smtp_username, password=settings.smtp_password.get_secret_value(),
    )  # fmt: skip


async def hold(settings: Settings, sms: SmsRoutes, database: Database) -> int:
    """Hold until cancelled what tells us of messages. For a Job, in the same process as the one that sends."""
    receipts = Receipts(database, ("sms", "email") if settings.smtp_host else ("sms",))
    async with asyncio.TaskGroup() as group:
        if settings.receipts_port is not None:
            group.create_task(_listen(settings, settings.receipts_port, receipts))
        for route in sms.routes:
            if isinstance(route.channel, SmppSms):
                group.create_task(route.channel.hold(receipts.by_smpp))
        await asyncio.Event().wait()
    return 0


async def _listen(settings: Settings, port: int, receipts: Receipts) -> None:
    """Listen for receipts until cancelled; while another process has the port, SMPP routes work all the same."""
    secrets = {each.name: secret for each in settings.sms_routes if (secret := each.receipt_secret.get_secret_value())}
    while True:
        try:
            async with listening(receipts, secrets, settings.receipts_host, port):
                await asyncio.Event().wait()
        except OSError as error:
            log.warning("the port for receipts cannot be opened", extra={"error": type(error).__name__})
        await asyncio.sleep(PORT_AGAIN_SECONDS)


def _route(of: SmsRoute) -> Channel:
    if of.kind == "smpp":
        password = of.password.get_secret_value()
        return SmppSms(of.name, of.url, of.system_id, password, of.sender or NEUTRAL_NAME, of.window, of.quiet_seconds, of.tells_id)
    words = rapidpro(of.channel, of.sender) if of.kind == "rapidpro" else plain_json(of.sender)
    return HttpSms(
        of.name, of.url, words, of.token.get_secret_value(), tells=bool(of.receipt_secret.get_secret_value()), expects=of.expects,
        json_only=of.kind == "http",
    )  # fmt: skip

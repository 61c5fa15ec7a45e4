"""Joins the parts of notify; the only place that does."""

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from ihala_kit.jobs import Job
from ihala_kit.once import purge_idempotency
from ihala_kit.service import Service

from ihala_notify import api, consumers, desks, early, erasing, feed_api, receipts, upkeep
from ihala_notify.accepting import api as accepting_api
from ihala_notify.calls import api as calls_api
from ihala_notify.channels import joining
from ihala_notify.channels.joining import e_mail, sms_routes
from ihala_notify.channels.smtp import CONNECTIONS
from ihala_notify.contacts import Contacts
from ihala_notify.control import api as control_api
from ihala_notify.control import jobs as control
from ihala_notify.flow import Flow
from ihala_notify.kafka import consumers as kafka_consumers
from ihala_notify.kafka import partners
from ihala_notify.letters import api as letters_api
from ihala_notify.letters import commands as letters
from ihala_notify.letters import names
from ihala_notify.limits import store as limits
from ihala_notify.limits.policy import policy
from ihala_notify.notices import api as notices_api
from ihala_notify.notices import consumers as notices_consumers
from ihala_notify.notices import errors as notices_errors
from ihala_notify.notices import jobs as notices
from ihala_notify.notices import tables as notices_tables
from ihala_notify.restoring import RESTORING
from ihala_notify.sender import Sender
from ihala_notify.settings import Settings
from ihala_notify.statistics import api as statistics_api
from ihala_notify.subscriptions import api as subscriptions_api
from ihala_notify.subscriptions import errors as subscriptions
from ihala_notify.templates import api as templates_api
from ihala_notify.templates.field_words import FIELD_WORDS
from ihala_notify.wakeups import Wakeups
from ihala_notify.webhooks import api as webhooks_api
from ihala_notify.webhooks import jobs as webhooks
from ihala_notify.webhooks.tables import WRAPPED

VERSION = "0.1.0"
MIGRATIONS = Path(__file__).parent.parent / "migrations"
SEND_AGAIN_AFTER_SECONDS = 0.5
HOLD_AGAIN_AFTER_SECONDS = 1.0
PURGE_EVERY_SECONDS = 600
ROUTERS = [
    feed_api.router, subscriptions_api.router, webhooks_api.router, notices_api.router, accepting_api.router, templates_api.router,
    letters_api.router, calls_api.router, control_api.router, statistics_api.router, api.router,
]  # fmt: skip


@dataclass
class Notify(Service):
    """The service, and who waits for its feeds: the API's long polls."""

    wakeups: Wakeups = field(default_factory=Wakeups)


def service() -> Notify:
    """Return notify as `ihala run notify` knows it; reads the settings."""
    return create(Settings())


def create(settings: Settings) -> Notify:
    """Return notify with these settings."""
    wakeups = Wakeups()
    contacts = Contacts(settings.issuer, settings.client_id, settings.client_key_file)
    sms = sms_routes(settings)
    mail = e_mail(settings)
    sender = Sender(contacts, {"sms": sms} | ({"email": mail} if mail else {}), policy(settings.limit_factor))
    flow = Flow(sender, {"sms": settings.send_at_once, "email": CONNECTIONS})
    return Notify(
        "notify",
        "Notify",
        VERSION,
        settings,
        MIGRATIONS,
        routers=ROUTERS,
        readers=[consumers, desks, erasing, kafka_consumers, notices_consumers],
        jobs=[
            Job("send messages", SEND_AGAIN_AFTER_SECONDS, flow.follow),
            Job("hold SMS routes", HOLD_AGAIN_AFTER_SECONDS, partial(joining.hold, settings, sms)),
            Job("fail what has no receipt", PURGE_EVERY_SECONDS, receipts.fail_overdue),
            Job("forget receipts", PURGE_EVERY_SECONDS, receipts.forget),
            Job("forget letters", PURGE_EVERY_SECONDS, letters.forget),
            Job("forget what recipients were sent", PURGE_EVERY_SECONDS, limits.forget),
            Job("purge feeds", PURGE_EVERY_SECONDS, upkeep.purge_feeds),
            Job("forget early events", PURGE_EVERY_SECONDS, upkeep.forget_early_events),
            Job("forget ended subscriptions", PURGE_EVERY_SECONDS, upkeep.forget_ended_subscriptions),
            Job("purge idempotency", PURGE_EVERY_SECONDS, purge_idempotency),
            *([early.measuring()] if settings.otlp_endpoint else []),
            *partners.jobs(settings),
            *webhooks.jobs(settings),
            *control.jobs(settings),
            *notices.jobs(settings, mail),
        ],
        restoring=RESTORING,
        wrapped=[WRAPPED, notices_tables.WRAPPED],
        background=[wakeups.listen],
        field_words=FIELD_WORDS | names.FIELD_WORDS | subscriptions.FIELD_WORDS | notices_errors.FIELD_WORDS,
        wakeups=wakeups,
        held=early.HELD,
    )

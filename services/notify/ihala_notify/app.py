"""Joins the parts of notify; the only place that does."""

from dataclasses import dataclass, field
from pathlib import Path

from ihala_kit.jobs import Job
from ihala_kit.once import purge_idempotency
from ihala_kit.service import Service

from ihala_notify import api, consumers, desks, erasing, upkeep
from ihala_notify.channels import HttpSms
from ihala_notify.contacts import Contacts
from ihala_notify.sender import Sender
from ihala_notify.settings import Settings
from ihala_notify.wakeups import Wakeups

VERSION = "0.1.0"
MIGRATIONS = Path(__file__).parent.parent / "migrations"
SEND_EVERY_SECONDS = 0.5
SEND_AGAIN_AFTER_SECONDS = 0.25  # gathers a round: a message can wait a moment, the feeds that share this process cannot
PURGE_EVERY_SECONDS = 600


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
    sender = Sender(contacts, {"sms": HttpSms(settings.sms_url)}, settings.send_at_once)
    return Notify(
        "notify",
        "Notify",
        VERSION,
        settings,
        MIGRATIONS,
        routers=[api.router],
        readers=[consumers, desks, erasing],
        jobs=[
            Job("send messages", SEND_EVERY_SECONDS, sender.run, SEND_AGAIN_AFTER_SECONDS),
            Job("purge feeds", PURGE_EVERY_SECONDS, upkeep.purge_feeds),
            Job("forget early events", PURGE_EVERY_SECONDS, upkeep.forget_early_events),
            Job("purge idempotency", PURGE_EVERY_SECONDS, purge_idempotency),
        ],
        background=[wakeups.listen],
        wakeups=wakeups,
    )

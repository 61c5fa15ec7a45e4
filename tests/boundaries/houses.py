"""The services as their own app.py joins them, with settings that reach nothing: for tests that only look."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import entry_points

from ihala_kit.service import Service
from ihala_kit.vault import new_master_key

HOUSES = ("intake", "directory", "referral", "notify", "gateway")


@contextmanager
def pretended(name: str) -> Iterator[None]:
    """Set the environment that a service needs to be made."""
    prefix = name.upper()
    wanted = {
        f"{prefix}_DATABASE_URL": "postgresql://nobody:none@127.0.0.1:9/none",
        f"{prefix}_MASTER_KEY": new_master_key(),
        f"{prefix}_CLIENT_KEY_FILE": "/nonexistent",
        f"{prefix}_SMS_URL": "http://127.0.0.1:9/sms",
        f"{prefix}_UPSTREAMS": "{}",
    }
    before = dict(os.environ)
    os.environ.update(wanted)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def service(name: str) -> Service:
    """Return the service of that name, made by its own app.py."""
    [entry] = entry_points(group="ihala.services", name=name)
    with pretended(name):
        made: Service = entry.load()()
        return made

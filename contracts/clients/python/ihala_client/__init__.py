"""Ihala for Python: calls and events, with and without asyncio.

`Client` and `AsyncClient` call the operations of the APIs (`directory`, `gateway`, `intake`, `notify`, `referral`) and follow events
(`keep` keeps where you are); `Webhook` checks what is sent to you.
"""

import importlib
from typing import TYPE_CHECKING, Any

from ihala_client.aio import AsyncClient
from ihala_client.base import Answered
from ihala_client.core import __version__
from ihala_client.errors import Fault, IhalaError, NotGenuine, Problem, TokenRefused, Unreachable
from ihala_client.events import Event, keep
from ihala_client.keys import SigningKey
from ihala_client.operation import Listing, Operation
from ihala_client.retrying import Patience
from ihala_client.sync import Client
from ihala_client.webhooks import Webhook

if TYPE_CHECKING:
    from ihala_client.api import directory, gateway, intake, notify, referral

APIS = ("directory", "gateway", "intake", "notify", "referral")

__all__ = [
    "Answered", "AsyncClient", "Client", "Event", "Fault", "IhalaError", "Listing", "NotGenuine", "Operation", "Patience", "Problem",
    "SigningKey", "TokenRefused", "Unreachable", "Webhook", "__version__", "directory", "gateway", "intake", "keep", "notify",
    "referral",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Return one of the APIs: read when it is asked for, since they are large."""
    if name in APIS:
        return importlib.import_module(f"ihala_client.api.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

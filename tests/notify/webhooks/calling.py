"""The API of webhooks as clients call it."""

from collections.abc import Awaitable, Callable
from typing import Any

from tests.notify.webhooks.receiver import Receiver

Call = Callable[..., Awaitable[tuple[int, Any]]]
SCOPES = ("events:read", "notify:subscribe")


async def opened(call: Call, receiver: Receiver, **more: Any) -> str:
    """Open a webhook at the receiver by the API; return its id."""
    status, made = await call("POST", "/subscriptions", {"kind": "webhook", "url": receiver.address, **more})
    assert status == 201, made
    receiver.secrets = [made["key"]["secret"]] if made["key"]["secret"] else []
    return str(made["id"])

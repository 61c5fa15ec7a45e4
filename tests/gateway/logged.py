"""Rows of the access log as tests need them."""

from datetime import datetime
from typing import Any


def row_at(at: datetime, request_id: str = "r", **more: Any) -> dict[str, Any]:
    """Return a row as the log takes it down; `more` replaces what it says."""
    return {
        "at": at, "request_id": request_id, "client_id": None, "organization_id": None, "account_id": None, "acting_officer": None,
        "method": "GET", "route": None, "status": 200, "milliseconds": 1.25, "bytes_in": 0, "bytes_out": 10,
    } | more  # fmt: skip

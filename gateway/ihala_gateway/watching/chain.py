"""The chain: how a row is hashed onto the one before it, and a segment onto the one before it. Pure.

A row's hash is SHA-256 and needs no key, so that whoever holds an export can check it alone. That somebody who may write to the
database does not simply compute all hashes anew is seen by the segments' seals, whose key is not in the database.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from ihala_kit.vault import Vault

COLUMNS = (
    "at", "request_id", "client_id", "organization_id", "account_id", "acting_officer", "method", "route", "status", "milliseconds",
    "bytes_in", "bytes_out",
)  # fmt: skip
NOTHING_BEFORE = bytes(32)
_SEGMENT, _TIP = "gateway.access-log.segment", "gateway.access-log.tip"  # what the keyed hashes are for
_encoded = json.JSONEncoder(separators=(",", ":")).encode

Row = Mapping[str, Any]  # COLUMNS; organization_id as UUID or text


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment as it stands in its table, but for the seal."""

    number: int
    opened_at: datetime
    opening: bytes
    rows: int
    head: bytes
    last_at: datetime
    lost: int = 0
    closed_at: datetime | None = None
    dropped_at: datetime | None = None

    def grown(self, rows: Sequence[Row], now: datetime, lost: int = 0) -> tuple["Segment", list[bytes]]:
        """Return the segment with these rows behind its last, and their hashes."""
        hashes, head = [], self.head
        for row in rows:
            head = link(head, row)
            hashes.append(head)
        return replace(self, rows=self.rows + len(rows), head=head, last_at=now, lost=self.lost + lost), hashes

    def seal(self, vault: Vault) -> bytes:
        """Return the keyed hash by which it is seen that somebody else wrote here."""
        times = [at and _text(at) for at in (self.opened_at, self.last_at, self.closed_at, self.dropped_at)]
        said = [self.number, self.opening.hex(), self.rows, self.head.hex(), self.lost, *times]
        return vault.fingerprint(_encoded(said).encode(), _SEGMENT)


def opened(number: int, now: datetime, before: bytes) -> Segment:
    """Return a new segment; `before` is the opening of the one before, which it names by that."""
    opening = hashlib.sha256(_encoded(["segment", number, _text(now), before.hex()]).encode()).digest()
    return Segment(number, now, opening, 0, opening, now)


def tip_seal(vault: Vault, number: int, opening: bytes) -> bytes:
    """Return the keyed hash by which it is seen that this is the newest segment."""
    return vault.fingerprint(_encoded([number, opening.hex()]).encode(), _TIP)


def link(previous: bytes, row: Row) -> bytes:
    """Return the hash of a row that comes after `previous`."""
    return hashlib.sha256(previous + _encoded(plain(row)).encode()).digest()


def plain(row: Row) -> list[Any]:
    """Return a row as it is hashed and exported: times in UTC to the microsecond, ids as text, in the order of COLUMNS."""
    at, request_id, client_id, organization_id, *others = (row[name] for name in COLUMNS)
    return [_text(at), request_id, client_id, None if organization_id is None else str(organization_id), *others]


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")

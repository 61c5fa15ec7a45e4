"""SMPP's protocol data units as octets. Pure. Source: SMPP Protocol Specification v3.4, sections 4 and 5."""

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

HEADER: Final = struct.Struct(">IIII")  # length with this header, command, status, sequence
LONGEST: Final = 64 * 1024
VERSION: Final = 0x34
ANSWER: Final = 0x80000000
ASK_FOR_RECEIPT: Final = 1
HAS_HEADER: Final = 0x40  # esm_class: the text begins with a user data header
IS_RECEIPT: Final = 0x04  # esm_class of what an SMSC brings
UCS2: Final = 8  # data_coding; 0 is the SMSC's default alphabet, GSM-7
RECEIPTED_ID: Final = 0x001E
MESSAGE_STATE: Final = 0x0427
OUR_ID: Final = 0x1501  # of the range for vendors: the message's own id, for an SMSC that knows a repeated one by it

LONGEST_ID: Final = 65
_ID = re.compile(rb"\bid:\s*([!-~]{1,65})(?![!-~])", re.IGNORECASE)
_STAT = re.compile(rb"\bstat:\s*([A-Z]+)", re.IGNORECASE)
_ERR = re.compile(rb"\berr:\s*([0-9A-Z]{1,8})", re.IGNORECASE)
_STATES: Final = {1: "ENROUTE", 2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 6: "ACCEPTD", 7: "UNKNOWN", 8: "REJECTD"}
_IN_FULL: Final = {"DELIVERED": "DELIVRD", "UNDELIVERABLE": "UNDELIV", "REJECTED": "REJECTD"}  # as some write it in the text


class Command(IntEnum):
    """What a unit asks for; its answer has the highest bit set."""

    GENERIC_NACK = 0x80000000
    SUBMIT = 0x00000004
    DELIVER = 0x00000005
    UNBIND = 0x00000006
    BIND_TRANSCEIVER = 0x00000009
    ENQUIRE_LINK = 0x00000015


class Malformed(ValueError):
    """These octets are no unit of SMPP."""


@dataclass(frozen=True, slots=True)
class Pdu:
    """One unit. `body` stays out of every text made of this: it holds numbers and words."""

    command: int
    status: int
    sequence: int
    body: bytes = field(default=b"", repr=False)

    def octets(self) -> bytes:
        """Return it as it goes over the line."""
        return HEADER.pack(HEADER.size + len(self.body), self.command, self.status, self.sequence) + self.body


@dataclass(frozen=True, slots=True)
class Submission:
    """One SMS to submit: `number` digits with a plus where international, `text` octets with their header if any."""

    sender: str
    number: str = field(repr=False)
    text: bytes = field(repr=False)
    coding: int
    has_header: bool
    id: str | None = None

    def body(self) -> bytes:
        """Return the body of a submit_sm."""
        international = self.number.startswith("+")
        addresses = _origin(self.sender) + bytes([1 if international else 0, 1]) + _text(self.number.lstrip("+"), 21)
        esm = HAS_HEADER if self.has_header else 0
        settings = bytes([esm, 0, 0]) + _text("", 17) + _text("", 17) + bytes([ASK_FOR_RECEIPT, 0, self.coding, 0, len(self.text)])
        return _text("", 6) + addresses + settings + self.text + (_tlv(OUR_ID, self.id.encode()) if self.id else b"")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an SMSC says of one SMS: its id there, the state (DELIVRD, EXPIRED, …; UNKNOWN also where it tells none) and the network's error
    code."""

    id: str
    state: str
    error: str = ""


def bind(system_id: str, password: str, system_type: str = "") -> bytes:
    """Return the body of a bind_transceiver."""
    return _text(system_id, 16) + _text(password, 9) + _text(system_type, 13) + bytes([VERSION, 0, 0]) + _text("", 41)


def message_id(body: bytes) -> str:
    """Return the id of a submit_sm_resp. Raises Malformed, also for one that is longer than any id."""
    found = _read_text(body, 0)[0]
    if len(found) > LONGEST_ID:
        raise Malformed
    return found


def receipt(body: bytes) -> Receipt | None:
    """Return what a deliver_sm tells of a submitted SMS; None for a text that somebody sent. Raises Malformed."""
    try:
        _, at = _read_text(body, 0)
        for _ in range(2):
            _, at = _read_text(body, at + 2)
        esm = body[at]
        _, at = _read_text(body, at + 3)
        _, at = _read_text(body, at)
        text = body[at + 5 : at + 5 + body[at + 4]]
        more = _tlvs(body[at + 5 + body[at + 4] :])
    except (IndexError, struct.error):
        raise Malformed from None
    return _receipt_of(text, more) if esm & 0x3C == IS_RECEIPT else None


def concatenated(reference: int, parts: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Return the parts, each with the header that lets a phone put them together; a single one as it is."""
    if len(parts) == 1:
        return parts
    return tuple(bytes([5, 0, 3, reference & 0xFF, len(parts), number]) + part for number, part in enumerate(parts, 1))


def _receipt_of(text: bytes, more: Mapping[int, bytes]) -> Receipt:
    by_text = _ID.search(text)
    known = more.get(RECEIPTED_ID, b"").partition(b"\0")[0] or (by_text[1] if by_text else b"")
    error = _ERR.search(text)
    if not 0 < len(known) <= LONGEST_ID:
        raise Malformed  # what nobody can keep would come for ever
    return Receipt(known.decode("ascii", "replace"), _state_of(text, more), error[1].decode() if error else "")


def _state_of(text: bytes, more: Mapping[int, bytes]) -> str:
    """Return the state by the field for it, or by the text where that tells none."""
    by_field = _STATES.get((more.get(MESSAGE_STATE) or b"\0")[0], "UNKNOWN")
    said = _STAT.search(text)
    if by_field != "UNKNOWN" or said is None:
        return by_field
    word = said[1].decode().upper()
    return _IN_FULL.get(word, word)


def _origin(sender: str) -> bytes:
    """Return the source address: a number, or a name of up to 11 letters."""
    if sender.lstrip("+").isdecimal():
        return bytes([1 if sender.startswith("+") else 0, 1]) + _text(sender.lstrip("+"), 21)
    return bytes([5, 0]) + _text(sender, 12)


def _text(value: str, longest: int) -> bytes:
    """Return a C-octet string. Raises Malformed when it is longer than its field, with the zero at its end."""
    octets = value.encode("ascii", "strict") + b"\0"
    if len(octets) > longest or b"\0" in octets[:-1]:
        raise Malformed
    return octets


def _tlv(tag: int, value: bytes) -> bytes:
    return struct.pack(">HH", tag, len(value)) + value


def _tlvs(octets: bytes) -> dict[int, bytes]:
    found, at = {}, 0
    while at < len(octets):
        tag, length = struct.unpack_from(">HH", octets, at)
        found[tag] = octets[at + 4 : at + 4 + length]
        at += 4 + length
    return found


def _read_text(octets: bytes, at: int) -> tuple[str, int]:
    """Return a C-octet string and where the next field begins. Raises Malformed."""
    end = octets.find(b"\0", at)
    if end < 0:
        raise Malformed
    return octets[at:end].decode("ascii", "replace"), end + 1

"""A small SMSC by SMPP 3.4: takes SMS, puts parts together, and says what became of each. Its octets are read by code of its own, not by
the sender's, so that the two cannot share a mistake.
"""

import asyncio
import itertools
import struct
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ihala_local.sink.alphabet import BASIC, ESCAPED
from ihala_local.sink.kept import Messages
from ihala_local.sink.script import Fate, fate_of

SUBMIT, DELIVER, UNBIND, ENQUIRE, BINDS = 4, 5, 6, 0x15, (1, 2, 9)


@dataclass(frozen=True)
class Taken:
    """One SMS as it was submitted. `place` is (reference, parts, number) of a part."""

    origin: str
    to: str
    text: bytes
    coding: int
    wants_receipt: bool
    place: tuple[int, int, int] | None
    id: str | None

    def words(self) -> str:
        """Return the text, decoded."""
        if self.coding == 8:
            return self.text.decode("utf-16-be")
        octets = iter(self.text)
        return "".join(ESCAPED[next(octets)] if octet == 27 else BASIC[octet] for octet in octets)


@dataclass
class Smsc:
    """Serves any number of connections. `taken` is each SMS in its order; `system_id` and `password` are checked where given."""

    messages: Messages
    password: str = ""
    taken: list[Taken] = field(default_factory=list)
    fate: Callable[[str], Fate] = fate_of
    silent: bool = False  # answers nothing any more, to whatever comes
    connections: list[asyncio.StreamWriter] = field(default_factory=list)
    _known: dict[str, str] = field(default_factory=dict)
    _parts: dict[tuple[str, int, int], dict[int, Taken]] = field(default_factory=lambda: defaultdict(dict))
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(time.time_ns() // 1_000_000))  # none again when restarted
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    async def start(self, host: str, port: int) -> asyncio.Server:
        """Serve; port 0 takes a free one."""
        return await asyncio.start_server(self._serve, host, port)

    def hang_up(self) -> None:
        """End all connections without a word."""
        for writer in list(self.connections):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections.append(writer)
        with suppress(OSError, EOFError, struct.error):
            while True:
                length, command, _, sequence = struct.unpack(">IIII", await reader.readexactly(16))
                body = await reader.readexactly(length - 16)
                if self.silent:
                    continue
                if command in BINDS:
                    right = not self.password or body.split(b"\0")[1].decode() == self.password
                    _write(writer, command, sequence, b"sink\0" if right else b"", 0 if right else 0x0E)
                elif command == SUBMIT:
                    self._submitted(writer, sequence, body)
                elif command in (ENQUIRE, UNBIND):
                    _write(writer, command, sequence)
                elif not command & 0x80000000:
                    _write(writer, 0, sequence, status=3)
                if command == UNBIND:
                    break
        self.connections.remove(writer)
        writer.close()

    def _submitted(self, writer: asyncio.StreamWriter, sequence: int, body: bytes) -> None:
        sms = _read(body)
        fate = self.fate(sms.to)
        if fate.status:
            _write(writer, SUBMIT, sequence, status=fate.status)
            self._keep(sms, "", self.messages.refuse)
            return
        known = self._known.get(sms.id or "")
        here = known or f"{next(self._ids):x}"
        _write(writer, SUBMIT, sequence, here.encode() + b"\0")
        if known is None:
            self._known[sms.id or here] = here
            self.taken.append(sms)
            self._keep(sms, here, self.messages.keep)
        if sms.wants_receipt and fate.state:
            task = asyncio.create_task(self._tell(writer, sms, here, fate))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _keep(self, sms: Taken, here: str, keep: Callable[[dict[str, Any]], object]) -> None:
        """Keep it for the page, as taken or as refused: a text in parts when its last part has come."""
        whole = [sms]
        if sms.place is not None:
            reference, parts, number = sms.place
            found = self._parts[sms.to, reference, parts]
            found[number] = sms
            if len(found) < parts:
                return
            whole = [found[number] for number in sorted(self._parts.pop((sms.to, reference, parts)))]
        text = "".join(part.words() for part in whole)
        known = sms.id.split("/")[0] if sms.id else f"smpp-{here}-{datetime.now(UTC).timestamp()}"
        keep({"id": known, "to": sms.to, "text": text, "way": "smpp", "parts": len(whole), "from": sms.origin})

    async def _tell(self, writer: asyncio.StreamWriter, sms: Taken, here: str, fate: Fate) -> None:
        await asyncio.sleep(fate.after)
        at = datetime.now(UTC).strftime("%y%m%d%H%M")
        delivered = "001" if fate.state == "DELIVRD" else "000"
        text = f"id:{here} sub:001 dlvrd:{delivered} submit date:{at} done date:{at} stat:{fate.state} err:{fate.error} text:"
        origin, to = sms.to.lstrip("+").encode(), sms.origin.encode()
        body = b"\0\1\1" + origin + b"\0\5\0" + to + b"\0\4\0\0\0\0\0\0\0\0" + bytes([len(text)]) + text.encode()
        living = [writer, *self.connections] if not writer.is_closing() else self.connections
        if living:  # on whatever connection there is, as to any of its sessions
            living[0].write(struct.pack(">IIII", 16 + len(body), DELIVER, 0, next(self._numbers)) + body)


def _write(writer: asyncio.StreamWriter, command: int, sequence: int, body: bytes = b"", status: int = 0) -> None:
    writer.write(struct.pack(">IIII", 16 + len(body), command | 0x80000000, status, sequence) + body)


def _read(body: bytes) -> Taken:
    """Return what a submit_sm holds."""
    at = body.index(b"\0") + 1
    end = body.index(b"\0", at + 2)
    origin, at = body[at + 2 : end].decode(), end + 1
    end = body.index(b"\0", at + 2)
    to, at = ("+" if body[at] == 1 else "") + body[at + 2 : end].decode(), end + 1
    esm, at = body[at], at + 3
    at = body.index(b"\0", body.index(b"\0", at) + 1) + 1
    receipt, _, coding, _, length = body[at : at + 5]
    text, rest = body[at + 5 : at + 5 + length], body[at + 5 + length :]
    place = (text[3], text[4], text[5]) if esm & 0x40 else None
    known = None
    while rest:
        tag, size = struct.unpack(">HH", rest[:4])
        known, rest = (rest[4 : 4 + size].decode() if tag == 0x1501 else known), rest[4 + size :]
    return Taken(origin, to, text[6:] if place else text, coding, bool(receipt & 1), place, known)

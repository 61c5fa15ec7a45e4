"""What becomes of a message, by its number: most arrive at once; the last four digits of some say otherwise."""

import asyncio
import os
from dataclasses import dataclass, field

import aiohttp

LATE_SECONDS = float(os.environ.get("SINK_LATE_SECONDS", "30"))


@dataclass(frozen=True, slots=True)
class Fate:
    """`status`: of SMPP's answer (0 taken). `state`: of the receipt, None for none. `error`: the network's code. `after` in seconds."""

    status: int = 0
    state: str | None = "DELIVRD"
    error: str = "000"
    after: float = 0.0


ARRIVES = Fate()
FATES = {
    "9001": Fate(state="UNDELIV", error="011"),  # always fails, for good
    "9002": Fate(after=LATE_SECONDS),
    "9003": Fate(status=0x0B),  # no such number
    "9004": Fate(state="EXPIRED", error="027"),  # the phone was off the whole time
    "9005": Fate(state=None),  # never a word
    "9006": Fate(status=0x58),  # busy, always
}


def fate_of(number: str) -> Fate:
    """Return what becomes of a message to this number."""
    return FATES.get(number[-4:], ARRIVES)


@dataclass
class Callback:
    """Tells the sender over HTTP what became of a message, as an aggregator does; again while nobody listens."""

    url: str | None  # without the word at its end: sent, delivered, failed
    secret: str = field(default="", repr=False)
    _under_way: set["asyncio.Task[None]"] = field(default_factory=set)

    def tell(self, message_id: str, fate: Fate) -> None:
        """Tell it later, if there is somebody to tell and something to say."""
        if self.url and fate.state:
            task = asyncio.create_task(self._tell(f"{self.url}/{'delivered' if fate.state == 'DELIVRD' else 'failed'}", message_id, fate))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _tell(self, url: str, message_id: str, fate: Fate) -> None:
        await asyncio.sleep(fate.after)
        headers = {"Authorization": f"Bearer {self.secret}"}
        for _ in range(60):
            try:
                async with aiohttp.ClientSession() as session, session.post(url, data={"id": message_id}, headers=headers) as answer:
                    if answer.status < 500:
                        return
            except (aiohttp.ClientError, OSError):
                pass
            await asyncio.sleep(1)

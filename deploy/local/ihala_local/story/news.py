"""Five more people ask: who reads Arabic, Kurdish and English, who has an e-mail alone, and who does not read. How each of them hears."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from ihala_local.client import Client, Unexpected
from ihala_local.sink.page import language_in
from ihala_local.story.cast import Cast
from ihala_local.story.people import Family
from ihala_local.story.screen import Screen

LANGUAGES = {"ar": "Arabic", "ckb": "Kurdish", "en": "English"}
NEED = {"code": "housing.repair", "urgency": "routine"}
NO_SUCH_NUMBER = "+9647000009003"
PATIENCE_SECONDS = 30
STALE = 412
IRAQ = timedelta(hours=3)


class News:
    """Who is told what; the texts end in the local sink."""

    def __init__(self, cast: Cast, screen: Screen) -> None:
        self.cast, self.screen = cast, screen
        self.desk: Client = cast.client("officer-telafar")
        self.people = {language: Family(language=language) for language in LANGUAGES}
        mailed = Family(phone=NO_SUCH_NUMBER)
        mailed.email = f"{mailed.number.lower()}@example.org"
        self.people |= {"mail": mailed, "listens": Family(reads="no")}
        self.needs: dict[str, str] = {}

    async def tell(self) -> None:
        """Tell all of it. Raises Broken at the first step that does not hold."""
        await self.asked()
        for language in LANGUAGES:
            await self.read_by(language)
        await self.mailed()
        await self.called()
        await self.reminded()
        await self.letter_in_hand()

    async def asked(self) -> None:
        with self.screen.step("Officer, Telafar", "POST /intake/v1/requests (five people)") as step:
            for name, family in self.people.items():
                made = await self.desk.post("/intake/v1/requests", family.request([NEED], ("identity", "contact")), 202)
                self.needs[name] = made.body["needs"][0]["need_id"]
            step.remark = "each says how they wish to hear of it, and in which language"

    async def read_by(self, language: str) -> None:
        """Show what one of them got, in their language alone."""
        with self.screen.step("notify", f"to who reads {LANGUAGES[language]}") as step:
            arrived = await self.arrived(self.people[language].phone)
            self.screen.check({language_in(message["text"]) for message in arrived} == {language}, "it is in another language")
            step.remark = f"{_way(arrived[0])}: {arrived[0]['text']}"

    async def mailed(self) -> None:
        """A number that is none, and an e-mail beside it."""
        with self.screen.step("notify", "to a number that is none: by e-mail instead") as step:
            arrived = await self.arrived(self.people["mail"].email)
            step.remark = f"{_way(arrived[0])}, “{arrived[0]['subject']}”: {arrived[0]['text']}"

    async def called(self) -> None:
        """Who does not read gets no text: somebody calls and reads it aloud."""
        need = self.needs["listens"]
        with self.screen.step("Officer, Telafar", "GET /notify/v1/calls, POST …/take, …/result (reached)") as step:

            async def read() -> list[dict[str, Any]]:
                listed = (await self.desk.get("/notify/v1/calls", limit=200)).body["items"]
                return [each for each in listed if each["need_id"] == need]

            [call] = await self.until(read, "nobody was asked to call")
            path = f"/notify/v1/calls/{call['id']}"
            await self.as_it_stands(path, "take", None)
            details = await self.desk.get(path)
            await self.as_it_stands(path, "result", {"result": "reached"})
            self.screen.check(await self.cast.messages_to(self.people["listens"].phone) == [], "a text went to who does not read")
            step.remark = f"because {call['reason']}; to anybody who answers: {details.body['to_anybody']['ar']}"

    async def as_it_stands(self, path: str, act: str, body: dict[str, Any] | None) -> None:
        """Do it to the call as it is now: another message that joins it meanwhile makes another version of it."""

        async def once() -> list[dict[str, Any]]:
            try:
                return [(await self.desk.post(f"{path}/{act}", body, if_match=(await self.desk.get(path)).etag)).body]
            except Unexpected as unexpected:
                if unexpected.answer.status != STALE:
                    raise
                return []

        await self.until(once, "the call changed all the time")

    async def reminded(self) -> None:
        """Send one by hand: a template and a day, no words of one's own."""
        family = self.people["ckb"]
        with self.screen.step("Officer, Telafar", "POST /notify/v1/messages (appointment-reminder)") as step:
            day = (await self.cast.now() + IRAQ).date() + timedelta(days=5)
            values = {"date": day.isoformat(), "time": "10:00", "count": 20}
            before = len(await self.cast.messages_to(family.phone))
            asked = {"need_id": self.needs["ckb"], "template": "appointment-reminder", "values": values}
            await self.desk.post("/notify/v1/messages", asked, 202)
            arrived = await self.arrived(family.phone, before + 1)
            step.remark = str(arrived[-1]["text"])

    async def letter_in_hand(self) -> None:
        """A letter to carry, and what a stranger finds who scans its square."""
        with self.screen.step("Officer, Telafar", "POST /notify/v1/letters, GET …/pdf (Arabic)") as step:
            wanted = {"kind": "support_letter", "need_id": self.needs["ar"], "language": "ar"}
            given = (await self.desk.post("/notify/v1/letters", wanted, 201)).body
            sheet = (await self.desk.get(f"/notify/v1/letters/{given['id']}/pdf")).body
            self.screen.check(sheet[:5] == b"%PDF-", "it is no PDF")
            step.remark = f"{given['code']}, {len(sheet) // 1024} KiB, to print"
        with self.screen.step("A stranger", "GET /notify/v1/slips/{code}, of a true code and a false one") as step:
            pages = [await self.page_behind(code) for code in (given["code"], "LTR-0000-0000")]
            self.screen.check(pages[0] == pages[1], "the pages differ")
            step.remark = "one and the same page; only signed-in staff learn whether it is good"

    async def page_behind(self, code: str) -> bytes:
        async with self.cast.session.get(f"{self.cast.demo.base_url}/notify/v1/slips/{code}") as answer:
            self.screen.check(answer.status == 200, f"answered {answer.status}")
            return await answer.read()

    async def arrived(self, address: str, number: int = 1) -> list[dict[str, Any]]:
        """Return what came to an address when it is so much."""

        async def read() -> list[dict[str, Any]]:
            found = await self.cast.messages_to(address)
            return found if len(found) >= number else []

        return await self.until(read, "nothing arrived")

    async def until(self, read: Callable[[], Awaitable[list[dict[str, Any]]]], what: str) -> list[dict[str, Any]]:
        """Read again until there is something; half a minute at most."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not (found := await read()):
            self.screen.check(time.monotonic() < end, what)
            await asyncio.sleep(0.2)
        return found


def _way(message: dict[str, Any]) -> str:
    parts = f", {message['parts']} parts" if message.get("parts") else ""
    return {"smpp": "SMPP", "rapidpro": "HTTP", "http": "HTTP", "mail": "e-mail"}[message["way"]] + parts

"""People whose every text is a word to look for, and the bodies in which they are sent."""

import asyncio
from typing import Any

from ihala_local.client import Answer, Client
from ihala_local.story.cast import Cast

from tests.e2e.words import KURDISH, Words

PLACE, HOUSING = "IQG15Q08", "housing.hlp"
ALL = ("identity", "contact", "place", "household", "status", "requirements", "needs")


class Telling:
    """Who tells, and what: each time somebody new."""

    def __init__(self, cast: Cast, words: Words) -> None:
        self.cast, self.words = cast, words
        self.desk, self.coordinator, self.dpo = cast.client("officer-telafar"), cast.client("coordinator-mosul"), cast.client("dpo-mosul")
        self.centre, self.safe = cast.client("hlp-mosul"), cast.client("wlco-mosul")

    def person(self, **changes: Any) -> dict[str, Any]:
        """Return somebody of whom everything is said."""
        w = self.words
        return {
            "call_name": w.name(), "given_name": w.name(), "father_name": w.name(), "grandfather_name": w.name(), "family_name": w.name(),
            "mother_name": w.name(KURDISH), "transliteration": {"given_name": w.latin(), "family_name": w.latin()}, "sex": "female",
            "birth_on": "1987-07-01", "status": "group.returnee_abroad", "place": PLACE, "address": w.text(), "language_spoken": "kmr",
            "language_written": "ar", "reads": "help", "phones": [self.phone()], "disabilities": {"walking": "some"},
            "other_ways": [{"kind": "visit", "note": w.text()}], "documents": [{"kind": "national_id", "number": w.number()}],
            "movements": [{"kind": "returned_from_abroad", "country": "DE", "since": "2025-06", "programme": w.text()}],
            "trusted_contact": {"call_name": w.name(), "relation": "neighbour", "phone": self.phone()}, **changes,
        }  # fmt: skip

    def phone(self) -> dict[str, Any]:
        """Return a phone of one's own."""
        return {"number": self.words.phone(), "safe_to_call": True, "safe_to_message": True, "owner": "own"}

    def consent(self, **changes: Any) -> dict[str, Any]:
        """Return a spoken consent to everything."""
        said = {"given": True, "categories": list(ALL), "language": "ar", "how": "spoken", "recorded_by": self.words.latin()}
        return {**said, **changes}

    def request(self, *needs: str, **changes: Any) -> dict[str, Any]:
        """Return a request; each need comes with its story."""
        told = [{"code": code, "urgency": "routine", "note": self.words.text()} for code in needs or (HOUSING,)]
        number = {"system": "h3.test", "value": self.words.number()}
        return {"identifiers": [number], "person": self.person(), "consent": self.consent(), "needs": told, **changes}

    async def asked(self, by: Client, body: dict[str, Any]) -> dict[str, Any]:
        """Send a request; return what came back."""
        return dict((await by.post("/intake/v1/requests", body, 202)).body)

    async def until(self, path: str, name: str, *wanted: str, by: Client | None = None) -> Answer:
        """Read again until something has one of these values. Raises AssertionError after half a minute."""
        for _ in range(120):
            answer = await (by or self.desk).get(path)
            if answer.body[name] in wanted:
                return answer
            await asyncio.sleep(0.25)
        raise AssertionError(f"{path} is {answer.body[name]}")

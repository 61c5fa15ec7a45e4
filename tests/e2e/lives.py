"""Everything that can happen to people happens, through the gateway, as users do it; every text they give is a word to look for."""

import io
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

from ihala_local.client import Client
from ihala_local.story.cast import Cast
from ihala_local.story.screen import Screen
from ihala_local.story.tale import Tale
from ihala_local.watch import Seen
from rich.console import Console

from tests.e2e.lives_of_cases import Cases
from tests.e2e.telling import HOUSING, PLACE
from tests.e2e.words import Words

SHEET = "number,call_name,given_name,father_name,place,phone,needs,note,consent_given,consent_categories,consent_language,consent_how,\
consent_recorded_by"


async def told_of(cast: Cast, words: Words) -> None:
    """Walk the story with a family whose names are words, too: a month passes in it, and she is asked whether help came."""
    tale = Tale(cast, Screen(Console(file=io.StringIO())))
    named = {one.name: words.name() for one in fields(tale.family.she) if isinstance(getattr(tale.family.she, one.name), str)}
    tale.family.she = replace(tale.family.she, **named)
    tale.family.phone, tale.family.number = f"+964{words.phone()[1:]}", words.number()
    await tale.tell()


class Lives(Cases):
    """One of each; every method brings somebody new."""

    async def live(self) -> None:
        """All of it, one after the other: what was only begun goes on while the next begins."""
        for life in (
            self.a_family, self.a_case, self.a_hidden_one, self.a_child_alone, self.one_who_calls, self.one_announced, self.a_sheet,
            self.doubles, self.what_is_refused, self.a_referral_with_words, self.an_occasion,
        ):  # fmt: skip
            await life()

    async def a_family(self) -> None:
        """A mother, a grown son and a daughter with a guardian; each asks for something, all is read, something is put right."""
        w = self.words
        son = {"call_name": w.name(), "given_name": w.name(), "role": "child", "birth_year": 2000, "phones": [self.phone()]}
        son |= {"needs": [{"code": "work.training", "urgency": "routine", "note": w.text()}], "consent": self.consent()}
        guardian = {"state": "person", "call_name": w.name(), "relation": "aunt", "phone": self.phone()}
        girl = {"call_name": w.name(), "role": "child", "birth_year": 2014, "guardian": guardian}
        spoken = {"assent": "given", "guardian": {"agreed": True, "how": "spoken", "relation": "aunt"}}
        girl |= {"needs": [{"code": "education.enrolment", "urgency": "routine"}], "consent": self.consent(**spoken)}
        made = await self.asked(self.desk, self.request(household={"members": [son, girl]}))
        for need in made["needs"]:
            await self.desk.get(f"/intake/v1/needs/{need['need_id']}/person")
            for language in ("ar", "ckb", "en"):
                await self.desk.get(f"/intake/v1/consents/{need['consent_id']}/receipt", language=language)
        case = (await self.desk.get(f"/intake/v1/cases/{made['case_ids'][0]}")).body
        person, home = f"/intake/v1/persons/{case['person_id']}", f"/intake/v1/households/{case['household_id']}"
        record = await self.desk.get(person)
        changed = await self.desk.patch(person, {"phones": [self.phone()], "address": w.text()}, if_match=record.etag)
        await self.desk.post("/intake/v1/persons/search", {"phone": changed.body["contact"]["phones"][0]["number"]})
        there = await self.desk.get(home)
        new = {"person": {"call_name": w.name(), "role": "sibling", "place": PLACE}}
        await self.desk.post(f"{home}/members", new, 201, if_match=there.etag)
        await self.read_by_herself(case["person_id"])

    async def read_by_herself(self, person_id: str) -> None:
        """She asks for all that is held about her, and who saw it."""
        await self.dpo.get(f"/intake/v1/persons/{person_id}/held")
        for language in ("ar", "ckb", "en"):
            await self.dpo.get(f"/intake/v1/persons/{person_id}/held/page", language=language)
        await self.dpo.get("/intake/v1/access-log", person_id=person_id)

    async def one_who_calls(self) -> None:
        """Somebody asks on the public page to be called; a desk calls and writes down the request."""
        me = {"call_name": self.words.name(), "number": self.words.phone(), "place": PLACE}
        async with self.cast.session.post(f"{self.cast.demo.base_url}/intake/v1/requests/self", json=me) as answer:
            assert answer.status == 202, await answer.text()
        await self.completed("/intake/v1/requests/self", me["call_name"])

    async def one_announced(self) -> None:
        """A return programme announces who comes, and sends the plan it made with her; she comes."""
        named = {name: self.words.name() for name in ("call_name", "given_name", "father_name", "family_name")}
        who = {**named, "phones": [self.phone()], "language_spoken": "ar"}
        said = {"person": who, "governorate": "IQG15", "agreed": True, "agreed_in": "ar"}
        said["identifier"] = {"system": "programme", "value": self.words.number()}
        programme, w = self.cast.client("return-programme"), self.words
        await programme.post("/intake/v1/arrivals", said, 202)
        step = {"stage": "business", "text": w.text(), "by_whom": "programme", "ref": w.number()}
        plan = {"about": said["identifier"], "programme": {"system": "programme", "value": w.number(), "name": w.text()}}
        plan |= {"goals": [{"code": "work.business", "text": w.text(), "steps": [step]}], "agreed": True, "agreed_in": "ar"}
        await programme.post("/intake/v1/plans/programme", plan, 202)
        await self.completed("/intake/v1/arrivals", named["call_name"])

    async def completed(self, path: str, call_name: str) -> None:
        """Find who waits at a desk, and make a request of it."""
        waiting = (await self.desk.get(path, limit=200)).body["items"]
        read = [await self.desk.get(f"{path}/{one['id']}") for one in waiting]
        [mine] = [answer for answer in read if answer.body["person"]["call_name"] == call_name]
        await self.desk.post(f"{path}/{mine.body['id']}/completion", self.request(), 202, if_match=mine.etag)

    async def a_sheet(self) -> None:
        """A centre sends a sheet: one row is taken, one is refused; and a batch."""
        w = self.words
        lines = [
            f"{w.number()},{w.name()},{w.name()},{w.name()},{place},{w.phone()},{HOUSING},{w.text()},yes,identity,ar,spoken,{w.latin()}"
            for place in (PLACE, w.name())
        ]
        sheet = "\n".join([SHEET, *lines, ""]).encode()
        path = "/intake/v1/requests/imports"
        sent = (await self.centre.upload("POST", f"{path}?system=h3.sheet", sheet, "text/csv")).body
        done = await self.until(f"{path}/{sent['id']}", "state", "done", by=self.centre)
        assert (done.body["taken"], done.body["refused"]) == (1, 1), done.body
        await self.centre.get(f"{path}/{sent['id']}/report")
        batch = (await self.centre.post("/intake/v1/requests/batch", {"requests": [self.request(), {"person": self.person()}]})).body
        assert (batch["taken"], batch["refused"]) == (1, 1), batch

    async def doubles(self) -> None:
        """The same woman at two centres: silently found, decided by an officer, and taken back."""
        person = self.person()
        for by in (self.centre, self.cast.client("lmrc-baghdad")):
            await self.asked(by, self.request(person=person))
        found = (await self.desk.get("/intake/v1/merges/candidates", limit=200)).body["items"]
        for one in found:
            path = f"/intake/v1/merges/candidates/{one['candidate_id']}"
            pair = await self.desk.get(path)
            if pair.body["sides"][0]["person"]["identity"]["given_name"] == person["given_name"]:
                await self.desk.post(f"{path}/decision", {"same": True}, if_match=pair.etag)
        [merge] = [one for one in (await self.desk.get("/intake/v1/merges", limit=200)).body["items"] if one["state"] == "done"][:1]
        await self.desk.post(f"/intake/v1/merges/{merge['merge_id']}/undo", None, if_match=f'"{merge["version"]}"')

    async def what_is_refused(self) -> None:
        """Bodies, addresses and queries that are wrong, with names in all of them."""
        w = self.words
        for wrong in ({"place": w.name()}, {"birth_on": w.name()}, {"sex": w.name()}, {w.latin(): w.name()}, {"status": w.name()}):
            answer = await self.centre.post("/intake/v1/requests", self.request(person=self.person(**wrong)), 422)
            assert not any(word in str(answer.body) for word in w.made), answer.body
        for path in (f"/intake/v1/persons/{w.name()}", f"/intake/v1/{w.name()}", f"/{w.latin()}", f"/referral/v1/referrals/{w.name()}"):
            await self.desk.get(path, 404, 422)
        await self.desk.get("/intake/v1/requests", 200, 422, system="h3.test", value=w.number(), name=w.name())

    async def a_referral_with_words(self) -> None:
        """A provider asks, is answered, and declines, each in words that tell too much; the next one accepts, reads and helps."""
        w, made = self.words, await self.asked(self.desk, self.request())
        need = made["needs"][0]["need_id"]
        offer = await self.cast.watch.expect("referral.offered", lambda data: data["need_id"] == need, 60)
        await self.act(offer, "question", {"text": w.text()})
        await self.act(offer, "answer", {"text": w.text()}, by=self.desk)
        await self.act(offer, "decline", {"reason": "other", "comment": w.text()})
        await self.accepted(need, but=offer)

    async def accepted(self, need: str, but: Seen | None = None) -> Seen:
        """Have the (next) provider accept, read whom it is about, and begin; return the offer."""
        known = but and but.data["referral_id"]
        offer = await self.cast.watch.expect(
            "referral.offered", lambda data: data["need_id"] == need and data["referral_id"] != known, 60
        )  # fmt: skip
        await self.act(offer, "acceptance", {})
        mine = offer.data["referral_id"]
        await self.cast.watch.expect("intake.disclosure-opened", lambda data: data["referral_id"] == mine, 60)
        await self.cast.provider(offer.data["organization_id"]).get(f"/intake/v1/disclosures/{mine}")
        await self.act(offer, "start", {})
        return offer

    async def act(self, offer: Seen, what: str, body: Any, by: Client | None = None) -> None:
        """Make a move of a referral, for the provider unless somebody else is named."""
        who, path = by or self.cast.provider(offer.data["organization_id"]), f"/referral/v1/referrals/{offer.data['referral_id']}"
        await who.post(f"{path}/{what}", body, if_match=(await who.get(path)).etag)

    async def an_occasion(self) -> None:
        """A forum tells what a neighbourhood is worried about; a concern that names somebody is refused."""
        forum = self.cast.client("forum-telafar")
        held = {"kind": "community_forum", "name": "Water in the north", "place": PLACE, "held_on": f"{datetime.now(UTC):%Y-%m-%d}"}
        made = (await forum.post("/intake/v1/occasions", held, 201)).body["occasion_id"]
        path = f"/intake/v1/occasions/{made}/concerns"
        await forum.post(path, {"code": "basic.water", "note": f"Call {self.words.phone()}"}, 422)
        await forum.post(path, {"code": "basic.water", "note": "No water for three days in the north"}, 201)

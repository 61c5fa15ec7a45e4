"""What happens in the story, chapter by chapter. Each step calls the gateway as its actor would and waits for its events on Kafka."""

import asyncio
import json
import time
from datetime import timedelta
from typing import Any

from ihala_local.client import Answer, Client
from ihala_local.story.cast import Cast
from ihala_local.story.news import News
from ihala_local.story.office import Office
from ihala_local.story.people import Family
from ihala_local.story.screen import Screen
from ihala_local.watch import Seen

HOUSING, SCHOOL = "housing.hlp", "education.enrolment"
CONSENTED = ("identity", "contact", "household")
PLACES = {"provider-housing-telafar": 5, "provider-housing-zummar": 40}
MESSAGE_SECONDS = 30
FOLLOW_UP_DAYS = 31


class Tale:
    """A mother of two who came back from abroad asks the ministry's housing centre in Mosul for help with house and school."""

    def __init__(self, cast: Cast, screen: Screen) -> None:
        self.cast, self.screen, self.watch = cast, screen, cast.watch
        self.family = Family()
        self.office = Office(cast, screen, self.family)
        self.centre = cast.client("hlp-mosul")
        self.coordinator = cast.client("coordinator-mosul")
        self.cursors: dict[str, str] = {}

    async def tell(self) -> None:
        """Tell all of it. Raises Broken at the first step that does not hold."""
        self.screen.title("A family is back in Telafar. The housing centre of the Ministry of Interior hears them.")
        await self.sign_in()
        await self.integrators_take_their_place()
        await self.providers_say_what_is_free()
        await self.request()
        await self.sent_twice()
        await self.office.finds(self.needs[HOUSING])
        await self.office.hands_out_receipt(self.consents[HOUSING])
        self.screen.title("Another partner brings her, too. Only the ministry's officer learns that it may be one woman.")
        await self.office.hears_of_her_again(self.body["person"])
        await self.office.decides_that_it_is_her()
        self.screen.title("The housing need finds a place by itself; the school need is outside the centre's field.")
        offer = await self.placed()
        await self.triage()
        self.screen.title("The office looks after the family itself, too.")
        await self.office.works_on_the_case()
        self.screen.title("One provider has no room; the next one is asked by itself.")
        await self.offered_without_identity(offer)
        offer = await self.declined(offer)
        await self.accepted(offer)
        await self.disclosed(offer)
        self.screen.title("Help is given, and the person is asked whether it came.")
        await self.served(offer)
        await self.followed_up(offer)
        self.screen.title("Others hear of theirs in the language they read, or are called.")
        await News(self.cast, self.screen).tell()
        self.screen.title("Something was not right, and she may say so. Then: who saw what?")
        await self.office.is_complained_about()
        await self.seen_by_the_centre()
        await self.messages()
        await self.seen_by_the_integrator(offer)
        await self.office.shows_her_everything()

    # --- asking

    async def sign_in(self) -> None:
        with self.screen.step("MoI centre, Mosul", "POST /oauth/token (private_key_jwt)") as step:
            await self.centre.token()
            step.remark = f"scopes: {' '.join(self.centre.described['scopes'])}"

    async def integrators_take_their_place(self) -> None:
        with self.screen.step("Integrators", "GET /notify/v1/events?after=latest") as step:
            for name, described in self.cast.demo.clients.items():
                if name.startswith("integrator-"):
                    answer = await self.cast.client(name).get("/notify/v1/events", after="latest")
                    self.cursors[described["organization_id"]] = answer.body["cursor"]
            step.remark = f"{len(self.cursors)} take the cursor of now; each sees its own organisation's events alone"

    async def providers_say_what_is_free(self) -> None:
        with self.screen.step("Two housing providers", "PUT /directory/v1/services-at-locations/{id}/capacity") as step:
            for name, free in PLACES.items():
                await self.cast.confirm_places(name, free)
            step.remark = "; ".join(f"{name}: {free} places" for name, free in PLACES.items())

    async def request(self) -> None:
        needs = [{"code": HOUSING, "urgency": "routine"}, {"code": SCHOOL, "urgency": "routine"}]
        self.body = self.family.request(needs, CONSENTED)
        self.idempotency_key = f"story-{self.family.number}"
        with self.screen.step("MoI centre, Mosul", "POST /intake/v1/requests (person, household, consent, two needs)") as step:
            answer = await self.centre.post("/intake/v1/requests", self.body, 202, key=self.idempotency_key)
            self.request_id = answer.body["request_id"]
            self.needs = {need["code"]: need["need_id"] for need in answer.body["needs"]}
            self.consents = {need["code"]: need["consent_id"] for need in answer.body["needs"]}
            for need in self.needs.values():
                step.saw(await self.watch.expect("intake.need-identified", about(need)))
            step.remark = f"reference {answer.body['reference']}"

    async def sent_twice(self) -> None:
        with self.screen.step("MoI centre, Mosul", "POST /intake/v1/requests (the same again)") as step:
            again = await self.centre.post("/intake/v1/requests", self.body, 202, key=self.idempotency_key)
            self.screen.check(again.body["request_id"] == self.request_id, "the second try made another request")
            self.screen.check(again.headers.get("Idempotent-Replayed") == "true", "the second try was not recognised")
            step.remark = "same answer, nothing happened twice"

    # --- finding a place

    async def placed(self) -> Seen:
        need = self.needs[HOUSING]
        with self.screen.step("directory", "ranks, explains, reserves one place") as step:
            for name in ("referral.placement-requested", "directory.place-reserved", "referral.offered"):
                step.saw(await self.watch.expect(name, about(need)))
            offer = await self.watch.expect("referral.offered", about(need))
        with self.screen.step("Coordinator, Mosul", "GET /referral/v1/placements/{id}") as step:
            placement = (await self.coordinator.get(f"/referral/v1/placements/{offer.data['placement_id']}")).body
            explanation = placement["attempts"][-1]["explanation"]
            self.screen.check(explanation, "the placement explains nothing")
            step.remark = "why this one: " + ", ".join(f"{each['code']} {each['result']}" for each in explanation)
        return offer

    async def triage(self) -> None:
        need = self.needs[SCHOOL]
        with self.screen.step("referral", "keeps the school need in triage") as step:
            triaged = await self.watch.expect("referral.placement-triaged", about(need))
            step.saw(triaged)
            step.remark = f"because: {', '.join(triaged.data['reasons'])}"
        path = f"/referral/v1/placements/{triaged.data['placement_id']}"
        with self.screen.step("Coordinator, Mosul", "POST /referral/v1/placements/{id}/placing") as step:
            waiting = await self.coordinator.get("/referral/v1/placements", state="triage", limit=200)
            found = [each["placement_id"] for each in waiting.body["items"]]
            self.screen.check(triaged.data["placement_id"] in found, "it is not on the coordinator's list")
            current = await self.coordinator.get(path)
            await self.coordinator.post(f"{path}/placing", {}, if_match=current.etag)
            offer = await self.watch.expect("referral.offered", about(need))
            step.saw(await self.watch.expect("directory.place-reserved", about(need)), offer)
        school = self.cast.provider(offer.data["organization_id"])
        with self.screen.step("School provider", "POST …/acceptance, …/start") as step:
            await self.move(school, offer, "acceptance")
            step.saw(await self.watch.expect("intake.disclosure-opened", about_referral(offer)))
            await self.move(school, offer, "start")
            step.saw(await self.watch.expect("referral.started", about_referral(offer)))

    # --- a provider decides

    async def offered_without_identity(self, offer: Seen) -> None:
        provider = self.cast.provider(offer.data["organization_id"])
        with self.screen.step(provider.name, "GET /referral/v1/referrals?state=offered") as step:
            listed = await provider.get("/referral/v1/referrals", state="offered", limit=200)
            mine = [each for each in listed.body["items"] if each["referral_id"] == offer.data["referral_id"]]
            self.screen.check(mine, "the offer is not on the provider's list")
            self.check_no_identity(listed)
            step.remark = f"sees {mine[0]['need_code']}, {mine[0]['urgency']}, {mine[0]['governorate']}; no name, no phone"

    async def declined(self, offer: Seen) -> Seen:
        provider, need = self.cast.provider(offer.data["organization_id"]), self.needs[HOUSING]
        with self.screen.step(provider.name, "POST /referral/v1/referrals/{id}/decline (no_capacity)") as step:
            await self.move(provider, offer, "decline", {"reason": "no_capacity"})
            step.saw(await self.watch.expect("referral.declined", about_referral(offer)))
            step.saw(await self.watch.expect("directory.place-released", about(need)))
            following = await self.watch.expect("referral.offered", lambda data: data.get("replaces") == offer.data["referral_id"])
            step.saw(await self.watch.expect("directory.place-reserved", lambda data: data["need_id"] == need and data["attempt"] == 2))
            step.saw(following)
            other = self.cast.provider(following.data["organization_id"])
            self.screen.check(other.organization_id != provider.organization_id, "the same provider was asked again")
            step.remark = f"next: {other.described['organization']}"
        return following

    async def accepted(self, offer: Seen) -> None:
        provider = self.cast.provider(offer.data["organization_id"])
        with self.screen.step(provider.name, "POST /referral/v1/referrals/{id}/acceptance") as step:
            await self.move(provider, offer, "acceptance")
            for name in ("referral.accepted", "intake.disclosure-opened", "directory.place-taken"):
                step.saw(await self.watch.expect(name, about_referral(offer)))

    async def disclosed(self, offer: Seen) -> None:
        path = f"/intake/v1/disclosures/{offer.data['referral_id']}"
        provider = self.cast.provider(offer.data["organization_id"])
        with self.screen.step(provider.name, "GET /intake/v1/disclosures/{referral}") as step:
            person = await provider.get(path)
            opened = sorted(name for name in person.body["categories"])
            self.screen.check(opened == sorted(CONSENTED), f"opened {opened}, consented {sorted(CONSENTED)}")
            self.screen.check(self.family.given in json.dumps(person.body, ensure_ascii=False), "the name is missing")
            step.remark = f"exactly what she consented to: {', '.join(opened)}; the reading is logged"
        with self.screen.step("stranger-ngo", "GET /intake/v1/disclosures/{referral}") as step:
            refused = await self.cast.client("stranger-ngo").get(path, 404)
            step.remark = f"404 {refused.body['type']}"

    # --- help, and whether it came

    async def served(self, offer: Seen) -> None:
        provider = self.cast.provider(offer.data["organization_id"])
        with self.screen.step(provider.name, "POST …/start, …/completion (an outcome for each thing asked)") as step:
            await self.move(provider, offer, "start")
            await self.move(provider, offer, "completion", {"outcomes": [{"item": HOUSING, "result": "met"}]})
            for name in ("referral.started", "referral.completed"):
                step.saw(await self.watch.expect(name, about_referral(offer)))
            step.saw(await self.state_of(HOUSING, "served"))

    async def followed_up(self, offer: Seen) -> None:
        with self.screen.step("clock", f"{FOLLOW_UP_DAYS} days later") as step:
            await self.cast.later(timedelta(days=FOLLOW_UP_DAYS))
            due = await self.watch.expect("intake.follow-up-due", about_referral(offer), within_seconds=60)
            step.saw(due)
        with self.screen.step("Coordinator, Mosul", "POST /intake/v1/follow-ups/{id}/result (confirmed)") as step:
            listed = await self.coordinator.get("/intake/v1/follow-ups", state="due", limit=200)
            mine = next(each for each in listed.body["items"] if each["follow_up_id"] == due.data["follow_up_id"])
            path = f"/intake/v1/follow-ups/{mine['follow_up_id']}/result"
            body = {"result": "confirmed", "by": "officer-3"}
            await self.coordinator.post(path, body, if_match=f'"{mine["version"]}"')
            step.saw(await self.watch.expect("intake.follow-up-recorded", about_referral(offer)))
            step.saw(await self.state_of(HOUSING, "verified"))

    # --- who saw what

    async def seen_by_the_centre(self) -> None:
        with self.screen.step("MoI centre, Mosul", "GET /intake/v1/requests/{id}") as step:
            needs = (await self.centre.get(f"/intake/v1/requests/{self.request_id}")).body["needs"]
            states = {need["code"]: need["status"] for need in needs}
            self.screen.check(states == {HOUSING: "closed", SCHOOL: "being_handled"}, f"the centre reads {states}")
            step.remark = "; ".join(f"{code}: {state}" for code, state in states.items()) + "; no provider, no place, no times"

    async def messages(self) -> None:
        with self.screen.step("notify", "messages to her own phone, in Arabic") as step:
            arrived = await self.eventually(lambda: self.cast.messages_to(self.family.phone), MESSAGE_SECONDS)
            self.screen.check(all(letter > "\u0600" for m in arrived for letter in first_word(m)), "a message is not in Arabic")
            step.remark = f"{len(arrived)} arrived at the local sink; the last: {arrived[-1]['text']}"

    async def seen_by_the_integrator(self, offer: Seen) -> None:
        organization = offer.data["organization_id"]
        integrator = self.integrator(organization)
        with self.screen.step(integrator.name, "GET /notify/v1/events?after={cursor}") as step:
            wanted = ["offered", "accepted", "started", "completed"]
            events = await self.eventually(lambda: self.feed(integrator, offer), MESSAGE_SECONDS, len(wanted))
            names = [event["type"].removeprefix("org.ihala.") for event in events]
            moves = [name.removeprefix("referral.") for name in names if name.startswith("referral.")]
            self.screen.check(moves == wanted, f"it saw {moves}")
            self.check_nothing_foreign(events, organization)
            step.events = names

    # --- helpers

    async def move(self, provider: Client, offer: Seen, act: str, body: dict[str, Any] | None = None) -> Answer:
        path = f"/referral/v1/referrals/{offer.data['referral_id']}"
        current = await provider.get(path)
        return await provider.post(f"{path}/{act}", body or {}, if_match=current.etag)

    async def state_of(self, code: str, state: str) -> Seen:
        need = self.needs[code]
        return await self.watch.expect("intake.need-state-changed", lambda data: data["need_id"] == need and data["after"] == state)

    def integrator(self, organization_id: str) -> Client:
        for name, described in self.cast.demo.clients.items():
            if name.startswith("integrator-") and described["organization_id"] == organization_id:
                return self.cast.client(name)
        raise LookupError("no integrator follows the provider that accepted")

    async def feed(self, integrator: Client, offer: Seen) -> list[dict[str, Any]]:
        answer = await integrator.get("/notify/v1/events", after=self.cursors[integrator.organization_id], limit=200)
        return [event for event in answer.body["events"] if event["data"].get("referral_id") == offer.data["referral_id"]]

    async def eventually(self, read: Any, seconds: float, count: int = 1) -> list[dict[str, Any]]:
        """Ask again until there are at least `count`, which settle within a moment."""
        until = time.monotonic() + seconds
        while len(found := await read()) < count and time.monotonic() < until:
            await asyncio.sleep(0.2)
        self.screen.check(len(found) >= count, f"only {len(found)} of {count} came within {seconds:g} s")
        return list(found)

    def check_no_identity(self, answer: Answer) -> None:
        text = json.dumps(answer.body, ensure_ascii=False)
        self.screen.check(not self.family.shown_in(text), "the list shows who it is")

    def check_nothing_foreign(self, events: list[dict[str, Any]], organization_id: str) -> None:
        text = json.dumps(events, ensure_ascii=False)
        self.screen.check(HOUSING not in text, "an event names the need's category")
        self.screen.check(not self.family.shown_in(text), "an event shows who it is")
        foreign = [event for event in events if event["data"].get("organization_id", organization_id) != organization_id]
        self.screen.check(not foreign, "it saw another provider's event")


def about(need_id: str) -> Any:
    """Return a condition: the event is about this need."""
    return lambda data: data.get("need_id") == need_id


def about_referral(offer: Seen) -> Any:
    """Return a condition: the event is about the referral that was offered."""
    return lambda data: data.get("referral_id") == offer.data["referral_id"]


def first_word(message: dict[str, Any]) -> str:
    """Return the message's first word."""
    return str(message["text"]).split(" ", 1)[0].strip(":،.0123456789")

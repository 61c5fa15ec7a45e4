"""What happens to cases: worked on, complained about, handed over, opened by breaking the glass."""

from datetime import UTC, datetime, timedelta

from tests.e2e.telling import Telling
from tests.intake.files import photo


class Cases(Telling):
    """Cases, as the people who work on them handle them."""

    async def a_case(self) -> None:
        """A case is worked on: given to an officer, assessed, planned, helped; a file, a complaint; then it goes to another operator."""
        w, made = self.words, await self.asked(self.desk, self.request("basic.items"))  # nobody has it: the file may move
        case_id = made["case_ids"][0]
        case, who = f"/intake/v1/cases/{case_id}", {"how": "spoken", "recorded_by": w.latin()}
        await self.coordinator.post(f"{case}/assignment", {"officer": f"o-{case_id}"}, if_match=(await self.desk.get(case)).etag)
        at = datetime.now(UTC) + timedelta(days=80)  # the story moves the clock
        meeting = {"begins_at": at.isoformat(), "purpose": "assessment", "officer": f"o-{case_id}", "note": w.text()}
        await self.desk.post(f"{case}/appointments", meeting, 201)
        answers = {"roof": "unfit", "leave_soon": True, "food_days": 2, "medicine": "no", "income": "debt", "children_out_of_school": 1}
        said = {"answers": {**answers, "own_words": w.text()}, "note": w.text(), "recorded_by": w.latin()}
        await self.desk.post("/intake/v1/assessments", {"case_id": case_id, "questionnaire": "situation", **said}, 201)
        step = {"stage": "business", "text": w.text(), "by_whom": "provider", "due_on": f"{at:%Y-%m-%d}"}
        goal = {"code": "work.business", "text": w.text(), "steps": [step]}
        await self.desk.post("/intake/v1/plans", {"case_id": case_id, "goals": [goal], **who}, 201)
        cash = {"kind": "cash", "code": "cash.grant", "amount": "250000", "currency": "IQD", "note": w.text(), "recorded_by": w.latin()}
        parts = [{"due_on": f"{at:%Y-%m-%d}", "amount": "100000"}, {"due_on": f"{at + timedelta(days=30):%Y-%m-%d}", "amount": "150000"}]
        await self.desk.post("/intake/v1/assistance", {"case_id": case_id, **cash, "instalments": parts}, 201)
        await self.attachment(case)
        await self.complaints(case_id)
        await self.handed_over(case)

    async def attachment(self, case: str) -> None:
        """A photo with a name, a place and an author in it; what is kept is a clean copy."""
        content = photo()
        told = {"purpose": "identity_document", "media_type": "image/jpeg", "size": len(content), "name": f"{self.words.name()}.jpg"}
        made = (await self.desk.post(f"{case}/attachments", {**told, "note": self.words.text()}, 201)).body
        path = f"/intake/v1/attachments/{made['attachment_id']}"
        sent = await self.desk.upload("PUT", f"{path}/parts/1", content, "application/octet-stream")
        await self.desk.post(f"{path}/completion", None, if_match=f'"{sent.body["version"]}"')
        await self.until(path, "state", "clean", "rejected")

    async def complaints(self, case_id: str) -> None:
        """One about the office itself, which the office never sees; and one that it answers."""
        w, handler = self.words, self.cast.client("complaints-mosul")
        said = {"text": w.text(), "contact": w.phone(), "case_id": case_id, "answer_wanted": True}
        hidden = (await self.desk.post("/intake/v1/complaints", {**said, "topic": "fee_asked"}, 202)).body["complaint_id"]
        open_one = (await self.desk.post("/intake/v1/complaints", {**said, "topic": "waiting_time"}, 202)).body["complaint_id"]
        await self.desk.get(f"/intake/v1/complaints/{hidden}", 404)
        answered = {"outcome": "explained", "answer": w.text(), "told": "phone"}
        for by, complaint in ((handler, hidden), (self.coordinator, open_one)):
            seen = await by.get(f"/intake/v1/complaints/{complaint}")
            await by.post(f"/intake/v1/complaints/{complaint}/resolution", answered, if_match=seen.etag)

    async def handed_over(self, case: str) -> None:
        """She moves to Erbil and agrees that the office there gets her file; it takes it and reads it."""
        other = self.cast.client("coordinator-erbil")
        agreed = {"to_operator_id": other.organization_id, "with_history": True, "agreed": True, "note": self.words.text()}
        agreed |= {"how": "spoken", "recorded_by": self.words.latin()}
        offer = await self.coordinator.post(f"{case}/hand-over", agreed, 201, if_match=(await self.coordinator.get(case)).etag)
        path = f"/intake/v1/hand-overs/{offer.body['hand_over_id']}"
        taken = await other.post(f"{path}/acceptance", {}, if_match=(await other.get(path)).etag)
        await other.get(f"/intake/v1/cases/{taken.body['case_id']}")

    async def a_hidden_one(self) -> None:
        """A survivor asks the women's office; a supervisor of her operator breaks the glass; the data-protection officer ends it."""
        body = self.request("protection.gbv", consent=self.consent(recipients=[self.cast.client("rgc-mosul").organization_id]))
        made = await self.asked(self.safe, body)
        case_id, supervisor = made["case_ids"][0], self.cast.client("supervisor-mosul")
        seen = await self.coordinator.get(f"/intake/v1/needs/{made['needs'][0]['need_id']}")
        await self.desk.get(f"/intake/v1/cases/{case_id}", 404)
        assert seen.body["code"] == "protection.gbv"
        why = {"case_id": case_id, "reason": "life_at_risk", "explanation": self.words.text()}
        glass = (await supervisor.post("/intake/v1/break-glass", why, 201)).body["break_glass_id"]
        await supervisor.get(f"/intake/v1/break-glass/{glass}/file")
        await self.dpo.post(f"/intake/v1/break-glass/{glass}/end", None)
        await supervisor.get(f"/intake/v1/break-glass/{glass}/file", 409)

    async def a_child_alone(self) -> None:
        """Nobody stands for a child: who protects children decides, with a second person, what is passed on and why."""
        w, receiver, protector = self.words, self.cast.client("provider-protection-ninewa"), self.cast.client("child-protection-mosul")
        child = self.person(birth_on="2013-03-04", guardian={"state": "unsafe", "call_name": w.name(), "relation": "uncle"})
        body = self.request("protection.safe_talk", person=child, consent=self.consent(assent="given"))
        [need] = (await self.asked(self.safe, body))["needs"]
        path = f"/intake/v1/consents/{need['consent_id']}/decisions"
        decision = {"basis": "best_interests", "reason": w.text(), "recorded_by": w.latin(), "categories": ["identity", "contact"]}
        made = await protector.post(path, {**decision, "recipients": [receiver.organization_id]}, 201)
        answer = f"{path}/{made.body['decision_id']}/answer"
        await protector.post(answer, {"confirmed": True, "by": w.latin()}, 403)
        await self.coordinator.post(answer, {"confirmed": True, "by": w.latin()})
        consent = (await self.coordinator.get(f"/intake/v1/consents/{need['consent_id']}")).body
        assert (consent["state"], consent["basis"]) == ("given", "best_interests")

"""What the ministry's own office does for the family beside the referral: another partner's batch, the file, a complaint, her own data."""

import random
from datetime import datetime, timedelta
from typing import Any

from ihala_local.client import Client
from ihala_local.story.cast import Cast
from ihala_local.story.people import Family
from ihala_local.story.screen import Screen

HARD_TIMES = {"roof": "unfit", "leave_soon": True, "food_days": 2, "medicine": "no", "income": "debt", "children_out_of_school": 2}


class Office:
    """The officers around one family: who registers, who coordinates, who hears complaints, who guards the data."""

    def __init__(self, cast: Cast, screen: Screen, family: Family) -> None:
        self.cast, self.screen, self.family = cast, screen, family
        self.desk, self.coordinator = cast.client("officer-telafar"), cast.client("coordinator-mosul")
        self.case: dict[str, Any] = {}
        self.officer = f"o-{random.randrange(10**6):06d}"

    async def finds(self, need_id: str) -> None:
        """Know the case to which a need belongs, and its person."""
        need = (await self.desk.get(f"/intake/v1/needs/{need_id}")).body
        self.case = (await self.desk.get(f"/intake/v1/cases/{need['case_id']}")).body

    async def hands_out_receipt(self, consent_id: str) -> None:
        """Print what she agreed to."""
        with self.screen.step("Officer, Telafar", "GET /intake/v1/consents/{id}/receipt (Arabic)") as step:
            sheet = str((await self.desk.get(f"/intake/v1/consents/{consent_id}/receipt", language="ar")).body)
            self.screen.check("<svg" in sheet and not self.family.shown_in(sheet), "the sheet is not as it should be")
            step.remark = "a sheet to take along: what she agreed to, a square that holds a code; no name, no need"

    async def hears_of_her_again(self, person: dict[str, Any]) -> None:
        """Another partner sends a batch in which she is, too; one line of it is wrong."""
        partner, needs = self.cast.client("lmrc-baghdad"), [{"code": "housing.repair", "urgency": "routine"}]
        again = self.family.request(needs, ("identity",)) | {"person": person, "household": None, "identifiers": []}
        wrong = again | {"person": person | {"place": "ATLANTIS"}}
        with self.screen.step("Labour ministry's centre", "POST /intake/v1/requests/batch (two)") as step:
            batch = (await partner.post("/intake/v1/requests/batch", {"requests": [again, wrong]})).body
            self.screen.check((batch["taken"], batch["refused"]) == (1, 1), f"taken {batch['taken']}, refused {batch['refused']}")
            slug = batch["items"][1]["problem"]["type"].rpartition(":")[2]
            step.remark = f"the first is taken, the second refused ({slug}); nothing tells the partner that she is known"

    async def decides_that_it_is_her(self) -> None:
        """Look at the two beside each other."""
        with self.screen.step("Officer, Telafar", "POST /intake/v1/merges/candidates/{id}/decision") as step:
            listed = (await self.desk.get("/intake/v1/merges/candidates", limit=200)).body["items"]
            mine = [one for one in listed if self.case["person_id"] in one["person_ids"]]
            self.screen.check(mine, "nobody noticed that it may be one woman")
            path = f"/intake/v1/merges/candidates/{mine[0]['candidate_id']}"
            pair = await self.desk.get(path)
            await self.desk.post(
                f"{path}/decision", {"same": True, "kept_id": self.case["person_id"]}, if_match=f'"{pair.body["version"]}"'
            )
            step.remark = (
                "why: " + ", ".join(reason["code"] for reason in pair.body["reasons"]) + "; a person decides, and can take it back"
            )

    async def works_on_the_case(self) -> None:
        """Give the case to an officer, ask how they live, agree on a plan, meet, and give something at once."""
        path, case_id = f"/intake/v1/cases/{self.case['case_id']}", self.case["case_id"]
        opened = datetime.fromisoformat(self.case["opened_at"])
        with self.screen.step("Coordinator, Mosul", "POST /intake/v1/cases/{id}/assignment") as step:
            version = (await self.coordinator.get(path)).etag
            await self.coordinator.post(f"{path}/assignment", {"officer": self.officer}, if_match=version)
            step.remark = "officers are codes of their office, never names"
        with self.screen.step("Officer, Telafar", "POST /intake/v1/assessments") as step:
            asked = {"case_id": case_id, "questionnaire": "situation", "answers": HARD_TIMES, "recorded_by": "officer-3"}
            made = (await self.desk.post("/intake/v1/assessments", asked, 201)).body
            scores = ", ".join(f"{one['question']} +{one['score']}" for one in made["reasons"])
            step.remark = f"suggests {made['suggested']}: {scores}; the officer decides"
        with self.screen.step("Officer, Telafar", "POST /intake/v1/plans, …/appointments, …/assistance") as step:
            await self._agree(case_id, opened)
            meeting = {"begins_at": (opened + timedelta(days=2)).isoformat(), "purpose": "plan", "officer": self.officer}
            await self.desk.post(f"{path}/appointments", meeting, 201)
            given = {"kind": "cash", "code": "cash.grant", "amount": "250000", "currency": "IQD", "given_at": opened.isoformat()}
            await self.desk.post("/intake/v1/assistance", {"case_id": case_id, **given, "recorded_by": "officer-3"}, 201)
            step.remark = "one goal with two steps, a time to meet, 250,000 IQD at once; looked at again after 3, 6 and 12 months"

    async def _agree(self, case_id: str, opened: datetime) -> None:
        day = f"{opened + timedelta(days=60):%Y-%m-%d}"
        steps = [
            {"stage": "training", "text": "دورة خياطة", "by_whom": "provider", "due_on": day},
            {"stage": "business", "text": "شراء ماكينة خياطة", "by_whom": "office", "due_on": day},
        ]
        goal = {"code": "work.business", "text": "ورشة خياطة صغيرة", "steps": steps}
        await self.desk.post("/intake/v1/plans", {"case_id": case_id, "goals": [goal], "how": "spoken", "recorded_by": "officer-3"}, 201)

    async def is_complained_about(self) -> None:
        """Somebody at the office asked her for money: what she says goes past it."""
        said = {"topic": "fee_asked", "text": "طُلب مني مبلغ مقابل موعد.", "answer_wanted": True}
        with self.screen.step("MoI centre, Mosul", "POST /intake/v1/complaints (fee_asked)") as step:
            taken = (await self.cast.client("hlp-mosul").post("/intake/v1/complaints", said, 202)).body
            path = f"/intake/v1/complaints/{taken['complaint_id']}"
            await self.desk.get(path, 404)
            step.remark = f"{taken['reference']}; the office it is about gets 404"
        handler = self.cast.client("complaints-mosul")
        with self.screen.step("Complaints officer", "POST /intake/v1/complaints/{id}/resolution") as step:
            seen = await handler.get(path)
            answer = {"outcome": "put_right", "answer": "أُعيد المبلغ، ولن يتكرر ذلك.", "told": "phone"}
            await handler.post(f"{path}/resolution", answer, if_match=seen.etag)
            step.remark = "put right, and she was told"

    async def shows_her_everything(self) -> None:
        """All that is held about her, on paper."""
        guard: Client = self.cast.client("dpo-mosul")
        with self.screen.step("Data-protection officer", "GET /intake/v1/persons/{id}/held, …/held/page") as step:
            path = f"/intake/v1/persons/{self.case['person_id']}/held"
            held = (await guard.get(path)).body
            page = str((await guard.get(f"{path}/page", language="ar")).body)
            self.screen.check('dir="rtl"' in page and self.family.given in page, "the page is not hers")
            readers = sorted({one["office"].get("en", "Ihala's own messages").removesuffix(" (illustrative)") for one in held["readers"]})
            count = sum(len(rows) for rows in held["held"].values())
            step.remark = f"{count} records of {len(held['held'])} kinds, to read and print; seen by: {'; '.join(readers)}"

"""Everything that can happen in case work happens, with names, phones and stories wherever somebody may write some."""

from datetime import UTC, datetime, timedelta

from tests.intake.actors import COORDINATOR, OFFICER, OTHER_COORDINATOR, OTHER_OPERATOR
from tests.intake.casework import NOOR, TOLD, done, opened
from tests.intake.files import photo
from tests.intake.house import House
from tests.intake.samples import NOTE, PHONE, joined

NAME = "هوية زينب.jpg"
CASEWORK_SECRETS = (NAME, "هوية")
CASEWORK_TABLES = {"case_step", "hand_over", "appointment", "complaint", "attachment", "attachment_part"}


async def cases_live(house: House) -> dict[str, str]:
    """Return the ids of what was made: case, hand_over, appointment, complaint, sensitive, attachment."""
    await house.deliver(joined(OTHER_OPERATOR, OTHER_OPERATOR).model_copy(update={"kind": "operator"}))
    case_id = await opened(house)
    await done(house, case_id, "assignment", NOOR, {"officer": "zainab-7"})
    path, begins_at = f"/v1/cases/{case_id}", datetime.now(UTC) + timedelta(days=60)
    said = {"topic": "fee_asked", "text": NOTE, "contact": PHONE, "case_id": case_id}
    sensitive = await house.post("/v1/complaints", OFFICER, said)
    complaint = await house.post("/v1/complaints", OFFICER, said | {"topic": "quality"})
    handled = {"outcome": "explained", "answer": NOTE, "told": "phone"}
    other = await house.post("/v1/complaints", OFFICER, {"topic": "no_answer", "text": NOTE, "contact": PHONE})
    answered = await house.post(f"/v1/complaints/{other.body['complaint_id']}/resolution", COORDINATOR, handled, if_match='"1"')
    appointment = await house.post(f"{path}/appointments", NOOR, {
        "begins_at": begins_at.isoformat(), "purpose": "counselling", "officer": "zainab-7", "note": NOTE,
    })  # fmt: skip
    content = photo()
    file = {"purpose": "identity_document", "media_type": "image/jpeg", "size": len(content), "name": NAME, "note": NOTE}
    attachment = await house.post(f"{path}/attachments", OFFICER, file)
    part = f"/v1/attachments/{attachment.body['attachment_id']}/parts/1"
    async with house.session.put(part, data=content, headers=OFFICER.headers(house.mint)) as sent:
        assert sent.status == 200
    completed = await house.post(part.replace("parts/1", "completion"), OFFICER, None, if_match='"1"')
    await house.work()
    offer = {"to_operator_id": str(OTHER_OPERATOR), "with_history": True, "agreed": True, "note": NOTE, **TOLD}
    hand_over = await done(house, case_id, "hand-over", NOOR, offer)
    assert [one.status for one in (sensitive, complaint, other, answered, appointment, attachment, completed, hand_over)] == [
        202, 202, 202, 200, 201, 201, 200, 201,
    ]  # fmt: skip
    await house.get("/v1/hand-overs", OTHER_COORDINATOR)
    return {
        "case": case_id, "hand_over": hand_over.body["hand_over_id"], "appointment": appointment.body["appointment_id"],
        "complaint": complaint.body["complaint_id"], "sensitive": sensitive.body["complaint_id"],
        "attachment": attachment.body["attachment_id"],
    }  # fmt: skip

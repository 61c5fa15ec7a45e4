"""Slips: what cannot be sent to a person without a phone is printed, and handed over when they next come to the desk."""

import io
import re
from datetime import datetime, timedelta
from typing import Any, NoReturn
from uuid import uuid4

import pytest
from aiohttp import ClientSession
from ihala_contracts.intake_v1 import NeedChanged, Sensitivity
from ihala_contracts.referral_v1 import ReferralWaitlisted
from ihala_notify.channels.ways import Outgoing
from ihala_notify.contacts import Unreachable
from ihala_notify.letters.words import words
from pypdf import PdfReader

from tests.notify.desk.conftest import BY_CALL, SCOPES, Desk, Staff, told, unwritten
from tests.notify.letters.test_drawing import lines_of
from tests.notify.peers import Peers
from tests.notify.samples import OPERATOR, RECEIVER, STRANGER, sample
from tests.notify.world import World

SLIP = {"language": "ckb", "channel": "slip", "number": None, "own": True, "safe_to_message": False}
NEUTRAL = {
    "ar": "لديكم خبر جديد. يرجى الاتصال على الرقم +9647000000001",
    "ckb": "هەواڵێکی نوێتان هەیە. تکایە پەیوەندی بکەن بە +9647000000001",
}


async def printed(desk: Desk, call: dict[str, Any], **query: str) -> tuple[int, Any]:
    async with desk.http.get(f"/v1/calls/{call['id']}/pdf", headers=desk.headers, params=query) as answer:
        return answer.status, await (answer.json() if "json" in answer.headers["Content-Type"] else answer.read())


async def on_paper(desk: Desk, call: dict[str, Any], language: str = "ckb", **query: str) -> str:
    status, pdf = await printed(desk, call, **query)
    assert status == 200, pdf
    return " ".join(lines_of(pdf, language))


def waits(call: dict[str, Any]) -> timedelta:
    return datetime.fromisoformat(call["due_at"]) - datetime.fromisoformat(call["opened_at"])


async def test_who_has_no_phone_is_handed_at_the_next_visit_what_came_since(world: World, peers: Peers, staff: Staff) -> None:
    need, desk = await unwritten(world, peers, SLIP), staff(acting_officer="ann")
    [call] = await desk.calls()
    assert (call["reason"], call["state"], waits(call)) == ("wishes_a_slip", "open", timedelta(days=1))
    await world.deliver(sample(ReferralWaitlisted, need_id=need))
    await world.send()
    [same] = await desk.calls(need_id=str(need))
    assert (same["id"], same["due_at"]) == (call["id"], call["due_at"]) and same["version"] > call["version"]
    paper = await on_paper(desk, call)
    for part in (words("news", "ckb"), "NIN-7K3F-92QX وەرگیرا", "ڕێکخراوی خانوو", "+964 700 000 0001", words("issued", "ckb")):
        assert part in paper, (part, paper)
    assert NEUTRAL["ckb"] not in paper
    _, mine = await desk.post(f"/calls/{call['id']}/take", same["version"])
    status, done = await desk.post(f"/calls/{call['id']}/result", mine["version"], {"result": "handed_over"})
    assert (status, done["state"], done["result"]) == (200, "done", "handed_over")
    assert (await told(world))[-1] == "call-task-ended"
    status, refused = await printed(desk, call)
    assert (status, refused["type"], refused["why"]) == (409, "urn:ihala:problem:call-not-printable", "ended")
    assert await desk.calls(need_id=str(need)) == [] and len(await desk.calls(need_id=str(need), state="done")) == 1


async def test_a_slip_is_in_the_persons_language_or_in_another_that_is_asked_for(world: World, peers: Peers, staff: Staff) -> None:
    await unwritten(world, peers, SLIP)
    [call] = await staff().calls()
    assert words("news", "en") in await on_paper(staff(), call, "en", lang="en")
    assert (await printed(staff(), call, lang="ku"))[0] == 422


@pytest.mark.parametrize("why", ["protected", "minor", "hidden"])
async def test_what_nobody_may_write_is_not_on_paper_either(world: World, peers: Peers, staff: Staff, why: str) -> None:
    sensitivity = Sensitivity.PROTECTED if why == "protected" else Sensitivity.STANDARD
    await unwritten(world, peers, SLIP | {"own": why != "minor", "language": "ar"}, sensitivity=sensitivity)
    if why == "hidden":
        await world.rows("UPDATE organization SET hidden = true WHERE organization_id = :id RETURNING 1", id=RECEIVER)
    [call] = await staff().calls()
    _, pdf = await printed(staff(), call)
    paper = " ".join(lines_of(pdf, "ar"))
    assert NEUTRAL["ar"] in paper and "منظمة السكن" not in paper
    if why != "hidden":  # that nobody may know of the provider says nothing of what else there is
        assert words("bare", "ar") in paper and not re.search(r"NIN-|20\d\d|الطلب", paper)
        assert not re.search(rb"CreationDate|ModDate|CreateDate|ModifyDate", pdf)


async def test_of_a_need_that_became_restricted_a_slip_says_nothing_and_only_to_the_cleared(
    world: World, peers: Peers, staff: Staff
) -> None:
    need = await unwritten(world, peers, SLIP)
    [call] = await staff().calls()
    await world.announce(need, sensitivity=Sensitivity.RESTRICTED)
    assert (await printed(staff(), call))[0] == 404
    assert (await staff().get(f"/calls/{call['id']}"))[0] == 404
    paper = await on_paper(staff(cleared=True), call)
    assert NEUTRAL["ckb"] in paper and "NIN-" not in paper


async def test_nobody_else_prints_a_slip(world: World, peers: Peers, staff: Staff) -> None:
    await unwritten(world, peers, SLIP)
    [call] = await staff().calls()
    for stranger in (staff(RECEIVER, "nngo"), staff(STRANGER, "nngo"), staff(STRANGER, operator=str(STRANGER))):
        assert (await printed(stranger, call))[0] == 404
    assert (await printed(staff(scopes=tuple(set(SCOPES) - {"notify:calls"})), call))[0] == 403
    assert (await printed(staff(), {"id": uuid4()}))[0] == 404


async def test_who_is_called_has_no_slip_and_who_has_none_has_no_wrong_number(world: World, peers: Peers, staff: Staff) -> None:
    desk = staff(acting_officer="ann")
    for contact, result in ((BY_CALL, "handed_over"), (SLIP, "wrong_number")):
        need = await unwritten(world, peers, contact)
        [call] = await desk.calls(need_id=str(need))
        status, refused = await printed(desk, call)
        assert (status, refused.get("why") if status == 409 else None) == ((409, "not_a_slip") if contact is BY_CALL else (200, None))
        _, mine = await desk.post(f"/calls/{call['id']}/take", call["version"])
        status, refused = await desk.post(f"/calls/{call['id']}/result", mine["version"], {"result": result})
        assert (status, refused["type"]) == (409, "urn:ihala:problem:call-result-not-allowed")


async def test_whether_there_is_a_phone_is_as_the_last_message_found_it(world: World, peers: Peers, staff: Staff) -> None:
    need = await unwritten(world, peers, SLIP, urgency="routine")
    [slip] = await staff().calls()
    assert waits(slip) == timedelta(days=30)
    for contact, reason, days in ((BY_CALL, "wishes_a_call", 3), (SLIP, "wishes_a_slip", 30)):
        peers.contact |= contact
        await world.deliver(sample(ReferralWaitlisted, need_id=need))
        await world.send()
        [call] = await staff().calls()
        assert (call["id"], call["reason"]) == (slip["id"], reason)
        assert abs(waits(call) - timedelta(days=days)) < timedelta(minutes=10)
    await world.deliver(sample(NeedChanged, need_id=need, operator_id=OPERATOR, urgency="urgent"))
    [call] = await staff().calls()
    assert abs(waits(call) - timedelta(days=7)) < timedelta(minutes=10)


async def test_one_that_was_late_says_nothing_of_a_phone(world: World, peers: Peers, staff: Staff) -> None:
    need = await unwritten(world, peers, SLIP)
    [slip] = await staff().calls()
    await world.deliver(sample(ReferralWaitlisted, need_id=need))
    await world.rows("UPDATE message SET useful_until = now() WHERE need_id = :id AND state = 'waiting' RETURNING 1", id=need)
    await world.send()
    [call] = await staff().calls()
    assert (call["reason"], call["due_at"]) == ("wishes_a_slip", slip["due_at"])
    paper = await on_paper(staff(), call)
    assert NEUTRAL["ckb"] in paper and "NIN-7K3F-92QX" in paper  # to whom that one would have gone nobody asked


async def test_a_slip_is_tagged_and_has_no_square(world: World, peers: Peers, staff: Staff) -> None:
    await unwritten(world, peers, SLIP)
    [call] = await staff().calls()
    _, pdf = await printed(staff(), call)
    reader = PdfReader(io.BytesIO(pdf))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and str(root["/Lang"]).startswith("ckb")  # type: ignore[index]
    assert "/Figure" not in str(pdf) and len(reader.pages) == 1


class Refusing:
    """A mail server that knows nobody."""

    name = "email"

    async def send(self, session: ClientSession, outgoing: Outgoing) -> NoReturn:
        raise Unreachable("mail_refused_550")


async def test_whose_mail_is_refused_gets_a_slip_and_not_a_call_to_nobodys_number(world: World, peers: Peers, staff: Staff) -> None:
    world.flow.sender.channels = {**world.flow.sender.channels, "email": Refusing()}
    need = await unwritten(world, peers, SLIP | {"email": "somebody@example.org", "email_own": True})
    [call] = await staff().calls()
    assert (call["reason"], waits(call)) == ("wishes_a_slip", timedelta(days=1))
    rows = await world.rows("SELECT DISTINCT state, channel, said, language FROM message WHERE need_id = :id", id=need)
    assert [tuple(row.values()) for row in rows] == [("failed", "email", "full", "ckb")]
    assert "ڕێکخراوی خانوو" in await on_paper(staff(), call)

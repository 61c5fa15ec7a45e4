"""Files of a case: sent in parts over weak lines, refused when they lie, cleaned before anybody sees them."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from ihala_intake.casework.files import limits

from tests.intake.actors import COORDINATOR, HLP, NGO, OFFICER, OTHER_COORDINATOR, PROVIDER, STRANGER, WLCO, Actor
from tests.intake.casework import NOOR, done, finished, opened
from tests.intake.files import AUTHOR, document, noise, photo
from tests.intake.files import opened as picture
from tests.intake.house import Answer, House
from tests.intake.samples import NOTE, SECRETS, need
from tests.intake.test_rows import counted

NAME = "هوية أم يوسف.jpg"


def file(content: bytes, **changes: Any) -> dict[str, Any]:
    return {"purpose": "identity_document", "media_type": "image/jpeg", "size": len(content), "name": NAME, "note": NOTE, **changes}


async def put(house: House, attachment: str, n: int, content: bytes, actor: Actor = OFFICER) -> Answer:
    path = f"/v1/attachments/{attachment}/parts/{n}"
    async with house.session.put(path, data=content, headers=actor.headers(house.mint)) as answer:
        return Answer(answer.status, await answer.json(content_type=None), answer.headers)


async def sent(house: House, case_id: str, content: bytes, actor: Actor = OFFICER, **changes: Any) -> str:
    """Send a whole file and say so; it lies in quarantine then."""
    made = await house.post(f"/v1/cases/{case_id}/attachments", actor, file(content, **changes))
    assert made.status == 201, made.body
    attachment = str(made.body["attachment_id"])
    for n in made.body["missing"]:
        piece = content[(n - 1) * limits.PART : n * limits.PART]
        assert (await put(house, attachment, n, piece, actor)).status == 200
    answer = await house.post(f"/v1/attachments/{attachment}/completion", actor, None, if_match='"1"')
    assert (answer.status, answer.body["state"]) == (200, "quarantined"), answer.body
    return attachment


async def fetched(house: House, attachment: str, actor: Actor | None = OFFICER) -> tuple[int, bytes, Any]:
    headers = actor.headers(house.mint) if actor else {}
    async with house.session.get(f"/v1/attachments/{attachment}/content", headers=headers) as answer:
        return answer.status, await answer.read(), answer.headers


async def test_a_photo_is_given_out_only_as_its_clean_copy(house: House) -> None:
    case_id = await opened(house)
    attachment = await sent(house, case_id, photo())
    assert (await fetched(house, attachment))[0] == 409
    await house.work()
    shown = await house.get(f"/v1/attachments/{attachment}", OFFICER)
    assert (shown.body["state"], shown.body["name"], shown.body["note"], shown.body["missing"]) == ("clean", NAME, NOTE, [])
    status, content, headers = await fetched(house, attachment)
    assert (status, headers["Content-Type"], len(content)) == (200, "image/jpeg", shown.body["size"])
    assert AUTHOR.encode() not in content
    assert picture(content).size == (48, 64)
    assert headers["Content-Disposition"].startswith("attachment; ")
    assert (headers["X-Content-Type-Options"], headers["Cache-Control"]) == ("nosniff", "no-store")
    assert "sandbox" in headers["Content-Security-Policy"]
    person_id = await house.scalar("SELECT person_id FROM case_file WHERE id = :id", id=case_id)
    assert await house.chain(str(person_id)) == 1
    assert await house.scalar("SELECT what FROM access_log") == "attachment"
    assert await house.scalar("SELECT count(*) FROM attachment_part WHERE kind = 'raw'") == 0


async def test_parts_come_in_any_order_twice_and_only_as_announced(house: House) -> None:
    case_id, content = await opened(house), noise(600)
    assert limits.PART * 2 < len(content) < limits.PART * 3
    made = await house.post(f"/v1/cases/{case_id}/attachments", OFFICER, file(content, media_type="image/png"))
    attachment = made.body["attachment_id"]
    assert (made.body["parts"], made.body["missing"], made.body["part_size"]) == (3, [1, 2, 3], limits.PART)
    pieces = [content[n * limits.PART : (n + 1) * limits.PART] for n in range(3)]
    assert (await put(house, attachment, 3, pieces[2])).body["missing"] == [1, 2]
    early = await house.post(f"/v1/attachments/{attachment}/completion", OFFICER, None, if_match='"1"')
    assert (early.status, early.slug) == (409, "attachment-incomplete")
    assert (await put(house, attachment, 1, pieces[0])).body["missing"] == [2]
    assert (await put(house, attachment, 1, pieces[0])).body["missing"] == [2]
    for n, wrong in ((1, pieces[1]), (2, pieces[1][:-1]), (3, pieces[1]), (4, b"x"), (2, b"")):
        refused = await put(house, attachment, n, wrong)
        assert (refused.status, refused.slug in ("attachment-part-mismatch", "attachment-type-mismatch")) == (422, True), n
    assert (await put(house, attachment, 0, b"x")).slug == "malformed-request"
    assert (await put(house, attachment, 2, pieces[1])).body["missing"] == []
    await house.post(f"/v1/attachments/{attachment}/completion", OFFICER, None, if_match='"1"')
    assert (await put(house, attachment, 2, pieces[1])).slug == "attachment-not-clean"
    await house.work()
    status, clean, _ = await fetched(house, attachment)
    assert status == 200
    assert sha256(picture(clean).tobytes()).digest() == sha256(picture(content).tobytes()).digest()


LIES = [
    (b"MZ\x90\x00 this program cannot be run", "image/jpeg"), (photo(kind="PNG"), "image/jpeg"), (document(), "image/png"),
    (b"<html><script>alert(1)</script>", "application/pdf"), (b"GIF89a" + bytes(50), "image/png"),
    (b"PK\x03\x04" + bytes(50), "application/pdf"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "said"), LIES)
async def test_a_file_that_lies_about_its_type_is_refused_and_nothing_is_kept(house: House, content: bytes, said: str) -> None:
    case_id = await opened(house)
    made = await house.post(f"/v1/cases/{case_id}/attachments", OFFICER, file(content, media_type=said))
    answer = await put(house, made.body["attachment_id"], 1, content)
    assert (answer.status, answer.slug, answer.body["pointer"]) == (422, "attachment-type-mismatch", "#/media_type")
    assert [word for word in (*SECRETS, NAME, "program", "script") if word in str(answer.body)] == []
    assert await house.scalar("SELECT count(*) FROM attachment_part") == 0
    said_in_arabic = await house.session.put(
        f"/v1/attachments/{made.body['attachment_id']}/parts/1", data=content,
        headers=OFFICER.headers(house.mint) | {"Accept-Language": "ar"},
    )  # fmt: skip
    assert "محتوى الملف" in (await said_in_arabic.json(content_type=None))["title"]


@pytest.mark.parametrize(
    ("content", "said", "reason"),
    [
        (b"\xff\xd8\xff" + b"MZ" * 500, "image/jpeg", "unreadable"),
        (document(secret="x"), "application/pdf", "encrypted"),
        (document(inside=True), "application/pdf", "active_content"),
    ],
)
async def test_what_only_begins_like_its_type_never_leaves_quarantine(house: House, content: bytes, said: str, reason: str) -> None:
    attachment = await sent(house, await opened(house), content, media_type=said)
    await house.work()
    shown = await house.get(f"/v1/attachments/{attachment}", OFFICER)
    assert (shown.body["state"], shown.body["reason"]) == ("rejected", reason)
    assert (await fetched(house, attachment))[0] == 409
    assert await house.scalar("SELECT count(*) FROM attachment_part") == 0


async def test_how_large_and_how_many(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    case_id = await opened(house)
    path = f"/v1/cases/{case_id}/attachments"
    large = await house.post(path, OFFICER, file(b"", size=limits.LARGEST + 1))
    assert (large.status, large.slug, large.body["largest"]) == (413, "attachment-too-large", limits.LARGEST)
    for bad in ({"size": 0}, {"media_type": "image/svg+xml"}, {"purpose": "weapon"}, {"name": "x" * 81}):
        assert (await house.post(path, OFFICER, file(photo(), **bad))).slug == "malformed-request"
    monkeypatch.setattr(limits, "MOST_OF_A_CASE", 1)
    assert (await house.post(path, OFFICER, file(photo()))).status == 201
    assert (await house.post(path, OFFICER, file(photo()))).slug == "attachments-full"
    await finished(house, case_id)
    await done(house, case_id, "closure", NOOR, {"reason": "goals_reached", "recorded_by": "x"})
    assert (await house.post(path, OFFICER, file(photo()))).slug == "case-closed"


async def test_who_may_send_and_who_may_open(house: House) -> None:
    case_id = await opened(house, HLP)
    attachment = await sent(house, case_id, photo(), HLP)
    await house.work()
    assert (await fetched(house, attachment, COORDINATOR))[0] == 200
    assert (await house.get(f"/v1/attachments/{attachment}", HLP)).body["state"] == "clean"
    assert (await fetched(house, attachment, HLP))[0] == 404  # what it sent is the office's now
    for actor in (STRANGER, NGO, WLCO, OTHER_COORDINATOR):
        assert (await house.post(f"/v1/cases/{case_id}/attachments", actor, file(photo()))).status == 404
        assert (await house.get(f"/v1/cases/{case_id}/attachments", actor)).status == 404
        assert (await house.get(f"/v1/attachments/{attachment}", actor)).status == 404
        assert (await fetched(house, attachment, actor))[0] == 404
        assert (await put(house, attachment, 1, photo(), actor)).status == 404
        assert await counted(house, actor, "attachment") + await counted(house, actor, "attachment_part") == 0
    assert (await fetched(house, attachment, PROVIDER))[0] == 403
    assert (await fetched(house, attachment, None))[0] == 401
    assert len((await house.get(f"/v1/cases/{case_id}/attachments", OFFICER)).body["items"]) == 1


async def test_files_of_a_restricted_case_show_to_the_cleared_alone(house: House) -> None:
    case_id = await opened(house, COORDINATOR, need("protection.gbv"))
    attachment = await sent(house, case_id, photo(), COORDINATOR)
    await house.work()
    assert (await fetched(house, attachment, COORDINATOR))[0] == 200
    assert (await fetched(house, attachment, OFFICER))[0] == 404
    assert (await house.post(f"/v1/cases/{case_id}/attachments", OFFICER, file(photo()))).status == 404
    assert await counted(house, OFFICER, "attachment_part") == 0


async def test_a_removed_or_forgotten_file_leaves_no_bytes(house: House) -> None:
    case_id = await opened(house)
    attachment = await sent(house, case_id, photo())
    await house.work()
    answer = await house.post(f"/v1/attachments/{attachment}/removal", OFFICER, {"reason": "wrong_case"}, if_match='"3"')
    assert (answer.status, answer.body["state"], answer.body["reason"]) == (200, "removed", "wrong_case")
    assert (await fetched(house, attachment))[0] == 409
    made = await house.post(f"/v1/cases/{case_id}/attachments", OFFICER, file(photo()))
    await put(house, made.body["attachment_id"], 1, photo())
    await house.later(timedelta(days=1, minutes=1))
    left = await house.get(f"/v1/attachments/{made.body['attachment_id']}", OFFICER)
    assert (left.body["state"], left.body["reason"]) == ("removed", "not_finished")
    assert await house.scalar("SELECT count(*) FROM attachment_part") == 0


async def test_an_erased_persons_files_cannot_be_opened(house: House) -> None:
    case_id = await opened(house)
    attachment, waiting = await sent(house, case_id, photo()), await sent(house, case_id, photo())
    await house.work()
    await house.erase((await house.get(f"/v1/cases/{case_id}", COORDINATOR)).body["needs"][0]["need_id"])
    assert (await fetched(house, attachment))[0] == 410
    shown = await house.get(f"/v1/attachments/{waiting}", OFFICER)
    assert (shown.status, shown.body["name"], shown.body["note"]) == (200, None, None)


async def test_parts_are_sealed_each_in_its_place(house: House) -> None:
    await sent(house, await opened(house), photo())
    raw = await house.scalar("SELECT content FROM attachment_part")
    assert not [sign for sign in (b"\xff\xd8\xff", b"Exif", AUTHOR.encode(), NAME.encode()) if sign in raw]

"""An officer's own wish over HTTP: confirmed by a code, seen by nobody else, stopped by one click."""

from typing import Any

from ihala_notify.notices.proofs import MOST_TRIES

from tests.notify.notices.office import ADDRESS, WISH, Officer, code_in, plain
from tests.notify.samples import STRANGER


async def test_nothing_is_sent_to_an_address_before_its_code(officer: Officer) -> None:
    assert (await officer.ask("GET"))[1] == {"state": "none", "at_once": False, "etag": "0"} | _nothing()
    wish = await officer.wish(kinds=["escalation", "new_offer"], governorates=["IQG15"])
    assert (wish["state"], wish["email"], wish["daily_at"], wish["next_at"]) == ("unconfirmed", "r…@example.org", "07:30", None)
    assert wish["kinds"] == ["escalation", "new_offer"] and wish["tries_left"] == MOST_TRIES
    assert await officer.day() != []
    await officer.wish()
    await officer.send()
    [mail] = officer.mails.take()
    assert mail["To"] == ADDRESS and mail["List-Unsubscribe"] is None and "الرمز" in plain(mail)
    right = code_in(mail)
    wrong = "000000" if right != "000000" else "000001"
    status, body = await officer.ask("POST", "/confirmation", {"code": wrong})
    assert (status, body["state"], body["tries_left"]) == (200, "unconfirmed", MOST_TRIES - 1)
    status, body = await officer.ask("POST", "/confirmation", {"code": f"{right[:3]} {right[3:]}"})
    assert (status, body["state"], body["tries_left"]) == (200, "active", None) and body["next_at"]


def _nothing() -> dict[str, Any]:
    return dict.fromkeys(("reason", "email", "language", "kinds", "governorates", "daily_at", "next_at", "tries_left"))


async def test_a_code_is_guessed_five_times_and_no_more(officer: Officer) -> None:
    await officer.wish()
    await officer.send()
    [mail] = officer.mails.take()
    right = code_in(mail)
    for _ in range(MOST_TRIES):
        await officer.ask("POST", "/confirmation", {"code": "000000" if right != "000000" else "000001"})
    assert (await officer.ask("POST", "/confirmation", {"code": right}))[1]["state"] == "unconfirmed"


async def test_an_old_code_is_none(officer: Officer) -> None:
    await officer.wish()
    await officer.send()
    [mail] = officer.mails.take()
    await officer.rows("UPDATE digest SET code_until = now() - interval '1 s' RETURNING id")
    assert (await officer.ask("POST", "/confirmation", {"code": code_in(mail)}))[1]["state"] == "unconfirmed"


async def test_a_stranger_is_not_flooded_with_codes(officer: Officer) -> None:
    for number in range(5):
        await officer.wish(email=f"somebody{number}@example.org")
    _, known = await officer.ask("GET")
    status, body = await officer.ask("PUT", body=WISH, version=int(known["etag"]))
    assert (status, body["type"]) == (409, "urn:ihala:problem:too-many-codes")


async def test_nobody_else_sees_or_changes_it(officer: Officer) -> None:
    await officer.confirmed()
    for other in (officer.other(sign="officer-2"), officer.other(organization_id=STRANGER)):
        assert (await other.ask("GET"))[1]["state"] == "none"
        assert (await other.ask("DELETE", version=3))[0] == 404
        assert (await other.ask("POST", "/confirmation", {"code": "123456"}))[0] == 404
    status, body = await officer.other(sign=None).ask("GET")
    assert (status, body["type"]) == (403, "urn:ihala:problem:officer-unknown")
    assert (await officer.ask("GET"))[1]["state"] == "active"


async def test_changes_name_their_version(officer: Officer) -> None:
    wish = await officer.wish()
    assert (await officer.ask("PUT", body=WISH))[0] == 428
    assert (await officer.ask("PUT", body=WISH, version=0))[0] == 412
    assert (await officer.ask("DELETE", version=0))[0] == 412
    assert (await officer.ask("DELETE", version=int(wish["etag"])))[1]["reason"] == "asked"


async def test_another_wish_holds_at_once_and_another_address_asks_again(officer: Officer) -> None:
    await officer.confirmed()
    wish = await officer.wish(language="en", daily_at=None, at_once=True)
    assert (wish["state"], wish["daily_at"], wish["next_at"], wish["language"]) == ("active", None, None, "en")
    wish = await officer.wish(email="other@example.org")
    assert (wish["state"], wish["next_at"]) == ("unconfirmed", None)


SENSELESS: list[dict[str, Any]] = [
    {"email": "a@example.org\nBcc: all@example.org"}, {"email": "a@example.org, b@example.org"}, {"email": "a"}, {"email": ""},
    {"email": "أ@example.org"}, {"email": "a" * 250 + "@example.org"}, {"email": "a@example.org\n"}, {"daily_at": "24:00"},
    {"daily_at": "٠٧:٣٠"}, {"daily_at": None}, {"kinds": ["everything"]}, {"kinds": []}, {"language": "tr"}, {"governorates": ["IQ"]},
    {"surplus": 1},
]  # fmt: skip


async def test_what_makes_no_sense_is_refused_without_being_repeated(officer: Officer) -> None:
    for change in SENSELESS:
        status, body = await officer.ask("PUT", body=WISH | change, version=0)
        assert (status, body["type"]) == (422, "urn:ihala:problem:malformed-request"), change
        assert "example.org" not in str(body)
    _, body = await officer.ask("PUT", body=WISH | {"daily_at": None}, version=0)
    assert [(error["pointer"], error["code"]) for error in body["errors"]] == [("#", "daily_or_at_once")]
    assert await officer.rows("SELECT * FROM digest") == []


async def test_the_address_is_sealed_and_forgotten_with_the_wish(officer: Officer) -> None:
    await officer.confirmed()
    kept = str(await officer.rows("SELECT * FROM digest")) + str(await officer.rows("SELECT * FROM digest_mail"))
    assert "example.org" not in kept and "ranin" not in kept
    _, known = await officer.ask("GET")
    await officer.ask("DELETE", version=int(known["etag"]))
    [row] = await officer.rows("SELECT state, sealed_email, code_hash, next_at FROM digest")
    assert row == {"state": "ended", "sealed_email": None, "code_hash": None, "next_at": None}
    await officer.confirmed()  # who asks again gets it again

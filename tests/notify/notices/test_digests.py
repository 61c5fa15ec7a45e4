"""Digests as they come by SMTP: once each, with nothing left out, nothing where there is nothing, and stopped by one click."""

import json
import re
from email.message import EmailMessage
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pytest
from ihala_contracts.directory_v1 import CapacityFigureOld, OrganizationLeft, OrganizationReinstated, OrganizationSuspended
from ihala_contracts.gateway_v1 import AccountSuspended
from ihala_contracts.referral_v1 import DeadlineNear, Escalated, ReferralOffered
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.testing import Mint
from ihala_notify.notices import sending, store
from sqlalchemy import text

from tests.notify.notices.office import ADDRESS, Officer, html, plain
from tests.notify.samples import ORIGIN, RECEIVER, sample
from tests.notify.world import World


@pytest.fixture
async def need(world: World) -> UUID:
    found = uuid4()
    await world.identify(found)
    return found


async def offered(world: World, need: UUID, number: int = 1) -> list[UUID]:
    some = [uuid4() for _ in range(number)]
    await world.deliver(*(sample(ReferralOffered, need_id=need, referral_id=each) for each in some))
    return some


async def test_a_day_of_an_office_is_one_mail_and_a_quiet_day_none(officer: Officer, world: World, need: UUID) -> None:
    await offered(world, need)  # before the address was confirmed
    await officer.confirmed()
    assert await officer.day() == []
    first, second = await offered(world, need, 2)
    await world.deliver(
        sample(DeadlineNear, need_id=need, referral_id=first, to=["provider"]),
        sample(CapacityFigureOld, organization_id=RECEIVER),
    )
    [mail] = await officer.day()
    assert (mail["To"], mail["From"], mail["Content-Language"], mail["Auto-Submitted"]) == (
        ADDRESS, "no-reply@ihala.example", "ar", "auto-generated",
    )  # fmt: skip
    assert mail["Subject"] == "إحالة: 4 إشعارات"
    for part in (plain(mail), html(mail)):
        assert "إحالتان جديدتان" in part and "موعد نهائي واحد قريب" in part and "خدمة واحدة" in part
        assert {f"https://desk.example/referrals/{each}" for each in (first, second)} <= set(
            re.findall(r"https://desk[^\s\"\u2069]+", part)
        )
        assert "NIN-" not in part and str(need) not in part and "housing" not in part and "IQG15" not in part
    assert 'dir="rtl"' in html(mail)
    assert await officer.day() == []


async def test_an_origin_reads_the_reference(officer: Officer, world: World, need: UUID) -> None:
    origin = officer.other(organization_id=ORIGIN)
    await origin.confirmed(language="en")
    await world.deliver(sample(DeadlineNear, need_id=need, to=["origin"]))
    [mail] = await origin.day()
    assert "1 deadline is near" in plain(mail) and "NIN-7K3F-92QX" in plain(mail)


async def test_only_the_kinds_and_governorates_that_were_asked_for(officer: Officer, world: World, need: UUID) -> None:
    await officer.confirmed(kinds=["new_offer"], governorates=["IQG11"])
    await world.deliver(sample(DeadlineNear, need_id=need, to=["provider"]), sample(ReferralOffered, need_id=need, governorate="IQG15"))
    assert await officer.day() == []
    await world.deliver(sample(ReferralOffered, need_id=need, referral_id=uuid4(), governorate="IQG11"))
    [mail] = await officer.day()
    assert "إحالة جديدة واحدة" in plain(mail) and mail["Subject"] == "إحالة: إشعار واحد"


async def test_an_escalation_is_told_at_once_and_not_again(officer: Officer, world: World, need: UUID) -> None:
    await officer.confirmed(at_once=True, language="en")
    await offered(world, need)
    assert await officer.moment() == []
    await world.deliver(sample(Escalated, need_id=need, to=["provider"], level=1))
    [mail] = await officer.moment()
    assert "1 escalation" in plain(mail) and "offered" not in plain(mail)
    assert await officer.moment() == []
    [mail] = await officer.day()
    assert "escalation" not in plain(mail) and "1 new referral" in plain(mail)


async def test_what_was_told_at_once_is_not_told_again_by_who_wants_it_daily_now(officer: Officer, world: World, need: UUID) -> None:
    await officer.confirmed(at_once=True, language="en")
    await world.deliver(sample(Escalated, need_id=need, to=["provider"], level=1))
    assert len(await officer.moment()) == 1
    await officer.wish(language="en", at_once=False)
    await world.deliver(sample(Escalated, need_id=need, referral_id=uuid4(), to=["provider"], level=1))
    [mail] = await officer.day()
    assert "1 escalation" in plain(mail)


async def test_an_escalation_of_a_mail_that_waits_is_told_to_who_wants_it_at_once_now(officer: Officer, world: World, need: UUID) -> None:
    await officer.confirmed(language="en")
    await world.deliver(sample(Escalated, need_id=need, to=["provider"], level=1))
    await officer.rows("UPDATE digest SET next_at = now() RETURNING id")
    await officer.job("make digests")
    await officer.wish(language="en", at_once=True)
    [mail] = await officer.moment()
    assert "1 escalation" in plain(mail)


async def test_who_changes_the_wish_hears_nothing_old(officer: Officer, world: World, need: UUID) -> None:
    await officer.confirmed(language="en")
    await world.deliver(sample(Escalated, need_id=need, to=["provider"], level=1))
    assert len(await officer.day()) == 1
    await officer.wish(language="en", daily_at=None, at_once=True)
    assert await officer.moment() == []
    await offered(world, need)
    assert await officer.moment() == []
    await officer.wish(language="en", at_once=True)
    assert await officer.day() == []
    await world.deliver(sample(Escalated, need_id=need, to=["provider"], level=2))
    assert len(await officer.moment()) == 1


async def test_what_is_too_much_for_one_mail_is_told_by_the_next(officer: Officer, world: World, need: UUID) -> None:
    await officer.confirmed(language="en")
    await offered(world, need)
    more = store.MOST_ITEMS + 4
    await officer.rows(f"""
        INSERT INTO feed SELECT (jsonb_populate_record(feed, jsonb_build_object('position', position + n, 'event_id', gen_random_uuid()))).*
        FROM feed, generate_series(1, {more}) AS n WHERE organization_id = '{RECEIVER}' AND type = 'org.ihala.referral.offered' RETURNING 1
    """)
    await officer.rows(f"UPDATE feed_counter SET position = position + {more} WHERE organization_id = '{RECEIVER}' RETURNING 1")
    assert len(await officer.day()) == 2
    parts = await officer.rows("SELECT after, until FROM digest_mail WHERE kind = 'daily' ORDER BY after")
    assert parts[0]["until"] == parts[1]["after"] == parts[0]["after"] + store.MOST_ITEMS
    assert parts[1]["until"] == parts[1]["after"] + 5


async def test_a_mail_that_its_senders_died_of_is_not_sent_without_end(officer: Officer, world: World, need: UUID) -> None:
    await officer.confirmed()
    await offered(world, need)
    await officer.rows("UPDATE digest SET next_at = now() RETURNING id")
    await officer.job("make digests")
    died = "UPDATE digest_mail SET state = 'sending', attempts = {}, next_at = now(), settled_at = NULL WHERE kind = 'daily' RETURNING id"
    await officer.rows(died.format(1))
    await officer.send()
    assert len(officer.mails.take()) == 1  # once more
    await officer.rows(died.format(2))
    await officer.send()
    assert officer.mails.take() == []
    [mail] = await officer.rows("SELECT state, reason FROM digest_mail WHERE kind = 'daily'")
    assert (mail["state"], mail["reason"]) == ("failed", "mail_server_silent")


async def test_while_a_wish_is_being_changed_its_mails_wait(officer: Officer, world: World, need: UUID, database: Database) -> None:
    await officer.confirmed()
    await offered(world, need)
    await officer.rows("UPDATE digest SET next_at = now() RETURNING id")
    await officer.job("make digests")
    async with database.transaction(Caller.system("test")) as tx:
        await tx.execute(text("SELECT FROM digest FOR UPDATE"))
        await officer.send()
        assert officer.mails.take() == []
    await officer.send()
    assert len(officer.mails.take()) == 1


async def test_a_sender_that_dies_sends_the_same_mail_again_and_no_other(
    officer: Officer, world: World, need: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    await officer.confirmed()
    await offered(world, need)

    def die(_: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(sending, "crash_point", die)
        with pytest.raises(KeyboardInterrupt):
            await officer.day()
    [first] = officer.mails.take()
    await officer.send()
    assert officer.mails.take() == []  # while the lease lasts
    await officer.rows("UPDATE digest_mail SET next_at = now() WHERE state = 'sending' RETURNING id")
    await officer.send()
    [again] = officer.mails.take()
    assert (first["Message-ID"], plain(first)) == (again["Message-ID"], plain(again))
    assert await officer.day() == []
    assert [row["state"] for row in await officer.rows("SELECT state FROM digest_mail WHERE kind = 'daily'")] == ["sent"]


async def test_what_a_busy_server_did_not_take_comes_later_and_what_failed_is_in_the_next(
    officer: Officer, world: World, need: UUID
) -> None:
    await officer.confirmed(language="en")
    await offered(world, need)
    officer.mails.answer = "451 4.3.0 Come again later"
    assert await officer.day() == []
    [row] = await officer.rows("SELECT state, reason FROM digest_mail WHERE kind = 'daily'")
    assert row == {"state": "waiting", "reason": "mail_server_busy"}
    await officer.rows("UPDATE digest_mail SET next_at = now(), attempts = 47 WHERE state = 'waiting' RETURNING id")
    await officer.send()
    officer.mails.answer = None
    await offered(world, need)
    [mail] = await officer.day()
    assert "2 new referrals" in plain(mail)


async def test_an_address_that_refuses_three_times_is_none(officer: Officer, world: World, need: UUID) -> None:
    await officer.confirmed()
    officer.mails.answer = "550 5.1.1 No such mailbox"
    for _ in range(3):
        await offered(world, need)
        await officer.day()
    body = (await officer.ask("GET"))[1]
    assert (body["state"], body["reason"]) == ("none", "address_refused")


async def test_suspended_and_left_organisations_hear_nothing(officer: Officer, world: World, need: UUID) -> None:
    await officer.confirmed(language="en")
    await offered(world, need)
    await world.deliver(sample(OrganizationSuspended, organization_id=RECEIVER))
    assert await officer.day() == []
    await world.deliver(sample(OrganizationReinstated, organization_id=RECEIVER))
    [mail] = await officer.day()
    assert "1 new referral" in plain(mail)
    await world.deliver(sample(OrganizationLeft, organization_id=RECEIVER))
    [row] = await officer.rows("SELECT state, reason, sealed_email FROM digest")
    assert row == {"state": "ended", "reason": "left", "sealed_email": None}


async def test_a_suspended_account_hears_nothing_and_others_do(officer: Officer, world: World, need: UUID) -> None:
    account = uuid4()
    gone, stays = officer.other(sign=str(account)), officer.other(sign="officer-2")
    await gone.confirmed(email="gone@example.org")
    await stays.confirmed(email="stays@example.org")
    await offered(world, need)
    await world.deliver(sample(AccountSuspended, organization_id=RECEIVER, account_id=account))
    assert [mail["To"] for mail in await officer.day()] == ["stays@example.org"]


def stop_link(mail: EmailMessage, raw: bytes) -> str:
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.search(rb"^List-Unsubscribe: <(http[!-~]+)>\r\n(?! )", raw, re.MULTILINE)
    assert found, raw
    return found[1].decode()


async def test_one_click_stops_them_and_every_link_gets_the_same_answer(
    officer: Officer, world: World, need: UUID, http: aiohttp.ClientSession, mint: Mint
) -> None:
    await officer.confirmed()
    await offered(world, need)
    await officer.rows("UPDATE digest SET next_at = now() RETURNING id")
    await officer.job("make digests")
    await officer.send()
    raw = bytes(officer.mails.raw[0])
    [mail] = officer.mails.take()
    good = stop_link(mail, raw).rpartition("/")[2]
    answers: list[Any] = []
    nobody = mint.headers("notify", org="00000000-0000-0000-0000-000000000000", client_id="anonymous", org_kind="anonymous")
    for token in (("A" if good[0] != "A" else "B") + good[1:], "x", "%D8%A3", good, good):
        async with http.get(f"/v1/digests/stop/{token}", headers=nobody) as page:
            assert page.status == 200
            asked = await page.text()
        assert (await officer.ask("GET"))[1]["state"] == ("none" if len(answers) == 4 else "active")
        form = {"List-Unsubscribe": "One-Click"}
        async with http.post(f"/v1/digests/stop/{token}", data=form, headers=nobody | {"Accept-Language": "ar"}) as answer:
            headers = {name: value for name, value in answer.headers.items() if name.lower() not in {"date", "x-request-id"}}
            answers.append((answer.status, await answer.text(), asked, json.dumps(headers, sort_keys=True)))
    assert len(set(answers)) == 1 and answers[0][0] == 200
    assert "no-store" in answers[0][3] and "no-referrer" in answers[0][3]
    body = (await officer.ask("GET"))[1]
    assert (body["state"], body["reason"]) == ("none", "unsubscribed")
    await offered(world, need)
    assert await officer.day() == []


async def test_what_is_over_is_forgotten(officer: Officer, world: World, need: UUID) -> None:
    await officer.confirmed()
    await officer.other(sign="never").wish()
    await officer.send()
    await officer.rows("UPDATE digest SET changed_at = now() - interval '8 days' RETURNING id")
    await officer.rows("UPDATE digest_mail SET settled_at = now() - interval '31 days' RETURNING id")
    assert await officer.job("forget digests") > 0
    assert [row["officer"] for row in await officer.rows("SELECT officer FROM digest")] == ["officer-1"]
    assert await officer.rows("SELECT * FROM digest_mail") == []

"""Messages by hand: who may send them about whom, what is refused before anything is kept, and what the person then reads."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pytest
from ihala_contracts.intake_v1 import ConsentWithdrawn, Sensitivity
from ihala_kit.testing import Mint
from ihala_notify.accepting.models import Values
from ihala_notify.accepting.rules import faults, instant, useful_for
from ihala_notify.wording import templates

from tests.notify.peers import Peers
from tests.notify.samples import OPERATOR, ORIGIN, RECEIVER, STRANGER, sample
from tests.notify.test_sender import OWN, outcome
from tests.notify.world import World

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
REMINDER = templates()["appointment-reminder"]


@pytest.fixture
def staff(mint: Mint) -> Any:
    """Return the headers of an officer's client, of the operator or of another organisation."""

    def headers(organization_id: UUID = OPERATOR, *scopes: str, **more: Any) -> dict[str, str]:
        claims = {"org": str(organization_id), "org_kind": "operator", "operator": str(OPERATOR)} | more
        return mint.headers("notify", scopes or ("notify:send", "notify:read"), **claims)

    return headers


async def send(
    http: aiohttp.ClientSession, headers: dict[str, str], need: UUID, template: str = "call-us", key: str | None = None, **values: Any
) -> tuple[int, Any]:
    body = {"need_id": str(need), "template": template} | ({"values": values} if values else {})
    async with http.post("/v1/messages", json=body, headers=headers | {"Idempotency-Key": key or str(uuid4())}) as answer:
        return answer.status, await answer.json()


def soon(days: int = 3) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


async def known(world: World, **more: Any) -> UUID:
    """Return a need whose first message is out of the way."""
    need = uuid4()
    await world.identify(need, **more)
    await world.rows("DELETE FROM message WHERE need_id = :id RETURNING id", id=need)
    return need


async def test_a_message_is_queued_sent_and_seen(http: aiohttp.ClientSession, staff: Any, world: World, peers: Peers) -> None:
    peers.contact = {"need_id": str(uuid4()), **OWN}
    need = await known(world)
    status, made = await send(http, staff(), need, "appointment-reminder", date=soon(), time="09:30", count=2)
    assert (status, made["status"], made["state"], made["need_id"], made["template_version"]) == (
        202,
        "created",
        "waiting",
        str(need),
        None,
    )
    await world.send()
    [text] = peers.texts()
    assert "09:30" in text and "دقيقتين" in text and "\u200eNIN-7K3F-92QX\u200e" in text
    async with http.get(f"/v1/messages/{made['id']}", headers=staff()) as answer:
        shown = await answer.json()
    assert (shown["status"], shown["words"], shown["template_version"]) == ("delivered", "built-in", 1)


async def test_a_phone_that_others_read_gets_news_alone(http: aiohttp.ClientSession, staff: Any, world: World, peers: Peers) -> None:
    peers.contact = {"need_id": str(uuid4()), **OWN, "own": False}
    await send(http, staff(), await known(world), "appointment-reminder", date=soon())
    await world.send()
    assert [text.startswith("لديكم خبر جديد") for text in peers.texts()] == [True]


async def test_the_same_request_is_one_message(http: aiohttp.ClientSession, staff: Any, world: World) -> None:
    need = await known(world)
    first = await send(http, staff(), need, key="one")
    assert await send(http, staff(), need, key="one") == first
    assert (await send(http, staff(), await known(world), key="one"))[0] == 422
    await world.rows("DELETE FROM idempotency RETURNING key")  # a week later
    assert (await send(http, staff(), need, key="one"))[1]["id"] == first[1]["id"]
    await asyncio.gather(*(send(http, staff(), need, key="two") for _ in range(6)))
    assert len(await world.messages(need)) == 2


async def test_only_the_operator_that_owns_the_need_finds_it(http: aiohttp.ClientSession, staff: Any, world: World) -> None:
    need = await known(world)
    for headers in (staff(RECEIVER), staff(ORIGIN), staff(STRANGER, operator=str(STRANGER)), staff(OPERATOR, operator=None)):
        assert (await send(http, headers, need))[0] == 404
    assert (await send(http, staff(), uuid4()))[0] == 404
    assert (await send(http, staff(OPERATOR, "notify:read"), need))[0] == 403
    assert (await send(http, {}, need))[0] == 401
    assert await world.messages(need) == []


async def test_a_restricted_need_is_spoken_of_by_no_message(http: aiohttp.ClientSession, staff: Any, world: World) -> None:
    need = await known(world, sensitivity=Sensitivity.RESTRICTED)
    assert (await send(http, staff(), need))[0] == 404
    status, problem = await send(http, staff(cleared=True), need)
    assert (status, problem["type"]) == (409, "urn:ihala:problem:need-is-restricted")
    assert await world.messages(need) == []


async def test_who_asked_for_messages_of_a_restricted_need_hears_that_there_is_news(
    http: aiohttp.ClientSession, staff: Any, world: World, peers: Peers
) -> None:
    peers.contact = {"need_id": str(uuid4()), **OWN}
    need = await known(world, sensitivity=Sensitivity.RESTRICTED, messages_wanted=True)
    assert (await send(http, staff(), need))[0] == 404
    status, made = await send(http, staff(cleared=True), need)
    assert status == 202
    async with http.get(f"/v1/messages/{made['id']}", headers=staff()) as answer:
        assert answer.status == 404
    await world.send()
    assert [text.startswith("لديكم خبر جديد") for text in peers.texts()] == [True]


async def test_of_an_ended_need_nothing_more_is_said(http: aiohttp.ClientSession, staff: Any, world: World, peers: Peers) -> None:
    peers.contact = {"need_id": str(uuid4()), **OWN}
    need = await known(world)
    await send(http, staff(), need)
    await world.deliver(sample(ConsentWithdrawn, need_id=need, referral_id=None))
    assert (await send(http, staff(), need))[1]["type"] == "urn:ihala:problem:need-has-ended"
    assert await world.messages(need) == [("call-us", "dropped"), ("consent-withdrawn", "waiting")]


@pytest.mark.parametrize(
    ("body", "slug", "where"),
    [
        ({"template": "request-received"}, "template-not-by-hand", "#/template"),
        ({"template": "unheard-of"}, "template-not-by-hand", "#/template"),
        ({"template": "appointment-reminder"}, "values-refused", "#/values/date"),
        ({"template": "appointment-reminder", "values": {"date": "2020-01-01"}}, "values-refused", "#/values/date"),
        ({"template": "appointment-reminder", "values": {"date": "2999-01-01"}}, "values-refused", "#/values/date"),
        ({"template": "please-come", "values": {"count": 3}}, "values-refused", "#/values/count"),
        ({"template": "please-come", "values": {"time": "09:30"}}, "values-refused", "#/values/time"),
        ({"template": "please-come", "values": {"date": "evil.org"}}, "malformed-request", "#/values/date"),
        ({"template": "appointment-reminder", "values": {"date": "2026-12-03", "time": "call 0770"}}, "malformed-request", "#/values/time"),
        ({"template": "please-come", "values": {"date": "2026-12-03", "text": "evil.org"}}, "malformed-request", "#/values/text"),
        ({"template": "call-us", "text": "evil.org"}, "malformed-request", "#/text"),
        ({"template": "<b>"}, "malformed-request", "#/template"),
        ({"template": "call-us", "need_id": "nobody"}, "malformed-request", "#/need_id"),
    ],
)
async def test_what_cannot_be_said_is_refused_before_anything_is_kept(
    http: aiohttp.ClientSession, staff: Any, world: World, body: dict[str, Any], slug: str, where: str
) -> None:
    need = await known(world)
    headers = staff() | {"Idempotency-Key": "one"}
    async with http.post("/v1/messages", json={"need_id": str(need)} | body, headers=headers) as answer:
        problem = await answer.json()
    assert (answer.status, problem["type"]) == (422, f"urn:ihala:problem:{slug}")
    assert where in [problem.get("pointer"), *(one["pointer"] for one in problem.get("errors", ()))]
    assert "evil" not in str(problem)
    assert await world.rows("SELECT id FROM message") == await world.rows("SELECT key FROM idempotency") == []


async def test_it_is_not_sent_after_what_it_speaks_of(http: aiohttp.ClientSession, staff: Any, world: World, peers: Peers) -> None:
    need = await known(world)
    await send(http, staff(), need, "appointment-reminder", date=soon(1))
    row = await outcome(world, need)
    assert abs(row["useful_until"] - instant(Values(date=soon(1)))) < timedelta(seconds=1)  # type: ignore[arg-type]
    await world.rows("UPDATE message SET useful_until = now() - interval '1 minute' RETURNING id")
    await world.send()
    assert (await outcome(world, need))["reason"] == "late" and peers.sent == []


async def test_nothing_of_the_person_is_kept(http: aiohttp.ClientSession, staff: Any, world: World, peers: Peers) -> None:
    peers.contact = {"need_id": str(uuid4()), **OWN}
    need = await known(world)
    await send(http, staff(), need, "please-come", date=soon())
    await world.send()
    assert (await outcome(world, need))["given"] == {"date": soon()}
    for table in ("message", "outbox", "feed", "idempotency"):
        assert "0000099" not in str(await world.rows(f"SELECT * FROM {table}")).replace(" ", "")


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"date": "2026-11-22"}, []),
        ({"date": "2026-11-22", "time": "11:01"}, []),
        ({"date": "2026-11-22", "time": "10:59"}, [("date", "in_the_past")]),  # 08:00 UTC is 11:00 in Iraq
        ({"date": "2026-11-21"}, [("date", "in_the_past")]),
        ({"date": "2027-12-01"}, [("date", "too_far_away")]),
        ({"time": "09:30"}, [("date", "fact_missing")]),
        ({}, [("date", "fact_missing")]),
    ],
)
def test_days_are_iraqs(values: dict[str, Any], found: list[tuple[str, str]]) -> None:
    assert list(faults(REMINDER, Values(**values), AT)) == found


def test_it_is_of_use_until_the_hour_that_it_names() -> None:
    assert useful_for(REMINDER, Values(date="2026-11-22", time="12:00"), AT) == timedelta(hours=1)  # type: ignore[arg-type]
    assert useful_for(REMINDER, Values(date="2027-01-22"), AT) == REMINDER.useful_for  # type: ignore[arg-type]


async def test_what_is_over_is_not_sent_again(http: aiohttp.ClientSession, staff: Any, world: World) -> None:
    need = await known(world)
    _, made = await send(http, staff(), need, "appointment-reminder", date=soon(1))
    for day, status in ((soon(2), 202), ("2020-01-01", 409)):
        change = "state = 'failed', next_at = NULL, settled_at = now(), failure = 'temporary'"
        given = "given = jsonb_build_object('date', CAST(:day AS text))"
        await world.rows(f"UPDATE message SET {change}, {given} WHERE need_id = :id RETURNING id", id=need, day=day)
        more = staff(OPERATOR, "notify:calls", "notify:read") | {"Idempotency-Key": str(uuid4())}
        async with http.get(f"/v1/messages/{made['id']}", headers=more) as answer:
            more["If-Match"] = answer.headers["ETag"]
        async with http.post(f"/v1/messages/{made['id']}/resend", headers=more) as answer:
            assert answer.status == status, await answer.text()

"""One-time links: what a focal person can do on the page, and what everybody else learns from it, which is nothing."""

import asyncio
import re
from uuid import UUID

import pytest
from ihala_contracts.referral_v1 import OneTimeLinkEnded, OneTimeLinkIssued, ReferralAccepted, ReferralDeclined
from ihala_kit.auth import Caller
from sqlalchemy import text

from tests.referral.actors import CLEARED, COORDINATOR, FIRST, NGO, OFFICER, SECOND, STRANGER, Actor
from tests.referral.focal import WRONG, Focal, issue, offer_with_facts, with_link
from tests.referral.racing import wait_for
from tests.referral.said import change, left, suspended, withdrawn
from tests.referral.test_schema import restricted_offer
from tests.referral.world import World


@pytest.fixture
async def offer(world: World) -> UUID:
    return await offer_with_facts(world)


async def test_a_link_is_told_once_and_only_hashes_of_it_are_kept(world: World, offer: UUID) -> None:
    first = await issue(world, offer, key="k1")
    again = await issue(world, offer, key="k1")
    assert (first.status, again.status, again.body["id"]) == (201, 201, first.body["id"])
    assert (again.body["url"], again.body["code"]) == (None, None)
    token = first.body["url"].rpartition("/")[2].partition("?")[0]
    assert first.body["expires_at"] and len(token) > 40 and re.fullmatch(r"\d{6}", first.body["code"])
    [row] = await world.rows("SELECT one_time_link::text AS whole FROM one_time_link")
    kept = row.whole + "".join(str(event) for event in await world.emitted())
    assert token not in kept and first.body["code"] not in re.findall(r"\b\d{6}\b", kept)
    issued = await world.last(OneTimeLinkIssued)
    assert (issued.focal_id, issued.organization_id) == ("focal-17", FIRST.organization_id)


@pytest.mark.parametrize("actor", [FIRST, NGO, SECOND, STRANGER])
async def test_only_the_owning_office_has_to_do_with_links(world: World, offer: UUID, actor: Actor) -> None:
    refers = Actor(actor.name, actor.organization_id, actor.kind, "referral:read referral:refer")
    assert (await issue(world, offer, refers)).problem == "referral-not-found"
    assert (await world.get(refers, f"/v1/referrals/{offer}/links")).status == 404
    assert (await issue(world, offer, FIRST)).status == 403  # its scopes do not reach this far


async def test_opening_consumes_nothing_and_is_the_same_for_every_link(world: World, offer: UUID) -> None:
    focal, _ = await with_link(world, offer)
    before = await world.rows("SELECT * FROM one_time_link")
    status, headers, page = await focal.get()
    for path in ("/l/" + "A" * 43, "/l/x", focal.path[:-9] + "AA?lang=en"):
        assert (status, page) == (200, (await Focal(world, path).get(**{"Accept-Language": "en"}))[2])
    assert "REF-" not in page and focal.path.split("/")[2].partition("?")[0] not in page
    assert await world.rows("SELECT * FROM one_time_link") == before
    assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert "unsafe" not in headers["Content-Security-Policy"] and "default-src 'none'" in headers["Content-Security-Policy"]


async def test_wrong_used_expired_and_false_look_alike(world: World, offer: UUID) -> None:
    focal, code = await with_link(world, offer)
    wrong = await focal.post(code="000000" if code != "000000" else "111111")
    false = await Focal(world, "/l/" + "A" * 43 + "?lang=en").post(code=code)
    former, former_code = focal, code
    focal, code = await with_link(world, offer)  # a new one replaces the former
    replaced = await former.post(code=former_code)
    _, ticket = await focal.shown(code)
    await focal.post(ticket=ticket, act="accept", sure="1")
    used = await focal.post(code=code)
    assert WRONG in wrong and {wrong} == {false, replaced, used}


async def test_the_code_shows_the_offer_and_nobody_in_it(world: World, offer: UUID) -> None:
    focal, code = await with_link(world, offer)
    page, _ = await focal.shown(f" {code[:3]} {code[3:]} ".translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")))
    row = await world.referral(offer)
    for shown in (row.reference, FIRST.name, "Ninewa", "Housing, land and property", "routine"):
        assert shown in page, shown
    for hidden in ("female", "26-59", str(row.need_id), str(offer), row.district or "IQG15Q08", "Telafar", code):
        assert hidden not in page.replace(row.reference, ""), hidden
    words = re.sub(r"<[^>]*>|[0-9]{2}:[0-9]{2}", " ", page)  # tickets and minutes hold any two digits
    assert not re.search(r"\b34\b", words.replace(row.reference, "")), "her age"
    assert len(page.encode()) < 10_000 and "<script" not in page


async def test_what_is_protected_is_not_named(world: World) -> None:
    _, referral_id = await world.offered(FIRST, NGO, need_code="health.mental", sensitivity="protected")
    focal, code = await with_link(world, referral_id)
    assert "What is needed" not in (await focal.shown(code))[0]


async def test_acknowledged_then_accepted_as_the_receiver_with_the_link_in_the_audit(world: World, offer: UUID) -> None:
    focal, code = await with_link(world, offer)
    _, ticket = await focal.shown(code)
    page = await focal.post(ticket=ticket, act="acknowledge")
    assert "Recorded: you have seen it." in page
    assert (await world.referral(offer)).state == "acknowledged"
    assert "Nothing was recorded" in await focal.post(ticket=ticket, act="accept", sure="1")  # read at an older version
    _, ticket = await focal.shown(code)
    assert "Tick the box first" in await focal.post(ticket=ticket, act="accept")
    done = await focal.post(ticket=ticket, act="accept", sure="1")
    assert "your acceptance is recorded" in done and "call the office" in done and "ticket" not in done
    assert done == await focal.post(ticket=ticket, act="accept", sure="1")  # sent twice, recorded once
    assert len(await world.all(ReferralAccepted)) == 1
    [moved] = await world.rows("SELECT * FROM movement WHERE act = 'accept' AND referral_id = :id", id=offer)
    link = (await world.get(OFFICER, f"/v1/referrals/{offer}/links")).body["items"][0]
    assert (moved.party, moved.client_id, moved.acting_officer) == ("provider", f"link:{link['id']}", "focal-17")
    assert (moved.organization_id, link["used_for"], link["expires_at"] is not None) == (FIRST.organization_id, "accept", True)
    assert (await world.last(OneTimeLinkEnded)).reason == "used"


async def test_declined_with_a_reason_and_the_next_place_is_sought(world: World, offer: UUID) -> None:
    focal, code = await with_link(world, offer)
    _, ticket = await focal.shown(code)
    assert "Choose one of the reasons." in await focal.post(ticket=ticket, act="decline", reason="nonsense")
    assert "needs a few words" in await focal.post(ticket=ticket, act="decline", reason="other")
    assert "your answer is recorded" in await focal.post(ticket=ticket, act="decline", reason="no_capacity")
    assert (await world.last(ReferralDeclined)).reason == "no_capacity"
    assert await world.states((await world.referral(offer)).need_id) == ("placing", ["declined"])


async def test_nothing_else_can_be_done_with_it(world: World, offer: UUID) -> None:
    focal, code = await with_link(world, offer)
    _, ticket = await focal.shown(code)
    for act in ("ask", "waitlist", "start", "release", "cancel", ""):
        await focal.post(ticket=ticket, act=act, sure="1", reason="no_capacity")
    assert (await world.referral(offer)).state == "offered"
    other = await world.offered(SECOND, NGO)
    stranger, _ = await with_link(world, other[1])
    assert WRONG in await stranger.post(ticket=ticket, act="accept", sure="1")  # the ticket of another link


async def test_of_two_who_issue_a_link_at_once_the_second_is_told(world: World, offer: UUID) -> None:
    await with_link(world, (await world.offered(SECOND, NGO))[1])
    names = "id, operator_id, organization_id, focal_id, language, code_hash, issued_at, issued_by, tries, asked, minute_at"
    taken = names.replace("id, ", "gen_random_uuid(), ", 1)
    first = text(f"INSERT INTO one_time_link (token_hash, referral_id, {names}) SELECT '', :offer, {taken} FROM one_time_link")
    async with world.database.transaction(Caller.system("test")) as tx:
        await tx.execute(first, {"offer": offer})
        second = asyncio.ensure_future(issue(world, offer))
        await wait_for(world, 1)
    refused = await second
    assert (refused.status, refused.problem, refused.body["why"]) == (409, "link-not-allowed", "issued_meanwhile")
    assert len((await world.get(OFFICER, f"/v1/referrals/{offer}/links")).body["items"]) == 1


@pytest.mark.parametrize("ended", ["deadline", "withdrawn", "suspended", "left", "expired", "revoked", "answered elsewhere", "asked"])
async def test_it_is_dead_after_its_time_and_after_any_end(world: World, offer: UUID, ended: str) -> None:
    focal, code = await with_link(world, offer)
    _, ticket = await focal.shown(code)
    need_id = (await world.referral(offer)).need_id
    if ended == "deadline":
        world.advance(seconds=((await world.referral(offer)).decide_by - world.now).total_seconds() + 1)
    elif ended == "expired":
        world.advance(days=60)
        await world.tick()
    elif ended == "revoked":
        link = (await world.get(OFFICER, f"/v1/referrals/{offer}/links")).body["items"][0]
        revoked = await world.post(OFFICER, f"/v1/referrals/{offer}/links/{link['id']}/revocation", None, None)
        assert (revoked.status, revoked.body["end_reason"]) == (200, "revoked")
    elif ended == "answered elsewhere":
        await world.move(FIRST, offer, "acceptance")
    elif ended == "asked":
        await world.move(FIRST, offer, "question", {"text": "?"})
    else:
        said = {"withdrawn": withdrawn(world, need_id), "suspended": suspended(world, FIRST), "left": left(world, FIRST)}
        await world.deliver(said[ended])
    before = await world.count()
    assert WRONG in await focal.post(code=code)
    assert WRONG in await focal.post(ticket=ticket, act="accept", sure="1")
    assert await world.count() == before
    if ended != "revoked":
        assert (await issue(world, offer)).problem == "link-not-allowed"


async def test_what_changed_meanwhile_is_read_again_first(world: World, offer: UUID) -> None:
    focal, code = await with_link(world, offer)
    _, ticket = await focal.shown(code)
    await world.deliver(change(world, (await world.referral(offer)).need_id))
    page = await focal.post(ticket=ticket, act="accept", sure="1")
    assert "Nothing was recorded" in page and "was corrected after this was offered" in page
    assert (await world.referral(offer)).state == "offered"


async def test_never_for_restricted_needs(world: World) -> None:
    need_id = await restricted_offer(world)
    referral_id = (await world.rows("SELECT id FROM referral WHERE need_id = :need", need=need_id))[0].id
    refused = await issue(world, referral_id, COORDINATOR)
    assert (refused.problem, refused.body["why"]) == ("link-not-allowed", "restricted")
    assert (await issue(world, referral_id, OFFICER)).status == 404
    assert (await world.get(CLEARED, f"/v1/referrals/{referral_id}")).body["organization_id"] == str(CLEARED.organization_id)


@pytest.mark.parametrize(
    ("language", "direction", "words"), [("ar", "rtl", "متابعة"), ("ckb", "rtl", "بەردەوامبە"), ("en", "ltr", "Continue")]
)
async def test_in_three_languages_and_both_directions(world: World, offer: UUID, language: str, direction: str, words: str) -> None:
    answer = await issue(world, offer, language=language)
    focal, code = Focal(world, "/l/" + answer.body["url"].rpartition("/")[2]), answer.body["code"]
    _, headers, page = await focal.get()
    assert f'<html lang="{language}" dir="{direction}">' in page and words in page and headers["Content-Language"] == language
    offered = await focal.post(code=code, lang=language)
    assert f'dir="{direction}"' in offered and f'name="lang" value="{language}"' in offered
    assert len(offered.encode()) < 10_000

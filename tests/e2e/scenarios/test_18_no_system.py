"""No system, bad line: opening a one-time link does nothing, its code answers; a tablet sends its drafts twice."""

import re

import aiohttp

from tests.e2e.scenarios.scene import Scene


async def test_a_link_and_a_code_answer_an_offer(scene: Scene) -> None:
    offer = await scene.need_for("provider-housing-telafar")
    path = f"/referral/v1/referrals/{offer.data['referral_id']}/links"
    link = (await scene.desk.post(path, {"focal_id": "focal-3", "language": "ar"}, 201)).body
    async with aiohttp.ClientSession() as nobody:
        opened = [await page(nobody, "GET", link["url"]) for _ in range(2)]
        false = await page(nobody, "GET", link["url"][:-6] + "AAAAAA")
        assert opened == [false, false]
        assert (await scene.read(offer))["state"] == "offered"
        shown = await page(nobody, "POST", link["url"], code=link["code"])
        assert 'dir="rtl"' in shown
        assert not any(word in shown for word in scene.words.made)
        ticket = re.findall(r'name="ticket" value="([^"]+)"', shown)[0]
        await page(nobody, "POST", link["url"], ticket=ticket, act="accept", sure="1")
        assert (await scene.read(offer))["state"] == "accepted"
        again = await page(nobody, "POST", link["url"], ticket=ticket, act="decline", reason="no_capacity")
        assert not any(word in again for word in scene.words.made)
        assert (await scene.read(offer))["state"] == "accepted"


async def test_a_link_is_dead_after_withdrawal(scene: Scene) -> None:
    offer = await scene.need_for("provider-housing-telafar")
    path = f"/referral/v1/referrals/{offer.data['referral_id']}/links"
    link = (await scene.desk.post(path, {"focal_id": "focal-3", "language": "ckb"}, 201)).body
    await scene.desk.post("/intake/v1/withdrawals", {"need_id": offer.data["need_id"], "by": "person", "how": "spoken"})
    await scene.event("referral.withdrawn", referral_id=offer.data["referral_id"])
    async with aiohttp.ClientSession() as nobody:
        assert 'name="ticket"' not in await page(nobody, "POST", link["url"], code=link["code"])


async def test_a_tablet_sends_its_drafts_twice(scene: Scene) -> None:
    drafts, key = [scene.request(), scene.request()], scene.words.latin()
    first = await scene.desk.post("/intake/v1/requests/batch", {"requests": drafts}, key=key)
    again = await scene.desk.post("/intake/v1/requests/batch", {"requests": drafts}, key=key)
    assert again.body == first.body
    for item in first.body["items"]:
        need = item["request"]["needs"][0]["need_id"]
        await scene.offer(need)
        assert len(scene.seen("intake.need-identified", need_id=need)) == 1


async def page(session: aiohttp.ClientSession, method: str, url: str, **form: str) -> str:
    """Open or send a page of the link, as a browser would."""
    async with session.request(method, url, data=form or None, headers={"Accept-Language": "ar"}) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.text()

"""A person is erased by two people: every service destroys its keys and says so over Kafka; what stays says nothing."""

from typing import Any

import asyncpg
from ihala_local.watch import Seen

from tests.e2e.checker import databases
from tests.e2e.conftest import Lived
from tests.e2e.kept import everything, leaks
from tests.e2e.words import Search

SERVICES = {"notify", "referral"}


async def test_erasure_reaches_every_service(lived: Lived) -> None:
    before = set(lived.words.made)
    made, offer = await accepted_with_words(lived)
    need, case = made["needs"][0], (await lived.lives.desk.get(f"/intake/v1/cases/{made['case_ids'][0]}")).body
    path = f"/intake/v1/persons/{case['person_id']}"
    await erased_by_two(lived, path)
    done = await lived.lives.until(f"{path}/erasure", "awaited", [], by=lived.lives.dpo)
    assert {one["service"] for one in done.body["reports"]} == SERVICES
    assert {one["service"]: one["keys_destroyed"] for one in done.body["reports"]}["referral"] >= 1
    await nobody_reads(lived, path, made, offer)
    await no_key_is_left(lived, case["person_id"], need["need_id"])
    hers = Search(set(lived.words.made) - before)
    assert leaks(await everything(lived.stack.place, lived.traces), hers.in_bytes) == []


async def accepted_with_words(lived: Lived) -> tuple[dict[str, Any], Seen]:
    """Bring somebody whose need is asked about in words, then accepted; return the request and the offer."""
    lives, w = lived.lives, lived.words
    made = await lives.asked(lives.desk, lives.request())
    need = made["needs"][0]["need_id"]
    offer = await lived.cast.watch.expect("referral.offered", lambda data: data["need_id"] == need, 60)
    await lives.act(offer, "question", {"text": w.text()})
    await lives.act(offer, "answer", {"text": w.text()}, by=lives.desk)
    return made, await lives.accepted(need)


async def erased_by_two(lived: Lived, path: str) -> None:
    """One asks, the other decides; nobody does both."""
    asked = await lived.lives.coordinator.post(f"{path}/erasure", {"reason": "person_asked"}, 201)
    assert asked.body["state"] == "proposed"
    refused = await lived.lives.coordinator.post(f"{path}/erasure/decision", {"agree": True}, 403, if_match=asked.etag)
    assert refused.body["type"].endswith("second-person-needed")
    done = await lived.lives.dpo.post(f"{path}/erasure/decision", {"agree": True}, if_match=asked.etag)
    assert done.body["state"] == "done"


async def nobody_reads(lived: Lived, path: str, made: dict[str, Any], offer: Seen) -> None:
    """Whoever knew her gets a tombstone, or nothing."""
    lives, need = lived.lives, made["needs"][0]["need_id"]
    provider = lived.cast.provider(offer.data["organization_id"])
    await provider.get(f"/intake/v1/disclosures/{offer.data['referral_id']}", 404)
    for where in (path, f"{path}/held", f"/intake/v1/needs/{need}/person", f"/intake/v1/consents/{made['needs'][0]['consent_id']}/receipt"):
        await (lives.dpo if where.endswith("held") else lives.coordinator).get(where, 410)
    request = (await lives.desk.get(f"/intake/v1/requests/{made['request_id']}")).body
    assert request["identifiers"] == []
    case = (await lives.desk.get(f"/intake/v1/cases/{made['case_ids'][0]}")).body
    assert case["call_name"] is None
    shown = str((await lives.coordinator.get(f"/referral/v1/referrals/{offer.data['referral_id']}")).body)
    assert not any(word in shown for word in lived.words.made)


async def no_key_is_left(lived: Lived, person_id: str, need_id: str) -> None:
    """In no database stands a key that opens anything of hers, nor a hash by which she could be found."""
    urls = databases(lived.stack.place)
    asked = {
        "intake": (
            "SELECT count(*) FROM data_key WHERE wrapped IS NOT NULL AND id::text = $1 OR EXISTS "
            "(SELECT 1 FROM person_mark WHERE person_id::text = $1) OR EXISTS "
            "(SELECT 1 FROM request_identifier i JOIN need n USING (request_id) WHERE n.person_id::text = $1)", person_id,
        ),
        "referral": ("SELECT count(*) FROM need_key WHERE need_id::text = $1 AND key IS NOT NULL", need_id),
    }  # fmt: skip
    for name, (question, who) in asked.items():
        connection = await asyncpg.connect(urls[name])
        assert await connection.fetchval(question, who) == 0, name
        await connection.close()

"""The Python client against a gateway and a notify that run: tokens, calls, pages and events, with asyncio and without."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_client import AsyncClient, Client, Event, Patience, Problem, TokenRefused, Unreachable
from ihala_client.api import events, notify
from ihala_contracts.referral_v1 import ReferralAccepted, ReferralOffered
from ihala_local.testing import ThrowAwayPostgres

from tests.clients.standing import SCOPES, Standing, standing
from tests.gateway.house import KEY
from tests.notify.samples import ORIGIN, sample

ACCEPTED = "org.ihala.referral.accepted"


@pytest.fixture(scope="module")
async def ihala(postgres: ThrowAwayPostgres) -> AsyncIterator[Standing]:
    async with standing(postgres) as found:
        for kind in ("live", "sandbox"):
            await found.gateway.register(kind, kind=kind, scopes=SCOPES, organization_id=str(ORIGIN))
        yield found


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file: Path = tmp_path_factory.mktemp("keys") / "client.json"
    file.write_text(json.dumps(KEY.as_dict(private=True)))
    return file


@pytest.fixture(params=["live", "sandbox"])
async def client(request: pytest.FixtureRequest, ihala: Standing, key: Path) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(ihala.address, request.param, key) as found:
        yield found


async def happen(ihala: Standing, *kinds: Any) -> UUID:
    """Let events about a referral of the client's organisation come to pass; return the referral."""
    need_id, referral_id = uuid4(), uuid4()
    await ihala.world.identify(need_id)
    for kind in kinds:
        await ihala.world.deliver(sample(kind, need_id=need_id, referral_id=referral_id))
    return referral_id


async def about(followed: AsyncIterator[Event], referral_id: UUID, count: int) -> list[Event]:
    """Return the first events about a referral."""
    found = []
    async with asyncio.timeout(20):
        async for event in followed:
            if event.subject == str(referral_id):
                found.append(event)
            if len(found) == count:
                return found
    return found


@pytest.mark.parametrize("stream", [False, True], ids=["polled", "streamed"])
async def test_events_come_in_order_after_the_cursor_that_was_kept(ihala: Standing, client: AsyncClient, stream: bool) -> None:
    kept = await client.latest()
    following = asyncio.create_task(about(client.events(kept, stream=stream), UUID(int=1), 1))
    referral_id = await happen(ihala, ReferralOffered, ReferralAccepted)
    following.cancel()
    first, second = await about(client.events(kept, stream=stream), referral_id, 2)
    assert (first.name, second.name) == ("referral.offered", "referral.accepted") and first.sequence < second.sequence
    assert second.cursor and isinstance(second.what, events.ReferralAccepted) and second.what.referral_id == referral_id
    later = await happen(ihala, ReferralOffered)
    [third] = await about(client.events(second.cursor, stream=stream), later, 1)
    assert third.sequence > second.sequence


async def test_whoever_stops_in_the_middle_of_a_page_gets_the_rest_again(ihala: Standing, client: AsyncClient) -> None:
    kept = await client.latest()
    referral_id = await happen(ihala, ReferralOffered, ReferralAccepted)
    first, _ = await about(client.events(kept), referral_id, 2)
    again = await about(client.events(first.cursor), referral_id, 2)
    assert [event.name for event in again] == ["referral.offered", "referral.accepted"]


async def test_without_asyncio_it_is_the_same(ihala: Standing, key: Path) -> None:
    def work() -> list[str]:
        with Client(ihala.address, "live", key) as client:
            kept = client.latest()
            asyncio.run_coroutine_threadsafe(happen(ihala, ReferralOffered, ReferralAccepted), loop).result(20)
            found = []
            for stream in (False, True):
                for event in client.events(kept, stream=stream):
                    found.append(event.name)
                    if event.type == ACCEPTED:
                        break
            made = client.call(notify.post_subscriptions, notify.SubscriptionRequest(types=[ACCEPTED]))
            assert client.call(notify.get_subscriptions_by_id, subscription_id=made.id).types == [ACCEPTED]
            assert made.id in {one.id for one in client.pages(notify.get_subscriptions, limit=1)}
            return found

    loop = asyncio.get_running_loop()
    names = await asyncio.to_thread(work)
    assert names.count("referral.offered") == 2 and names.count("referral.accepted") == 2


async def test_pages_follow_to_the_end(ihala: Standing, client: AsyncClient) -> None:
    made = {(await client.call(notify.post_subscriptions, {"kind": "feed"})).id for _ in range(3)}
    assert made <= {one.id async for one in client.pages(notify.get_subscriptions, limit=1)}


async def test_a_subscription_is_followed_by_its_types(ihala: Standing, client: AsyncClient) -> None:
    made = await client.call(notify.post_subscriptions, notify.SubscriptionRequest(types=[ACCEPTED]))
    referral_id = await happen(ihala, ReferralOffered, ReferralAccepted)
    [only] = await about(client.events(made.cursor, subscription_id=made.id), referral_id, 1)
    assert only.type == ACCEPTED


async def test_a_post_that_is_sent_again_with_its_key_changes_nothing_twice(client: AsyncClient) -> None:
    body = notify.SubscriptionRequest()
    first, second = [await client.answered(notify.post_subscriptions, body, idempotency_key=f"once-{id(body)}") for _ in range(2)]
    assert first.body == second.body and (first.status, first.etag) == (201, '"1"')


async def test_a_refusal_says_what_is_wrong_and_where(ihala: Standing, key: Path) -> None:
    async with AsyncClient(ihala.address, "live", key, language="ar") as client:
        with pytest.raises(Problem) as refused:
            await client.call(notify.post_subscriptions, {"types": ["org.ihala.none"]})
        assert (refused.value.slug, refused.value.status, refused.value.pointer) == ("unknown-event-type", 422, "#/types/0")
        assert refused.value.request_id and not refused.value.title.isascii()
        with pytest.raises(Problem) as refused:
            await client.call(notify.post_subscriptions, {"types": []})
        [fault] = refused.value.faults
        assert (refused.value.type, fault.pointer, fault.code) == ("urn:ihala:problem:malformed-request", "#/types", "too_short")
        with pytest.raises(Problem, match="malformed-cursor"):
            await anext(client.events("none"))


async def test_who_is_not_known_is_given_no_token(ihala: Standing, key: Path) -> None:
    async with AsyncClient(ihala.address, "nobody", key) as client:
        with pytest.raises(TokenRefused, match="invalid_client"):
            await client.latest()


async def test_where_nobody_answers_it_says_so_in_time(key: Path) -> None:
    async with AsyncClient("http://127.0.0.1:1", "live", key, patience=Patience(seconds=0.05)) as client:
        with pytest.raises(Unreachable, match="ConnectError"):
            await client.latest()


async def test_a_token_for_kafka_is_one_of_its_own(client: AsyncClient) -> None:
    first, second = await client.kafka_token(), await client.kafka_token()
    assert first.count(".") == 2 and first != second


async def test_one_token_serves_all_that_begin_at_once(ihala: Standing, key: Path) -> None:
    async with AsyncClient(ihala.address, "live", key) as client:
        asked = []
        fetch = client._core._asking
        client._core._asking = lambda *given: asked.append(1) or fetch(*given)  # type: ignore[method-assign,func-returns-value]
        await asyncio.gather(*(client.latest() for _ in range(8)))
        assert len(asked) == 2, "one for the nonce"

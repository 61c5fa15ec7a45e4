"""What the Python client does when answers are late, lost or refused for a moment: a server of its own says them one after another."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from ihala_client import AsyncClient, Client, IhalaError, Patience, Problem, SigningKey, Unreachable
from ihala_client.api import notify, referral
from ihala_client.core import MOST_NONCES, Core, Wanted
from ihala_client.wire import Hold, Pause, Reply, Request, Token
from ihala_kit.testing import serving
from ihala_local.tls import Certificates
from joserfc import jws

QUICK = Patience(seconds=5, first=0.005, longest=0.01)
DROP = object()  # the connection ends before the answer does
EMPTY: tuple[int, dict[str, str], Any] = (200, {}, {"events": [], "cursor": "c"})


class Peer:
    """A gateway that gives a token to everybody and answers calls from a list; the last answer stays."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.token_answers: list[Any] = []  # before it gives one
        self.calls: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.tokens = 0
        self.paths: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive()).get("body", b"")
        if scope["path"] == "/oauth/token":
            self.tokens += 1
            given = (200, {}, {"access_token": f"t{self.tokens}", "token_type": "DPoP", "expires_in": 600})
            answer: Any = self.token_answers.pop(0) if self.token_answers else given
        else:
            self.calls.append({name.decode(): value.decode() for name, value in scope["headers"]})
            self.bodies.append(body)
            self.paths.append(scope["path"] + "?" + scope["query_string"].decode())
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is DROP:
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})
            return  # the server ends the connection: something is missing
        status, headers, content = answer
        headers = {"content-type": "application/json"} | headers
        written = content if isinstance(content, bytes) else json.dumps(content).encode()
        await send({"type": "http.response.start", "status": status, "headers": [(n.encode(), v.encode()) for n, v in headers.items()]})
        await send({"type": "http.response.body", "body": written})

    def claims(self, n: int) -> dict[str, Any]:
        """Return what the proof of call `n` says."""
        found: dict[str, Any] = json.loads(jws.extract_compact(self.calls[n]["dpop"].encode()).payload)
        return found


@asynccontextmanager
async def calling(*answers: Any, patience: Patience = QUICK) -> AsyncIterator[tuple[Peer, AsyncClient]]:
    peer = Peer(*answers)
    async with serving(peer) as address, AsyncClient(address, "centre", SigningKey.new(), patience=patience) as client:
        yield peer, client


def refused(status: int, slug: str, **headers: str) -> tuple[int, dict[str, str], Any]:
    kind = {"content-type": "application/problem+json"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return status, kind, {"type": f"urn:ihala:problem:{slug}", "title": "No.", "status": status}


def needing(nonce: str) -> tuple[int, dict[str, str], Any]:
    return refused(401, "unauthenticated", dpop_nonce=nonce, www_authenticate='DPoP error="use_dpop_nonce"')


MADE: tuple[int, dict[str, str], Any] = (
    201,
    {},
    {"id": "01940000-0000-7000-8000-00000000000a", "kind": "feed", "types": None, "created_at": "2026-11-22T09:00:00Z", "cursor": "c"},
)
EVENT = {"specversion": "1.0", "id": MADE[2]["id"], "source": "/ihala/x", "type": "org.ihala.x", "subject": "s", "sequence": 1, "data": {}}


@pytest.mark.parametrize(
    "passing",
    [
        DROP,
        refused(503, "service-unavailable"),
        refused(429, "too-many-requests"),
        refused(409, "idempotency-in-progress"),
        (502, {}, b"<p>"),
    ],
    ids=["lost", "away", "too-many", "in-progress", "proxy"],
)
async def test_a_post_is_sent_again_as_it_was(passing: Any) -> None:
    async with calling(passing, passing, MADE) as (peer, client):
        answered = await client.answered(notify.post_subscriptions, notify.SubscriptionRequest())
        assert (answered.tries, answered.body.cursor, len(peer.calls)) == (3, "c", 3)
        assert len({call["idempotency-key"] for call in peer.calls}) == 1 and len(set(peer.bodies)) == 1
        assert len({peer.claims(n)["jti"] for n in range(3)}) == 3, "a proof is good once"


async def test_two_posts_have_two_keys() -> None:
    async with calling(MADE) as (peer, client):
        for _ in range(2):
            await client.call(notify.post_subscriptions, notify.SubscriptionRequest())
        assert len({call["idempotency-key"] for call in peer.calls}) == 2


@pytest.mark.parametrize("status", [400, 403, 404, 409, 412, 422, 500, 302])
async def test_what_does_not_pass_is_said_at_once(status: int) -> None:
    async with calling(refused(status, "stale")) as (peer, client):
        with pytest.raises(Problem) as problem:
            await client.latest()
        assert (problem.value.status, problem.value.slug, problem.value.tries, len(peer.calls)) == (status, "stale", 1, 1)


@pytest.mark.parametrize("dated", [False, True], ids=["seconds", "date"])
def test_it_waits_as_long_as_it_is_asked_to(dated: bool) -> None:
    said = format_datetime(datetime.now(UTC) + timedelta(seconds=8)) if dated else "7"
    core = Core("http://x", "centre", SigningKey.new(), "http://x")
    flow = core.call(Wanted("GET", "/v1"), Patience())
    assert isinstance(next(flow), Hold) and isinstance(flow.send(Token("t", "DPoP", 0)), Request)
    pause = flow.send(Reply(503, {"retry-after": said}))
    assert isinstance(pause, Pause) and 6 < pause.seconds < 8.3
    assert isinstance(flow.send(None), Request)


def test_it_waits_longer_each_time_and_never_very_long() -> None:
    pauses = [Patience().pause(tries, None) for tries in (1, 3, 5, 100)]
    assert pauses == sorted(pauses) and pauses[0] <= 0.25 and pauses[-1] <= 20


async def test_it_does_not_wait_beyond_its_patience(caplog: pytest.LogCaptureFixture) -> None:
    async with calling(refused(503, "under-maintenance", retry_after="3600")) as (peer, client):
        with pytest.raises(Problem) as problem:
            await client.latest()
        assert (problem.value.slug, problem.value.retry_after, len(peer.calls)) == ("under-maintenance", 3600.0, 1)
        assert not caplog.records
    async with calling(DROP, patience=Patience(seconds=0.05, first=0.01)) as (_, client):
        with pytest.raises(Unreachable, match="GET http"):
            await client.latest()
    pauses = [record.args[1] for record in caplog.records if record.name == "ihala_client"]  # type: ignore[index]
    assert sum(pauses) <= 0.05, "however long the answers themselves take"


async def test_events_go_on_whatever_their_patience_was_and_say_why_they_wait(caplog: pytest.LogCaptureFixture) -> None:
    page = (200, {}, {"events": [EVENT], "cursor": "c1"})
    async with calling(DROP, refused(500, "internal"), EMPTY, page, patience=Patience(seconds=0)) as (peer, client):
        peer.token_answers = [(500, {}, b"")]
        found = await anext(client.events("c0"))
        assert (found.cursor, found.what, found.time) == ("c1", None, None)
        assert peer.paths[0].startswith("/notify/v1/events?after=c0&wait=") and "after=c&" in peer.paths[-1]
    told = [record.getMessage() for record in caplog.records if record.name == "ihala_client"]
    assert [said.partition(";")[0].split()[0] for said in told] == ["Ihala", "GET", "Ihala"] and "answered 500" in told[-1]


async def test_a_stream_that_breaks_goes_on_after_what_came(monkeypatch: pytest.MonkeyPatch) -> None:
    def streamed(n: int, *, whole: bool) -> tuple[int, dict[str, str], bytes]:
        content = f"id: c{n}\nevent: x\ndata: {json.dumps(EVENT | {'sequence': n})}\n\nid: c{n}b\n\n".encode()
        more = {} if whole else {"content-length": str(len(content) + 1)}  # it breaks before its end
        return 200, {"content-type": "text/event-stream"} | more, content

    monkeypatch.setattr("ihala_client.aio.ENDLESS", QUICK)
    answers = [streamed(1, whole=False), refused(503, "service-unavailable"), streamed(2, whole=True), streamed(3, whole=True)]
    async with calling(*answers) as (peer, client):
        followed = client.events("c0", stream=True)
        found = [await anext(followed) for _ in range(3)]
        assert [(event.sequence, event.cursor) for event in found] == [(1, "c1"), (2, "c2"), (3, "c3")]
        assert [call["last-event-id"] for call in peer.calls] == ["c0", "c1b", "c1b", "c2b"]


@pytest.mark.parametrize("kind", ["aio", "sync"])
async def test_a_stream_that_ends_at_once_is_not_opened_without_a_pause(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def work(address: str) -> str:
        with Client(address, "centre", SigningKey.new()) as client:
            return next(client.events("c0", stream=True)).cursor

    class Noted(Patience):
        def pause(self, tries: int, asked: float | None) -> float:
            pauses.append(tries)
            return 0.0

    pauses: list[int] = []
    monkeypatch.setattr(f"ihala_client.{kind}.ENDLESS", Noted())
    ended = (200, {"content-type": "text/event-stream"}, b"")
    answers = (ended, ended, ended, (*ended[:2], f"id: c1\ndata: {json.dumps(EVENT)}\n\n".encode()))
    async with calling(*answers) as (peer, client), serving(peer) as address:
        found = (await anext(client.events("c0", stream=True))).cursor if kind == "aio" else await asyncio.to_thread(work, address)
        assert (found, len(peer.calls)) == ("c1", 4) and pauses == [1, 1, 1]


async def test_threads_share_one_token() -> None:
    peer = Peer(EMPTY)
    async with serving(peer) as address:
        with Client(address, "centre", SigningKey.new(), patience=QUICK) as client:
            assert await asyncio.gather(*(asyncio.to_thread(client.latest) for _ in range(6))) == ["c"] * 6
    assert peer.tokens == 1


async def test_a_refused_token_is_replaced_once() -> None:
    async with calling(refused(401, "unauthenticated"), EMPTY) as (peer, client):
        assert await client.latest() == "c"
        assert (peer.tokens, peer.calls[0]["authorization"], peer.calls[1]["authorization"]) == (2, "DPoP t1", "DPoP t2")
    async with calling(refused(401, "unauthenticated")) as (peer, client):
        with pytest.raises(Problem, match="401 unauthenticated"):
            await client.latest()
        assert (peer.tokens, len(peer.calls)) == (2, 2)


async def test_a_token_is_renewed_before_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    async with calling(EMPTY) as (peer, client):
        await client.latest()
        real = time.monotonic
        monkeypatch.setattr("ihala_client.core.time.monotonic", lambda: real() + 571)
        await client.latest()
        assert peer.tokens == 2


async def test_a_proof_carries_the_nonce_that_came_last() -> None:
    async with calling(needing("n1"), (*EMPTY[:1], {"dpop-nonce": "n2"}, EMPTY[2]), EMPTY) as (peer, client):
        await client.latest()
        await client.latest()
        assert [peer.claims(n).get("nonce") for n in range(3)] == [None, "n1", "n2"] and peer.tokens == 1
        assert peer.claims(2)["htu"].endswith("/notify/v1/events") and peer.claims(2)["ath"]


async def test_a_nonce_that_another_task_has_kept_meanwhile_is_no_refusal() -> None:
    async with calling(needing("n1"), EMPTY) as (peer, client):
        client._core._nonce = "n1"  # as if kept after this call's proof was made
        assert await client.latest() == "c" and peer.tokens == 1
    async with calling(EMPTY) as (peer, client):
        peer.token_answers = [(400, {"dpop-nonce": "n1"}, {"error": "use_dpop_nonce"})]
        client._core._nonce = "n1"
        assert await client.latest() == "c" and peer.tokens == 2
    async with calling(needing("n1")) as (peer, client):
        with pytest.raises(Problem, match="401"):
            await client.latest()
        assert len(peer.calls) == MOST_NONCES + 2, "it does not ask for ever"


async def test_a_change_names_the_version_it_was_decided_on() -> None:
    async with calling(DROP, refused(412, "stale")) as (peer, client):
        with pytest.raises(Problem) as problem:
            await client.call(referral.post_referrals_acceptance, referral_id=MADE[2]["id"], if_match='"4"')
        assert (problem.value.slug, problem.value.tries) == ("stale", 2), "sent twice: the first may have been done"
        assert {call["if-match"] for call in peer.calls} == {'"4"'}


async def test_pages_go_where_the_link_leads() -> None:
    pages = [(200, {"link": f'</notify/v1/messages?limit=2&cursor={n}>; rel="next"'}, {"items": []}) for n in "ab"]
    async with calling(*pages, (200, {}, {"items": []})) as (peer, client):
        assert [item async for item in client.pages(notify.get_messages, limit=2)] == []
        assert peer.paths == [f"/notify/v1/messages?limit=2{more}" for more in ("", "&cursor=a", "&cursor=b")]


def told(call: Callable[[], object]) -> str:
    with pytest.raises((TypeError, IhalaError, ValueError)) as error:
        call()
    return str(error.value)


def test_parameters_that_are_not_there_are_told_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(lambda: referral.get_referrals.target({"stat": "open"})) == "GET /referral/v1/referrals has no parameter stat"
    assert told(lambda: referral.get_referrals_by_id.target({})) == "GET /referral/v1/referrals/{referral_id} needs referral_id"
    path, query = referral.get_referrals.target({"state": ["offered", "accepted"], "limit": 5, "cursor": None})
    assert (path, query) == ("/referral/v1/referrals", {"state": ["offered", "accepted"], "limit": "5"})
    assert referral.get_referrals_by_id.target({"referral_id": "../x?y"})[0] == "/referral/v1/referrals/..%2Fx%3Fy"
    monkeypatch.delenv("IHALA_URL", raising=False)
    assert "IHALA_URL" in told(AsyncClient.from_environment)


def test_neither_keys_nor_tokens_are_shown() -> None:
    core = Core("http://x", "centre", SigningKey.new(), "http://x")
    assert "SigningKey" not in repr(core) and "'d'" not in repr(vars(core.key))


async def test_it_talks_only_to_whom_it_trusts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Certificates(tmp_path)
    made.make()
    shown = {"ssl_certfile": made.certificate("gateway"), "ssl_keyfile": made.key("gateway")}
    async with serving(Peer(EMPTY), **shown) as plain:
        address = plain.replace("http:", "https:")
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)
        async with AsyncClient(address, "centre", SigningKey.new(), patience=Patience(seconds=0)) as client:
            with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
                await client.latest()
        monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))
        async with AsyncClient(address, "centre", SigningKey.new()) as client:
            assert await client.latest() == "c"

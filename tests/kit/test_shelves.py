"""Which router a request comes to: the one it came to when all of them were asked in turn."""

import json
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from ihala_kit.shelves import Shelves
from starlette.types import Message

THINGS, OPEN, MORE, PLACES = (APIRouter(prefix="/v1") for _ in range(4))


def named(name: str) -> Any:
    async def answer() -> str:
        return name

    return answer


THINGS.get("/things")(named("things"))
THINGS.get("/things/{thing_id}/parts")(named("parts"))
OPEN.get("/{kind}/all")(named("open"))
MORE.get("/things/all")(named("never: an open path comes first"))
MORE.post("/things")(named("made"))
PLACES.get("/places/all")(named("never"))
PLACES.get("/places")(named("places"))
within = APIRouter(prefix="/times")
within.get("/{time_id}")(named("time"))
PLACES.include_router(within)


def app(*, shelved: bool) -> FastAPI:
    made = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    for router in (THINGS, OPEN, MORE, PLACES):
        made.include_router(router)
    if shelved:
        made.router.middleware_stack = Shelves(made.router)
    return made


async def asked(app: FastAPI, method: str, path: str) -> tuple[int, dict[bytes, bytes], bytes]:
    sent = list[Message]()

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "root_path": "", "query_string": b"", "headers": []}
    await app(scope, receive, send)
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


@pytest.mark.parametrize(
    ("method", "path", "status", "body"),
    [
        ("GET", "/v1/things", 200, "things"),
        ("POST", "/v1/things", 200, "made"),
        ("DELETE", "/v1/things", 405, "Method Not Allowed"),
        ("GET", "/v1/things/7/parts", 200, "parts"),
        ("GET", "/v1/things/all", 200, "open"),
        ("POST", "/v1/things/all", 405, "Method Not Allowed"),
        ("GET", "/v1/places", 200, "places"),
        ("GET", "/v1/places/", 404, "Not Found"),
        ("GET", "/v1/places/all", 200, "open"),
        ("GET", "/v1/others/all", 200, "open"),
        ("GET", "/v1/times/7", 200, "time"),
        ("GET", "/v1/others", 404, "Not Found"),
        ("GET", "/v1", 404, "Not Found"),
        ("GET", "//v1/things", 404, "Not Found"),
    ],
)
async def test_a_request_comes_where_it_came_without_shelves(method: str, path: str, status: int, body: str) -> None:
    by_shelves, by_all = await asked(app(shelved=True), method, path), await asked(app(shelved=False), method, path)
    assert by_shelves == by_all
    assert (by_shelves[0], json.loads(by_shelves[2])) == (status, body if status == 200 else {"detail": body})


async def test_routers_that_have_no_such_path_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted, asked_for = app(shelved=True), list[str]()
    for name, router in (("things", THINGS), ("open", OPEN), ("more", MORE), ("places", PLACES)):

        def matches(scope: Any, name: str = name, was: Any = router.matches) -> Any:
            asked_for.append(name)
            return was(scope)

        monkeypatch.setattr(router, "matches", matches)
    assert (await asked(wanted, "GET", "/v1/places"))[0] == 200
    assert asked_for == ["open", "places"]

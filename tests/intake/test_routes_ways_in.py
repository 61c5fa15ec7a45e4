"""Every route of the ways in as origin, operator, provider, stranger, another operator, ministry and nobody, all with every scope."""

from datetime import timedelta
from typing import Any

from tests.intake import coming_in
from tests.intake.actors import ANYBODY
from tests.intake.house import House
from tests.intake.samples import need, request
from tests.intake.test_routes import FOREIGN, WHO, everything

READS: dict[str, dict[str, int]] = {
    "/v1/arrivals/{arrival}": {"origin": 404, "operator": 200},
    "/v1/requests/self/{call_back}": {"origin": 404, "operator": 200},
    "/v1/occasions/{forum}": {"origin": 200, "operator": 200},
    "/v1/occasions/{forum}/concerns": {"origin": 200, "operator": 200},
    "/v1/requests/imports/{file}": {"origin": 200, "operator": 404},
    "/v1/requests/imports/{file}/report": {"origin": 200, "operator": 404},
}
# Method, path, body, version, and how origin and operator are answered, one after the other.
WRITES: list[tuple[str, str, dict[str, Any], str | None, int, int]] = [
    ("POST", "/v1/requests/self/{call_back}/tries", {"again_at": "{soon}"}, '"1"', 404, 200),
    ("POST", "/v1/requests/self/{call_back}/completion", request(need()), '"2"', 404, 202),
    ("POST", "/v1/arrivals/{arrival}/completion", request(need()), '"1"', 404, 202),
    ("POST", "/v1/arrivals/{second_arrival}/closure", {"reason": "other"}, '"1"', 404, 200),
    ("POST", "/v1/requests/self/{call_back}/closure", {"reason": "other"}, '"1"', 404, 412),
    ("PUT", "/v1/occasions/{forum}/counts", {"attendance": {"women": 3}}, '"2"', 200, 412),
    ("POST", "/v1/occasions/{forum}/concerns", {"code": "basic.water", "note": "x"}, None, 201, 201),
    ("POST", "/v1/occasions/{forum}/concerns/{concern}/answer", {"state": "closed", "answer": "x"}, '"1"', 404, 200),
    ("POST", "/v1/requests", request(need(), occasion_id="{open_day}"), None, 202, 202),
]
LISTS = {"/v1/arrivals": ("operator",), "/v1/requests/self": ("operator",), "/v1/occasions": ("origin", "operator")}


async def names(house: House) -> dict[str, str]:
    """One of everything."""
    await coming_in.one_operator(house)
    first = await coming_in.announced(house)
    await house.scalar("UPDATE waiting SET mark = NULL RETURNING id")
    second = await coming_in.announced(house)
    forum = await coming_in.held(house)
    return {
        "arrival": first, "second_arrival": second, "call_back": await coming_in.called(house), "forum": forum,
        "concern": await coming_in.concerned(house, forum), "open_day": await coming_in.held(house, "open_day"),
        "file": await coming_in.file_sent(house),
    }  # fmt: skip


async def test_every_read(house: House) -> None:
    known = await names(house)
    for path, expected in READS.items():
        for name, actor in WHO.items():
            answer = await house.get(path.format(**known), everything(actor))
            assert answer.status == (FOREIGN | expected)[name], (path, name, answer.body)


async def test_every_write(house: House) -> None:
    known = await names(house) | {"soon": (house.database.clock.now() + timedelta(days=1)).isoformat()}
    for method, path, body, if_match, by_origin, by_operator in WRITES:
        filled = {name: value.format(**known) if isinstance(value, str) else value for name, value in body.items()}
        for name, expected in {**FOREIGN, "origin": by_origin, "operator": by_operator}.items():
            answer = await house.call(method, path.format(**known), everything(WHO[name]), filled, if_match=if_match)
            assert answer.status == expected, (path, name, answer.body)


async def test_lists_hold_only_ones_own(house: House) -> None:
    await names(house)
    for path, seen_by in LISTS.items():
        for name, actor in WHO.items():
            answer = await house.get(path, everything(actor))
            assert answer.status == (401 if name == "nobody" else 200), (path, name)
            assert bool(answer.body.get("items")) == (name in seen_by), (path, name)


async def test_many_statuses_tell_nobody_of_others(house: House) -> None:
    made = await house.post("/v1/requests", everything(WHO["origin"]), request(need()))
    asked = {"request_ids": [made.body["request_id"]], "identifiers": made.body["identifiers"]}
    for name, actor in WHO.items():
        answer = await house.post("/v1/requests/statuses", everything(actor), asked)
        found = {bool(item["requests"]) for item in answer.body.get("items", [])}
        assert found == ({name in ("origin", "operator")} if name != "nobody" else set()), name


async def test_what_the_gateway_lets_anybody_do_is_to_ask_to_be_called(house: House) -> None:
    refused = await house.post("/v1/requests/self", ANYBODY, {})
    assert (refused.status, refused.slug) == (422, "malformed-request")
    for method, path in (("GET", "/v1/requests/self"), ("POST", "/v1/requests"), ("POST", "/v1/arrivals"), ("POST", "/v1/occasions")):
        assert (await house.call(method, path, ANYBODY, {} if method == "POST" else None)).status == 401, path

"""Attacks by the request itself: paths that two parsers read differently, headers that pretend, framing, slowness and floods."""

import asyncio
from collections.abc import Iterable
from typing import Any

from ihala_gateway.edge import authorize, connection, headers
from ihala_gateway.edge.connection import Connection
from ihala_gateway.edge.routes import RouteTable
from pytest import MonkeyPatch
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tests.gateway.attacks.attack import PATH, Attack, Try, Weaken, authorization, both, gone, reaches, with_path
from tests.gateway.house import House, get


def _paths_unchecked(monkeypatch: MonkeyPatch, _: House) -> None:
    monkeypatch.setattr(authorize, "path_is_plain", lambda _: True)


def _routes_found_by(written: bytes, read: bytes) -> Weaken:
    """Return the weakening that looks a path up in another form than the one it passes on."""
    find = RouteTable.find
    return both(_paths_unchecked, gone(RouteTable, "find", lambda self, path: find(self, path.replace(written, read))))


def _confused(path: bytes) -> Attack:
    return Attack(f"path confusion: {path.decode()}", with_path(PATH + path), _paths_unchecked)


def _lenient(**leniencies: bool) -> Weaken:
    """Return the weakening of the parser and of our own look at a request's head."""

    def weaken(monkeypatch: MonkeyPatch, _: House) -> None:
        made = Connection.connection_made

        def connection_made(self: Connection, transport: asyncio.Transport) -> None:
            made(self, transport)
            self.parser.set_dangerous_leniencies(**leniencies)

        monkeypatch.setattr(Connection, "connection_made", connection_made)
        monkeypatch.setattr(connection, "_check", lambda *_: None)

    return weaken


def _framed(*lines: bytes, body: bytes) -> Try:
    async def gets_through(house: House) -> bool:
        before = len(house.upstream.seen)
        head = get(PATH, await authorization(house), *lines, method=b"POST")
        status, _ = await house.raw(head + body)
        return status == 200 and len(house.upstream.seen) > before

    return gets_through


def _seen_as(line: bytes, name: str, *more: bytes) -> Try:
    """Return the try to make the service see a header that only we may set."""

    async def gets_through(house: House) -> bool:
        passed = await reaches(house, await authorization(house), line, *more)
        return passed and any("evil" in value for value in house.upstream.seen[-1].all(name))

    return gets_through


async def _strip_identity(house: House) -> bool:
    passed = await reaches(house, await authorization(house), b"Connection: authorization, x-request-id, close")
    return passed and not house.upstream.seen[-1].all("x-request-id")


def _ours_first(monkeypatch: MonkeyPatch, house: House) -> None:
    """Put our own headers on first, and then take off what `Connection` names."""
    theirs = house.gateway._proxy._headers

    def stripped(visit: Any, *more: Any) -> list[tuple[bytes, bytes]]:
        named = headers._named_by_connection(visit.headers)
        return [(name, value) for name, value in theirs(visit, *more) if name not in named]

    monkeypatch.setattr(house.gateway._proxy, "_headers", stripped)


async def _two_authorizations(house: House) -> bool:
    return await reaches(house, b"Authorization: Basic eA==", await authorization(house))


def _first_look_lax(monkeypatch: MonkeyPatch, _: House) -> None:
    """Look at neither the number of Authorization headers nor the query."""
    first_look = authorize.first_look

    def lax(path: bytes, query: bytes, found: Iterable[tuple[bytes, bytes]]) -> Any:
        kept = {name: (name, value) for name, value in found}
        credentials = kept.get(b"authorization")
        if credentials is None and query.startswith(b"access_token="):
            kept[b"authorization"] = (b"authorization", b"Bearer " + query.removeprefix(b"access_token="))
        return first_look(path, b"", list(kept.values()))

    monkeypatch.setattr(authorize, "first_look", lax)


async def _token_in_query(house: House) -> bool:
    return await reaches(house, path=PATH + b"?access_token=" + (await house.token()).encode())


async def _flood(house: House) -> bool:
    return await reaches(house, await authorization(house), *[b"Accept-Language: x%d" % n for n in range(300)])


async def _slow(house: House) -> bool:
    """Tell whether a connection is held by a head that never ends, for four times as long as one may take."""
    within, Connection.HEAD_WITHIN = Connection.HEAD_WITHIN, min(Connection.HEAD_WITHIN, 0.05)
    every, Connection.LOOK_EVERY = Connection.LOOK_EVERY, 0.02
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    try:
        writer.write(b"GET /directory/v1/needs HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        async with asyncio.timeout(0.2):
            await reader.read()
        return False
    except TimeoutError:
        return True
    finally:
        Connection.HEAD_WITHIN, Connection.LOOK_EVERY = within, every
        writer.close()


async def _late_header(house: House) -> bool:
    """Tell whether a header that comes after the body reaches the service as one of the head's."""
    before = len(house.upstream.seen)
    head = get(PATH, await authorization(house), CHUNKED, method=b"POST")
    status, _ = await house.raw(head + b"1\r\nx\r\n0\r\nX-Late: evil\r\n\r\n")
    return status == 200 and any(at.all("x-late") for at in house.upstream.seen[before:])


async def _flood_behind_a_body(house: House) -> bool:
    """Tell whether a stranger's request may end in as many headers as it likes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    try:
        writer.write(get(b"/directory/v1/needs", CHUNKED) + b"1\r\nx\r\n0\r\n" + b"X-Flood: 1\r\n" * 60_000)
        async with asyncio.timeout(30):
            await writer.drain()
            writer.write(b"\r\n")
            return b" 200 " in await reader.readline()
    except ConnectionError:
        return False
    finally:
        writer.close()


async def _bare_line_feeds(house: House) -> bool:
    before = len(house.upstream.seen)
    first, _, rest = get(PATH, await authorization(house)).partition(b"\r\n")
    status, _ = await house.raw(first + b"\r\n" + rest.replace(b"\r\n", b"\n"))
    return status == 200 and len(house.upstream.seen) > before


BODY = b"1\r\nx\r\n0\r\n\r\n"
ODD_PATHS = (b"/..", b"/%2e%2e", b"/..%2f..%2fx", b"/%2e%2e%2fx", b"/x;y=1", b"/x\\..", b"/x%5c..", b"/%00", b"/%252e%252e", b"/x%0d%0ay")
CHUNKED = b"Transfer-Encoding: chunked"
ATTACKS = (
    *map(
        _confused,
        (b"/..", b"/%2e%2e", b"/..%2f..%2fx", b"/%2e%2e%2fx", b"/x;y=1", b"/x\\..", b"/x%5c..", b"/%00", b"/%252e%252e", b"/x%0d%0ay"),
    ),
    Attack("path confusion: //", with_path(b"/referral//v1/referrals"), _routes_found_by(b"//", b"/")),
    Attack("path confusion: encoded slash", with_path(b"/referral/v1%2freferrals"), _routes_found_by(b"%2f", b"/")),
    Attack("path confusion: encoded letter", with_path(b"/referral/v1/%72eferrals"), _routes_found_by(b"%72", b"r")),
    Attack("path confusion: case", with_path(b"/referral/v1/REFERRALS"), _routes_found_by(b"REFERRALS", b"referrals")),
    Attack("path confusion: a slash at the end", with_path(PATH + b"/"), _routes_found_by(b"referrals/", b"referrals")),
    Attack("forged X-Forwarded-For", _seen_as(b"X-Forwarded-For: evil", "x-forwarded-for"), gone(headers, "_NEVER_ON_PREFIXES", ())),
    Attack("forged X-Ihala-…", _seen_as(b"X-Ihala-Client: evil", "x-ihala-client"), gone(headers, "_NEVER_ON_PREFIXES", ())),
    Attack("forged Client-Cert", _seen_as(b"Client-Cert: :evil:", "client-cert"), gone(headers, "_NEVER_ON", frozenset())),
    Attack(
        "hop-by-hop header passed on",
        _seen_as(b"X-Hop: evil", "x-hop", b"Connection: x-hop"),
        gone(headers, "_named_by_connection", lambda _: ()),
    ),
    Attack("our own header taken off by Connection", _strip_identity, _ours_first),
    Attack("two Authorization headers", _two_authorizations, _first_look_lax),
    Attack("token in the query", _token_in_query, _first_look_lax),
    Attack("flood of headers", _flood, gone(authorize, "MOST_HEADERS", 100_000), behind_nginx=False),
    Attack("header after the body", _late_header, gone(Connection, "on_header", HttpToolsProtocol.on_header)),
    Attack("flood of headers after the body", _flood_behind_a_body, gone(Connection, "LARGEST_HEAD", 10_000_000), behind_nginx=False),
    Attack("CL.TE", _framed(b"Content-Length: 1", CHUNKED, body=BODY), _lenient(lenient_chunked_length=True)),
    Attack("TE.CL", _framed(CHUNKED, b"Content-Length: 1", body=BODY), _lenient(lenient_chunked_length=True)),
    Attack("TE.TE", _framed(CHUNKED, CHUNKED, body=BODY), _lenient(lenient_transfer_encoding=True)),
    # nginx takes these two, and frames the request anew for whoever comes after it.
    Attack(
        "odd chunking: spaces after the size",
        _framed(CHUNKED, body=b"1 \r\nx\r\n0\r\n\r\n"),
        _lenient(lenient_spaces_after_chunk_size=True),
        behind_nginx=False,
    ),
    Attack("bare line feeds", _bare_line_feeds, _lenient(lenient_optional_cr_before_lf=True), behind_nginx=False),
    Attack("slow head", _slow, gone(Connection, "_look", lambda _: None), behind_nginx=False),
)

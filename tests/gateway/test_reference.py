"""What partners read: the reference of all calls and events, a page for each problem; without scripts, complete, with links that hold."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from typing import Any

import pytest
from ihala_contracts import documents
from ihala_gateway.documents.contracts import Documents, service_documents
from ihala_gateway.documents.desk import Desk
from ihala_gateway.documents.pages import prose
from ihala_gateway.documents.shapes import kind, shape
from starlette.requests import Request

from tests.gateway.house import House

SERVICES = ("directory", "gateway", "intake", "notify", "referral")


class Page(HTMLParser):
    """Where a page leads, what in it can be led to, what is open, and which elements it has."""

    VOID = frozenset({"meta", "br", "input", "hr", "link"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.anchors: list[str] = []
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value for name, value in attrs if name == "href"}
        self.anchors += [value for name, value in attrs if name == "id"]
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk(Documents(service_documents(SERVICES), "https://ihala.example"))


PARSED: dict[str, Page] = {}  # by address: each is read by several tests


async def page_of(desk: Desk, path: str) -> Page:
    if path not in PARSED:
        PARSED[path] = Page(await text_of(desk, path))
    return PARSED[path]


async def text_of(desk: Desk, path: str, headers: tuple[tuple[bytes, bytes], ...] = ()) -> str:
    path, _, query = path.partition("?")
    scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": list(headers), "server": ("x", 80)}
    template = next(one for one in (path, "/docs/{service}", "/problems/{slug}") if ("GET", one) in desk.handlers() and _fits(one, path))
    answer = await desk.handlers()["GET", template](Request({**scope, "scheme": "http"}))
    assert answer.status_code == 200, path
    assert "default-src 'none'" in answer.headers["content-security-policy"] and "script" not in answer.headers["content-security-policy"]
    return bytes(answer.body).decode()


def _fits(template: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\{.*\}", "[^/]+", template), path) is not None


async def test_the_reference_names_every_call_with_its_scopes_and_every_shape(desk: Desk) -> None:
    index = await text_of(desk, "/docs")
    for service in SERVICES:
        document, text = documents.openapi(service), await text_of(desk, f"/docs/{service}")
        page = await page_of(desk, f"/docs/{service}")
        anchors = set(page.anchors)
        for path, item in document["paths"].items():
            for method, said in item.items():
                anchor = f"{method}{_outside(service, path)}".replace("{", "").replace("}", "")
                assert anchor in anchors and f'href="/docs/{service}#{anchor}"' in index
                scopes = {scope for entry in said["security"] for found in entry.values() for scope in found}
                assert all(f'<code class="scope">{scope}</code>' in text for scope in scopes)
        assert {f"shape-{name}" for name in document["components"]["schemas"]} <= anchors


def _outside(service: str, path: str) -> str:
    return path if path.startswith(("/hsds", "/fhir", "/l/")) or path == "/hsds" else f"/{service}{path}"


async def test_every_link_of_every_page_leads_somewhere(desk: Desk) -> None:
    addresses = ["/", "/docs", "/docs/events", *(f"/docs/{service}" for service in SERVICES), "/problems", "/problems/not-found"]
    pages = {address: await page_of(desk, address) for address in addresses}
    known = {path for _, path in desk.handlers()} | {"/.well-known/oauth-authorization-server", "/oauth/jwks", "/account", "/health/ready"}
    known |= {"/hsds", "/fhir/R4/metadata", *(f"/openapi/{service}.v1.json" for service in SERVICES)}
    known |= {f"/problems/{entry['slug']}" for entry in documents.problems()} | {f"/schemas/{name}" for name in documents.schemas()}
    anchors = {address: set(page.anchors) for address, page in pages.items()}
    for address, page in pages.items():
        assert len(page.anchors) == len(set(page.anchors)), f"{address} has an anchor twice"
        for link in page.links:
            path, _, anchor = link.partition("#")
            path = path.partition("?")[0] or address
            assert path in known or path in pages, f"{address}: {link}"
            assert not anchor or path not in pages or anchor in anchors[path], f"{address}: {link}"


async def test_pages_call_nothing_and_run_nothing(desk: Desk) -> None:
    for address in ("/", "/docs", "/docs/events", "/docs/intake", "/problems", "/problems/not-found"):
        page = await page_of(desk, address)
        assert not page.elements & {"script", "img", "iframe", "link", "form", "object"}
        assert not {name for name in page.attributes if name.startswith("on")} | page.attributes & {"style", "src"}


async def test_every_event_is_in_the_reference_with_its_schema(desk: Desk) -> None:
    text = await text_of(desk, "/docs/events")
    assert [name for name in documents.schemas() if f'href="/schemas/{name}"' not in text] == []


async def test_the_events_page_says_what_integrators_see_of_each(desk: Desk) -> None:
    _, _, after = (await text_of(desk, "/docs/events")).partition('<article id="intake.need-state-changed.v1">')
    article = after.partition("</article>")[0]
    assert "<strong>status</strong>: <code>need_id</code>, <code>status</code></li>" in article
    assert "<strong>operator</strong>" in article and "<strong>receiver</strong>" not in article
    _, _, after = (await text_of(desk, "/docs/events")).partition('<article id="intake.person-erased.v1">')
    assert "No integrator receives it." in after.partition("</article>")[0]


async def test_every_problem_has_a_page_in_three_languages_that_leads_to_its_calls(desk: Desk) -> None:
    for entry in documents.problems():
        texts = {tag: await text_of(desk, f"/problems/{entry['slug']}?lang={tag}") for tag in ("en", "ar", "ckb")}
        assert all(_escaped(entry["title"][tag]) in text and f"<strong>{entry['status']}</strong>" in text for tag, text in texts.items())
        assert 'dir="rtl"' in texts["ar"] and 'lang="ckb"' in texts["ckb"] and 'lang="en" dir="ltr"' in texts["en"]
    text = await text_of(desk, "/problems/offer-changed")
    assert 'href="/docs/referral#post/referral/v1/referrals/referral_id/acceptance"' in text


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("'", "&#39;").replace('"', "&#34;").replace("<", "&lt;")


async def test_every_problem_that_a_document_names_is_in_the_list() -> None:
    known = {entry["slug"] for entry in documents.problems()}
    for service in SERVICES:
        for item in documents.openapi(service)["paths"].values():
            for said in item.values():
                for answer in said["responses"].values():
                    named = answer.get("content", {}).get("application/problem+json", {}).get("examples", {})
                    assert set(named) <= known


async def test_over_http_the_help_of_a_refusal_is_its_page(home: House) -> None:
    async with home.session.get("/referral/v1/referrals", headers={"Accept-Language": "ar"}) as refused:
        slug = (await refused.json())["type"].rpartition(":")[2]
        assert refused.headers["Link"] == f'</problems/{slug}>; rel="help"'
    async with home.session.get(f"/problems/{slug}", headers={"Accept-Language": "ckb"}) as answer:
        assert (answer.status, answer.headers["Content-Language"]) == (200, "ckb")
        assert answer.headers["Cache-Control"] == "public, max-age=300" and answer.content_type == "text/html"
    async with home.session.get(f"/problems/urn:ihala:problem:{slug}") as whole_type, home.session.get("/problems/none-such") as unknown:
        assert (whole_type.status, unknown.status) == (200, 404)
    async with home.session.get("/docs/nothing") as unknown, home.session.get("/") as front, home.session.post("/docs") as posted:
        assert (unknown.status, front.status, posted.status) == (404, 200, 405)


async def test_who_has_a_document_is_not_sent_it_again(home: House) -> None:
    for path in (
        "/openapi/referral.v1.json",
        "/asyncapi/v1.json",
        "/asyncapi/v1.yaml",
        "/schemas/referral.accepted.v1.json",
        "/docs",
        "/problems",
    ):
        async with home.session.get(path, headers={"Accept-Encoding": "identity"}) as first:
            plain, tag = await first.read(), first.headers["ETag"]
            assert first.status == 200 and "Content-Encoding" not in first.headers
        async with home.session.get(path, headers={"Accept-Encoding": "gzip"}) as second:
            assert second.headers["Content-Encoding"] == "gzip" and await second.read() == plain
        async with home.session.get(path, headers={"Accept-Encoding": "br, gzip;q=0"}) as refused:
            assert "Content-Encoding" not in refused.headers
        async with home.session.get(path, headers={"Accept-Encoding": "br;q=0, GZip; q=0.5"}) as less:
            assert less.headers["Content-Encoding"] == "gzip"
        async with home.session.get(path, headers={"If-None-Match": f'W/"x", {tag}'}) as again:
            assert (again.status, await again.read()) == (304, b"")


def test_texts_are_escaped_before_anything_else() -> None:
    assert prose("`<b>` & <i>\n\nmore") == "<code>&lt;b&gt;</code> &amp; &lt;i&gt;<br><br>more"


def test_kinds_are_told_in_words() -> None:
    said = {
        "UUID": {"type": "string", "format": "uuid"},
        "Need or null": {"anyOf": [{"$ref": "#/components/schemas/Need"}, {"type": "null"}]},
        "list of Need": {"type": "array", "items": {"$ref": "#/components/schemas/Need"}},
        '"a" | "b"': {"enum": ["a", "b"], "type": "string"},
        "object by name of integer": {"type": "object", "additionalProperties": {"type": "integer"}},
        "1": {"const": 1},
        "anything": {},
    }
    assert {words: kind(schema).words for words, schema in said.items()} == {words: words for words in said}
    named = shape("N", {"properties": {"a": {"type": "string", "maxLength": 5, "default": "x"}}, "required": ["a"]})
    assert (named.fields[0].needed, named.fields[0].about) == (True, 'at most 5 signs; default "x"')


def test_what_only_pages_need_is_not_in_a_worker_that_shows_none() -> None:
    said = subprocess.run(
        [sys.executable, "-c", "import sys, ihala_gateway.app; print(sorted({'jinja2', 'yaml'} & sys.modules.keys()))"],
        check=True, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert said.stdout == "[]\n"


def test_a_document_that_was_looked_at_is_not_kept() -> None:
    found = service_documents(["intake", "gateway"])
    assert [*found] == ["intake", "gateway"]
    assert found["intake"] == found["intake"]
    assert found["intake"] is not found["intake"]
    with pytest.raises(KeyError):
        found["referral"]

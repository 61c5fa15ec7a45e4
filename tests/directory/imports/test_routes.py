"""Who may send a file, in which forms, and in which language the report speaks."""

from io import BytesIO
from typing import Any

import aiohttp
import pytest
from openpyxl import load_workbook

from tests.directory.imports.conftest import Office
from tests.directory.imports.files import XLSX, cell, header, row, xlsx
from tests.directory.world import OTHER_OPERATOR, World, key, slug

GET = [
    "/v1/imports/template",
    "/v1/imports/0198f000-0000-7000-8000-000000000009",
    "/v1/imports/0198f000-0000-7000-8000-000000000009/report",
]


async def post(office: Office, data: Any, headers: dict[str, str], **query: str) -> aiohttp.ClientResponse:
    return await office.http.post("/v1/imports", data=data, params={"source": "partner", **query}, headers=headers)


async def test_only_an_office_of_the_operator_may(world: World, office: Office) -> None:
    data = xlsx(row(1))
    for who, status in ((office.people.provider(), 403), (office.people.stranger(), 403), (office.people.nobody(), 401)):
        async with await post(office, data, who | key() | {"Content-Type": XLSX}) as answer:
            assert answer.status == status
    reader = office.people.coordinator("directory:read")
    async with await post(office, data, reader | key() | {"Content-Type": XLSX}) as answer:
        assert await slug(answer, 403) == "insufficient-scope"
    for path in GET:
        async with office.http.get(path, headers=reader) as answer:
            assert answer.status == 403
    assert await world.value("SELECT count(*) FROM import_file") == 0


async def test_another_operator_knows_nothing_of_it(office: Office) -> None:
    done = await office.send(xlsx(row(1)))
    for path in (f"/v1/imports/{done['id']}", f"/v1/imports/{done['id']}/report"):
        async with office.http.get(path, headers=office.people.coordinator(operator=OTHER_OPERATOR)) as answer:
            assert await slug(answer, 404) == "import-not-found"
        async with office.http.get(path, headers=office.people.coordinator(cleared=False)) as answer:
            assert await slug(answer, 404) == "import-not-found"  # a cleared officer sent it


async def test_a_form_is_taken_as_well_as_a_body(office: Office) -> None:
    form = aiohttp.FormData()
    form.add_field("file", xlsx(row(1)), filename="sheet.xlsx", content_type="application/octet-stream")
    async with await post(office, form, office.people.coordinator() | key()) as answer:
        assert answer.status == 202
        body = await answer.json()
        assert answer.headers["Location"] == f"/directory/v1/imports/{body['id']}"
        assert (body["kind"], body["state"], answer.headers["ETag"]) == ("sheet", "waiting", '"1"')
    await office.work()
    assert (await office.get(f"/v1/imports/{body['id']}"))["created"] == 1


async def test_sent_again_with_the_same_key_it_is_the_same_import(world: World, office: Office) -> None:
    headers, data = office.people.coordinator() | key() | {"Content-Type": XLSX}, xlsx(row(1))
    answers = []
    for _ in range(2):
        async with await post(office, data, headers) as answer:
            answers.append((answer.status, await answer.json()))
    assert answers[0] == answers[1]
    assert await world.value("SELECT count(*) FROM import_file") == 1
    async with await post(office, data, office.people.coordinator() | {"Content-Type": XLSX}) as answer:
        assert await slug(answer, 400) == "idempotency-key-missing"


@pytest.mark.parametrize(
    ("kind", "data", "refusal"),
    [
        ("application/pdf", b"%PDF", (415, "file-kind-unknown")),
        ("application/octet-stream", b"abc", (415, "file-kind-unknown")),
        (XLSX, b"abc", (422, "file-refused")),
        ("multipart/form-data; boundary=x", b"--y", (422, "malformed-request")),
    ],
)
async def test_other_files_are_refused(office: Office, kind: str, data: bytes, refusal: tuple[int, str]) -> None:
    async with await post(office, data, office.people.coordinator() | key() | {"Content-Type": kind}) as answer:
        assert await slug(answer, refusal[0]) == refusal[1]


async def test_an_empty_text_is_taken_and_its_report_says_what_is_missing(office: Office) -> None:
    done = await office.send(b"", "text/csv")
    assert (done["state"], [one["code"] for one in await office.report(done["id"])]) == ("refused", ["no_header"])


@pytest.mark.parametrize("query", [{"source": "No Spaces"}, {"mode": "some"}, {"dry_run": "perhaps"}])
async def test_wrong_parameters_are_refused(office: Office, query: dict[str, str]) -> None:
    async with await post(office, xlsx(row(1)), office.people.coordinator() | key() | {"Content-Type": XLSX}, **query) as answer:
        assert await slug(answer, 422) == "malformed-request"


@pytest.mark.parametrize(
    ("language", "column", "words"),
    [
        ("en", "What: needs", "One of: "),
        ("ar", "ماذا: الاحتياجات", "إحدى القيم"),
        ("ckb", "چی: پێداویستییەکان", "یەکێک لە"),
    ],
)
async def test_the_report_speaks_the_readers_language(office: Office, language: str, column: str, words: str) -> None:
    done = await office.send(xlsx(row(1, needs="no.such"), row(2)), mode="rest")
    (fault,) = await office.report(done["id"], only="faults", **{"Accept-Language": language})
    assert (fault["level"], fault["row"], fault["cell"], fault["column"]) == ("fault", 2, cell("needs", 2), "needs")
    assert fault["column_name"] == column
    assert fault["right"].startswith(words) and "housing.repair" in fault["right"]
    assert "no.such" not in str(fault)


@pytest.mark.parametrize("language", ["en", "ar", "ckb"])
async def test_the_template_can_be_filled_in_and_sent(office: Office, language: str) -> None:
    async with office.http.get("/v1/imports/template", headers=office.people.coordinator() | {"Accept-Language": language}) as answer:
        assert (answer.status, answer.content_type) == (200, XLSX)
        book = load_workbook(BytesIO(await answer.read()))
    page = book["4W"]
    assert [one.value for one in page[1]] == header(language)
    codes = {one[1] for one in book["Codes"].iter_rows(values_only=True)}
    assert {"housing.repair", "group.idp", "nngo", "slot"} <= codes
    page.append(list(row(1).values()))
    out = BytesIO()
    book.save(out)
    assert (await office.send(out.getvalue()))["created"] == 1

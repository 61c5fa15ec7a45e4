"""Letters as paper: the words can be read out of the PDF whole and in order, and nothing more is in it than may be."""

import asyncio
import io
import re
from typing import Any
from uuid import uuid4

import pytest
from ihala_contracts.directory_v1 import ServiceChanged
from ihala_contracts.intake_v1 import Sensitivity
from ihala_kit.untrusted import limits, process
from ihala_notify.letters.draw import drawn
from ihala_notify.letters.specimen import specimen
from ihala_notify.letters.words import words
from pypdf import PdfReader

from tests.notify.letters.conftest import Office
from tests.notify.samples import RECEIVER, sample

RTL = ("ar", "ckb")
WORDS = ("support_known", "support_ask", "support_not", "support_letter", "signature", "bearer", "reference")


def lines_of(pdf: bytes, language: str) -> list[str]:
    """Return the lines as a reader of PDF puts them together: runs by height, then from the side where the language begins."""
    runs: list[tuple[float, float, str]] = []

    def see(text: str, cm: list[float], tm: list[float], *_: Any) -> None:
        if text.strip():
            runs.append((-round(tm[5] * cm[3] + cm[5]), (tm[4] * cm[0] + cm[4]) * (-1 if language in RTL else 1), text))

    for page in PdfReader(io.BytesIO(pdf)).pages:
        page.extract_text(visitor_text=see)
    heights = sorted({height for height, _, _ in runs})
    return [" ".join(" ".join(text for at, _, text in sorted(runs) if at == height).split()).replace("+ ", "+") for height in heights]


@pytest.mark.parametrize("language", ["ar", "ckb", "en"])
def test_what_is_printed_can_be_read_out_again_in_order(language: Any) -> None:
    sheet = specimen(language)
    found = " ".join(lines_of(drawn(sheet), language))
    for part in (words(code, language) for code in WORDS):
        assert part in found, found
    for line in sheet["lines"]:
        assert line["value"] in found
    assert sheet["office"] in found and sheet["code"] in found


@pytest.mark.parametrize("language", RTL)
def test_each_glyph_stands_for_one_letter(language: Any) -> None:
    """Readers turn Arabic around glyph by glyph: one glyph for lam and alef comes out as alef and lam (see make_font.py)."""
    reader = PdfReader(io.BytesIO(drawn(specimen(language, "referral_slip"))))
    fonts = [font.get_object() for font in reader.pages[0]["/Resources"]["/Font"].values()]  # type: ignore[index]
    maps = "".join(font["/ToUnicode"].get_data().decode("ascii") for font in fonts)
    letters = re.findall(r"^<[0-9A-Fa-f]{4}> <([0-9A-Fa-f]+)>$", maps, re.MULTILINE)
    assert len(letters) > 40 and {len(each) for each in letters} == {4}
    assert {"0644", "0627"} <= set(letters)


def test_a_sheet_is_tagged_and_says_its_language() -> None:
    reader = PdfReader(io.BytesIO(drawn(specimen("ckb"))))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and str(root["/Lang"]).startswith("ckb")  # type: ignore[index]
    assert "pdfuaid:part" in root["/Metadata"].get_data().decode()  # type: ignore[index]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]  # type: ignore[index]


def test_a_name_is_never_read_as_markup() -> None:
    for hostile in ("#sys.inputs", "$x^2$", "*bold* @ref", '#image("/etc/passwd")', "\\u{202e}", "</svg>"):
        sheet = specimen("en") | {"lines": [{"label": hostile, "value": hostile, "ltr": False}], "said": [hostile], "office": hostile}
        assert " ".join(lines_of(drawn(sheet), "en")).count(hostile) == 4


async def printed(office: Office, made: dict[str, Any], bearer: str | None = None, *, cleared: bool = False) -> bytes:
    method, body = ("GET", None) if bearer is None else ("POST", {"bearer": bearer})
    status, pdf = await office.call(method, f"/letters/{made['id']}/pdf", body, cleared=cleared)
    assert status == 200, pdf
    return bytes(pdf)


async def test_a_slip_says_who_helps_and_a_name_only_when_one_is_sent(office: Office) -> None:
    made = await office.issued((await office.need())[0])
    found = lines_of(await printed(office, made, "ليلى خالد"), "ar")
    for part in ("الاسم ليلى خالد", "الجهة منظمة السكن", "العنوان شارع السوق، تلعفر", "هاتف الجهة +964 700 000 0022", made["code"]):
        assert any(part in line for line in found), (part, found)
    without = lines_of(await printed(office, made), "ar")
    assert "الاسم" in without and "ليلى" not in " ".join(without)


async def test_a_slip_says_where_the_place_is_that_was_offered(office: Office) -> None:
    need_id, referral_id = await office.need()
    [row] = await office.world.rows("SELECT service_id, service_at_location_id FROM referral WHERE referral_id = :id", id=referral_id)
    addresses = {row["service_at_location_id"]: {"ar": "طريق الطاحونة"}, uuid4(): {"ar": "شارع آخر"}}
    at_two = sample(ServiceChanged, service_id=row["service_id"], organization_id=RECEIVER, address={}, addresses=addresses)
    await office.world.deliver(at_two)
    found = " ".join(lines_of(await printed(office, await office.issued(need_id)), "ar"))
    assert "طريق الطاحونة" in found and "شارع آخر" not in found


async def test_a_restricted_slip_has_neither_need_name_provider_nor_date(office: Office) -> None:
    sheets = []
    for _ in range(2):
        need_id, _ = await office.need(sensitivity=Sensitivity.RESTRICTED)
        made = await office.issued(need_id, asked_for=True, cleared=True)
        pdf = await printed(office, made, cleared=True)
        reader = PdfReader(io.BytesIO(pdf))
        assert set(reader.metadata or {}) == {"/Title", "/Creator"}
        assert not re.search(rb"CreationDate|ModDate|CreateDate|ModifyDate", pdf)
        assert b"Date" not in reader.trailer["/Root"]["/Metadata"].get_data()  # type: ignore[index]
        sheets.append([line for line in lines_of(pdf, "ar") if line != made["code"]])
    assert sheets[0] == sheets[1]  # the same for every need
    said = " ".join(sheets[0])
    assert not re.search(r"NIN-|20\d\d|منظمة السكن|الاسم|الجهة", said) and words("bare", "ar") in said


async def test_whoever_is_protected_is_not_sent_to_a_named_place_unless_it_was_asked_for(office: Office) -> None:
    need_id, _ = await office.need(sensitivity=Sensitivity.PROTECTED)
    plain, full = await office.issued(need_id), await office.issued(need_id, asked_for=True)
    assert "منظمة السكن" not in " ".join(lines_of(await printed(office, plain), "ar"))
    assert "منظمة السكن" in " ".join(lines_of(await printed(office, full), "ar"))


async def test_while_a_sheet_is_drawn_the_service_answers_and_no_transaction_is_open(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await office.issued((await office.need())[0])
    begun, done, run = asyncio.Event(), asyncio.Event(), process.run

    async def slowly(module: str, *, data: bytes) -> process.Ended:
        begun.set()
        await done.wait()
        return await run(module, data=data)

    monkeypatch.setattr(process, "run", slowly)
    drawing = asyncio.create_task(printed(office, made, "ليلى"))
    await begun.wait()
    assert (await office.call("GET", f"/letters/{made['id']}"))[0] == 200
    open_ones = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'"
    assert await office.world.rows(open_ones) == []
    done.set()
    assert (await drawing).startswith(b"%PDF-")


async def test_a_sheet_that_takes_too_long_is_given_up(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await office.issued((await office.need())[0])
    monkeypatch.setattr(limits, "CHILD_SECONDS", 0.01)
    status, refused = await office.call("GET", f"/letters/{made['id']}/pdf")
    assert (status, refused["type"]) == (503, "urn:ihala:problem:service-unavailable")

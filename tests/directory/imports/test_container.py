"""Files that are traps: they are refused by name, quickly, and the service goes on."""

import asyncio
import struct
import time
import zipfile
from io import BytesIO

import aiohttp
import pytest
from ihala_directory.imports import apart, container, limits

from tests.directory.imports.conftest import Office
from tests.directory.imports.files import XLSX, row, with_part, xlsx, zipped
from tests.directory.world import World, key, slug

SHEET = "xl/worksheets/sheet1.xml"
ENTITIES = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>'
EXTERNAL = b'<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/passwd"><worksheet/>'


def lying(data: bytes) -> bytes:
    """The same zip, each part of which says that it is empty, here and in the directory at its end."""
    out = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = out.find(mark)
        while at >= 0:
            out[at + offset : at + offset + 4] = struct.pack("<I", 1)
            at = out.find(mark, at + 4)
    return bytes(out)


def encrypted(data: bytes) -> bytes:
    out = bytearray(data)
    at = out.find(b"PK\x01\x02")
    out[at + 8] |= 1
    return bytes(out)


def traps() -> dict[str, tuple[bytes, str]]:
    good = xlsx(row(1))
    zeros = bytes(limits.MOST_INFLATED_BYTES + 1)
    many = zipped(**{f"part{number}": b"" for number in range(limits.MOST_PARTS + 1)}, xl__workbook_x_xml=b"<x/>")
    return {
        "bomb": (with_part(good, SHEET, zeros), "too_large_inside"),
        "ratio": (with_part(good, SHEET, b" " * (limits.RATIO_FROM_BYTES * 4)), "too_large_inside"),
        "styles": (with_part(good, "xl/styles.xml", b"<xf/>" * (limits.MOST_SIDE_BYTES // 4)), "too_large_inside"),
        "lying": (lying(with_part(good, SHEET, zeros)), "not_a_zip"),
        "parts": (many, "too_many_parts"),
        "entities": (with_part(good, SHEET, ENTITIES), "xml_entities"),
        "external": (with_part(good, "xl/sharedStrings.xml", EXTERNAL), "xml_entities"),
        "utf16": (with_part(good, SHEET, ENTITIES.decode().encode("utf-16")), "xml_entities"),
        "macros": (with_part(good, "xl/vbaProject.bin", b"x"), "macros"),
        "encrypted": (encrypted(good), "encrypted"),
        "cut": (good[: len(good) // 2], "not_a_zip"),
        "text": (b"not a zip at all", "not_a_zip"),
    }


TRAPS = traps()


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_is_refused_by_name_and_quickly(name: str) -> None:
    data, code = TRAPS[name]
    began = time.process_time()
    with pytest.raises(container.Unsafe) as refused:
        container.check(data, sheet=True)
    assert refused.value.code == code
    assert time.process_time() - began < 2


async def test_traps_are_refused_by_the_route_and_nothing_is_kept(world: World, office: Office, http: aiohttp.ClientSession) -> None:
    for name, (data, code) in TRAPS.items():
        headers = office.people.coordinator() | key() | {"Content-Type": XLSX}
        async with http.post("/v1/imports?source=partner", data=data, headers=headers) as answer:
            assert await slug(answer, 422) == "file-refused", name
            assert (await answer.json(content_type=None))["code"] == code, name
    assert await world.value("SELECT count(*) FROM import_file") == 0


async def test_a_body_over_the_limit_is_refused(office: Office, http: aiohttp.ClientSession) -> None:
    headers = office.people.coordinator() | key() | {"Content-Type": "text/csv"}
    async with http.post("/v1/imports?source=partner", data=b"a" * (1024 * 1024 + 1), headers=headers) as answer:
        assert await slug(answer, 413) == "body-too-large"


@pytest.mark.parametrize(("limit", "most"), [("CHILD_SECONDS", 0.05), ("CHILD_ANSWER_BYTES", 500)])
async def test_a_reader_that_takes_too_long_or_says_too_much_is_ended(monkeypatch: pytest.MonkeyPatch, limit: str, most: float) -> None:
    monkeypatch.setattr(limits, limit, most)
    reading = await apart.read("sheet", xlsx(row(1)))
    assert [one.code for one in reading.faults] == ["too_slow"]
    assert reading.entries == []


async def test_nested_json_ends_clearly() -> None:
    reading = await apart.read("hsds", b"[" * 200_000)
    assert [one.code for one in reading.faults] == ["not_hsds"]


async def test_reading_does_not_hold_up_the_service() -> None:
    reading = asyncio.create_task(apart.read("sheet", xlsx(*(row(number) for number in range(200)))))
    longest, before = 0.0, time.perf_counter()
    while not reading.done():
        await asyncio.sleep(0.005)
        longest, before = max(longest, time.perf_counter() - before), time.perf_counter()
    assert (await reading).rows == 200
    assert longest < 1


def test_a_package_is_looked_at_too() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("services.csv", b"a," * (limits.MOST_INFLATED_BYTES // 2 + 1))
    with pytest.raises(container.Unsafe) as refused:
        container.check(out.getvalue(), sheet=False)
    assert refused.value.code == "too_large_inside"

"""What a stranger finds behind a square: one page, whatever the code is."""

from typing import Any

import aiohttp
import pytest
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.testing import Mint

from tests.notify.letters.conftest import Office

NOBODY = {"client_id": "anonymous"}


async def fetched(http: aiohttp.ClientSession, mint: Mint, code: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    async with http.get(f"/v1/slips/{code}", headers=mint.headers("notify", **NOBODY) | headers) as answer:
        return answer.status, await answer.read(), {name: value for name, value in answer.headers.items() if name.lower() != "x-request-id"}


async def test_good_used_revoked_false_and_malformed_codes_have_one_answer_and_ask_no_database(
    office: Office, http: aiohttp.ClientSession, mint: Mint, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [await office.issued((await office.need())[0]) for _ in range(3)]
    await office.call("POST", f"/letters/{made[1]['id']}/use", **{"If-Match": '"1"'})
    await office.call("POST", f"/letters/{made[2]['id']}/revoke", **{"If-Match": '"1"'})
    asked: list[Any] = []
    open_one = Database.transaction

    def noted(database: Database, caller: Caller, *more: Any) -> Any:
        if caller.purpose not in ("standing", "access-log"):  # this process, and whoever else lives in it, looks after itself
            asked.append(caller)
        return open_one(database, caller, *more)

    monkeypatch.setattr(Database, "transaction", noted)
    codes = [*(each["code"] for each in made), "LTR-2222-2222", "x", "%F0%9F%92%A9", "%00", "A" * 3000]
    for language in ("ar", "ckb", "en"):
        answers = [await fetched(http, mint, code, **{"Accept-Language": language}) for code in codes]
        assert answers[0][0] == 200 and [answer for answer in answers if answer != answers[0]] == []
        assert f'lang="{language}"'.encode() in answers[0][1]
    assert asked == []


async def test_the_page_calls_nobody_and_is_not_kept(http: aiohttp.ClientSession, mint: Mint) -> None:
    status, page, headers = await fetched(http, mint, "LTR-2222-2222", **{"Accept-Language": "ar"})
    assert status == 200 and b'dir="rtl"' in page
    assert headers["Cache-Control"] == "no-store" and headers["Referrer-Policy"] == "no-referrer"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert not any(word in page for word in (b"http:", b"https:", b"//", b"src=", b"<script", b"LTR-"))
    _, other, _ = await fetched(http, mint, "LTR-2222-2222?lang=en", **{"Accept-Language": "ar"})
    assert b'dir="ltr"' in other

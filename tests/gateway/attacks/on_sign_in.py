"""Attacks on the pages at which people sign in."""

import re
from datetime import timedelta
from typing import Any

from ihala_gateway.staff import forms, passwords, sessions, tries
from pytest import MonkeyPatch
from yarl import URL

from tests.gateway.attacks.attack import Attack
from tests.gateway.attacks.on_grants import any_form
from tests.gateway.house import House
from tests.gateway.staff import PASSWORD, account, browser, forget_tries, who

PLANTED = "planted-by-somebody-else-0123456789abcdefghi"


async def _fixed(house: House) -> bool:
    """Tell whether who planted a cookie is signed in when its owner signs in."""
    name, _, _ = await account(house)
    async with browser(house) as hers, browser(house) as planter:
        for each in (hers, planter):
            each.session.cookie_jar.update_cookies({"ihala": PLANTED}, URL(house.address))
        await hers.sign_in(name)
        return await who(house, planter) is not None


def _cookie_kept(monkeypatch: MonkeyPatch, _: House) -> None:
    monkeypatch.setattr(sessions.secrets, "token_urlsafe", lambda _: PLANTED)


async def _sent_elsewhere(house: House) -> bool:
    name, _, _ = await account(house)
    async with browser(house) as at:
        await at.open("/sign-in")
        await at.send("/sign-in", name=name, password=PASSWORD, next="https://evil.example/")
        return "https://evil.example/" in at.seen.text


async def _signed_in_by_another_page(house: House) -> bool:
    """Somebody else's page signs her browser in, as the attacker, to learn what she then enters."""
    name, _, _ = await account(house)
    async with browser(house) as at:
        headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
        async with at.session.post("/sign-in", data={"name": name, "password": PASSWORD}, headers=headers, allow_redirects=False):
            return await who(house, at) is not None


async def _told_by_text(house: House) -> bool:
    await forget_tries(house)
    name, _, _ = await account(house)
    pages = []
    for tried in (name, "nobody-has-this-name"):
        async with browser(house) as at:
            seen = await at.sign_in(tried, "not the right password")
            pages.append((seen.status, seen.text.replace(seen.hidden.get("csrf", "-"), "")))
    return pages[0] != pages[1]


async def _told_by_time(house: House) -> bool:
    """Tell whether for one of the two names no hash is computed, which takes a hundred times as long as all the rest."""
    await forget_tries(house)
    name, _, _ = await account(house)
    computed, fits = [], passwords._fits
    passwords._fits = lambda password, stored: computed.append(1) or fits(password, stored)  # type: ignore[func-returns-value]
    try:
        for tried in (name, "nobody-has-this-name"):
            async with browser(house) as at:
                await at.sign_in(tried, "not the right password")
    finally:
        passwords._fits = fits
    return len(computed) != 2


def _says_unknown(monkeypatch: MonkeyPatch, _: House) -> None:
    fits = passwords.fits

    async def lax(password: str, stored: str | None) -> bool:
        if stored is None:
            raise forms.FormRefused(forms.pages.page("notice", "en", status=404, title="form_refused", text="form_refused_text", back="/"))
        return await fits(password, stored)

    monkeypatch.setattr(passwords, "fits", lax)


def _not_computed(monkeypatch: MonkeyPatch, _: House) -> None:
    fits = passwords.fits

    async def lax(password: str, stored: str | None) -> bool:
        return stored is not None and await fits(password, stored)

    monkeypatch.setattr(passwords, "fits", lax)


async def _sprayed(house: House) -> bool:
    """Tell whether one address may try one password with more names than its budget has."""
    await forget_tries(house)
    limit, tries.ADDRESS = tries.ADDRESS, tries.Limit(2, timedelta(minutes=10), timedelta(minutes=10), timedelta(minutes=10))
    try:
        async with browser(house) as at:
            return [(await at.sign_in(f"name-{number}", "Summer-2026-Mosul")).status for number in range(4)][-1] == 401
    finally:
        tries.ADDRESS = limit
        await forget_tries(house)


async def _guessed(house: House) -> bool:
    await forget_tries(house)
    name, _, _ = await account(house)
    async with browser(house) as at:
        found = [(await at.sign_in(name, f"guess-{number}")).status for number in range(7)][-1] == 401
    await forget_tries(house)
    return found


def _nobody_counts(monkeypatch: MonkeyPatch, _: House) -> None:
    async def take(*_: Any) -> None:
        return None

    monkeypatch.setattr(tries, "take", take)


def _next_anywhere(monkeypatch: MonkeyPatch, _: House) -> None:
    monkeypatch.setattr(forms, "_NEXT", re.compile(".*"))


ATTACKS = tuple(
    Attack(*each, behind_nginx=False)  # nginx hands all of this over
    for each in (
        ("session fixation", _fixed, _cookie_kept),
        ("open redirect", _sent_elsewhere, _next_anywhere),
        ("CSRF on sign-in", _signed_in_by_another_page, any_form),
        ("enumeration of accounts by text", _told_by_text, _says_unknown),
        ("enumeration of accounts by time", _told_by_time, _not_computed),
        ("password spraying", _sprayed, _nobody_counts),
        ("guessing one password", _guessed, _nobody_counts),
    )
)

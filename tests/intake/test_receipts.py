"""Receipts of consents: what was agreed to and what went to whom, in three languages, and neutral where it must be."""

import csv
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any, get_args
from xml.etree import ElementTree

import pytest
import segno
from ihala_contracts.directory_v1 import OrganizationJoined
from ihala_intake.consent_rules import Category
from ihala_intake.models.base import How
from ihala_intake.models.decisions import OtherBasis
from ihala_intake.receipt_page import Receipt, Went, neutral_page, page, square

from tests.intake.actors import COORDINATOR, HLP, MOMD, NGO, OFFICER, OTHER_COORDINATOR, PROVIDER, STRANGER, WLCO, Actor
from tests.intake.house import House
from tests.intake.samples import SECRETS, consent, need
from tests.intake.story import Story, accepted, asked

NAME = "جمعية السكن في تلعفر"
AT = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)
RECEIPT = Receipt(
    code="NIN-7K2M", printed_at=AT, state="given", basis="consent", purpose="referral", categories=["identity", "contact"],
    recipients=["<b>A & B</b>", None], objections=[], until=AT, how="spoken", revision=3,
    went=[Went("A & B", ["contact"], 2, AT), Went(None, ["identity"], 3, AT)],
)  # fmt: skip


def joined(actor: Actor, **more: Any) -> OrganizationJoined:
    names = {"ar": NAME, "en": "Telafar Housing Society"}
    return OrganizationJoined(
        organization_id=actor.organization_id, kind="nngo", names=names, operator_id=MOMD, joined_at=datetime.now(UTC), **more
    )


def path(story: Story) -> str:
    return f"/v1/consents/{story.consent_id}/receipt"


async def test_a_receipt_says_what_was_agreed_to_and_what_went_to_whom(house: House) -> None:
    await house.deliver(joined(PROVIDER))
    story = await accepted(house, NGO, consent=consent(categories=["contact", "household"]))
    _, before, _ = await house.sheet(path(story) + "?language=en", NGO)
    assert "Nothing has been read by anybody so far." in before
    await house.get(story.person_path, PROVIDER)
    status, sheet, headers = await house.sheet(path(story) + "?language=ar", NGO)
    assert (status, headers["Content-Language"], headers["Cache-Control"]) == (200, "ar", "no-store")
    assert headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'"
    assert '<html lang="ar" dir="rtl">' in sheet
    assert NAME in sheet
    assert "الهواتف واللغات، أفراد أسرتك" in sheet
    assert [secret for secret in SECRETS if secret in sheet] == []
    assert "http" not in sheet.replace("http://www.w3.org/2000/svg", "")
    code = await house.scalar("SELECT c.reference FROM case_file c JOIN consent ON consent.case_id = c.id")
    assert square(code) in sheet
    person_id = await house.scalar("SELECT person_id FROM need WHERE id = :id", id=story.need_id)
    assert await house.chain(person_id) == 3
    assert await house.scalar("SELECT count(*) FROM access_log WHERE what = 'receipt'") == 2


@pytest.mark.parametrize(
    ("asked_in", "accepts", "tag", "direction"),
    [("", "ckb", "ckb", "rtl"), ("?language=en", "ar", "en", "ltr"), ("", "ar-IQ, en;q=0.5", "ar", "rtl"), ("", "xx", "en", "ltr")],
)
async def test_the_language_is_asked_for_or_preferred(house: House, asked_in: str, accepts: str, tag: str, direction: str) -> None:
    story = await asked(house)
    _, sheet, headers = await house.sheet(path(story) + asked_in, OFFICER, **{"Accept-Language": accepts})
    assert headers["Content-Language"] == tag
    assert f'<html lang="{tag}" dir="{direction}">' in sheet


async def test_a_restricted_receipt_is_neutral_and_only_given_when_asked_for(house: House) -> None:
    await house.deliver(joined(PROVIDER))
    named = consent(recipients=[str(PROVIDER.organization_id)])
    story = await asked(house, WLCO, needs=[need("protection.gbv")], consent=named)
    refused = await house.get(path(story), COORDINATOR)
    assert (refused.status, refused.slug) == (409, "receipt-only-when-asked")
    assert await house.scalar("SELECT count(*) FROM access_log") == 0
    status, sheet, _ = await house.sheet(path(story) + "?asked=true&language=ar", COORDINATOR)
    code = await house.scalar("SELECT reference FROM case_file")
    assert status == 200
    assert sheet.split(square(code))[1].startswith("<p>الرمز")
    for word in (NAME, "وافقت", "موافق", "الهواتف", "حماية"):
        assert word not in sheet
    assert (await house.get(path(story) + "?asked=true", OFFICER)).slug == "consent-not-found"


async def test_no_organisation_stands_on_paper_where_it_would_tell_what_the_need_is(house: House) -> None:
    await house.deliver(joined(PROVIDER))
    story = await accepted(house, NGO, needs=[need("health.medical")])
    await house.get(story.person_path, PROVIDER)
    _, sheet, _ = await house.sheet(path(story) + "?language=en", NGO)
    assert "Telafar" not in sheet
    assert "<td>An organisation</td>" in sheet


async def test_a_hidden_organisation_stands_on_no_paper(house: House) -> None:
    await house.deliver(joined(PROVIDER, hidden=True))
    story = await accepted(house, NGO)
    await house.get(story.person_path, PROVIDER)
    _, sheet, _ = await house.sheet(path(story) + "?language=ar", NGO)
    assert NAME not in sheet


async def test_the_ministrys_centre_prints_no_organisation_and_nothing_of_what_went(house: House) -> None:
    await house.deliver(joined(PROVIDER))
    story = await accepted(house, HLP, consent=consent(recipients=[str(PROVIDER.organization_id)]))
    await house.get(story.person_path, PROVIDER)
    status, sheet, _ = await house.sheet(path(story) + "?language=ar", HLP.but(scopes=OFFICER.scopes))
    assert status == 200
    assert NAME not in sheet
    assert "ما نُقل ولمن" not in sheet
    _, for_operator, _ = await house.sheet(path(story) + "?language=ar", OFFICER)
    assert NAME in for_operator


async def test_a_refusal_and_a_withdrawal_have_receipts_too(house: House) -> None:
    refused = await asked(house, NGO, consent=consent(given=False, categories=[]))
    _, sheet, _ = await house.sheet(path(refused) + "?language=en", NGO)
    assert "You did not agree. Nothing is passed on." in sheet
    withdrawn = await asked(house, NGO, needs=[need("cash.grant")])
    await house.post("/v1/withdrawals", NGO, {"consent_id": str(withdrawn.consent_id), "by": "person", "how": "spoken"})
    _, sheet, _ = await house.sheet(path(withdrawn) + "?language=en", NGO)
    assert "You took it back." in sheet
    assert "Phones and languages" not in sheet


async def test_who_prints_a_receipt(house: House) -> None:
    story = await accepted(house, NGO)
    for actor in (STRANGER, OTHER_COORDINATOR, PROVIDER.but(scopes=OFFICER.scopes)):
        assert (await house.get(path(story), actor)).slug == "consent-not-found"
    await house.erase(story.need_id)
    assert (await house.get(path(story), NGO)).slug == "person-erased"


def test_names_are_escaped_and_isolated() -> None:
    sheet = page(RECEIPT, "ar")
    assert "<bdi>&lt;b&gt;A &amp; B&lt;/b&gt;</bdi>، جهة" in sheet
    assert "<b>" not in sheet


def test_days_are_those_of_baghdad() -> None:
    assert "<bdi>2026-03-02</bdi>" in page(RECEIPT, "en")


def test_the_sheet_is_well_formed_in_every_language() -> None:
    for language in ("en", "ar", "ckb"):
        for sheet in (page(RECEIPT, language), neutral_page("NIN-7K2M", AT, language)):
            body = sheet[sheet.index("<body>") :].removesuffix("</html>")
            assert ElementTree.fromstring(body).find("h1") is not None


def test_the_square_holds_the_code_alone() -> None:
    made = segno.make_qr("NIN-7K2M", error="m")
    assert (made.mode, made.is_micro) == ("alphanumeric", False)
    assert square("NIN-7K2M") == made.svg_inline(scale=5, border=2)
    assert square("NIN-7K2M") != square("NIN-7K2N")


def test_every_code_that_can_stand_on_a_receipt_has_words_in_three_languages() -> None:
    with (files("ihala_intake") / "data" / "receipt_words.csv").open("r", encoding="utf-8") as file:
        rows = {row["code"]: row for row in csv.DictReader(file)}
    wanted = {*Category, *get_args(How), *get_args(OtherBasis), "decided", "given", "refused", "withdrawn", "awaited", "referral"}
    assert wanted - rows.keys() == set()
    assert [code for code, row in rows.items() if not all(row[tag] for tag in ("en", "ar", "ckb"))] == []
    for state in ("given", "refused", "withdrawn", "awaited"):
        assert page(replace(RECEIPT, state=state), "ckb")

"""What a digest says: plural forms of CLDR, right to left, values in their own order, nothing from outside unescaped."""

from datetime import UTC, datetime, timedelta
from typing import get_args
from uuid import UUID, uuid4

import pytest
from babel import Locale
from ihala_kit.words import Language
from ihala_notify.notices import times, wording
from ihala_notify.notices.kinds import Kind, Notice
from ihala_notify.notices.wording import Links, _words, plural

LANGUAGES: tuple[Language, ...] = get_args(Language)
LINKS = Links("https://ihala.example", "https://desk.example")
DUE = datetime(2026, 11, 22, 11, 30, tzinfo=UTC)


def offers(number: int, need: UUID | None = None) -> dict[Kind, list[Notice]]:
    return {Kind.NEW_OFFER: [Notice(Kind.NEW_OFFER, "referral", uuid4(), need, DUE) for _ in range(number)]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_every_plural_form_of_its_language(language: Language) -> None:
    words = _words()[language]
    needed = {Locale.parse(language).plural_form(number) for number in range(200)}
    assert set(words["kinds"]) == {kind.value for kind in Kind}
    for forms in (words["subject"], words["more"], *words["kinds"].values()):
        assert needed <= set(forms)


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "إحالة جديدة واحدة"), (2, "إحالتان جديدتان"), (3, "3 إحالات جديدة"), (11, "11 إحالة جديدة"), (100, "100 إحالة جديدة")],
)
def test_arabic_has_six_forms(number: int, said: str) -> None:
    assert plural(_words()["ar"]["kinds"]["new_offer"], number, "ar").startswith(said)


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("ckb", "rtl"), ("en", "ltr")])
def test_values_keep_their_order_between_right_to_left_words(language: Language, direction: str) -> None:
    need = uuid4()
    found = offers(1, need)
    said = wording.digest(found, {need: "NIN-7K3F-92QX"}, language, LINKS, LINKS.stop("token"))
    link = f"https://desk.example/referrals/{found[Kind.NEW_OFFER][0].id}"
    for value in ("NIN-7K3F-92QX", "2026-11-22 14:30", link, "https://ihala.example/notify/v1/digests/stop/token"):
        assert f"\u2066{value}\u2069" in said.text
    assert f'<html lang="{language}" dir="{direction}">' in said.html
    assert f'<a href="{link}"><bdi dir="ltr">NIN-7K3F-92QX</bdi></a>' in said.html
    assert "http-equiv" not in said.html and "<img" not in said.html and "src=" not in said.html


def test_many_are_counted_and_not_all_listed() -> None:
    said = wording.digest(offers(23), {}, "en", LINKS, "https://x.example")
    assert said.subject == "Ihala: 23 notices"
    assert "23 new referrals" in said.text and "and 3 more" in said.text and said.text.count("/referrals/") == 20


def test_what_is_put_in_is_escaped() -> None:
    need = uuid4()
    said = wording.digest(offers(1, need), {need: "<script>&"}, "en", LINKS, 'https://x.example/"><b>')
    assert "<script>" not in said.html and '"><b>' not in said.html


def test_without_a_page_of_the_desk_links_lead_to_the_api() -> None:
    one = uuid4()
    of = [Links("https://g.example").of(Notice(Kind.ANSWER, about, one)) for about in ("referral", "need", "service")]
    assert of == [
        f"https://g.example/referral/v1/referrals/{one}", f"https://g.example/intake/v1/needs/{one}",
        f"https://g.example/directory/v1/services/{one}",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("after", "of_day", "next_at"),
    [
        (datetime(2026, 11, 22, 4, 29, tzinfo=UTC), "07:30", datetime(2026, 11, 22, 4, 30, tzinfo=UTC)),
        (datetime(2026, 11, 22, 4, 30, tzinfo=UTC), "07:30", datetime(2026, 11, 23, 4, 30, tzinfo=UTC)),
        (datetime(2026, 11, 22, 22, tzinfo=UTC), "00:30", datetime(2026, 11, 23, 21, 30, tzinfo=UTC)),
    ],
)
def test_a_day_is_iraqs(after: datetime, of_day: str, next_at: datetime) -> None:
    assert times.next_daily(after, times.minutes(of_day)) == next_at
    assert times.words(times.minutes(of_day)) == of_day
    assert next_at - after <= timedelta(days=1)

"""What may be sent to people in an operator's own words, and what is refused."""

from typing import Any

import pytest
from ihala_kit.words import Language
from ihala_notify.templates import words
from ihala_notify.templates.checks import MOST_PARTS, faults
from ihala_notify.templates.field_words import FIELD_WORDS
from ihala_notify.wording import LANGUAGES, Template, plain_of, sentences_of, templates

NONE: frozenset[str] = frozenset()


def changed(name: str, **texts: list[Any]) -> list[tuple[str, str]]:
    """Return what speaks against a template with some languages' texts replaced: pointers and codes."""
    template = templates()[name]
    found = faults(template, sentences_of(plain_of(template.sentences) | texts), NONE)
    assert all(fault.code in FIELD_WORDS for fault in found)
    return [(fault.pointer, fault.code) for fault in found]


@pytest.mark.parametrize("template", templates().values(), ids=templates())
def test_our_own_texts_may_be_sent(template: Template) -> None:
    assert faults(template, template.sentences, NONE) == []


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Call {phone}. See www.example.org", "link"),
        ("Call {phone}. See HTTPS://example.org", "link"),
        ("Call {phone}. See example.org", "link"),
        ("Call {phone}. See example。org", "link"),
        ("Call {phone}. See example．org", "link"),  # of full width
        ("Call {phone}. See ex\u200bample.org", "hidden_letter"),
        ("Call {phone}. See {reference}.org", "link"),
        ("Write to office@example", "link"),
        ("Call 0770 123 4567", "number"),
        ("Call 0770-123", "number"),
        ("Call 0770–123–4567", "number"),
        ("Call 0770\u2010123\u20104567", "number"),
        ("Call 0770×123×4567", "number"),
        ("Call 0770:123:4567", "number"),
        ("Call ٠٧٧٠", "digit_not_latin"),
        ("<b>Call</b> {phone}", "markup"),
        ("&lt;b&gt; {phone}", "markup"),
        ("[Call](tel) {phone}", "markup"),
        ("Is that right?", "question"),
        ("Please reply to this.", "asks_for_reply"),
        ("Send us a message with your name.", "asks_for_reply"),
        ("Write back.", "asks_for_reply"),
        ("Call about the Violence.", "violence"),
        ("For survivors only.", "violence"),
        ("Call {phone!r}", "placeholder_malformed"),
        ("Call {phone.__class__}", "placeholder_malformed"),
        ("Call {0}", "placeholder_malformed"),
        ("Call {phone} about {person}", "placeholder_unknown"),
        ("Call {phone} \u202eeht", "hidden_letter"),
        ("Call\n{phone}", "hidden_letter"),
        ("اتصلوا {phone}", "wrong_script"),
    ],
)
def test_what_could_endanger_or_mislead_is_refused(said: str, code: str) -> None:
    assert ("/en/0", code) in changed("call-us", en=[said])


def test_what_stands_in_several_sentences_is_read_as_one() -> None:
    assert ("/en", "number") in changed("call-us", en=["About {reference}.", "Call {phone}, or 0770", "123", "4567."])
    assert ("/en", "asks_for_reply") in changed("call-us", en=["About {reference}: call {phone} or write", "back."])


@pytest.mark.parametrize(
    ("language", "said", "code"),
    [
        ("ar", "بخصوص العنف في الطلب {reference}: {phone}", "violence"),
        ("ar", "وبالاغتصاب {reference}: {phone}", "violence"),
        ("ar", "للضحايا {reference}: {phone}", "violence"),
        ("ar", "بشأن الزواج القسري {reference}: {phone}", "violence"),
        ("ar", "هل تأتون؟ {reference} {phone}", "question"),
        ("ar", "Please call {reference} {phone}", "wrong_script"),
        ("ar", "تکایە پەیوەندی بکەن {reference} {phone}", "wrong_script"),
        ("ar", "أرسلوا كلمة نعم {reference} {phone}", "asks_for_reply"),
        ("ar", "زوروا موقع.عراق {reference} {phone}", "link"),
        ("ckb", "دەربارەی توندوتیژی {reference} {phone}", "violence"),
        ("ckb", "يرجى الاتصال على الرقم بخصوص الطلب {reference} {phone}", "wrong_script"),
    ],
)
def test_the_same_in_arabic_and_kurdish(language: Language, said: str, code: str) -> None:
    assert code in [found for _, found in changed("call-us", **{language: [said]})]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ar", "نعمل على سبيل المثال من الأحد إلى الخميس 08:00-14:00، والضريبة إجبارية."),
        ("en", "Our skilled staff are here from 08:00 to 14:00, room 12."),
        ("ckb", "کارمەندەکانمان لە 08:00 تا 14:00 لێرەن."),
    ],
)
def test_ordinary_words_are_not_refused(language: Language, said: str) -> None:
    assert list(words.faults_in(said, language, NONE)) == []


def test_a_link_of_ones_own_house_may_be_allowed() -> None:
    hosts = frozenset({"help.example.iq"})
    assert list(words.faults_in("More: https://help.example.iq/a-b.", "en", hosts)) == []
    for other in (
        "https://help.example.iq.evil.org",
        "https://evil.example.iq",
        "http://help.example.iq",
        "https://help.example.iq@evil.org",
    ):
        assert "link" in dict(words.faults_in(f"More: {other}", "en", hosts)), other


def test_each_language_says_what_is_required() -> None:
    assert changed("call-us", en=["Please come."]) == [("/en", "placeholder_required")] * 2
    assert ("/ar", "placeholder_missing_here") in changed("please-come", ar=["الطلب {reference}.", "{phone}."])


def test_what_is_required_stands_where_it_is_never_left_out() -> None:
    own = [*plain_of(templates()["please-come"].sentences)["en"][:1], "By {date}, or call {phone}."]
    assert changed("please-come", en=own) == [("/en", "placeholder_required")]


def test_the_neutral_text_says_nothing_of_a_request() -> None:
    assert ("/en/0", "placeholder_unknown") in changed("news", en=["News about {reference}: {phone}."])


def test_every_form_of_the_language_is_there() -> None:
    texts = plain_of(templates()["appointment-reminder"].sentences)
    forms = texts["ar"][2]["forms"]
    del forms["few"]
    assert changed("appointment-reminder", ar=texts["ar"]) == [("/ar/2/forms/few", "plural_form_missing")]
    texts["en"][2]["forms"]["two"] = "Two minutes."
    assert changed("appointment-reminder", en=texts["en"]) == [("/en/2/forms/two", "plural_form_unknown")]
    texts["ckb"][2]["by"] = "date"
    assert ("/ckb/2/by", "placeholder_is_no_number") in changed("appointment-reminder", ckb=texts["ckb"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_is_no_letter(language: Language) -> None:
    sentences = list(plain_of(templates()["call-us"].sentences)[language])
    assert changed("call-us", **{language: sentences * 4}) == []
    assert (f"/{language}", "too_many_sms") in changed("call-us", **{language: sentences * 12 * MOST_PARTS})


def test_every_code_is_said_in_three_languages() -> None:
    assert all(len({one.en, one.ar, one.ckb}) == 3 for one in FIELD_WORDS.values())

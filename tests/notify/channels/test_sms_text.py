"""How many SMS a text takes: at each border, and without cutting a letter in half."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ihala_notify.channels.sms_text import Alphabet, TextTooLong, sms_of
from ihala_notify.templates.samples import sample_facts
from ihala_notify.wording import LANGUAGES, Language, templates


@pytest.mark.parametrize(
    ("text", "alphabet", "letters", "parts"),
    [
        ("", "gsm-7", 0, 1),
        ("a" * 160, "gsm-7", 160, 1),
        ("a" * 161, "gsm-7", 161, 2),
        ("a" * 306, "gsm-7", 306, 2),
        ("a" * 307, "gsm-7", 307, 3),
        ("€" * 80, "gsm-7", 160, 1),
        ("€" * 80 + "a", "gsm-7", 161, 2),
        ("€" * 153, "gsm-7", 306, 3),  # 76 fit in a part, its last place stays empty
        ("[]{}^~|\\\f€", "gsm-7", 20, 1),
        ("Question? @£$¥ èéùìò ÄÖÑÜ §¿ äöñüà ΔΦΓΛΩΠΨΣΘΞ", "gsm-7", 45, 1),
        ("`", "ucs-2", 1, 1),
        ("ç", "ucs-2", 1, 1),  # only the capital one is in the table
        ("س" * 70, "ucs-2", 70, 1),
        ("س" * 71, "ucs-2", 71, 2),
        ("س" * 134, "ucs-2", 134, 2),
        ("ڕ" * 135, "ucs-2", 135, 3),
        ("a" * 69 + "ێ", "ucs-2", 70, 1),
        ("😀" * 35, "ucs-2", 70, 1),
        ("😀" * 36, "ucs-2", 72, 2),
        ("😀" * 67, "ucs-2", 134, 3),  # 33 fit in a part: none is cut
        ("\ud800", "ucs-2", 1, 1),
    ],
)
def test_what_a_text_takes(text: str, alphabet: str, letters: int, parts: int) -> None:
    made = sms_of(text)
    assert (made.alphabet, made.letters, len(made.parts)) == (alphabet, letters, parts)


def test_the_escaped_letters_are_those_of_the_standard() -> None:
    assert sms_of("^{}\\[~]|€\f").parts == (bytes.fromhex("1b14 1b28 1b29 1b2f 1b3c 1b3d 1b3e 1b40 1b65 1b0a"),)
    assert sms_of("@_Ω Aà").parts == (bytes([0x00, 0x11, 0x15, 0x20, 0x41, 0x7F]),)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=400))
def test_no_part_is_too_long_and_together_they_are_the_text(text: str) -> None:
    made = sms_of(text)
    if made.alphabet is Alphabet.UCS2:
        assert b"".join(made.parts).decode("utf-16-be") == text
        for part in made.parts:
            part.decode("utf-16-be")  # no half of a letter
            assert len(part) <= (140 if len(made.parts) == 1 else 134)
    else:
        assert all(len(part) <= (160 if len(made.parts) == 1 else 153) and not part.endswith(b"\x1b") for part in made.parts)
        assert sum(map(len, made.parts)) == made.letters


def test_a_text_without_end_is_no_sms() -> None:
    assert len(sms_of("س" * 67 * 255).parts) == 255
    with pytest.raises(TextTooLong):
        sms_of("س" * (67 * 255 + 1))


@pytest.mark.parametrize("language", LANGUAGES)
def test_our_own_texts_are_few_sms(language: Language) -> None:
    for template in templates().values():
        assert len(sms_of(template.render(language, sample_facts(language))).parts) <= 5, template.name

"""The texts that people are sent: read from data/templates.yaml, checked when they are read, filled in at the moment of sending."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final, get_args
from uuid import UUID

import yaml
from ihala_kit import words

from ihala_notify.laying import KINDS, Fact, Kind, laid, plural_form

Language = words.Language
LANGUAGES: Final = get_args(Language)
NEUTRAL = "news"
GIVEN: Final = frozenset(name for name, kind in KINDS.items() if kind in {Kind.DATE, Kind.TIME, Kind.COUNT})  # by who sends by hand
_FILE = Path(__file__).parent / "data" / "templates.yaml"
_PLACEHOLDER = re.compile(r"\{([a-z_]{1,30})\}")


class TemplateBroken(ValueError):
    """A template has a placeholder nobody knows, or not the same ones in each language."""


class FactMissing(Exception):
    """Something that the text needs is not known (yet). Its one argument is the placeholder's name."""


@dataclass(frozen=True, slots=True)
class Plural:
    """A sentence whose form a number decides; `forms` are all that CLDR names for its language (Arabic has six)."""

    by: str  # the placeholder that is the number
    forms: Mapping[str, str]


Sentence = str | Plural
Texts = Mapping[str, tuple[Sentence, ...]]


@dataclass(frozen=True, slots=True)
class Filled:
    """A text, and which placeholders were not known, so that their sentences were left out."""

    text: str
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """One template: sentences by language, and how long after the event it is still of use."""

    name: str
    version: int
    useful_for: timedelta
    sentences: Texts
    optional: frozenset[str]
    by_hand: bool = False  # somebody may send it, beside what events send
    operator_id: UUID | None = None  # whose own version it is; None: built in

    @property
    def placeholders(self) -> frozenset[str]:
        """Return what it may name."""
        return placeholders(self.sentences["en"])

    def render(self, language: Language, facts: Mapping[str, Fact | None]) -> str:
        """Return the text. Raises FactMissing when a placeholder that is not optional has no value."""
        return self.filled(language, facts).text

    def filled(self, language: Language, facts: Mapping[str, Fact | None]) -> Filled:
        """Return the text and what is left out of it. Raises FactMissing when a placeholder that is not optional has no value."""
        known = {name: value for name, value in facts.items() if value is not None and str(value).strip()}
        said, left_out = list[str](), set[str]()
        for sentence in self.sentences[language]:
            if missing := placeholders([sentence]) - known.keys():
                left_out |= missing
            else:
                said.append(_said(sentence, language, known))
        if needed := sorted(left_out - self.optional):
            raise FactMissing(needed[0])
        return Filled(" ".join(said), tuple(sorted(left_out)))


@cache
def templates() -> Mapping[str, Template]:
    """Return all templates by name. Raises TemplateBroken."""
    return read(yaml.safe_load(_FILE.read_text("utf-8")))


def read(document: Mapping[str, Any]) -> Mapping[str, Template]:
    """Return the templates of a document. Raises TemplateBroken."""
    optional = frozenset(document["optional"])
    found = {name: _template(name, entry, optional) for name, entry in document["templates"].items()}
    for template in found.values():
        _check(template)
    return found


def sentences_of(plain: Mapping[str, Any]) -> Texts:
    """Return sentences by language from what YAML and the database hold: texts, and {by, forms}."""
    return {language: tuple(_sentence(each) for each in plain[language]) for language in LANGUAGES}


def plain_of(sentences: Texts) -> dict[str, list[Any]]:
    """Return the same as the database holds it."""
    return {
        language: [each if isinstance(each, str) else {"by": each.by, "forms": dict(each.forms)} for each in sentences[language]]
        for language in LANGUAGES
    }


def forms_of(sentence: Sentence) -> Mapping[str, str]:
    """Return every wording of a sentence, by its form; a plain one has one, without a name."""
    return {"": sentence} if isinstance(sentence, str) else sentence.forms


def placeholders(sentences: Iterable[Sentence]) -> frozenset[str]:
    """Return what the sentences name."""
    return frozenset(name for each in sentences for name in _named(each))


def text_in(texts: Mapping[str, str] | None, language: Language) -> str | None:
    """Return a text that others gave by language: in this one, else Arabic, else English, else whatever there is."""
    for wanted in (language, "ar", "en"):
        if texts and texts.get(wanted):
            return texts[wanted]
    return next(iter(texts.values()), None) if texts else None


def _template(name: str, entry: Mapping[str, Any], optional: frozenset[str]) -> Template:
    useful_for = timedelta(hours=entry["useful_for_hours"])
    optional |= frozenset(entry.get("optional", ()))
    return Template(name, entry["version"], useful_for, sentences_of(entry), optional, entry.get("by_hand", False))


def _check(template: Template) -> None:
    found = {placeholders(sentences) for sentences in template.sentences.values()}
    if len(found) != 1 or not template.placeholders <= KINDS.keys() or "phone" not in template.placeholders:
        raise TemplateBroken(template.name)
    if template.placeholders & GIVEN and not template.by_hand:
        raise TemplateBroken(template.name)  # nobody gives it


def _sentence(plain: str | Mapping[str, Any]) -> Sentence:
    return plain if isinstance(plain, str) else Plural(plain["by"], plain["forms"])


def _named(sentence: Sentence) -> set[str]:
    by = set() if isinstance(sentence, str) else {sentence.by}
    return by.union(*(_PLACEHOLDER.findall(form) for form in forms_of(sentence).values()))


def _said(sentence: Sentence, language: Language, known: Mapping[str, Fact]) -> str:
    form = sentence if isinstance(sentence, str) else sentence.forms[plural_form(int(str(known[sentence.by])), language)]
    return _PLACEHOLDER.sub(lambda found: laid(found[1], known[found[1]], language), form)

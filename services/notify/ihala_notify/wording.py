"""The texts that people are sent: read from data/templates.yaml, checked when they are read, filled in at the moment of sending."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Final, Literal, get_args

import yaml

Language = Literal["ar", "ckb", "en"]
LANGUAGES: Final = get_args(Language)
NEUTRAL = "news"
KNOWN = frozenset({"reference", "phone", "organization", "organization_phone", "address", "hours", "documents"})
_FILE = Path(__file__).parent / "data" / "templates.yaml"
_RIGHT_TO_LEFT = frozenset({"ar", "ckb"})
_NUMBERS = frozenset({"phone", "organization_phone", "reference"})
_LRM = "\u200e"  # keeps "+964…" from turning round between Arabic letters


class TemplateBroken(ValueError):
    """A template has a placeholder nobody knows, or not the same ones in each language."""


class FactMissing(Exception):
    """Something that the text needs is not known (yet). Its one argument is the placeholder's name."""


@dataclass(frozen=True, slots=True)
class Template:
    """One template: sentences by language, and how long after the event it is still of use."""

    name: str
    version: int
    useful_for: timedelta
    sentences: Mapping[str, tuple[str, ...]]
    optional: frozenset[str]

    def render(self, language: Language, facts: Mapping[str, str | None]) -> str:
        """Return the text. Raises FactMissing when a placeholder that is not optional has no value."""
        known = {name: _laid(name, value, language) for name, value in facts.items() if value and value.strip()}
        return " ".join(sentence.format(**known) for sentence in self.sentences[language] if self._wanted(sentence, known))

    def _wanted(self, sentence: str, known: Mapping[str, str]) -> bool:
        """Tell whether the sentence can be said; an optional one that cannot is left out."""
        missing = sorted(_placeholders(sentence) - known.keys())
        for name in missing:
            if name not in self.optional:
                raise FactMissing(name)
        return not missing


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


def text_in(texts: Mapping[str, str] | None, language: Language) -> str | None:
    """Return a text that others gave by language: in this one, else Arabic, else English, else whatever there is."""
    for wanted in (language, "ar", "en"):
        if texts and texts.get(wanted):
            return texts[wanted]
    return next(iter(texts.values()), None) if texts else None


def _template(name: str, entry: Mapping[str, Any], optional: frozenset[str]) -> Template:
    sentences = {language: tuple(entry[language]) for language in LANGUAGES}
    return Template(name, entry["version"], timedelta(hours=entry["useful_for_hours"]), sentences, optional)


def _check(template: Template) -> None:
    found = {language: _placeholders(" ".join(sentences)) for language, sentences in template.sentences.items()}
    if len(set(map(frozenset, found.values()))) != 1 or not found["ar"] <= KNOWN or "phone" not in found["ar"]:
        raise TemplateBroken(template.name)


def _placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def _laid(name: str, value: str, language: Language) -> str:
    """Return the value on one line, without a full stop of its own; numbers so that they read the right way round."""
    plain = " ".join(value.split()).rstrip(".")
    if name in _NUMBERS and language in _RIGHT_TO_LEFT:
        return f"{_LRM}{plain.replace(' ', '')}{_LRM}"
    return plain

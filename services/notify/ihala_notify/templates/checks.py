"""What a template must be before it is kept: its placeholders, its letters, its length. Pure. What its words may not be: words.py."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ihala_kit.words import Language

from ihala_notify.channels.sms_text import TextTooLong, sms_of
from ihala_notify.laying import KINDS, Kind, plural_forms
from ihala_notify.templates.samples import sample_facts
from ihala_notify.templates.words import faults_in
from ihala_notify.wording import LANGUAGES, NEUTRAL, Plural, Sentence, Template, Texts, forms_of, placeholders

OF_ALL_TOGETHER = frozenset({"number", "link", "asks_for_reply", "violence"})  # what sentences could share
MOST_PARTS = 8  # SMS that one message may take, with facts of usual length


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where, as a JSON pointer below the texts, and a code that `FIELD_WORDS` says in words."""

    pointer: str
    code: str
    expected: str | None = None


def faults(built_in: Template, texts: Texts, hosts: frozenset[str]) -> list[Fault]:
    """Return all that speaks against these texts instead of the built-in ones. `hosts` may be named in links."""
    found = [fault for language in LANGUAGES for fault in _of_language(built_in, texts[language], language, hosts)]
    return found or [*_joined(texts, hosts), *_together(built_in, texts), *_lengths(built_in, texts)]


def allowed(built_in: Template) -> frozenset[str]:
    """Return the placeholders that it may have: what the built-in one names, and what is known of every need. The neutral text is read
    by others than the person: it says nothing of a request."""
    return built_in.placeholders | (frozenset() if built_in.name == NEUTRAL else {"reference"})


def required(built_in: Template) -> frozenset[str]:
    """Return the placeholders that it must have: the number to call, and what the built-in one cannot be said without."""
    return built_in.placeholders - built_in.optional


def _of_language(built_in: Template, sentences: Sequence[Sentence], language: Language, hosts: frozenset[str]) -> Iterator[Fault]:
    for place, sentence in enumerate(sentences):
        where = f"/{language}/{place}"
        if isinstance(sentence, Plural):
            yield from _of_forms(sentence, language, where)
        for name, form in forms_of(sentence).items():
            at = f"{where}/forms/{name}" if name else where
            yield from (Fault(at, code, expected) for code, expected in faults_in(form, language, hosts))
        unknown = placeholders([sentence]) - allowed(built_in)
        if unknown:
            yield Fault(where, "placeholder_unknown", " ".join(f"{{{name}}}" for name in sorted(allowed(built_in))))


def _of_forms(sentence: Plural, language: Language, where: str) -> Iterator[Fault]:
    if KINDS.get(sentence.by) is not Kind.COUNT:
        yield Fault(f"{where}/by", "placeholder_is_no_number", "count")
    wanted = plural_forms(language)
    yield from (Fault(f"{where}/forms/{name}", "plural_form_missing") for name in sorted(wanted - sentence.forms.keys()))
    yield from (Fault(f"{where}/forms/{name}", "plural_form_unknown") for name in sorted(sentence.forms.keys() - wanted))


def _joined(texts: Texts, hosts: frozenset[str]) -> Iterator[Fault]:
    """What no sentence holds and a person would read all the same: they are sent as one text."""
    for language in LANGUAGES:
        said = " ".join(form for sentence in texts[language] for form in forms_of(sentence).values())
        yield from (Fault(f"/{language}", code, expected) for code, expected in faults_in(said, language, hosts) if code in OF_ALL_TOGETHER)


def _together(built_in: Template, texts: Texts) -> Iterator[Fault]:
    """What is required stands in each language, in a sentence that is never left out; and each language says the same."""
    everywhere = frozenset[str]().union(*(placeholders(texts[language]) for language in LANGUAGES))
    for language in LANGUAGES:
        always = placeholders(each for each in texts[language] if not placeholders([each]) & built_in.optional)
        yield from (Fault(f"/{language}", "placeholder_required", f"{{{name}}}") for name in sorted(required(built_in) - always))
        missing = everywhere - placeholders(texts[language]) - required(built_in)
        yield from (Fault(f"/{language}", "placeholder_missing_here", f"{{{name}}}") for name in sorted(missing))


def _lengths(built_in: Template, texts: Texts) -> Iterator[Fault]:
    for language in LANGUAGES:
        try:
            parts = len(sms_of(as_if(built_in, texts).render(language, sample_facts(language))).parts)
        except TextTooLong:
            parts = MOST_PARTS + 1
        if parts > MOST_PARTS:
            yield Fault(f"/{language}", "too_many_sms", str(MOST_PARTS))


def as_if(built_in: Template, texts: Texts) -> Template:
    """Return the template with these texts."""
    return replace(built_in, sentences=texts)

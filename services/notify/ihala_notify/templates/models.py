"""Bodies of templates' HTTP API."""

from datetime import datetime
from typing import Annotated, Literal, Self

from ihala_kit.bodies import Sent
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from ihala_notify.laying import KINDS, Kind
from ihala_notify.wording import Plural, Template, Texts, plain_of, sentences_of

Wording = Annotated[str, Field(min_length=1, max_length=400)]


class _Closed(Sent):
    model_config = ConfigDict(hide_input_in_errors=True)


class Forms(_Closed):
    """One sentence for each form of number that the language has (CLDR): Arabic all six, English and Kurdish `one` and `other`."""

    zero: Wording | None = None
    one: Wording | None = None
    two: Wording | None = None
    few: Wording | None = None
    many: Wording | None = None
    other: Wording


class PluralSentence(_Closed):
    """A sentence whose form a number decides."""

    by: str = Field(max_length=30, examples=["count"], description="The placeholder that is the number.")
    forms: Forms


Sentence = Wording | PluralSentence
Sentences = Annotated[list[Sentence], Field(min_length=1, max_length=12)]


class TemplateTexts(_Closed):
    """Sentences in the three languages. One that names what is not known is left out, where that may be."""

    ar: Sentences
    ckb: Sentences
    en: Sentences

    def texts(self) -> Texts:
        """Return the sentences by language."""
        return sentences_of(self.model_dump(exclude_none=True))

    @classmethod
    def of(cls, texts: Texts) -> Self:
        """Return them as they are shown."""
        return cls.model_validate(plain_of(texts))


class Placeholder(BaseModel):
    """What a template may name."""

    name: str
    kind: Kind
    optional: bool = Field(description="Its sentence is left out where it is not known; nothing is sent without any other.")
    given_by_you: bool = Field(description="Whoever sends the message by hand gives it; all else is known.")


class TemplateSummary(BaseModel):
    """One template, as your people are told it now."""

    name: str
    version: int = Field(description="Of your own versions the newest, 0 where there is none. Its ETag.")
    words: Literal["built-in", "own"] = Field(description="Whose words hold now.")
    built_in_version: int = Field(description="Of the built-in text.")
    by_hand: bool = Field(description="You may send it to a person yourself (`POST /v1/messages`); the others are sent by events.")
    useful_for_hours: int = Field(description="How long after its event it is still sent.")
    changed_at: datetime | None = Field(default=None, description="When your newest version was made.")


class TemplateDetails(TemplateSummary):
    """One template with its texts."""

    texts: TemplateTexts
    placeholders: list[Placeholder]


class TemplateChange(_Closed):
    """New texts in all three languages, or the built-in ones again."""

    texts: TemplateTexts | None = Field(default=None, description="Left out with `built_in`.")
    built_in: bool = Field(default=False, description="The built-in texts hold again, also when they change with a new release.")
    why: Annotated[str, Field(min_length=3, max_length=200, description="For who asks later. No names, no numbers.")]

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.texts is None) != self.built_in:
            raise PydanticCustomError("texts_or_built_in", "texts or built_in")
        return self


class Difference(BaseModel):
    """What a version changed in one language."""

    removed: list[Sentence]
    added: list[Sentence]


class Differences(BaseModel):
    """What a version changed, against the one before it; the first against the built-in text."""

    ar: Difference
    ckb: Difference
    en: Difference


class TemplateVersion(BaseModel):
    """One of your own versions: who changed what, and why."""

    version: int
    built_in: bool = Field(description="It took your own words away: the built-in ones held again.")
    built_in_version: int = Field(description="Of the built-in text at that time.")
    author: str = Field(description="The officer's account or opaque sign, as known to the gateway; else the client.")
    client_id: str
    why: str
    created_at: datetime
    texts: TemplateTexts
    difference: Differences


class PreviewRequest(_Closed):
    """What to show: texts that are not kept yet, or those that hold now; with facts of your own, or samples."""

    texts: TemplateTexts | None = Field(default=None, description="Checked as when they are kept.")
    facts: dict[Annotated[str, Field(max_length=30)], Annotated[str, Field(max_length=300)] | int | None] = Field(
        default_factory=dict, max_length=20, description="By placeholder, instead of samples; null for what is not known."
    )


class Sms(BaseModel):
    """What it takes as SMS."""

    parts: int
    letters: int = Field(description="As the alphabet counts them.")
    alphabet: Literal["gsm-7", "ucs-2"]


class PreviewText(BaseModel):
    """One language's text as it would be sent."""

    text: str
    left_out: list[str] = Field(description="Placeholders that are not known: their sentences are left out.")
    sms: Sms


class Preview(BaseModel):
    """The text in each language."""

    ar: PreviewText
    ckb: PreviewText
    en: PreviewText


def placeholders_of(template: Template, given: frozenset[str]) -> list[Placeholder]:
    """Return what a template may name, as it is shown."""
    return [
        Placeholder(name=name, kind=KINDS[name], optional=name in template.optional, given_by_you=name in given)
        for name in sorted(template.placeholders)
    ]


def shown(sentence: str | Plural) -> Sentence:
    """Return one sentence as it is shown."""
    return sentence if isinstance(sentence, str) else PluralSentence(by=sentence.by, forms=Forms(**sentence.forms))

"""What is told instead of a referral."""

from ihala_intake.models.base import Answer


class InThreeLanguages(Answer):
    """One text."""

    en: str
    ar: str
    ckb: str


class Information(Answer):
    """What to tell the person about a need that gets no referral, and which needs' services in the directory may help."""

    code: str
    words: InThreeLanguages
    see: list[str]

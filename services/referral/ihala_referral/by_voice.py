"""Of a restricted need nothing is written between the parties: questions, answers and reasons are spoken. Domain, section 4."""

from ihala_referral.errors import WordsMissing
from ihala_referral.tables import Referral
from ihala_referral.together.errors import SaidByVoice

SPOKEN = "by voice"  # stands for the words of a restricted referral where a reason asks for some


def words(referral: Referral, text: str | None) -> str:
    """Return what is kept of a question or an answer: nothing for a restricted referral. Raises SaidByVoice (409), WordsMissing (422)."""
    unwritten(referral, text)
    if text is None and not referral.restricted:
        raise WordsMissing(pointer="#/text")
    return text or ""


def said(referral: Referral, comment: str | None) -> str | None:
    """Return the comment that a reason may ask for. Raises SaidByVoice (409) for words to a restricted referral."""
    unwritten(referral, comment)
    return SPOKEN if referral.restricted else comment


def unwritten(referral: Referral, text: str | None) -> None:
    """Raise SaidByVoice (409) when somebody writes about a restricted referral."""
    if referral.restricted and text:
        raise SaidByVoice()

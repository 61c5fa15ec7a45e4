"""Which way a message about a need may take. Pure."""

from datetime import datetime

from ihala_contracts.intake_v1 import Sensitivity

from ihala_intake.details import PersonDetails, Phone
from ihala_intake.errors import ContactHeldByOrigin, ContactWithheld
from ihala_intake.models.people import ContactView
from ihala_intake.tables import Need


def contact_of(person: PersonDetails, need: Need, at: datetime, *, held_by_origin: bool) -> ContactView:
    """Return one way: a text to the best phone it is safe to write to, else a call, else a slip at the desk.

    `own` is only said of an adult's own phone, the only one that may get a full text. For a restricted need there is only a phone of
    her own that she chose. Raises ContactHeldByOrigin, ContactWithheld (409).
    """
    if held_by_origin:
        raise ContactHeldByOrigin()
    phone = _best(person.phones)
    if need.sensitivity == Sensitivity.RESTRICTED and not (phone and phone.is_own and phone.safe_to_message):
        raise ContactWithheld()
    return ContactView.model_validate({
        "need_id": need.id, "language": person.language_written or "ar", "channel": _channel(person, phone),
        "number": phone.number if phone else None, "own": bool(phone and phone.is_own and not person.is_minor(at)),
        "safe_to_message": bool(phone and phone.safe_to_message),
    })  # fmt: skip


def _best(phones: list[Phone]) -> Phone | None:
    """Return the phone to use: one that may be written to before one that may only be called, the person's own before others."""
    usable = [phone for phone in phones if phone.safe_to_message or phone.safe_to_call]
    return max(usable, key=lambda phone: (phone.safe_to_message, phone.is_own), default=None)


def _channel(person: PersonDetails, phone: Phone | None) -> str:
    """A read-aloud call for those who do not read, if it is safe to call."""
    if phone is None:
        return "slip"
    call = phone.safe_to_call and (person.reads == "no" or not phone.safe_to_message)
    return "call" if call else "sms"

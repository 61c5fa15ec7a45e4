"""Which way a message about a need may take. Pure."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from ihala_contracts.intake_v1 import Sensitivity, Urgency

from ihala_intake.consent_rules import Category
from ihala_intake.details import Hours, OtherWay, PersonDetails, Phone
from ihala_intake.errors import ContactHeldByOrigin, ContactWithheld
from ihala_intake.models.people import ContactView
from ihala_intake.people_errors import ContactNotNow, MessagesStopped, NoSafeContact
from ihala_intake.person_rules import BAGHDAD_IS_AHEAD_BY
from ihala_intake.tables import Need

_DAY_SECONDS = 24 * 60 * 60
_SHORTEST_WAIT_SECONDS = 60


def contact_of(person: PersonDetails, need: Need, at: datetime, *, held_by_origin: bool, hours: Sequence[Hours] = ()) -> ContactView:
    """Return one way: a text to the best phone it is safe to write to, else a call, else a slip at the desk; and an e-mail beside it.

    `own` is only said of an adult's own phone, the only one that may get a full text, and the same of an e-mail and of a slip, which is
    put into their hand; never of who does not read, since somebody else reads it to them. For a restricted need there is only a phone or
    an e-mail of her own, and only if she wished to be told of it. A minor without a phone is reached through a guardian, if one stands for
    them; nobody ever through the head of their household. `hours` are those of texts where a phone has none of its own; an emergency does
    not wait for them.
    Raises ContactHeldByOrigin, MessagesStopped, ContactWithheld, NoSafeContact (409), ContactNotNow (503: outside the hours).
    """
    if held_by_origin:
        raise ContactHeldByOrigin()
    if person.messages_stopped:
        raise MessagesStopped()
    restricted = need.sensitivity == Sensitivity.RESTRICTED
    phone, mail = _phone_for(person, at, restricted=restricted), _mail_for(person, restricted=restricted)
    if restricted and not need.messages_wanted:
        raise ContactWithheld()
    if restricted and not (phone or mail):
        raise NoSafeContact()
    channel = _channel(person, phone)
    if phone is not None and (wait := seconds_until(_hours(phone, need, channel, hours), at)):
        raise ContactNotNow(retry_after_s=wait)
    alone = not person.is_minor(at) and person.reads != "no"
    return ContactView.model_validate({
        "need_id": need.id, "language": person.language_written or "ar", "channel": channel,
        "number": phone.number if phone else None, "own": (phone is None or phone.is_own) and alone,
        "safe_to_message": bool(phone and phone.safe_to_message),
        "email": mail.address if mail else None, "email_own": bool(mail and mail.own and alone),
    })  # fmt: skip


def ways_of(person: PersonDetails, categories: Collection[str], at: datetime, *, restricted: bool, held_by_origin: bool) -> list[str]:
    """Return by which ways a receiver that may read these categories may reach the person; through the origin always.

    Calls and messages as the phones allow, also that of who stands for them (of a restricted need her own alone); a visit where the
    place may be read.
    """
    stands = person.guardian_at(at)
    guardian = [stands.phone] if stands and stands.phone else []
    known = [] if held_by_origin or Category.CONTACT not in categories else [*person.phones, *guardian]
    phones = [phone for phone in known if (phone.is_own and phone not in guardian) or not restricted]
    allowed = {
        "call": any(phone.safe_to_call for phone in phones),
        "message": any(phone.safe_to_message for phone in phones) and not person.messages_stopped,
        "visit": Category.PLACE in categories and not restricted and not held_by_origin,
        "through_origin": True,
    }
    return [way for way, may in allowed.items() if may]


def seconds_until(hours: Sequence[Hours], at: datetime) -> int:
    """Return how long it is until a phone with these hours may be used: 0 when it may be now, or has none."""
    local = at + BAGHDAD_IS_AHEAD_BY
    now = (local - local.replace(hour=0, minute=0, second=0, microsecond=0)) // timedelta(seconds=1)
    spans = [(_seconds(one.from_time), _seconds(one.until_time)) for one in hours]
    if not spans or any((now - begin) % _DAY_SECONDS < (end - begin) % _DAY_SECONDS or begin == end for begin, end in spans):
        return 0
    return max(min((begin - now) % _DAY_SECONDS for begin, _ in spans), _SHORTEST_WAIT_SECONDS)


def _seconds(time: str) -> int:
    hours, minutes = time.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def _phone_for(person: PersonDetails, at: datetime, *, restricted: bool) -> Phone | None:
    if not restricted:
        return _best(person.phones) or _guardians(person, at)
    phone = _best(person.phones)
    return phone if phone and phone.is_own and phone.safe_to_message else None


def _mail_for(person: PersonDetails, *, restricted: bool) -> OtherWay | None:
    """Return an e-mail that one may write to, the person's own before others; to who does not read nothing is written."""
    usable = [way for way in person.other_ways if way.address and way.safe_to_message and (way.own or not restricted)]
    return None if person.reads == "no" else max(usable, key=lambda way: way.own, default=None)


def _hours(phone: Phone, need: Need, channel: str, of_texts: Sequence[Hours]) -> Sequence[Hours]:
    """Return when the phone may be used: as the person said, else, for texts that can wait, at daytime."""
    default = () if channel != "sms" or need.urgency == Urgency.EMERGENCY else of_texts
    return phone.hours or default


def _guardians(person: PersonDetails, at: datetime) -> Phone | None:
    """Return the phone of who stands for a minor; what goes there is never a full text."""
    guardian = person.guardian
    if guardian is None or guardian.state != "person" or guardian.phone is None or not person.is_minor(at):
        return None
    return _best([guardian.phone])


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

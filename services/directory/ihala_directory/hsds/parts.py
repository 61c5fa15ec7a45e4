"""The small parts of HSDS entries: phones, contacts, schedules, costs, areas, addresses. Rows in, dictionaries out; pure.

`owner` is the entry's id, `link` the HSDS name of the column that points back to it ("service_id").
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from ihala_kit.words import Language

from ihala_directory.hsds.ids import part
from ihala_directory.hsds.speech import CLOSED, FREE, both, language_name, said
from ihala_directory.places import places

Part = dict[str, Any]
Parts = Sequence[Mapping[str, Any]] | None

BAGHDAD_HOURS = 3  # UTC offset of Asia/Baghdad, without summer time since 2008
P_CODE = "P-code"
_PHONE_TYPES = {"voice": "voice", "hotline": "voice", "sms": "text", "whatsapp": "cell"}  # RFC 6350's words


def filled(**values: Any) -> Part:
    """Return what is there: HSDS knows no null."""
    return {name: value for name, value in values.items() if value is not None}


def languages(owner: UUID | str, link: str, codes: Sequence[str] | None, language: Language) -> list[Part]:
    """Return the languages spoken."""
    return [
        filled(id=part(owner, "language", number), **{link: str(owner)}, code=code, name=language_name(code, language))
        for number, code in enumerate(codes or ())
    ]


def phones(owner: UUID | str, link: str, rows: Parts, language: Language) -> list[Part]:
    """Return phones; `channel` is our own word for their kind."""
    return [_phone(part(owner, "phone", number), {link: str(owner)}, row, language) for number, row in enumerate(rows or ())]


def _phone(phone_id: str, links: Mapping[str, str], row: Mapping[str, Any], language: Language) -> Part:
    kind = str(row.get("type") or "voice")
    return {
        "id": phone_id, **links, "number": str(row["number"]), "type": _PHONE_TYPES.get(kind, "voice"),
        **({"channel": kind} if kind in _PHONE_TYPES else {}),
        **both("description", row.get("note"), language), "languages": languages(phone_id, "phone_id", row.get("languages"), language),
    }  # fmt: skip


def contacts(owner: UUID | str, link: str, rows: Parts, language: Language) -> list[Part]:
    """Return whom to ask for."""
    return [_contact(part(owner, "contact", number), {link: str(owner)}, row, language) for number, row in enumerate(rows or ())]


def _contact(contact_id: str, links: Mapping[str, str], row: Mapping[str, Any], language: Language) -> Part:
    phone = row.get("phone")
    return {
        "id": contact_id, **links, **both("name", row.get("name"), language), **both("title", row.get("role"), language),
        **filled(email=row.get("email") or None),
        "phones": phones(contact_id, "contact_id", [phone] if phone else [], language),
    }  # fmt: skip


def schedules(owner: UUID | str, link: str, rows: Parts, opening_hours: Mapping[str, str] | None, language: Language) -> list[Part]:
    """Return opening times, weekly; where there are none, the words that say when it is open."""
    found = [_schedule(part(owner, "schedule", number), {link: str(owner)}, row, language) for number, row in enumerate(rows or ())]
    words = both("description", opening_hours, language)
    return found or ([{"id": part(owner, "schedule", "words"), link: str(owner), **words}] if words else [])


def _schedule(schedule_id: str, links: Mapping[str, str], row: Mapping[str, Any], language: Language) -> Part:
    return {
        "id": schedule_id, **links, "freq": "WEEKLY", "wkst": "SU", "byday": ",".join(row["days"]), "timezone": BAGHDAD_HOURS,
        "opens_at": row["opens_at"], "closes_at": row["closes_at"],
        **filled(valid_from=_day(row.get("valid_from")), valid_to=_day(row.get("valid_to"))), **both("notes", row.get("note"), language),
    }  # fmt: skip


def closures(rows: Parts) -> list[Part]:
    """Return temporary closures (profile): dates included, the reason in all languages."""
    return [{"from": _day(row["from"]), "until": _day(row["until"]), "reason_i18n": dict(row.get("reason") or {})} for row in rows or ()]


def alert(rows: Parts, today: date, language: Language) -> str | None:
    """Return the words about the first closure that is not over, if there is one."""
    coming = sorted((row for row in closures(rows) if row["until"] >= today.isoformat()), key=lambda row: str(row["from"]))
    if not coming:
        return None
    reason = said(coming[0]["reason_i18n"], language)
    text = CLOSED.spoken(language).format(coming[0]["from"], coming[0]["until"])
    return f"{text}: {reason}" if reason else text


def closed_on(rows: Parts, today: date) -> bool:
    """Tell whether it is closed for a while, today."""
    return any(row["from"] <= today.isoformat() <= row["until"] for row in closures(rows))


def costs(owner: UUID, rows: Parts, language: Language) -> list[Part]:
    """Return what it costs."""
    return [_cost(part(owner, "cost", number), str(owner), row, language) for number, row in enumerate(rows or ())]


def _cost(cost_id: str, service_id: str, row: Mapping[str, Any], language: Language) -> Part:
    amount = row.get("amount")
    free = {"amount": 0, "amount_description": FREE.spoken(language)}
    paid = {"amount": float(amount)} if amount is not None else free
    return {
        "id": cost_id, "service_id": service_id, **both("option", row.get("option"), language), "currency": row.get("currency") or "IQD",
        **paid,
    }  # fmt: skip


def documents(owner: UUID, words: Mapping[str, str] | None, language: Language) -> list[Part]:
    """Return what to bring, as one text."""
    text = both("document", words, language)
    return [{"id": part(owner, "document", 0), "service_id": str(owner), **text}] if text else []


def areas(owner: UUID, link: str, codes: Sequence[str] | None, language: Language) -> list[Part]:
    """Return the areas served, each once, by P-code."""
    return [_area(part(owner, "area", code), {link: str(owner)}, code, language) for code in dict.fromkeys(codes or ())]


def _area(area_id: str, links: Mapping[str, str], code: str, language: Language) -> Part:
    known = places().get(code)
    names = both("name", known.names, language) if known else {"name": code}
    return {"id": area_id, **links, **names, "external_identifier": code, "external_identifier_type": P_CODE}


def accessibility(owner: UUID, codes: Sequence[str] | None) -> list[Part]:
    """Return what makes a place usable; `details` is the code itself."""
    return [
        {"id": part(owner, "accessibility", number), "location_id": str(owner), "description": code.replace("_", " "), "details": code}
        for number, code in enumerate(codes or ())
    ]


def address(owner: UUID, words: Mapping[str, str] | None, name: str, codes: Sequence[str], language: Language) -> Part:
    """Return the address. Iraq's postal codes are not known here: HSDS wants the member, so it is empty."""
    found = next((area for area in map(places().get, codes) if area), None)
    above = places().get(found.governorate) if found else None
    district = places().get(found.district) if found and found.district else None
    city = said(district.names, language) if district else said(found.names, language) if found else None
    return {
        "id": part(owner, "address", 0), "location_id": str(owner), "address_type": "physical", "address_1": said(words, language) or name,
        "address_1_i18n": dict(words or {}), "city": city or "", "state_province": (said(above.names, language) if above else None) or "",
        "postal_code": "", "country": "IQ",
    }  # fmt: skip


def _day(value: Any) -> str | None:
    return None if value is None else str(value)[:10]

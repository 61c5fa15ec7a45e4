"""The parts of HSDS 3.1 entries as drafts take them, with our profile's own members (`…_i18n`) where they are there. Pure.

What is not of the form that HSDS gives it is handed on as it is: the draft refuses it, and the report names the place.
"""

import re
from collections.abc import Mapping
from typing import Any

from ihala_kit.untrusted.cells import Wrong, latin

from ihala_directory import needs
from ihala_directory.imports import choices
from ihala_directory.imports.figures import phone

Node = Mapping[str, Any]
TAGS = ("ar", "ckb", "en")
P_CODE = "P-code"
_KURDISH = re.compile("[ەێۆڕڵڤ]")
_ARABIC = re.compile("[\u0600-\u06ff]")
_CHANNELS = {"text": "sms", "sms": "sms", "whatsapp": "whatsapp", "hotline": "hotline"}


def words(node: Node, name: str) -> dict[str, Any]:
    """Return a text by language: from `name_i18n`, else from `name` in the language whose letters it has."""
    spoken = node.get(f"{name}_i18n")
    if isinstance(spoken, Mapping):
        return {tag: str(spoken[tag]) for tag in TAGS if spoken.get(tag)}
    text = node.get(name)
    return {_language(str(text)): str(text)} if text not in (None, "") else {}


def _language(text: str) -> str:
    return "ckb" if _KURDISH.search(text) else "ar" if _ARABIC.search(text) else "en"


def filled(**values: Any) -> dict[str, Any]:
    """Return what is there."""
    return {name: value for name, value in values.items() if value not in (None, "", {}, [])}


def nodes(node: Node, name: str) -> list[Node]:
    """Return the parts of that name, as far as they are objects."""
    found = node.get(name)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def languages(node: Node) -> list[str]:
    """Return the codes of the languages spoken."""
    found = (
        choices.chosen(str(one.get("code") or one.get("name") or ""), "languages") or one.get("code") for one in nodes(node, "languages")
    )
    return list(dict.fromkeys(str(code).lower() for code in found if code))


def phones(node: Node) -> list[dict[str, Any]]:
    """Return the numbers, as they are dialled from abroad where that can be told."""
    return [_phone(one) for one in nodes(node, "phones")]


def _phone(node: Node) -> dict[str, Any]:
    number = str(node.get("number") or "")
    try:
        number = phone(number)
    except Wrong:
        number = latin(number)
    kind = _CHANNELS.get(str(node.get("channel") or node.get("type")), "voice")
    return {"number": number, "type": kind, **filled(languages=languages(node), note=words(node, "description"))}


def contacts(node: Node) -> list[dict[str, Any]]:
    """Return the functions to ask for; a contact without a name is called by its title."""
    found = []
    for one in nodes(node, "contacts"):
        numbers = phones(one)
        name, role = words(one, "name"), words(one, "title")
        found.append(filled(name=name or role, role=role if name else {}, phone=numbers[0] if numbers else None, email=one.get("email")))
    return found


def schedules(node: Node) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return weekly opening times, and the words of those that are only words."""
    times: list[dict[str, Any]] = []
    said: dict[str, str] = {}
    for one in nodes(node, "schedules"):
        if one.get("byday") and one.get("opens_at") and one.get("closes_at"):
            times.append(
                {
                    "days": [day.strip() for day in str(one["byday"]).split(",")],
                    "opens_at": _hour(one["opens_at"]),
                    "closes_at": _hour(one["closes_at"]),
                    **filled(valid_from=one.get("valid_from"), valid_to=one.get("valid_to"), note=words(one, "notes")),
                }
            )
        else:
            said |= words(one, "description")
    return times, said


def _hour(value: object) -> str:
    """Return a time of HSDS without its seconds and zone: 08:00:00+03:00 is 08:00."""
    found = re.match(r"(\d{2}:\d{2})", latin(str(value)))
    return found[1] if found else str(value)


def closures(node: Node) -> list[dict[str, Any]]:
    """Return temporary closures (our profile)."""
    return [{"from": one.get("from"), "until": one.get("until"), **filled(reason=words(one, "reason"))} for one in nodes(node, "closures")]


def costs(node: Node) -> list[dict[str, Any]]:
    """Return what it costs; none of it, or zero, is free."""
    return [_cost(one) for one in nodes(node, "cost_options")]


def _cost(node: Node) -> dict[str, Any]:
    amount = node.get("amount")
    text = f"{amount:.3f}".rstrip("0").rstrip(".") if isinstance(amount, int | float) and amount else latin(str(amount or ""))
    return filled(amount=None if text in {"", "0"} else text, currency=node.get("currency"), option=words(node, "option")) or {
        "amount": None
    }


def term_codes(node: Node, kind: str) -> list[str]:
    """Return the codes of needs or groups that attributes name, by code or by the id that we publish."""
    found = []
    for one in nodes(node, "attributes"):
        term = one.get("taxonomy_term")
        by = [one.get("taxonomy_term_id"), *((term.get("code"), term.get("id")) if isinstance(term, Mapping) else ())]
        code = next((known for known in map(_code, by) if known), None)
        if code is not None and needs.entries()[code].kind == kind:
            found.append(code)
    return list(dict.fromkeys(found))


def _code(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    if value in needs.entries():
        return value
    return next((one.code for one in needs.entries().values() if one.hsds_id == value), None)


def rules(node: Node) -> dict[str, Any]:
    """Return whom it is for: HSDS's ages, and our profile's rules."""
    found: dict[str, Any] = filled(age_min=_whole(node.get("minimum_age")), age_max=_whole(node.get("maximum_age")))
    for one in nodes(node, "eligibility_rules"):
        name = {"sex": "sex", "group": "statuses", "language": "languages"}.get(str(one.get("criterion")))
        if name and isinstance(one.get("any_of"), list):
            found[name] = list(one["any_of"])
        elif one.get("criterion") == "household":
            found |= filled(household_min=_whole(one.get("minimum")), household_max=_whole(one.get("maximum")))
        elif one.get("criterion") == "document" and isinstance(one.get("all_of"), list):
            found["documents"] = list(one["all_of"])
    groups = term_codes(node, "group")
    return found if "statuses" in found or not groups else found | {"statuses": groups}


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def areas(node: Node) -> list[str]:
    """Return the P-codes of the areas served, by code or by a name that one area alone has."""
    found = (area(one.get("external_identifier"), one.get("extent"), one.get("name")) for one in nodes(node, "service_areas"))
    return list(dict.fromkeys(code for code in found if code))


def area(*said: object) -> str | None:
    """Return the first that is the code or the name of one area."""
    for one in said:
        try:
            code = choices.area_code(latin(str(one))) if one else None
        except choices.Ambiguous:
            code = None
        if code:
            return code
    return None


def location(node: Node) -> dict[str, Any]:
    """Return a location; its place by P-code, else by the names in its address."""
    address = next(iter(nodes(node, "addresses")), {})
    code = node.get("external_identifier") if node.get("external_identifier_type") in (P_CODE, None) else None
    return filled(
        place=area(node.get("place"), code, address.get("city"), address.get("region"), address.get("state_province")),
        names=words(node, "name") or words(address, "city"),
        address={} if node.get("redacted") else words(address, "address_1"),
        latitude=node.get("latitude"), longitude=node.get("longitude"),
        transportation=words(node, "transportation"),
        accessibility=[str(one.get("details") or one.get("description") or "") for one in nodes(node, "accessibility")],
        phones=phones(node), sub_district=node.get("sub_district"),
    )  # fmt: skip

"""By what an origin's person is known again, and what a second telling adds. Pure.

Siblings share father, mother, grandfather and phone, so given name and birth year are in every key; a phone or a name alone is in none.
"""

import unicodedata
from collections.abc import Hashable, Sequence
from typing import Any, TypeVar

from ihala_intake.details import OtherWay, PersonDetails, Phone
from ihala_intake.marks import document_text

_Way = TypeVar("_Way", Phone, OtherWay)

# What stays as it was first told; whatever else is said again holds from now on.
_TOLD_ONCE = frozenset({
    "call_name", "given_name", "father_name", "grandfather_name", "family_name", "mother_name", "sex", "birth_year", "birth_on",
    "focal_point", "role",
})  # fmt: skip


def natural_keys(person: PersonDetails, *, held_by_origin: bool) -> list[str]:
    """Return the keys of a person, to be hashed; none when too little is known to tell them from others.

    Where a centre keeps the identity, its own code is the key.
    """
    if held_by_origin:
        return [f"code\n{letters(person.call_name)}"]
    year = person.birth_on.year if person.birth_on else person.birth_year
    if year is None or not person.given_name or not person.father_name:
        return []
    own = "\n".join([letters(person.given_name), letters(person.father_name), str(year)])
    keys = [f"phone\n{own}\n{phone.number}" for phone in person.phones]
    if person.grandfather_name and person.mother_name:
        keys.append(f"names\n{own}\n{letters(person.grandfather_name)}\n{letters(person.mother_name)}")
    return sorted(set(keys))


def letters(text: str) -> str:
    """Return the text as it is compared."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def told_again(known: PersonDetails, said: PersonDetails, *, at_desk: bool = True) -> PersonDetails:
    """Return what is known after a second telling: gaps are filled, what changes in a life is as said last, nothing of a list is lost.

    The same place told less exactly is no other place: codes of places begin with those of what they lie in.
    A way that is closed is opened again at a desk of the operator alone (`at_desk`): another's system sends what it wrote down once,
    and does not know what the person has told the desk since.
    """
    if not at_desk:
        said = opening_nothing(known, said)
    values = {name: (getattr(known, name), getattr(said, name)) for name in type(known).model_fields}
    kept = {
        name: [one for one in old if not any(one == another or same_as(one, another) for another in new)]
        for name, (old, new) in values.items() if isinstance(new, list)
    }  # fmt: skip
    lists = {name: [*old, *values[name][1]] if name == "movements" else [*values[name][1], *old] for name, old in kept.items()}
    single = {
        name: new
        for name, (old, new) in values.items()
        if new is not None and name not in lists and (old is None or name not in _TOLD_ONCE)
    }
    if known.place is not None and known.place.startswith(said.place or known.place):
        single["place"] = known.place
    return known.model_copy(update=single | lists)


def opening_nothing(known: PersonDetails, said: PersonDetails) -> PersonDetails:
    """Return what is said, but for phones, addresses and messages that are known as closed: they stay so. It adds none that is known."""
    return said.model_copy(update={
        "phones": [_closed_phone(one, _known(one, known.phones)) for one in said.phones],
        "other_ways": [_closed_way(one, _known(one, known.other_ways)) for one in said.other_ways],
        "messages_stopped": True if known.messages_stopped else said.messages_stopped,
    })  # fmt: skip


def _closed_phone(said: Phone, known: Phone | None) -> Phone:
    if known is None:
        return said
    return said.model_copy(update={
        "safe_to_call": known.safe_to_call and said.safe_to_call, "safe_to_message": known.safe_to_message and said.safe_to_message,
        "shared": known.shared or said.shared, "owner": "shared" if known.owner == "shared" else said.owner,
        "hours": said.hours or known.hours,
    })  # fmt: skip


def _closed_way(said: OtherWay, known: OtherWay | None) -> OtherWay:
    if known is None:
        return said
    return said.model_copy(update={"own": known.own and said.own, "safe_to_message": known.safe_to_message and said.safe_to_message})


def _known(said: _Way, before: Sequence[_Way]) -> _Way | None:
    return next((one for one in before if same_as(said, one)), None)


def same_as(one: Any, another: Any) -> bool:
    """Tell whether two of a list are the same phone, address or paper, whatever else is said of them."""
    return _of(one) is not None and _of(one) == _of(another)


def _of(one: Any) -> Hashable | None:
    """Return by what one of a list is told from the others; None for what nothing names but itself."""
    address, number, kind = getattr(one, "address", None), getattr(one, "number", None), getattr(one, "kind", "")
    if address:
        return kind, letters(address)
    return document_text(kind, number) if number else None

"""By what an origin's person is known again, and what a second telling adds. Pure.

Siblings share father, mother, grandfather and phone, so given name and birth year are in every key; a phone or a name alone is in none.
"""

import unicodedata

from ihala_intake.details import PersonDetails

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


def told_again(known: PersonDetails, said: PersonDetails) -> PersonDetails:
    """Return what is known after a second telling: gaps are filled, what changes in a life is as said last, nothing of a list is lost.

    The same place told less exactly is no other place: codes of places begin with those of what they lie in.
    """
    values = {name: (getattr(known, name), getattr(said, name)) for name in type(known).model_fields}
    lists = {name: [*new, *(one for one in old if one not in new)] for name, (old, new) in values.items() if isinstance(new, list)}
    numbers = {phone.number for phone in said.phones}
    lists["phones"] = [*said.phones, *(phone for phone in known.phones if phone.number not in numbers)]
    single = {
        name: new
        for name, (old, new) in values.items()
        if new is not None and name not in lists and (old is None or name not in _TOLD_ONCE)
    }
    if known.place is not None and known.place.startswith(said.place or known.place):
        single["place"] = known.place
    return known.model_copy(update=single | lists)

"""Which fields of a person an answer really held: names of ours, never what stands in them. Pure."""

from collections.abc import Iterator

from ihala_intake.models.people import PersonView

_FRAME = frozenset({"need_id", "referral_id", "revision", "categories"})


def fields_of(view: PersonView) -> list[str]:
    """Return the names of what is there, for example `identity.given_name`, `contact.phones`, `place`; in their order."""
    return sorted(_names(view.model_dump(mode="json", exclude=set(_FRAME))))


def _names(parts: dict[str, object]) -> Iterator[str]:
    for name, value in parts.items():
        if isinstance(value, dict):
            yield from (f"{name}.{part}" for part, inner in value.items() if inner not in (None, [], {}))
        elif value not in (None, [], {}):
            yield name

"""What search answers, version 1."""

from uuid import UUID

from pydantic import Field

from ihala_directory.models.drafts import Kind
from ihala_directory.models.parts import Closure
from ihala_directory.models.shown import Shown


class CardPlace(Shown):
    """One location where the service is open; a hidden one has no address and no point."""

    service_at_location_id: UUID
    place: str
    names: dict[str, str]
    address: dict[str, str]
    latitude: float | None
    longitude: float | None
    accessibility: list[str]
    areas: list[str]
    closures: list[Closure] = Field(default=[], description="Beside the service's own; those that are over may be among them.")


class CardOrganization(Shown):
    """Whose service it is."""

    id: UUID
    kind: Kind
    names: dict[str, str]
    phone: str | None


class Card(Shown):
    """A service as a list shows it; the whole is at /v1/services/{id} for those who may read it."""

    id: UUID
    names: dict[str, str]
    description: dict[str, str]
    need_codes: list[str]
    restricted: bool
    entry_condition: str
    languages: list[str]
    opening_hours: dict[str, str]
    closures: list[Closure] = Field(default=[], description="When it is closed for a while; those that are over may be among them.")
    organization: CardOrganization
    at: list[CardPlace]


class Found(Shown):
    """One service found. `distance_km` is from the point asked for to its nearest location; null where there is no point."""

    service: Card
    distance_km: float | None


class Count(Shown):
    """How many of the services found have this code."""

    code: str
    count: int


class Facets(Shown):
    """The services found, counted by what they could be narrowed down to; the most frequent first."""

    needs: list[Count]
    governorates: list[Count]
    districts: list[Count] = Field(description="Empty unless an area is given, or a place is among the words.")
    kind: list[Count]
    languages: list[Count]
    accessibility: list[Count]


class Reading(Shown):
    """How the words were read: codes of needs (or of a domain of needs) and of places."""

    needs: list[str]
    places: list[str]


class Results(Shown):
    """The services found, best first, then by id. The next page is in the Link header (rel="next")."""

    items: list[Found]
    total: int = Field(description="How many there are; when not `complete`, at least so many.")
    complete: bool = Field(description="False when there were more than were counted; then ask for less.")
    relaxed: bool = Field(description="True when nothing fits all the words: these fit some.")
    corrected: str | None = Field(description="The query with its probable spelling, when it was read so.")
    understood: Reading
    facets: Facets | None = Field(description="Null unless they are asked for.")


class Suggestion(Shown):
    """One thing that what was typed could become. `code` is a need's or a place's, or an organisation's id."""

    kind: str = Field(description="`need`, `place` or `organization`.")
    code: str
    text: str
    names: dict[str, str]


class Suggestions(Shown):
    """At most ten: needs first, then places, then organisations."""

    items: list[Suggestion]

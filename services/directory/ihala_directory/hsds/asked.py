"""What callers may ask: the parameters of each list, alike in a query and in the body of a POST. All that is given must hold."""

import re
from datetime import UTC, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from ihala_kit.instants import as_iso, in_utc
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, StringConstraints

from ihala_directory.hsds.pages import DEFAULT_SIZE, LARGEST_MINIMAL, LARGEST_SIZE, Wanted
from ihala_directory.models.drafts import AreaCode, Code

_SPACE_FOR_PLUS = re.compile(r" (\d\d:?\d\d)$")  # a `+` that was not escaped in a query arrives as a space


def _instant(value: object) -> object:
    return _SPACE_FOR_PLUS.sub(r"+\1", value) if isinstance(value, str) else value


def _aware(value: datetime) -> datetime:
    return in_utc(value if value.tzinfo else value.replace(tzinfo=UTC))


Instant = Annotated[datetime, BeforeValidator(as_iso), BeforeValidator(_instant), AfterValidator(_aware)]
Search = Annotated[str, StringConstraints(max_length=200)]


class Asked(BaseModel):
    """What every list takes."""

    model_config = ConfigDict(extra="ignore")
    _in_body: frozenset[str] = PrivateAttr(default=frozenset())

    search: Search | None = Field(default=None, description="Words in Arabic, Kurdish or English, read as a person means them (profile).")
    page: int = Field(default=1, ge=1, le=1_000_000, description="Number of the page, from 1.")
    per_page: int | None = Field(default=None, ge=1, le=LARGEST_MINIMAL, description="50 if not said, 100 at most.")
    format: Literal["json", "ndjson"] = Field(default="json", description="ndjson: all of the list, one entry a line, without pages.")

    @property
    def wanted(self) -> Wanted:
        """Return which page is wanted. Raises PageTooDeep (422)."""
        usual, largest = self._sizes
        return Wanted(self.page, min(self.per_page or usual, largest)).affordable(self.pointer("page"))

    @property
    def whole(self) -> bool:
        """Tell whether whole entries are wanted."""
        return False

    @property
    def _sizes(self) -> tuple[int, int]:
        return DEFAULT_SIZE, LARGEST_SIZE

    def with_body(self, body: Self | None) -> Self:
        """Return what was asked with what stands in a body put in its place."""
        if body is None:
            return self
        found = self.model_copy(update=body.model_dump(exclude_unset=True))
        found._in_body = frozenset(body.model_fields_set)
        return found

    def pointer(self, name: str) -> str:
        """Return where it was asked, for a refusal: in the query, or in the body."""
        return f"#/{name}" if name in self._in_body else f"query/{name}"


class Entries(Asked):
    """What lists of entries take."""

    taxonomy_term_id: UUID | None = Field(default=None, description="A need, a domain of needs, or a group of people.")
    taxonomy_id: UUID | None = Field(default=None, description="With any term of this taxonomy.")
    organization_id: UUID | None = None
    modified_after: Instant | None = Field(default=None, description="Changed at this time or later.")
    full: bool = Field(default=False, description="Whole entries.")
    governorate: AreaCode | None = Field(default=None, description="P-code of a governorate that is served, or a part of it (profile).")
    district: AreaCode | None = Field(default=None, description="P-code of a district that is served (profile).")
    need: Code | None = Field(default=None, description="Code of a need (profile).")
    postcode: str | None = Field(default=None, max_length=50, description="Ignored: areas are P-codes here (profile).")
    proximity: float | None = Field(default=None, gt=0, le=2_000_000, description="Metres around `lat` and `lon`.")
    lat: float | None = Field(default=None, ge=-90, le=90, description="WGS 84 (profile).")
    lon: float | None = Field(default=None, ge=-180, le=180, description="WGS 84 (profile).")

    @property
    def whole(self) -> bool:
        """Tell whether whole entries are wanted."""
        return self.full


class Services(Entries):
    """What the list of services takes."""

    minimal: bool = Field(default=False, description="Only `id` and `modified_date`, up to 50,000 on a page.")

    @property
    def _sizes(self) -> tuple[int, int]:
        return (LARGEST_MINIMAL, LARGEST_MINIMAL) if self.minimal else super()._sizes


class ServicesAtLocations(Entries):
    """What the list of services at locations takes."""


class Organizations(Entries):
    """What the list of organisations takes."""

    full_service: bool = Field(default=False, description="Whole entries, with whole services.")

    @property
    def whole(self) -> bool:
        """Tell whether whole entries are wanted."""
        return self.full or self.full_service


class Taxonomies(Asked):
    """What the list of taxonomies takes."""


class Terms(Asked):
    """What the list of terms takes."""

    taxonomy_id: UUID | None = None
    top_only: bool = Field(default=False, description="Only terms that lie in no other.")
    parent_id: UUID | None = None

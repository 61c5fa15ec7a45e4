"""The bodies of HSDS answers as the OpenAPI document of directory tells them; the exact schemas are at /hsds/openapi.json."""

from typing import Any

from pydantic import BaseModel, Field


class HsdsPublisher(BaseModel):
    """Who publishes the feed."""

    name: str
    website: str | None = None
    email: str | None = None


class HsdsRoot(BaseModel):
    """What this feed is."""

    version: str
    profile: str
    openapi_url: str
    description: str
    publisher: HsdsPublisher | None = None


class HsdsPage(BaseModel):
    """One page. `contents` follows the schema at /hsds/schema/{name}."""

    total_items: int
    total_pages: int
    page_number: int
    size: int = Field(description="How many are on this page.")
    first_page: bool
    last_page: bool
    empty: bool
    contents: list[dict[str, Any]]

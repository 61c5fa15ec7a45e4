"""Cursors: what we wrote we read back, what we did not write is refused, and nothing in between reaches the database."""

import json
from base64 import urlsafe_b64encode
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ihala_kit.ids import new_id
from ihala_kit.pages import Key, MalformedCursor, PageRequest, decoded, encoded

values = st.one_of(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20),
    st.integers(-(2**63), 2**63 - 1),
    st.datetimes(timezones=st.just(UTC)),
    st.dates(),
    st.uuids(),
)
keys = st.lists(values, max_size=4).map(tuple)


def cursor_of(document: object) -> str:
    return urlsafe_b64encode(json.dumps(document, separators=(",", ":")).encode()).decode().rstrip("=")


def request_after(key: Key | None) -> PageRequest:
    nothing: Any = None
    return PageRequest(50, key, nothing, nothing)


@given(keys)
def test_a_cursor_gives_back_its_values(key: Key) -> None:
    cursor = encoded(key)
    assert len(cursor) > 1000 or decoded(cursor) == key


@given(st.text())
def test_any_other_text_is_refused(text: str) -> None:
    with suppress(MalformedCursor):
        assert encoded(decoded(text)) == text


@pytest.mark.parametrize(
    "document",
    [
        None, {}, 1, "s", ["s"], [["s"]], [["s", 1]], [["x", "1"]], [["i", "1.5"]], [["i", " 1"]], [["i", "9" * 30]], [["i", "9" * 700]],
        [["s", "\0"]], [["t", "2026-01-01T00:00:00"]], [["t", "yesterday"]], [["u", "1"]], [["d", "2026-13-01"]], [[[], "1"]],
        [["s", "a", "b"]],
        [["u", "{01940000-0000-7000-8000-000000000001}"]],
    ],
)  # fmt: skip
def test_a_well_made_cursor_with_wrong_values_is_refused(document: object) -> None:
    with pytest.raises(MalformedCursor):
        decoded(cursor_of(document))


def test_deep_and_long_cursors_are_refused() -> None:
    for cursor in ("W" * 1000, urlsafe_b64encode(b"[" * 700).decode().rstrip("="), "a" * 1001, ""):
        with pytest.raises(MalformedCursor):
            decoded(cursor)


def test_the_cursor_of_another_list_is_refused() -> None:
    key = (datetime(2026, 11, 22, tzinfo=UTC), new_id())
    assert request_after(key).after_as(datetime, UUID) == key
    assert request_after(None).after_as(datetime, UUID) is None
    for page in (request_after((date(2026, 11, 22), new_id())), request_after(key[:1]), request_after(("a", "b", "c"))):
        with pytest.raises(MalformedCursor):
            page.after_as(datetime, UUID)


def test_one_row_more_is_fetched_than_shown() -> None:
    assert request_after(None).fetch == 51

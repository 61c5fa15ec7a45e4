"""Conditions of row policies, as PostgreSQL prints them."""

import pytest
from ihala_kit.migrations import in_place

ORGANIZATION = "(NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid"
WRAPPED = f'( SELECT {ORGANIZATION} AS "nullif")'


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("true", "true"),
        (f"(origin_id = {WRAPPED})", f"(origin_id = ({ORGANIZATION}))"),
        (
            f"((operator_id = {WRAPPED}) OR (origin_id = {WRAPPED}))",
            f"((operator_id = ({ORGANIZATION})) OR (origin_id = ({ORGANIZATION})))",
        ),
        ("( SELECT current_setting('app.client_id'::text, true) AS current_setting)", "(current_setting('app.client_id'::text, true))"),
        ("( SELECT (current_setting('app.system'::text, true) <> ''::text))", "((current_setting('app.system'::text, true) <> ''::text))"),
    ],
)
def test_a_setting_is_read_where_it_is_compared(printed: str, meant: str) -> None:
    assert in_place(printed) == meant
    assert in_place(meant) == meant


def test_what_is_looked_up_in_a_table_stays_a_select() -> None:
    seen = f"(EXISTS ( SELECT\n   FROM disclosure d\n  WHERE (d.organization_id = {WRAPPED})))"
    named = f"(id IN ( SELECT d.need_id\n   FROM disclosure d\n  WHERE (d.organization_id = {WRAPPED})))"
    assert in_place(seen) == seen.replace(WRAPPED, f"({ORGANIZATION})")
    assert in_place(named) == named.replace(WRAPPED, f"({ORGANIZATION})")

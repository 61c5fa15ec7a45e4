"""Routes that give an ETag, or look at If-None-Match, are found by what their code does, whichever way it does it."""

import pytest
from ihala_kit.http import create_app
from ihala_kit.shelves import routes_of
from ihala_kit.tagging import ASKED, GIVEN, tagged

from tests.boundaries.houses import service

GIVES, ASKS = frozenset({GIVEN}), frozenset({GIVEN, ASKED})


@pytest.mark.parametrize(
    ("name", "wanted", "without"),
    [
        ("directory", {("/v1/needs", "get"): ASKS, ("/v1/services/{service_id}", "get"): GIVES}, ("/v1/services", "get")),
        (  # a move writes it in a method of what the route is given; FHIR as a header of the answer itself
            "referral",
            {("/v1/referrals/{referral_id}/acceptance", "post"): GIVES, ("/fhir/R4/Task/{id}", "get"): ASKS},
            ("/fhir/R4/Task", "get"),
        ),
        (  # a list shows each by the function by which one is shown, which then has no answer to write on
            "gateway", {("/v1/accounts", "post"): GIVES, ("/v1/accounts/{account_id}", "get"): GIVES}, ("/v1/accounts", "get"),
        ),
    ],
)  # fmt: skip
def test_who_gives_an_etag_is_known_by_its_code(name: str, wanted: dict[tuple[str, str], frozenset[str]], without: tuple[str, str]) -> None:
    found = tagged(route for included in create_app(service(name)).routes for route in routes_of(included))
    assert {route: found.get(route) for route in wanted} == wanted
    assert without not in found

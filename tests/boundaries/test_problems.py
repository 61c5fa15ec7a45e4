"""The list of problems that partners read equals the code; every problem says what it means in three languages."""

import pytest
from ihala_contracts import documents
from ihala_kit.problem_list import KIT, problems_of

from tests.boundaries.houses import HOUSES, service


@pytest.mark.parametrize("name", HOUSES)
def test_the_committed_list_equals_the_code(name: str) -> None:
    service(name)
    own = [entry for entry in problems_of(name) if entry["of"] == name]
    assert own == [entry for entry in documents.problems() if entry["of"] == name], "run `make contracts`"
    kits = [entry for entry in problems_of(name) if entry["of"] == KIT]
    assert kits and not [entry for entry in kits if entry not in documents.problems()], "run `make contracts`"


def test_every_problem_is_explained() -> None:
    for entry in documents.problems():
        assert entry["about"] and all(entry["title"][tag] for tag in ("en", "ar", "ckb")) and 400 <= entry["status"] < 600, entry["slug"]
        assert len(set(entry["title"].values())) == 3, f"{entry['slug']} was not translated"

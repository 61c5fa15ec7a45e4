"""What roles open and what routes ask for are the same scopes."""

import json
from pathlib import Path

from ihala_gateway.oauth.role_scopes import SCOPES, scopes_of

DOCUMENTS = Path(__file__).parents[2] / "contracts" / "openapi"
OF_SYSTEMS = {"intake:announce", "intake:plan"}  # a programme's system sends these; nobody does by hand


def test_every_scope_of_a_route_is_opened_by_a_role_and_no_role_opens_another() -> None:
    documents = [json.loads(file.read_bytes()) for file in DOCUMENTS.glob("*.v1.json")]
    operations = [each for one in documents for path in one["paths"].values() for each in path.values() if isinstance(each, dict)]
    asked = {scope for each in operations for way in each.get("security", []) for scopes in way.values() for scope in scopes}
    assert set().union(*SCOPES.values()) == asked - OF_SYSTEMS
    assert asked >= OF_SYSTEMS


def test_before_training_nobody_writes_to_a_person_or_reads_of_one() -> None:
    every = SCOPES.keys()
    kept_back = scopes_of(every, trained=True) - scopes_of(every, trained=False)
    assert kept_back >= {"notify:calls", "notify:letters", "notify:read", "notify:send", "intake:case", "referral:answer"}
    assert {scope for scope in scopes_of(every, trained=False) if scope.startswith("notify:")} == {"notify:admin", "notify:subscribe"}

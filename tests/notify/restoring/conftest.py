"""A notify whose database is lost."""

import pytest
from ihala_local.testing import ThrowAwayPostgres
from sqlalchemy.engine import make_url

from tests.notify.conftest import Shared
from tests.notify.peers import Peers
from tests.notify.restoring.lost import Lost
from tests.notify.world import World

CONTACT = {"language": "ar", "channel": "sms", "number": "+964 700 000 0099", "own": True, "safe_to_message": True}


@pytest.fixture
def lost(world: World, shared: Shared, postgres: ThrowAwayPostgres, peers: Peers) -> Lost:
    peers.contact = dict(CONTACT)
    database = make_url(shared.settings.database_url).database
    return Lost(world, make_url(postgres.server.url).set(database=database).render_as_string(hide_password=False))

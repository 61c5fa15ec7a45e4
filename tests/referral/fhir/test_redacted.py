"""Of a referral that was emptied one version is left, and whoever asked for it is nobody's to know."""

from tests.referral.actors import FIRST
from tests.referral.cast import brought_to
from tests.referral.fhir.reader import get, ids, refused, resources
from tests.referral.test_redaction import asked, decided
from tests.referral.world import World


async def test_of_a_redacted_referral_one_version_is_left(world: World) -> None:
    referral_id = await brought_to(world, "in_service")
    before = resources(await get(world, FIRST, f"Task/{referral_id}/_history"))
    world.advance(hours=1)
    since = world.now.isoformat().replace("+00:00", "Z")
    assert (await asked(world, referral_id)).status < 300
    assert resources(await get(world, FIRST, f"Task/{referral_id}/_history")) == before, "that it was asked for is no version"
    assert (await get(world, FIRST, f"Task/{referral_id}")).body == before[0]
    assert ids(await get(world, FIRST, f"Task?_lastUpdated=ge{since}")) == []
    assert ids(await get(world, FIRST, f"Task?_lastUpdated=lt{since}")) == [referral_id]
    assert len(ids(await get(world, FIRST, "Task/_history"))) == len(before) == 3
    assert (await decided(world, referral_id)).status < 300
    task = (await get(world, FIRST, f"Task/{referral_id}")).body
    assert task["status"] == "entered-in-error" and not {"input", "output", "statusReason"} & set(task)
    for path in (f"Task/{referral_id}/_history", "Task/_history"):
        assert resources(await get(world, FIRST, path)) == [task]
    for version in ("1", "2", "3"):
        assert (await refused(world, FIRST, f"Task/{referral_id}/_history/{version}"))[0] == 404
    assert ids(await get(world, FIRST, "Task?status=in-progress")) == []
    assert ids(await get(world, FIRST, "Task?status=entered-in-error")) == [referral_id]

"""Notes: a side's own, or for all parties; sealed; never about a restricted need; files go with a referral by their ids alone."""

from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_contracts import intake_v1, referral_v1
from ihala_kit.auth import Caller
from ihala_kit.db import attempt, fetch
from ihala_referral import sealing
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.referral.actors import CLEARED, COORDINATOR, FIRST, HLP, NGO, OFFICER, SECOND, STRANGER, Actor
from tests.referral.said import disclosed
from tests.referral.test_schema import restricted_offer
from tests.referral.world import Answer, World


async def noted(world: World, referral_id: UUID, actor: Actor, text: str, **more: object) -> Answer:
    return await world.post(actor, f"/v1/referrals/{referral_id}/notes", {"text": text, **more}, None)


async def read(world: World, referral_id: UUID, actor: Actor) -> list[str]:
    listed = await world.get(actor, f"/v1/referrals/{referral_id}/notes")
    return [one["text"] for one in listed.body["items"]] if listed.status == 200 else [str(listed.status)]


async def test_a_note_is_its_own_sides_unless_it_is_shared(world: World) -> None:
    _, referral_id = await world.offered(origin=NGO)
    assert (await noted(world, referral_id, FIRST, "ours")).status == 201
    assert (await noted(world, referral_id, NGO, "theirs")).status == 201
    assert (await noted(world, referral_id, COORDINATOR, "for all", shared=True)).status == 201
    assert {actor.name: await read(world, referral_id, actor) for actor in (FIRST, NGO, OFFICER, SECOND, STRANGER)} == {
        FIRST.name: ["ours", "for all"], NGO.name: ["theirs", "for all"], OFFICER.name: ["for all"], SECOND.name: ["404"],
        STRANGER.name: ["404"],
    }  # fmt: skip
    [told] = await world.all(referral_v1.NoteShared)
    assert (told.by, "for all" in told.model_dump_json()) == ("coordinator", False)


async def test_what_is_written_lies_sealed_and_goes_with_the_person(world: World) -> None:
    need_id, referral_id = await world.offered(origin=NGO)
    await noted(world, referral_id, FIRST, "she waits at the gate")
    assert b"gate" not in bytes(await world.value("SELECT text FROM note"))
    await world.deliver(intake_v1.PersonErased(erasure_id=uuid4(), operator_id=NGO.organization_id, needs=[need_id], erased_at=world.now))
    assert await read(world, referral_id, FIRST) == [None]


async def test_the_database_itself_hides_a_private_note(world: World) -> None:
    from sqlalchemy import text

    _, referral_id = await world.offered(origin=NGO)
    await noted(world, referral_id, FIRST, "ours")
    for actor, expected in ((FIRST, 1), (NGO, 0), (COORDINATOR, 0)):
        caller = Caller(actor.name, actor.organization_id, actor.kind, cleared=actor.cleared)
        async with world.database.transaction(caller) as tx:
            assert await tx.scalar(text("SELECT count(*) FROM note")) == expected, actor.name


async def test_nothing_is_written_about_a_restricted_need(world: World) -> None:
    need_id = await restricted_offer(world)
    [row] = await world.rows("SELECT id FROM referral WHERE need_id = :need", need=need_id)
    before = await world.count()
    assert (await noted(world, row.id, CLEARED, "…", shared=True)).problem == "said-by-voice"
    assert (await named(world, row.id, COORDINATOR)).problem == "said-by-voice"
    assert await world.count() == before


async def test_a_centre_reads_and_writes_nothing_as_origin(world: World) -> None:
    _, referral_id = await world.offered(origin=HLP)
    for part in ("notes", "appointments", "files", "tries"):
        assert (await world.get(HLP, f"/v1/referrals/{referral_id}/{part}")).status == 404
    assert (await noted(world, referral_id, HLP, "…")).status == 404


async def test_notes_come_in_pages(world: World) -> None:
    _, referral_id = await world.offered(origin=NGO)
    for n in range(5):
        await noted(world, referral_id, FIRST, str(n))
    path, seen = f"/v1/referrals/{referral_id}/notes?limit=2", []
    while path:
        page = await world.get(FIRST, path)
        seen += [one["text"] for one in page.body["items"]]
        path = page.headers.get("Link", "").partition(">")[0].removeprefix("</referral")
    assert seen == list("01234")


@pytest.mark.parametrize(("part", "body"), [("notes", {"text": "x"}), ("answer", {"text": "x"})])
async def test_words_that_go_beyond_the_consent_are_refused(world: World, part: str, body: dict[str, object]) -> None:
    _, referral_id = await world.offered(origin=NGO, consent=world.consent(categories=["identity", "household"]))
    await world.move(FIRST, referral_id, "question", {"text": "?"})
    version = (await world.referral(referral_id)).version
    refused = await world.post(NGO, f"/v1/referrals/{referral_id}/{part}", body | {"categories": ["household", "documents"]}, version)
    assert (refused.status, refused.problem, refused.body["categories"]) == (409, "outside-consent", ["documents"])
    allowed = await world.post(NGO, f"/v1/referrals/{referral_id}/{part}", body | {"categories": ["household"]}, version)
    assert allowed.status in (200, 201)


async def test_data_of_the_person_goes_into_shared_notes_only_while_intake_has_opened_it_to_the_receiver(world: World) -> None:
    need_id, referral_id = await world.offered(origin=NGO, consent=world.consent(categories=["identity", "household"]))
    about = {"shared": True, "categories": ["household"]}
    refused = await noted(world, referral_id, NGO, "six of them", **about)
    assert (refused.status, refused.problem, refused.body["categories"]) == (409, "outside-consent", ["household"])
    assert (await noted(world, referral_id, NGO, "six of them", categories=["household"])).status == 201  # its own side's
    assert (await noted(world, referral_id, NGO, "we are closed on Sunday", shared=True)).status == 201
    await world.move(FIRST, referral_id, "acceptance")
    assert (await noted(world, referral_id, NGO, "six of them", **about)).problem == "outside-consent"  # not opened yet
    await world.deliver(disclosed(world, need_id, referral_id))
    assert (await noted(world, referral_id, NGO, "six of them", **about)).status == 201
    await world.move(FIRST, referral_id, "release", {"reason": "no_capacity"})
    assert (await noted(world, referral_id, NGO, "six of them", **about)).problem == "outside-consent"
    assert await read(world, referral_id, NGO) == ["six of them", "we are closed on Sunday", "six of them"]
    assert await read(world, referral_id, FIRST) == [None, None]  # it reads of others no more


async def test_a_page_of_notes_reads_the_needs_key_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _, referral_id = await world.offered(origin=NGO)
    for n in range(3):
        await noted(world, referral_id, FIRST, str(n))
    sent: list[str] = []

    async def noting(tx: AsyncSession, statement: str, *values: object) -> list[Any]:
        sent.append(statement)
        return await fetch(tx, statement, *values)

    monkeypatch.setattr(sealing, "fetch", noting)
    assert await read(world, referral_id, FIRST) == ["0", "1", "2"]
    assert sent == ["SELECT key FROM need_key WHERE need_id = $1"]


async def test_a_key_that_a_savepoint_took_back_seals_nothing(world: World) -> None:
    need_id = uuid4()
    async with world.database.transaction(Caller.system("test")) as tx:
        with suppress(ZeroDivisionError):
            async with attempt(tx):
                await sealing.seal(tx, need_id, "a", "note")
                await sealing.seal(tx, need_id, "a", "note")  # as it stands now, read once more
                raise ZeroDivisionError
        sealed = await sealing.seal(tx, need_id, "b", "note")
    async with world.database.transaction(Caller.system("test")) as tx:
        assert await sealing.opened(tx, need_id, sealed, "note") == "b"


async def test_no_key_outlives_its_destruction_in_the_same_transaction(world: World) -> None:
    need_id, system = uuid4(), Caller.system("test")
    async with world.database.transaction(system) as tx:
        sealed = await sealing.seal(tx, need_id, "a", "note")
    async with world.database.transaction(system) as tx:
        assert await sealing.opened(tx, need_id, sealed, "note") == "a"
        await sealing.destroy(tx, [need_id])
        assert await sealing.opened(tx, need_id, sealed, "note") is None
        assert await sealing.seal(tx, need_id, "b", "note") == sealing.GONE


async def named(world: World, referral_id: UUID, actor: Actor, attachment_id: UUID | None = None) -> Answer:
    body = {"attachment_id": str(attachment_id or uuid4()), "purpose": "form"}
    return await world.post(actor, f"/v1/referrals/{referral_id}/files", body, None)


async def test_files_are_named_by_who_asks_and_listed_to_the_receiver(world: World) -> None:
    _, referral_id = await world.offered(origin=NGO, consent=world.consent(categories=["identity", "files"]))
    attachment_id = uuid4()
    for _ in range(2):  # the same file again is the same file
        assert (await named(world, referral_id, NGO, attachment_id)).status == 201
    assert (await named(world, referral_id, COORDINATOR)).status == 201
    assert (await named(world, referral_id, FIRST)).problem == "insufficient-scope"
    path = f"/v1/referrals/{referral_id}/files"
    assert [one["purpose"] for one in (await world.get(FIRST, path)).body] == ["form", "form"]
    assert (await world.post(NGO, f"{path}/{attachment_id}/removal", {}, None)).status == 200
    assert (await world.post(NGO, f"{path}/{attachment_id}/removal", {}, None)).problem == "file-not-found"
    assert str(attachment_id) not in str((await world.get(FIRST, path)).body)
    assert [event.files for event in await world.all(referral_v1.ReferralFilesChanged)] == [1, 2, 1]


async def test_who_named_a_file_and_took_it_back_is_audited_and_who_named_it_again_is_its_namer(world: World) -> None:
    _, referral_id = await world.offered(origin=NGO, consent=world.consent(categories=["files"]))
    attachment_id = uuid4()
    await named(world, referral_id, NGO, attachment_id)
    await world.post(COORDINATOR, f"/v1/referrals/{referral_id}/files/{attachment_id}/removal", {}, None)
    again = await named(world, referral_id, COORDINATOR, attachment_id)
    assert again.status == 201
    query = "SELECT act, party, client_id FROM movement WHERE referral_id = :id AND act LIKE '%file%' ORDER BY id"
    assert [tuple(row) for row in await world.rows(query, id=referral_id)] == [
        ("name_file", "origin", NGO.name), ("take_file_back", "coordinator", COORDINATOR.name),
        ("name_file", "coordinator", COORDINATOR.name),
    ]  # fmt: skip
    [kept] = await world.rows("SELECT organization_id, client_id FROM file_reference")
    assert tuple(kept) == (COORDINATOR.organization_id, COORDINATOR.name)


async def test_no_file_goes_where_the_consent_covers_none_and_no_more_than_twenty(world: World) -> None:
    _, without = await world.offered(origin=NGO)
    refused = await named(world, without, NGO)
    assert (refused.problem, refused.body["categories"]) == ("outside-consent", ["files"])
    _, referral_id = await world.offered(SECOND, NGO, consent=world.consent(categories=["files"]))
    for _ in range(20):
        assert (await named(world, referral_id, NGO)).status == 201
    assert (await named(world, referral_id, NGO)).problem == "files-full"

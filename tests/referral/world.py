"""Referral as it runs, for tests: a database of its own, real HTTP, events of the other services, a clock that can be moved.

Every event is delivered twice, and the second delivery must change nothing: `deliver` checks that for every test.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

import aiohttp
from ihala_contracts import directory_v1, intake_v1, referral_v1
from ihala_contracts.catalogue import BY_TYPE
from ihala_contracts.envelope import Event, type_of, version_of
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.due import perform_next
from ihala_kit.inbox import Inbox
from ihala_kit.records import Received, envelope_of
from ihala_kit.sealed import remember, seal_for
from ihala_kit.service import Service
from ihala_kit.testing import Mint
from ihala_referral.jobs import work_off
from joserfc import jwe
from joserfc.jwk import ECKey
from sqlalchemy import text

from tests.referral.actors import FIRST, HLP, MOMD, NINEWA, TELAFAR, Actor

E = TypeVar("E", bound=Event)
_EMITTED = "SELECT seq, type, version, data FROM outbox WHERE seq > :after ORDER BY seq"


class Answer:
    """What HTTP answered."""

    def __init__(self, status: int, headers: Any, body: Any) -> None:
        self.status, self.headers, self.body = status, headers, body

    @property
    def problem(self) -> str:
        return str(self.body["type"]).removeprefix("urn:ihala:problem:")

    @property
    def etag(self) -> str:
        return str(self.headers["ETag"])


class World:
    """The service and everybody around it."""

    def __init__(self, service: Service, database: Database, session: aiohttp.ClientSession, mint: Mint) -> None:
        self.service, self.database, self.session, self.mint = service, database, session, mint
        self.inbox = Inbox(database, "referral", service.handlers(), service.on_parked)
        self.sequences: Counter[tuple[str, UUID]] = Counter()
        self.seen = 0
        self.directory_key = ECKey.generate_key("P-256")

    def goes_on_from(self, other: "World") -> None:
        """Take over what another told the database that this one begins with."""
        self.directory_key, self.sequences = other.directory_key, other.sequences.copy()

    # Time

    def set_time(self, at: datetime) -> None:
        self.database.clock.offset = at - datetime.now(UTC)

    def advance(self, **by: float) -> None:
        self.database.clock.offset += timedelta(**by)

    @property
    def now(self) -> datetime:
        return self.database.clock.now()

    async def tick(self) -> None:
        """Let the clock process work off everything that is due, deadlines and due work."""
        while await work_off(self.database):
            pass
        while await perform_next(self.database, self.service.performing()):
            pass

    # Events

    def record(self, event: Event, source: str, snapshot: bool = False) -> Received:
        """Return the event as it arrives, next of its key."""
        self.sequences[source, event.key] += 1
        number = self.sequences[source, event.key]
        headers = {
            "ce_id": str(uuid4()),
            "ce_source": f"/ihala/{source}",
            "ce_type": type_of(type(event)),
            "ce_dataschema": f"urn:ihala:schema:x.v{version_of(type(event))}",
            "ce_partitionkey": str(event.key),
            "ce_sequence": str(number),
            "ce_epoch": "1",
            "ce_time": datetime.now(UTC).isoformat(),
            **({"ce_snapshot": "true"} if snapshot else {}),
        }
        return Received(event.topic, 0, number, headers, event.model_dump_json().encode(), envelope_of(headers))

    async def deliver(self, *events: Event, snapshot: bool = False) -> list[Event]:
        """Deliver events, each twice; return what referral emitted. A `snapshot` says a state again."""
        before = await self.count()
        records = [self.record(event, event.topic.split(".")[1], snapshot) for event in events]
        await self.inbox.apply(records)
        after = await self.count()
        await self.inbox.apply(records)
        async with self.database.transaction(Caller.system("test")) as tx:
            rows = (await tx.execute(text(_EMITTED), {"after": before})).all()
            assert not [row for row in rows if row.seq > after], "a second delivery emitted something"
            assert await tx.scalar(text("SELECT count(*) FROM parked")) == 0, "something was parked"
        return [_read(row) for row in rows]

    async def apply(self, *events: Event) -> None:
        """Deliver events, each twice, while something else is going on."""
        records = [self.record(event, event.topic.split(".")[1]) for event in events]
        await self.inbox.apply(records)
        await self.inbox.apply(records)
        assert await self.value("SELECT count(*) FROM parked") == 0, "something was parked"

    async def count(self) -> int:
        return int(await self.value("SELECT coalesce(max(seq), 0) FROM outbox"))

    async def emitted(self, after: int = 0) -> list[Event]:
        """Return referral's events, in order, that have a number above `after`."""
        return [_read(row) for row in await self.rows(_EMITTED, after=after)]

    async def all(self, kind: type[E], need_id: UUID | None = None) -> list[E]:
        """Return all events of one type, of one need if it is named."""
        return [e for e in await self.emitted() if isinstance(e, kind) and need_id in (None, getattr(e, "need_id", None))]

    async def last(self, kind: type[E], need_id: UUID | None = None) -> E:
        return (await self.all(kind, need_id))[-1]

    # Database

    async def rows(self, query: str, **values: Any) -> list[Any]:
        async with self.database.transaction(Caller.system("test")) as tx:
            return list((await tx.execute(text(query), values)).all())

    async def value(self, query: str, **values: Any) -> Any:
        return (await self.rows(query, **values))[0][0]

    async def placement(self, need_id: UUID) -> Any:
        return (await self.rows("SELECT * FROM placement WHERE need_id = :need", need=need_id))[0]

    async def referral(self, referral_id: UUID) -> Any:
        return (await self.rows("SELECT * FROM referral WHERE id = :id", id=referral_id))[0]

    async def states(self, need_id: UUID) -> tuple[str, list[str]]:
        """Return the state of the placement and of its referrals, in order."""
        found = await self.rows("SELECT state FROM referral WHERE need_id = :need ORDER BY id", need=need_id)
        return (await self.placement(need_id)).state, [row.state for row in found]

    async def overtaken(self, need_id: UUID) -> list[tuple[str, str]]:
        found = await self.rows("SELECT type, why FROM overtaken WHERE need_id = :need ORDER BY at", need=need_id)
        return [(row.type.removeprefix("org.ihala."), row.why) for row in found]

    async def work_items(self, need_id: UUID) -> set[str]:
        found = await self.rows("SELECT kind FROM work_item WHERE about_id = :need AND closed_at IS NULL", need=need_id)
        return {row.kind for row in found}

    # What the other services say

    async def join(self, *actors: Actor, **more: Any) -> None:
        await self.deliver(*(directory_v1.OrganizationJoined(**{
            "organization_id": actor.organization_id, "kind": actor.kind, "names": {"en": actor.name}, "operator_id": actor.operator_id,
            "cleared": actor.cleared, "joined_at": self.now, **more,
        }) for actor in actors))  # fmt: skip

    async def learn_directory_key(self) -> None:
        public = {name: str(value) for name, value in self.directory_key.as_dict(private=False).items()}
        await self.deliver(
            directory_v1.SealingKeyPublished(key_id=uuid4(), service="directory", public_key=public, published_at=datetime.now(UTC))
        )

    def unsealed(self, token: str) -> dict[str, Any]:
        """Return facts as directory reads them."""
        import json

        content = json.loads(jwe.decrypt_compact(token, self.directory_key, algorithms=["ECDH-ES", "A256GCM"]).plaintext or b"")
        return dict(content["data"]) | {"about": content["about"]}

    async def sealed(self, need_id: UUID, facts: dict[str, Any]) -> str:
        """Return facts as intake seals them to referral."""
        rotation = next(job for job in self.service.all_jobs() if job.name == "rotate sealing key")
        await rotation.run(self.database)
        key = await self.last(referral_v1.SealingKeyPublished)
        async with self.database.transaction(Caller.system("test")) as tx:
            await remember(tx, key)
            token = await seal_for(tx, "referral", need_id, facts)
        assert token is not None
        return token

    def consent(self, **more: Any) -> intake_v1.ConsentScope:
        good = {"consent_id": uuid4(), "revision": 1, "given": True, "categories": ["identity"], "until": self.now + timedelta(days=365)}
        return intake_v1.ConsentScope(**good | more)

    def need(self, origin: Actor = HLP, **more: Any) -> intake_v1.NeedIdentified:
        good: dict[str, Any] = {
            "need_id": uuid4(), "case_id": uuid4(), "reference": "NIN-7K3F-92QX", "operator_id": MOMD, "need_code": "housing.hlp",
            "sensitivity": "standard", "urgency": "routine", "governorate": NINEWA, "district": TELAFAR,
            "origin_id": origin.organization_id, "origin_kind": origin.kind, "match_settled": True, "requested_at": self.now,
        }  # fmt: skip
        return intake_v1.NeedIdentified(**{"consent": self.consent(), **good, **more})

    async def identified(self, origin: Actor = HLP, **more: Any) -> UUID:
        """Return a need that intake announced."""
        need = self.need(origin, **more)
        await self.deliver(need)
        return need.need_id

    def reserved(self, asked: referral_v1.PlacementRequested, provider: Actor, **more: Any) -> directory_v1.PlaceReserved:
        """Return directory's answer to a question: a place at `provider`, the same service and location each time."""
        good: dict[str, Any] = {
            "need_id": asked.need_id, "placement_id": asked.placement_id, "attempt": asked.attempt, "reservation_id": uuid4(),
            "service_id": provider.organization_id, "service_at_location_id": provider.organization_id,
            "organization_id": provider.organization_id, "organization_kind": provider.kind, "service_name": {"en": provider.name},
            "governorate": asked.governorate, "explanation": [{"code": "need", "result": "pass"}], "reserved_at": self.now,
        }  # fmt: skip
        return directory_v1.PlaceReserved(**good | more)

    def none(self, asked: referral_v1.PlacementRequested, *failing: str) -> directory_v1.NoPlaceFound:
        return directory_v1.NoPlaceFound(
            need_id=asked.need_id,
            placement_id=asked.placement_id,
            attempt=asked.attempt,
            candidates=0,
            failing=[directory_v1.Criterion(code=code, result="fail") for code in failing or ("capacity",)],
            answered_at=self.now,
        )

    async def offer(self, need_id: UUID, provider: Actor, **more: Any) -> UUID:
        """Let directory answer the newest question with a place at `provider`; return the referral."""
        asked = await self.last(referral_v1.PlacementRequested, need_id)
        out = await self.deliver(self.reserved(asked, provider, **more))
        [offered] = [event for event in out if isinstance(event, referral_v1.ReferralOffered)]
        return offered.referral_id

    async def offered(self, provider: Actor = FIRST, origin: Actor = HLP, **more: Any) -> tuple[UUID, UUID]:
        """Return a need and a referral that is offered to `provider`."""
        need_id = await self.identified(origin, **more)
        return need_id, await self.offer(need_id, provider)

    async def accepted(self, provider: Actor = FIRST, origin: Actor = HLP, **more: Any) -> tuple[UUID, UUID]:
        need_id, referral_id = await self.offered(provider, origin, **more)
        assert (await self.move(provider, referral_id, "acceptance")).status == 200
        return need_id, referral_id

    async def in_service(self, provider: Actor = FIRST, origin: Actor = HLP, **more: Any) -> tuple[UUID, UUID]:
        need_id, referral_id = await self.accepted(provider, origin, **more)
        assert (await self.move(provider, referral_id, "start", {})).status == 200
        return need_id, referral_id

    # HTTP

    async def call(self, actor: Actor | None, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """Call the service over a socket, with the actor's token; `None` sends none."""
        sent = {**(self.token(actor) if actor else {}), **(headers or {})}
        async with self.session.request(method, path, json=body, headers=sent) as answer:
            return Answer(answer.status, answer.headers, await answer.json(content_type=None))

    def token(self, actor: Actor) -> dict[str, str]:
        return self.mint.headers(
            "referral", actor.scopes.split(), client_id=actor.name, org=str(actor.organization_id), org_kind=actor.kind,
            operator=str(actor.operator_id) if actor.operator_id else None, roles=list(actor.roles), cleared=actor.cleared,
        )  # fmt: skip

    async def get(self, actor: Actor | None, path: str) -> Answer:
        return await self.call(actor, "GET", path)

    async def post(self, actor: Actor | None, path: str, body: Any, version: int | None, key: str | None = None) -> Answer:
        headers = {"Idempotency-Key": key or str(uuid4())} | ({} if version is None else {"If-Match": f'"{version}"'})
        return await self.call(actor, "POST", path, body, headers)

    async def move(self, actor: Actor | None, referral_id: UUID, act: str, body: Any = None, version: int | None = None) -> Answer:
        """Make a move, at the version that the referral has now unless one is given."""
        known = (await self.referral(referral_id)).version if version is None else version
        return await self.post(actor, f"/v1/referrals/{referral_id}/{act}", body, known)

    async def decide(self, actor: Actor | None, need_id: UUID, decision: str, body: Any, version: int | None = None) -> Answer:
        """Decide about a placement as a coordinator."""
        row = await self.placement(need_id)
        return await self.post(actor, f"/v1/placements/{row.id}/{decision}", body, row.version if version is None else version)

    async def moves(self, actor: Actor, referral_id: UUID) -> list[str]:
        return list((await self.get(actor, f"/v1/referrals/{referral_id}/moves")).body["moves"])


def _read(row: Any) -> Event:
    return BY_TYPE[row.type, row.version].model_validate_json(row.data)


def kinds(events: Iterable[Event]) -> list[str]:
    """Return the short types of events."""
    return [type_of(type(event)).rsplit(".", 1)[-1] for event in events]

"""A whole intake on a throw-away PostgreSQL: real HTTP in, events in and out as Kafka would carry them, due work, a clock to move."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

import aiohttp
from ihala_contracts.catalogue import BY_TYPE
from ihala_contracts.envelope import Event, type_of, version_of
from ihala_contracts.referral_v1 import Covered, DutyRosterChanged, SealingKeyPublished
from ihala_intake import ledger
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.due import perform_next
from ihala_kit.inbox import Inbox
from ihala_kit.records import Received, envelope_of
from ihala_kit.service import Service
from ihala_kit.testing import Mint
from joserfc import jwe
from joserfc.jwk import ECKey
from sqlalchemy import text

from tests.intake.actors import Actor

PREFIX = "urn:ihala:problem:"


@dataclass
class Answer:
    """What came back."""

    status: int
    body: Any
    headers: Any

    @property
    def slug(self) -> str:
        """The problem's name."""
        return str(self.body["type"]).removeprefix(PREFIX)

    @property
    def etag(self) -> str:
        return str(self.headers["ETag"])


@dataclass
class House:
    """Intake with everything around it that a test needs."""

    service: Service
    database: Database
    session: aiohttp.ClientSession
    mint: Mint
    super_url: str
    referral_key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    _sequences: dict[tuple[str, UUID], int] = field(default_factory=dict)
    _read: int = 0

    # HTTP

    async def call(
        self, method: str, path: str, actor: Actor | None, body: Any = None, *, key: str | None = "new", if_match: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:  # fmt: skip
        """Send one request as `actor`; POSTs get an Idempotency-Key unless told otherwise."""
        sent = dict(headers or {}) | (actor.headers(self.mint) if actor else {})
        if method == "POST" and key is not None:
            sent["Idempotency-Key"] = str(uuid4()) if key == "new" else key
        if if_match is not None:
            sent["If-Match"] = if_match
        async with self.session.request(method, path, json=body, headers=sent) as answer:
            content = await answer.read()
            return Answer(answer.status, json.loads(content) if content else None, answer.headers)

    async def sheet(self, path: str, actor: Actor | None, **headers: str) -> tuple[int, str, Any]:
        """Ask for a page to print; return status, text and headers."""
        sent = headers | (actor.headers(self.mint) if actor else {})
        async with self.session.get(path, headers=sent) as answer:
            return answer.status, await answer.text(), answer.headers

    async def get(self, path: str, actor: Actor | None) -> Answer:
        return await self.call("GET", path, actor)

    async def post(self, path: str, actor: Actor | None, body: Any, **more: Any) -> Answer:
        return await self.call("POST", path, actor, body, **more)

    # Events

    async def events(self) -> list[Event]:
        """Return the events that left since the last call, in the order in which they leave."""
        async with self.database.transaction(Caller.system("test")) as tx:
            rows = (await tx.execute(text("SELECT * FROM outbox WHERE seq > :read ORDER BY seq"), {"read": self._read})).all()
        self._read = rows[-1].seq if rows else self._read
        return [BY_TYPE[row.type, row.version].model_validate_json(row.data) for row in rows]

    async def deliver(self, *events: Event, twice: bool = True, snapshot: bool = False) -> None:
        """Let intake read events, each of them twice as Kafka may bring them."""
        records = [self._record(event, snapshot) for event in events]
        inbox = Inbox(self.database, "intake", self.service.handlers())
        await inbox.apply(records)
        if twice:
            await inbox.apply(records)

    def _record(self, event: Event, snapshot: bool = False) -> Received:
        source = event.topic.split(".")[1]
        number = self._sequences[source, event.key] = self._sequences.get((source, event.key), 0) + 1
        headers = {
            "ce_id": str(uuid4()), "ce_source": f"/ihala/{source}", "ce_type": type_of(type(event)),
            "ce_dataschema": f"urn:ihala:schema:x.v{version_of(type(event))}", "ce_partitionkey": str(event.key),
            "ce_sequence": str(number), "ce_epoch": "1", "ce_time": datetime.now(UTC).isoformat(),
            **({"ce_snapshot": "true"} if snapshot else {}),
        }  # fmt: skip
        return Received(event.topic, 0, number, headers, event.model_dump_json().encode(), envelope_of(headers))

    def goes_on_from(self, other: "House") -> None:
        """Take over what another told the database of which this one has a copy."""
        self.referral_key, self._sequences = other.referral_key, dict(other._sequences)

    def skip_a_number(self, source: str, key: UUID) -> None:
        """Lose one event of a key on the way."""
        self._sequences[source, key] += 1

    async def parked(self) -> int:
        return int(await self.scalar("SELECT count(*) FROM parked"))

    async def publish_referrals_key(self) -> None:
        """Let intake know referral's sealing key, and announce what waited for it."""
        public = {name: str(value) for name, value in self.referral_key.as_dict(private=False).items()}
        await self.deliver(SealingKeyPublished(key_id=uuid4(), service="referral", public_key=public, published_at=datetime.now(UTC)))
        await self.run_jobs()

    async def cover(self, operator_id: UUID, *governorates: str) -> None:
        """Let intake know that the operator has somebody on duty there for a year."""
        at = self.database.clock.now()
        covered = [Covered(starts_at=at - timedelta(days=1), ends_at=at + timedelta(days=365))]
        said = {"operator_id": operator_id, "covered": covered, "changed_at": at}
        rosters = [DutyRosterChanged(roster_id=uuid5(operator_id, where), governorate=where, **said) for where in governorates]
        await self.deliver(*rosters, twice=False)

    def unsealed(self, token: str | None) -> dict[str, Any]:
        """Open facts as referral does."""
        assert token is not None
        opened = jwe.decrypt_compact(token, self.referral_key, algorithms=["ECDH-ES", "A256GCM"])
        return dict(json.loads(opened.plaintext or b""))

    # Time

    async def fresh(self, age: timedelta = timedelta()) -> None:
        """Say that the reader had read everything `age` ago."""
        async with self.database.transaction(Caller.system("test")) as tx:
            await tx.execute(
                text("INSERT INTO reader VALUES ('intake', :at) ON CONFLICT (consumer) DO UPDATE SET caught_up_at = excluded.caught_up_at"),
                {"at": datetime.now(UTC) - age},
            )

    async def later(self, by: timedelta) -> None:
        """Move the domain clock on, and do what has become due."""
        self.database.clock.offset += by
        await self.work()

    async def work(self) -> None:
        """Do all due work."""
        while await perform_next(self.database, self.service.performing()):
            pass

    async def run_jobs(self) -> None:
        for job in self.service.jobs:
            while await job.run(self.database):
                pass

    # Looking inside

    async def scalar(self, query: str, **values: Any) -> Any:
        """Ask the database as the system."""
        async with self.database.transaction(Caller.system("test")) as tx:
            return await tx.scalar(text(query), values)

    async def chain(self, person_id: UUID) -> int:
        """Check a person's chain of reads and return its length."""
        async with self.database.transaction(Caller.system("test")) as tx:
            return await ledger.check_accesses(tx, person_id)

    async def erase(self, need_id: UUID) -> None:
        """Destroy the key of a need's person, as erasing will."""
        async with self.database.transaction(Caller.system("test")) as tx:
            await tx.execute(
                text("UPDATE data_key SET wrapped = NULL, destroyed_at = :at WHERE id = (SELECT key_id FROM need WHERE id = :id)"),
                {"at": datetime.now(UTC), "id": need_id},
            )

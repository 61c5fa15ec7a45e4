"""What directory's tests share: who calls, what referral says, and what directory said."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4, uuid5

import aiohttp
from ihala_contracts.catalogue import BY_TYPE
from ihala_contracts.envelope import Event, type_of, version_of
from ihala_contracts.intake_v1 import Sensitivity, Urgency
from ihala_contracts.referral_v1 import (
    Deadlines,
    PlacementCancelled,
    PlacementRequested,
    ReferralAccepted,
    ReferralCancelled,
    ReferralCompleted,
    ReferralDeclined,
    ReferralExpired,
    ReferralFailed,
    ReferralOffered,
    ReferralRedacted,
    ReferralStarted,
    ReferralWaitlisted,
    ReferralWithdrawn,
)
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.ids import new_id
from ihala_kit.inbox import Inbox
from ihala_kit.records import Received, envelope_of
from ihala_kit.testing import Mint
from sqlalchemy import text
from yarl import URL

E = TypeVar("E", bound=Event)

OPERATOR = UUID("f8c41901-9144-50cc-9662-abb2d158ccad")
OTHER_OPERATOR = UUID("0198f000-0000-7000-8000-000000000002")
STRANGER = UUID("0198f000-0000-7000-8000-000000000001")
ORIGIN = UUID("ec15770f-f616-5e4a-a4be-eb2e3efc64c1")  # the HLP centre
HLP_AT = UUID("1491e61a-4337-5df9-9289-5d47fdcb50cb")
TELAFAR = UUID("b6db51cb-40fb-51a8-87b9-99da029adfdb")
TELAFAR_SERVICE = UUID("00539191-918e-5bb1-8936-22f111dd5493")
TELAFAR_AT = UUID("b99020b3-6ada-5656-ae8d-51b422f03a0b")
ZUMMAR = UUID("929b2a41-401b-51ee-9302-66a868a9e079")
ZUMMAR_SERVICE = UUID("caaf61a0-2d00-5a9f-801d-b83d0c99d32c")
ZUMMAR_AT = UUID("7f5bb56b-cf08-588f-a963-6b819b1eb792")
ALLOWANCE_AT = UUID("6b883c2d-2471-5d4b-8990-aef2b9da22b3")  # the one stock
WLCO = UUID("a8be2d18-8c49-5b2a-8406-77b3122d7a96")
GBV_SERVICE = UUID("b63c05f3-d98a-5f35-8a03-a193cf51d692")
GBV_AT = UUID("e030cb3f-970d-5bc3-89ea-81ef7ada2533")

FACTS = {"age": 34, "sex": "male", "status": "group.returnee_abroad", "household_size": 5, "languages": ["ar"]}
ALL_SCOPES = ("directory:read", "directory:reserve", "directory:write", "directory:admin")


class People:
    """Makes the Authorization headers of everybody who calls."""

    def __init__(self, mint: Mint) -> None:
        self._mint = mint

    def coordinator(self, *scopes: str, cleared: bool = True, operator: UUID = OPERATOR) -> dict[str, str]:
        """An officer of the operator, with all of directory's scopes unless some are given."""
        return self._headers(scopes, operator, "operator", ["coordinator", "officer"], cleared=cleared, client_id=f"coordinator-{operator}")

    def administrator(self) -> dict[str, str]:
        """Who keeps the operator's directory, with what the gateway gives that role alone: no officer."""
        scopes = ("directory:read", "directory:write", "directory:admin")
        return self._headers(scopes, OPERATOR, "operator", ["operator-administrator"], cleared=True, client_id="administrator")

    def provider(self, organization: UUID = ZUMMAR, *scopes: str, cleared: bool = False) -> dict[str, str]:
        """A provider of that operator."""
        return self._headers(scopes, organization, "ingo", [], cleared=cleared, client_id=f"provider-{organization}")

    def stranger(self, *scopes: str) -> dict[str, str]:
        """A client that has every scope and no business here."""
        return self._headers(scopes, STRANGER, "nngo", [], client_id="stranger")

    def nobody(self) -> dict[str, str]:
        """The gateway's anonymous token."""
        return self._mint.headers("directory", [], client_id="anonymous", org=str(UUID(int=0)), org_kind="anonymous")

    def _headers(
        self, scopes: Iterable[str], organization: UUID, kind: str, roles: list[str], *, client_id: str, cleared: bool = False
    ) -> dict[str, str]:
        return self._mint.headers(
            "directory", tuple(scopes) or ALL_SCOPES, client_id=client_id, org=str(organization), org_kind=kind, operator=str(OPERATOR),
            gov=["IQG15"], roles=roles, cleared=cleared,
        )  # fmt: skip


def key() -> dict[str, str]:
    """A new Idempotency-Key."""
    return {"Idempotency-Key": str(uuid4())}


def match(version: int) -> dict[str, str]:
    """If-Match for a version."""
    return {"If-Match": f'"{version}"'}


def next_page(answer: aiohttp.ClientResponse) -> str | None:
    """Return the address of the next page as the service itself serves it, if there is one."""
    link = answer.links.get("next")
    return str(URL(link["url"]).relative()).removeprefix("/directory") if link else None


async def slug(answer: aiohttp.ClientResponse, status: int) -> str:
    """The problem's slug of a refusal that must have this status."""
    body = await answer.json(content_type=None)
    assert answer.status == status, body
    assert answer.content_type == "application/problem+json"
    return str(body["type"]).removeprefix("urn:ihala:problem:")


class World:
    """Directory behind its inbox: what referral says goes in, what directory says is read from the outbox."""

    def __init__(self, database: Database, inbox: Inbox) -> None:
        self.database, self.inbox = database, inbox
        self._sequences: dict[UUID, int] = defaultdict(int)
        self._seen = 0

    def record(self, event: Event, snapshot: bool = False) -> Received:
        """The event as it arrives from Kafka, next of its key."""
        self._sequences[event.key] += 1
        headers = {
            "ce_id": str(new_id()), "ce_source": "/ihala/referral", "ce_type": type_of(type(event)),
            "ce_dataschema": f"urn:ihala:schema:x.v{version_of(type(event))}", "ce_partitionkey": str(event.key),
            "ce_sequence": str(self._sequences[event.key]), "ce_epoch": "1", "ce_time": datetime.now(UTC).isoformat(),
            **({"ce_snapshot": "true"} if snapshot else {}),
        }  # fmt: skip
        return Received(event.topic, 0, 0, headers, event.model_dump_json().encode(), envelope_of(headers))

    async def tell(self, *events: Event, snapshot: bool = False) -> list[Event]:
        """Let directory read the events, each delivered twice; return what it said, the parked ones fail the test."""
        records = [self.record(event, snapshot) for event in events]
        await self.inbox.apply(records)
        await self.inbox.apply(records)
        assert await self.value("SELECT count(*) FROM parked") == 0, await self.value("SELECT error FROM parked LIMIT 1")
        return await self.said()

    async def said(self) -> list[Event]:
        """Return what directory said since it was last asked."""
        rows = await self.rows("SELECT seq, type, version, data FROM outbox WHERE seq > :seen ORDER BY seq", seen=self._seen)
        self._seen = rows[-1].seq if rows else self._seen
        return [BY_TYPE[row.type, row.version].model_validate_json(row.data) for row in rows]

    async def goes_on_from_here(self) -> None:
        """Take all that directory said so far for read."""
        self._seen = await self.value("SELECT coalesce(max(seq), 0) FROM outbox")

    async def rows(self, query: str, **values: Any) -> list[Any]:
        """Ask the database as the system."""
        async with self.database.transaction(Caller.system("test")) as tx:
            return list((await tx.execute(text(query), values)).all())

    async def value(self, query: str, **values: Any) -> Any:
        """Return the one value of a query."""
        return (await self.rows(query, **values))[0][0]

    async def places(self, at: UUID) -> tuple[int, int, int]:
        """Return figure, held and used of a place."""
        row = (await self.rows("SELECT figure, held, used FROM service_at_location WHERE id = :id", id=at))[0]
        return row.figure, row.held, row.used

    async def set_places(self, at: UUID, figure: int) -> None:
        """Say how many are free, without a word to anybody."""
        async with self.database.transaction(Caller.system("test")) as tx:
            await tx.execute(text("UPDATE service_at_location SET figure = :figure WHERE id = :id"), {"figure": figure, "id": at})

    async def balanced(self) -> None:
        """The counters equal what the reservations say, and nothing was promised that was not there."""
        rows = await self.rows("""
            SELECT a.id, a.held, count(r.id) FILTER (WHERE r.state IN ('reserved', 'claimed')) AS counted, a.figure, a.used
            FROM service_at_location a LEFT JOIN reservation r ON r.service_at_location_id = a.id GROUP BY a.id
        """)
        assert all(row.held == row.counted for row in rows)


def only(events: Iterable[Event], kind: type[E]) -> E:
    """Return the one event of that kind."""
    found = [event for event in events if isinstance(event, kind)]
    assert len(found) == 1, [type(event).__name__ for event in events]
    return found[0]


class Case:
    """One need and what referral says of it."""

    def __init__(self, **asked: Any) -> None:
        self.need_id, self.placement_id, self.referral_id = uuid4(), uuid4(), uuid4()
        self.asked = {
            "operator_id": OPERATOR, "origin_id": ORIGIN, "need_code": "housing.hlp", "sensitivity": Sensitivity.STANDARD,
            "urgency": Urgency.ROUTINE, "governorate": "IQG15", "district": "IQG15Q08", "requested_at": datetime.now(UTC),
        } | asked  # fmt: skip

    def request(self, attempt: int = 1, **more: Any) -> PlacementRequested:
        """Ask for a place."""
        return PlacementRequested(need_id=self.need_id, placement_id=self.placement_id, attempt=attempt, **(self.asked | more))

    def cancel(self, attempt: int = 1, reservation_id: UUID | None = None) -> PlacementCancelled:
        """Say that it is not wanted any more."""
        return PlacementCancelled(
            need_id=self.need_id, placement_id=self.placement_id, attempt=attempt, reservation_id=reservation_id, reason="test"
        )

    def _referral(self, attempt: int, reservation_id: UUID | None, at: UUID | None, state: str) -> dict[str, Any]:
        return {
            "need_id": self.need_id, "placement_id": self.placement_id, "referral_id": self.referral_of(attempt),
            "organization_id": ZUMMAR, "origin_id": ORIGIN, "operator_id": OPERATOR, "restricted": False, "attempt": attempt,
            "reservation_id": reservation_id, "service_at_location_id": at or uuid4(), "service_id": uuid4(), "state": state,
            "referral_version": 1, "moved_at": datetime.now(UTC),
        }  # fmt: skip

    def referral_of(self, attempt: int) -> UUID:
        """Return the referral of an attempt."""
        return uuid5(self.referral_id, str(attempt))

    def offered(self, reservation_id: UUID, at: UUID | None = None, attempt: int = 1) -> ReferralOffered:
        return ReferralOffered(
            **self._referral(attempt, reservation_id, at, "offered"), urgency=Urgency.ROUTINE, governorate="IQG15", deadlines=Deadlines()
        )

    def accepted(self, reservation_id: UUID | None, at: UUID | None = None, attempt: int = 1) -> ReferralAccepted:
        more = {"first_contact_by": datetime.now(UTC) + timedelta(days=3)}
        return ReferralAccepted(**self._referral(attempt, reservation_id, at, "accepted"), **more)

    def waitlisted(self, reservation_id: UUID, attempt: int = 1) -> ReferralWaitlisted:
        return ReferralWaitlisted(**self._referral(attempt, reservation_id, None, "waitlisted"), review_at=datetime.now(UTC))

    def started(self, reservation_id: UUID, attempt: int = 1) -> ReferralStarted:
        return ReferralStarted(**self._referral(attempt, reservation_id, None, "in_service"))

    def declined(self, reservation_id: UUID | None, at: UUID, reason: str, attempt: int = 1) -> ReferralDeclined:
        return ReferralDeclined(**self._referral(attempt, reservation_id, at, "declined"), reason=reason)

    def ended(self, how: str, reservation_id: UUID | None, attempt: int = 1) -> Event:
        """Return one of the other endings."""
        base = self._referral(attempt, reservation_id, None, how)
        endings: dict[str, Event] = {
            "expired": ReferralExpired(**base),
            "withdrawn": ReferralWithdrawn(**base),
            "cancelled": ReferralCancelled(**base, reason="placed_elsewhere"),
            "failed": ReferralFailed(**base, reason="unreachable"),
            "completed": ReferralCompleted(**base, outcomes=[]),
            "redacted": ReferralRedacted(**base, before="accepted"),
        }
        return endings[how]

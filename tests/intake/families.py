"""A person of whom all is known that can be said, and families in which each has needs of their own."""

from typing import Any
from uuid import UUID, uuid4

from ihala_contracts.referral_v1 import ReferralAccepted

from tests.intake.actors import NGO, OFFICER, Actor
from tests.intake.house import House
from tests.intake.samples import OFFICER_NAME, consent, need, person, referral_event, request

MOTHER_PHONE, SON_PHONE, GUARDIAN_PHONE = "07701112233", "07714445566", "07727778899"


def phone(number: str, **changes: Any) -> dict[str, Any]:
    return {"number": number, "safe_to_call": True, "safe_to_message": True, "owner": "own", **changes}


def everything(**changes: Any) -> dict[str, Any]:
    """Return a person of whom everything is said."""
    return person(
        transliteration={"given_name": "Zaynab", "father_name": "Khidir"}, birth_year=None, birth_on="1987-07-01", role="head",
        movements=[
            {"kind": "displaced", "since": "2014-08", "until": "2017", "place": "IQG15Q08"},
            {"kind": "returned_from_abroad", "since": "2025-06-10", "country": "DE", "programme": "برنامج العودة"},
        ],
        address="خلف الجامع الكبير", also_speaks=["ckb", "ar"],
        other_ways=[{"kind": "visit", "note": "بعد الظهر فقط"}],
        trusted_contact={"call_name": "أم علي", "relation": "neighbour", "phone": phone("07731231231", owner="unknown")},
        documents=[{"kind": "national_id", "number": "١٩٨٧ ٥٥٥ ١٢٣", "issued_by": "إدارة سنجار"}, {"kind": "passport", "state": "lost"}],
        disabilities={"seeing": "no", "walking": "a_lot"}, **changes,
    )  # fmt: skip


def member(name: str, role: str = "child", *needs: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return somebody of the household; whoever needs something has a consent of their own."""
    own = {"needs": list(needs), "consent": consent(recorded_by=OFFICER_NAME)} if needs else {}
    return {"call_name": name, "role": role, **own, **changes}


def family(*members: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a request of a mother with these members; she herself needs housing."""
    return request(need(), household={"members": list(members)}, **changes)


async def brought(house: House, body: dict[str, Any], actor: Actor = NGO) -> dict[str, Any]:
    """Bring a request and return its answer."""
    answer = await house.post("/v1/requests", actor, body)
    assert answer.status == 202, answer.body
    await house.events()
    found: dict[str, Any] = answer.body
    return found


async def person_of(house: House, need_id: str) -> UUID:
    found: UUID = await house.scalar("SELECT person_id FROM need WHERE id = :id", id=need_id)
    return found


async def household_of(house: House, person_id: UUID) -> UUID:
    found: UUID = await house.scalar("SELECT household_id FROM person WHERE id = :id", id=person_id)
    return found


async def told(house: House, *members: dict[str, Any], **changes: Any) -> tuple[list[str], UUID]:
    """Bring a mother with these members; return all needs in the order of the family, and the household."""
    made = await brought(house, family(*members, **changes))
    needs = [one["need_id"] for one in made["needs"]]
    return needs, await household_of(house, await person_of(house, needs[0]))


async def opened_to(house: House, need_id: str) -> str:
    """Let the provider accept a referral of this need; return where it reads."""
    referral_id = uuid4()
    await house.deliver(referral_event(ReferralAccepted, UUID(need_id), referral_id))
    await house.events()
    return f"/v1/disclosures/{referral_id}"


FAMILY_SECRETS = (
    *(number[1:] for number in (MOTHER_PHONE, SON_PHONE, GUARDIAN_PHONE)), "7731231231", "أم علي", "خلف الجامع الكبير", "بعد الظهر فقط",
    "Khidir", "برنامج العودة", "١٩٨٧ ٥٥٥ ١٢٣", "إدارة سنجار", "حليمة", "جدتهم",
)  # fmt: skip


async def people_live(house: House) -> None:
    """Everything that can happen to a family happens: told, read, changed, joined, left."""
    guardian = {"state": "person", "call_name": "جدتهم", "phone": phone(GUARDIAN_PHONE)}
    made = await brought(house, family(
        member("حليمة", "child", need("education.enrolment"), birth_year=2014, guardian=guardian, phones=[phone(SON_PHONE)]),
        person=everything(given_name="حليمة", phones=[phone(MOTHER_PHONE)]),
    ))  # fmt: skip
    mother, child = [await person_of(house, one["need_id"]) for one in made["needs"]]
    path, home = f"/v1/persons/{mother}", f"/v1/households/{await household_of(house, mother)}"
    assert (await house.get(path, OFFICER)).status == 200
    assert (await house.call("PATCH", path, OFFICER, {"phones": [phone(SON_PHONE)]}, if_match='"1"')).status == 200
    assert (await house.call("PATCH", path, OFFICER, {"address": "x\u202eخلف الجامع الكبير"}, if_match='"2"')).status == 422
    assert (await house.get(home, OFFICER)).status == 200
    new = {"person": {"call_name": "حليمة", "role": "sibling", "place": "IQG15"}}
    assert (await house.post(f"{home}/members", OFFICER, new, if_match='"1"')).status == 201
    assert (await house.post(f"{home}/members/{child}/departure", OFFICER, {"reason": "moved"}, if_match='"2"')).status == 200

"""Letters over HTTP, as their office, a provider, a stranger and nobody."""

from typing import Any
from uuid import uuid4

import pytest
from ihala_contracts.directory_v1 import OrganizationJoined
from ihala_contracts.intake_v1 import ConsentWithdrawn, NeedChanged, Sensitivity
from ihala_contracts.referral_v1 import ReferralCompleted, ReferralFailed

from tests.notify.letters.conftest import Office, wanted
from tests.notify.samples import OPERATOR, RECEIVER, STRANGER, sample

RESTRICTED = {"sensitivity": Sensitivity.RESTRICTED}


async def test_a_slip_is_given_shown_and_used_once(office: Office) -> None:
    need_id, referral_id = await office.need()
    made = await office.issued(need_id)
    assert (made["state"], made["shows"], made["referral_id"]) == ("valid", "full", str(referral_id))
    for typed in (made["code"], made["code"].lower().replace("-", " ")):
        status, found = await office.call("GET", f"/letters/by-code/{typed}")
        assert (status, found["id"], found["need_id"]) == (200, made["id"], str(need_id)) and "code" not in found
    status, used = await office.call("POST", f"/letters/{made['id']}/use", **{"If-Match": '"1"'})
    assert (status, used["state"], used["used_by"]) == (200, "used", "client")
    status, refused = await office.call("POST", f"/letters/{made['id']}/use", **{"If-Match": '"2"'})
    assert (status, refused["type"], refused["state"]) == (409, "urn:ihala:problem:letter-move-not-allowed", "used")
    status, _ = await office.call("POST", f"/letters/{made['id']}/revoke", **{"If-Match": '"1"'})
    assert status == 412
    assert (await office.call("GET", f"/letters/{made['id']}/pdf"))[0] == 409


async def test_a_letter_taken_back_is_good_no_more(office: Office) -> None:
    need_id, _ = await office.need(accepted=False)
    made = await office.issued(need_id, "support_letter")
    assert made["referral_id"] is None
    _, revoked = await office.call("POST", f"/letters/{made['id']}/revoke", **{"If-Match": '"1"'})
    _, shown = await office.call("GET", f"/letters/by-code/{made['code']}")
    assert revoked["state"] == shown["state"] == "revoked"


async def test_the_same_key_gives_the_same_letter(office: Office) -> None:
    need_id, _ = await office.need()
    key = {"Idempotency-Key": str(uuid4())}
    first, again = [await office.call("POST", "/letters", wanted(need_id), **key) for _ in range(2)]
    assert first == again and first[0] == 201
    assert len(await office.world.rows("SELECT id FROM letter")) == 1


@pytest.mark.parametrize("over", [ConsentWithdrawn, ReferralCompleted, ReferralFailed, NeedChanged])
async def test_a_slip_ends_with_its_need_or_its_referral(office: Office, over: Any) -> None:
    need_id, referral_id = await office.need()
    made = await office.issued(need_id)
    more = {"operator_id": STRANGER} if over is NeedChanged else {} if over is ConsentWithdrawn else {"referral_id": referral_id}
    await office.world.deliver(sample(over, need_id=need_id, **({"referral_id": None} if over is ConsentWithdrawn else more)))
    _, found = await office.call("GET", f"/letters/by-code/{made['code']}")
    assert found["state"] == "ended"
    assert (await office.call("POST", f"/letters/{made['id']}/use", **{"If-Match": '"1"'}))[0] == 409
    status, refused = await office.call("POST", "/letters", wanted(need_id))
    why = "need_ended" if over is ConsentWithdrawn else "not_accepted"
    assert (status, refused.get("why")) == ((404, None) if over is NeedChanged else (409, why))


async def test_a_letter_lasts_so_long_and_is_forgotten_a_year_later(office: Office) -> None:
    need_id, _ = await office.need()
    made = await office.issued(need_id)
    job = next(job for job in office.world.service.jobs if job.name == "forget letters")
    for days, forgotten in ((1, 0), (366, 1)):
        await office.world.rows(f"UPDATE letter SET valid_until = now() - interval '{days} days' RETURNING id")
        assert (await office.call("GET", f"/letters/{made['id']}"))[1]["state"] == "expired"
        assert await job.run(office.world.database) == forgotten
    assert (await office.call("GET", f"/letters/{made['id']}"))[0] == 404


async def test_nobody_else_gives_or_sees_letters(office: Office) -> None:
    need_id, _ = await office.need()
    made = await office.issued(need_id)
    paths = (f"/letters/{made['id']}", f"/letters/{made['id']}/pdf", f"/letters/by-code/{made['code']}")
    for by, operator in ((RECEIVER, OPERATOR), (STRANGER, OPERATOR), (STRANGER, STRANGER)):
        who = {"by": by, "operator": operator}
        assert [(await office.call("GET", path, **who))[0] for path in paths] == [404, 404, 404]
        assert (await office.call("POST", "/letters", wanted(need_id), **who))[0] == 404
        assert (await office.call("POST", f"/letters/{made['id']}/use", **who, **{"If-Match": '"1"'}))[0] == 404
        assert await office.call("GET", "/letters", **who) == (200, {"items": []})
    assert (await office.call("GET", paths[0], scopes=("notify:read",)))[0] == 403
    assert (await office.call("POST", "/letters", wanted(uuid4())))[0] == 404
    for false in ("LTR-2222-2222", "NIN-7K3F-92QX", "nonsense", "%00"):
        assert (await office.call("GET", f"/letters/by-code/{false}"))[0] == 404


async def test_a_restricted_slip_is_bare_and_for_cleared_eyes(office: Office) -> None:
    need_id, _ = await office.need(**RESTRICTED)
    assert (await office.call("POST", "/letters", wanted(need_id, asked_for=True)))[0] == 404
    status, refused = await office.call("POST", "/letters", wanted(need_id), cleared=True)
    assert (status, refused["why"]) == (409, "not_asked_for")
    status, refused = await office.call("POST", "/letters", wanted(need_id, "support_letter", asked_for=True), cleared=True)
    assert (status, refused["why"]) == (409, "restricted")
    made = await office.issued(need_id, asked_for=True, cleared=True)
    assert (made["shows"], made["referral_id"]) == ("bare", None)
    paths = (f"/letters/{made['id']}", f"/letters/{made['id']}/pdf", f"/letters/by-code/{made['code']}")
    assert [(await office.call("GET", path))[0] for path in paths] == [404, 404, 404]
    assert (await office.call("GET", "/letters"))[1] == {"items": []}
    assert (await office.call("GET", paths[2], cleared=True))[1]["state"] == "valid"
    status, refused = await office.call("POST", paths[1], {"bearer": "ليلى"}, cleared=True)
    assert (status, refused["type"]) == (409, "urn:ihala:problem:letter-takes-no-name")


async def test_what_became_restricted_is_hidden_with_the_letters_it_had(office: Office) -> None:
    need_id, _ = await office.need()
    made = await office.issued(need_id)
    await office.world.announce(need_id, **RESTRICTED)
    path = f"/letters/by-code/{made['code']}"
    assert (await office.call("GET", path))[0] == 404 and (await office.call("GET", "/letters"))[1] == {"items": []}
    assert (await office.call("GET", f"/letters/{made['id']}/pdf"))[0] == 404
    status, found = await office.call("GET", path, cleared=True)
    assert (status, found["state"]) == (200, "ended")  # it says more than may be said of her now
    assert (await office.call("GET", f"/letters/{made['id']}/pdf", cleared=True))[0] == 409


@pytest.mark.parametrize("kind", ["referral_slip", "support_letter"])
async def test_a_slip_whose_provider_became_hidden_is_printed_no_more(office: Office, kind: str) -> None:
    need_id, _ = await office.need()
    made = await office.issued(need_id, kind)
    await office.world.deliver(sample(OrganizationJoined, organization_id=RECEIVER, hidden=True))
    state, status = ("ended", 409) if kind == "referral_slip" else ("valid", 200)
    assert (await office.call("GET", f"/letters/{made['id']}"))[1]["state"] == state
    assert (await office.call("GET", f"/letters/{made['id']}/pdf"))[0] == status
    assert (await office.call("POST", f"/letters/{made['id']}/pdf", {"bearer": "ليلى"}))[0] == status
    assert (await office.issued(need_id))["shows"] == "plain"  # one that says less is given out


@pytest.mark.parametrize("asked_for", [False, True])
async def test_what_became_protected_says_who_helps_only_where_that_was_asked_for(office: Office, asked_for: bool) -> None:
    need_id, _ = await office.need()
    made = await office.issued(need_id, asked_for=asked_for)
    await office.world.announce(need_id, sensitivity=Sensitivity.PROTECTED)
    assert (await office.call("GET", f"/letters/{made['id']}/pdf"))[0] == (200 if asked_for else 409)


async def test_letters_are_listed_by_need(office: Office) -> None:
    (one, _), (other, _) = await office.need(), await office.need()
    made = [await office.issued(need_id) for need_id in (one, other, one)]
    _, listed = await office.call("GET", "/letters?limit=2")
    assert [each["id"] for each in listed["items"]] == [made[2]["id"], made[1]["id"]]
    _, of_one = await office.call("GET", f"/letters?need_id={one}")
    assert [each["id"] for each in of_one["items"]] == [made[2]["id"], made[0]["id"]]


async def test_bad_input(office: Office) -> None:
    need_id, _ = await office.need()
    made = await office.issued(need_id)
    for body in ({"bearer": "<b>x</b>"}, {"bearer": "a\u202eb"}, {"bearer": "x", "more": 1}, {"bearer": 7}):
        status, refused = await office.call("POST", f"/letters/{made['id']}/pdf", body)
        assert status == 422 and "<b>" not in str(refused) and "\u202e" not in str(refused)
    _, said = await office.call("POST", f"/letters/{made['id']}/pdf", {"bearer": "0770"}, **{"Accept-Language": "ar"})
    assert said["errors"] == [{"pointer": "#/bearer", "code": "not_a_name", "title": "لا يمكن طباعة هذا كاسم: أحرف فقط في سطر واحد."}]
    status, _ = await office.call("POST", f"/letters/{made['id']}/pdf", {"bearer": "x" * (1 << 20)})
    assert status == 413
    assert (await office.call("POST", "/letters", wanted(need_id, language="ku")))[0] == 422
    assert (await office.call("GET", f"/letters/by-code/{'A' * 41}"))[0] == 422


async def test_neither_name_nor_code_is_kept(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    need_id, _ = await office.need()
    made = await office.issued(need_id)
    status, pdf = await office.call("POST", f"/letters/{made['id']}/pdf", {"bearer": "Nobodyelse"})
    assert status == 200 and pdf.startswith(b"%PDF-")
    assert "Nobodyelse" not in caplog.text and made["code"] not in caplog.text
    tables = await office.world.rows("""
        SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND has_table_privilege(oid, 'SELECT')
    """)
    assert {"letter", "idempotency"} <= {table["relname"] for table in tables}
    for table in tables:
        rows = await office.world.rows(f'SELECT * FROM "{table["relname"]}"')
        assert "Nobodyelse" not in str(rows) and made["code"] not in str(rows)

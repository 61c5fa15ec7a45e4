"""What providers write, in messages: what may be repeated, what is left out, and when nothing but the neutral text is sent."""

from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_contracts.directory_v1 import OrganizationJoined, ServiceChanged
from ihala_contracts.referral_v1 import ReferralAccepted, ReferralOffered
from ihala_notify.calls.saying import to_the_person
from ihala_notify.channels.sms_text import sms_of
from ihala_notify.composing import composed
from ihala_notify.quoting import quoted
from ihala_notify.templates.checks import MOST_PARTS
from ihala_notify.wording import templates

from tests.notify.peers import Peers
from tests.notify.samples import RECEIVER, SERVICE, sample
from tests.notify.world import World

OWN = {"language": "en", "channel": "sms", "number": "+964 700 000 0099", "own": True, "safe_to_message": True}
FREE = ("organization", "address", "hours", "documents")
ADDRESS, HOURS, DOCUMENTS = "Market Street, Telafar", "Sunday to Thursday", "any paper"


@pytest.fixture(autouse=True)
def own_phone(peers: Peers) -> None:
    peers.contact = {"need_id": str(uuid4()), **OWN}


@pytest.mark.parametrize("placeholder", FREE)
@pytest.mark.parametrize(
    "said",
    [
        "register at www.example-help.com",
        "HTTPS://example.ninja/x",
        "example-help.com",
        "example。com",
        "example．com",
        "exam\u200bple.com",
        "example\u200c.com",
        "t.me/help",
        "office@example",
        "10.20.30.40",
        "<b>Market</b>",
        "&lt;b&gt;",
        "[here](tel)",
        "Centre against violence",
        "منظمة مناهضة العنف",
        "سەنتەری دژی توندوتیژی",
        "Send us your papers by WhatsApp",
    ],
)
def test_what_could_mislead_or_endanger_is_not_repeated(placeholder: str, said: str) -> None:
    assert quoted(placeholder, said) is None


@pytest.mark.parametrize("placeholder", FREE)
@pytest.mark.parametrize(
    "said",
    [
        "Housing and Legal Aid Organisation",
        "House #12, Bldg. 3-B, Market St., Mosul 41001",
        "P.O. Box 14",
        "شارع السوق، قرب المدرسة، تلعفر",
        "08:00-14:00, 16:00 - 18.30",
        "8 a.m.-2 p.m.",
        "من ٠٨:٠٠ إلى ١٤:٠٠",
        "4 photos 4x6; proof of 2023-2024; card of 1957",
        "گەڕەکی نوێ، تەنیشت قوتابخانە",
    ],
)
def test_ordinary_words_stay_as_they_are(placeholder: str, said: str) -> None:
    assert quoted(placeholder, said) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Clinic of Dr.Ahmed", "Clinic of Dr. Ahmed"),
        ("ش.الجمهورية", "ش. الجمهورية"),
        ("موقع.عراق", "موقع. عراق"),
        ("two\nlines", "two lines"),
    ],
)
def test_a_dot_between_words_makes_no_link(written: str, said: str) -> None:
    assert quoted("address", written) == said


@pytest.mark.parametrize("number", ["0770 123 4567", "+964-770-123-4567", "٠٧٧٠١٢٣٤٥٦٧"])
def test_a_number_to_call_may_stand_where_it_helps_to_come(number: str) -> None:
    """ "Call before you come" belongs to hours and address; in a name, or in what to bring, it is somebody else's line."""
    assert [name for name in FREE if quoted(name, f"before noon: {number}") is None] == ["organization", "documents"]


async def _accepted(world: World, names: str = "Housing Organisation", **service: str) -> None:
    """Let a person hear that this provider took the request; all that it wrote is English."""
    about = {"address": ADDRESS, "opening_hours": HOURS, "documents_to_bring": DOCUMENTS} | service
    need = uuid4()
    await world.identify(need)
    texts: dict[str, Any] = {name: {"en": value} for name, value in about.items()}
    await world.deliver(
        sample(OrganizationJoined, organization_id=RECEIVER, kind="nngo", names={"en": names}, phone="+964 700 000 0022"),
        sample(ServiceChanged, service_id=SERVICE, organization_id=RECEIVER, **texts),
        sample(ReferralAccepted, need_id=need),
    )  # fmt: skip
    await world.send()


async def test_of_a_service_at_several_places_the_one_that_was_offered_is_told(world: World, peers: Peers) -> None:
    need, referral, here, there = uuid4(), uuid4(), uuid4(), uuid4()
    await world.identify(need)
    addresses: dict[UUID, Any] = {here: {"en": "Market street, Telafar"}, there: {"en": "Mill road, Zummar"}}
    await world.deliver(
        sample(OrganizationJoined, organization_id=RECEIVER, kind="nngo", names={"en": "Help"}, phone="+964 700 000 0022"),
        sample(ServiceChanged, service_id=SERVICE, organization_id=RECEIVER, address={}, addresses=addresses),
        sample(ReferralOffered, need_id=need, referral_id=referral, service_at_location_id=there),
        sample(ReferralAccepted, need_id=need, referral_id=referral),
    )  # fmt: skip
    await world.send()
    assert "Mill road" in peers.texts()[-1] and "Market" not in peers.texts()[-1]


@pytest.mark.parametrize("names", ["Centre against Violence", "Help.org", "Call 0770 123 4567"])
async def test_a_provider_that_no_message_may_name_is_told_of_in_neutral_words(world: World, peers: Peers, names: str) -> None:
    await _accepted(world, names)
    assert peers.texts()[-1] == "You have news. Please call +964 700 000 0001."
    said = await world.rows("SELECT template, said, template_version FROM message ORDER BY id")
    assert [(row["template"], row["said"]) for row in said] == [("request-received", "full"), ("referral-accepted", "neutral")]


async def test_what_may_not_be_repeated_is_left_out_and_the_rest_is_said(world: World, peers: Peers) -> None:
    await _accepted(world, opening_hours="register first at www.example-help.com")
    told = peers.texts()[-1]
    assert "Housing Organisation" in told and ADDRESS in told and DOCUMENTS in told
    assert "example-help" not in told and "Opening hours" not in told


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ({"documents_to_bring": "paper " * 600}, [ADDRESS, HOURS]),
        ({"documents_to_bring": "paper " * 50, "opening_hours": "day " * 300, "address": "street " * 10}, ["street street"]),
        (dict.fromkeys(("documents_to_bring", "opening_hours", "address"), "وثيقة " * 100), []),
    ],
)
async def test_a_text_that_is_no_message_does_without_what_it_can(
    world: World, peers: Peers, written: dict[str, str], left: list[str]
) -> None:
    await _accepted(world, **written)
    told = peers.texts()[-1]
    assert len(sms_of(told).parts) <= MOST_PARTS
    assert "Housing Organisation" in told and "+964 700 000 0022" in told and "+964 700 000 0001" in told
    assert [one for one in (ADDRESS, HOURS, DOCUMENTS, "street street") if one in told] == left


async def test_a_name_as_long_as_a_letter_is_told_of_in_neutral_words(world: World, peers: Peers) -> None:
    await _accepted(world, "منظمة " * 100)
    assert peers.texts()[-1] == "You have news. Please call +964 700 000 0001."


def test_an_officer_reads_no_words_aloud_that_nobody_may_write() -> None:
    about = {"sensitivity": "standard", "hidden_provider": False, "organization_names": {"en": "Centre against violence"}}
    row: Any = SimpleNamespace(**vars(_known()) | about)
    assert to_the_person(templates()["referral-accepted"], row) is None
    assert to_the_person(templates()["next-provider"], row) is not None


def test_an_e_mail_may_be_as_long_as_what_there_is_to_bring() -> None:
    known = _known(documents_to_bring={"en": "paper " * 600})
    mail, sms = (composed(templates()["referral-accepted"], known, "en", as_sms=as_sms) for as_sms in (False, True))
    assert mail is not None and mail.count("paper") == 600
    assert sms is not None and "paper" not in sms


def _known(**more: Any) -> Any:
    known = {
        "reference": "NIN-7K3F-92QX", "given": None, "operator_phone": "+964 700 000 0001", "address": None, "opening_hours": None,
        "organization_names": {"en": "Housing Organisation"}, "organization_phone": None, "documents_to_bring": None,
    }  # fmt: skip
    return SimpleNamespace(**known | more)

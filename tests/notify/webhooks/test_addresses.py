"""Where a webhook may go, whatever way an address is written."""

import asyncio
import threading

import pytest
from ihala_notify.webhooks import addresses
from ihala_notify.webhooks.addresses import AddressRefused, Look, Names, UrlRefused, checked, is_public

INSIDE = (
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "100.100.100.200", "168.63.129.16", "192.0.0.192", "198.18.0.1", "192.0.2.1", "203.0.113.9", "224.0.0.1", "239.1.1.1", "240.0.0.1",
    "255.255.255.255", "192.88.99.1", "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1", "2002:7f00:1::1", "2002:808:808::1", "2001::1", "2001:db8::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0",
    "fec0::1", "ff02::1", "not an address", "",
)  # fmt: skip
OUTSIDE = ("8.8.8.8", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111", "2a00:1450:4001:82a::200e")


@pytest.mark.parametrize("address", INSIDE)
def test_inside(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_outside(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f000001", "127.1", "0177.0.0.1", "10.0.0.1."]
)
def test_a_literal_address_inside_is_refused_in_every_writing(host: str) -> None:
    with pytest.raises(UrlRefused, match="private_address"):
        checked(f"https://{host}/x", frozenset())


@pytest.mark.parametrize(
    "url", ["https://", "https://a b/", "https://h.example/\n", "https://h.example\\@inside/", "https://h.example:0/", "https://h.example:x/",
            "https://h.example/#a", "https://me@h.example/", "https://h.example/" + "x" * 2000, "https://h.exämple/"],
)  # fmt: skip
def test_what_is_no_plain_address_is_refused(url: str) -> None:
    with pytest.raises(UrlRefused):
        checked(url, frozenset())


def test_a_host_may_be_allowed_by_name_and_no_other_with_it() -> None:
    allowed = frozenset({"127.0.0.1"})
    assert checked("http://127.0.0.1:8099/x", allowed) == "http://127.0.0.1:8099/x"
    for url in ("http://127.0.0.2/", "http://h.example/", "file://127.0.0.1/etc/passwd"):
        with pytest.raises(UrlRefused):
            checked(url, allowed)


def _look(*addresses: str) -> Look:
    return lambda host, port: list(addresses)


async def test_a_name_is_given_only_public_addresses_and_all_must_be() -> None:
    assert await Names(frozenset(), _look("8.8.8.8", "8.8.4.4")).find("h.example", 443) == ["8.8.8.8", "8.8.4.4"]
    for found in (("8.8.8.8", "10.0.0.1"), ("127.0.0.1",), ("::1",)):
        with pytest.raises(AddressRefused):
            await Names(frozenset(), _look(*found)).find("h.example", 443)
    assert await Names(frozenset({"h.example"}), _look("10.0.0.1")).find("h.example", 443) == ["10.0.0.1"]
    with pytest.raises(OSError, match="no address"):
        await Names(frozenset(), _look()).find("h.example", 443)


async def test_a_name_is_looked_up_again_when_its_time_is_over_or_nobody_was_met(monkeypatch: pytest.MonkeyPatch) -> None:
    leads: list[list[str]] = [["8.8.8.8"], ["8.8.4.4"], [], ["10.0.0.1"]]
    names = Names(frozenset(), lambda host, port: leads.pop(0))
    assert names.known("8.8.8.8", 443) and not names.known("h.example", 443)
    assert await names.find("h.example", 443) == ["8.8.8.8"] and names.known("h.example", 443)
    names.doubt("h.example", 443)
    assert not names.known("h.example", 443)
    monkeypatch.setattr(addresses, "KNOWN_SECONDS", 0.0)
    assert await names.find("h.example", 443) == ["8.8.4.4"] and not names.known("h.example", 443)
    assert await names.find("h.example", 443) == ["8.8.4.4"]  # nothing is found now: what is connected goes on
    with pytest.raises(AddressRefused):
        await names.find("h.example", 443)


async def test_servers_of_names_that_hang_hold_up_nobody_who_was_found_before() -> None:
    answered, asked = threading.Event(), []

    def look(host: str, port: int) -> list[str]:
        asked.append(host)
        if len(asked) > 1:
            answered.wait()
        return ["8.8.8.8"]

    names = Names(frozenset(), look)
    await names.find("h.example", 443)
    names.doubt("h.example", 443)
    again = asyncio.create_task(names.find("h.example", 443))
    await asyncio.sleep(0)
    assert names.known("h.example", 443)  # so that one looks, and all others go on
    try:
        assert await asyncio.wait_for(again, 20) == ["8.8.8.8"]
    finally:
        answered.set()

"""What a caller is told of its limits, who counts as one address, and which limit a route counts against."""

import asyncio

import pytest
from ihala_gateway.limits.addresses import MOST, Addresses, network_of
from ihala_gateway.limits.leases import Leases, release
from ihala_gateway.limits.meter import Meter
from ihala_gateway.limits.policy import DEFAULTS, Limit, Policy, kind_of
from ihala_gateway.settings import Settings
from pydantic import ValidationError

from tests.gateway.test_limits import NOON, Clock


def test_headers_say_what_is_left_and_until_when() -> None:
    clock = Clock()
    leases = Leases(Policy({"read": Limit(client=100, organization=200), "write": Limit()}), clock)
    clock.seconds += 18.5
    for who, leased in (("client", 5), ("organization", 50)):
        leases.purse(who, "x", "read", clock()).granted(int(clock()) // 60, 5, leased)
    release(leases.taken().values())
    headers = dict(asyncio.run(Meter(leases).count("x", "x", "read")))
    assert headers[b"ratelimit"] == b'"client-read";r=99;t=42, "organization-read";r=154;t=42'
    assert headers[b"ratelimit-policy"] == b'"client-read";q=100;w=60, "organization-read";q=200;w=60'


def test_addresses_count_by_network_and_the_table_stays_small() -> None:
    counted = Addresses(lambda kind: 2)
    assert [counted.left("192.0.2.1", "read", NOON) for _ in range(3)] == [1, 0, -1]
    assert counted.left("192.0.2.1", "write", NOON) == counted.left("192.0.2.2", "read", NOON) == 1
    assert counted.left("192.0.2.1", "read", NOON + 60) == 1
    assert network_of("2001:db8:1:2::3") == network_of("2001:db8:1:2:ffff::1") != network_of("2001:db8:1:3::3")
    assert network_of("::ffff:192.0.2.1") == "192.0.2.1" and network_of("no address") == network_of("") == "?"
    for n in range(MOST + 10):
        counted.left(f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}", "read", NOON)
    assert len(counted._counts) == MOST


def test_limits_that_are_set_leave_the_others_as_they_are() -> None:
    given: dict[str, object] = {"people": {"client": 5}, "flight": {"address": 7}, "read": Limit(organization=9)}
    set_to = Settings.model_validate({"database_url": "x", "master_key": "x", "upstreams": {}, "limits": given}).limits
    assert set_to == DEFAULTS | {
        "people": Limit(client=5, organization=DEFAULTS["people"].organization, address=DEFAULTS["people"].address),
        "flight": Limit(address=7),
        "read": Limit(client=DEFAULTS["read"].client, organization=9, address=DEFAULTS["read"].address),
    }
    for wrong in ({"read": 5}, {"read": {"clients": 5}}, {"read": {"client": 0}}, []):
        with pytest.raises(ValidationError):
            Settings.model_validate({"database_url": "x", "master_key": "x", "upstreams": {}, "limits": wrong})


def test_a_route_counts_as_its_document_says_or_by_its_method() -> None:
    assert [kind_of(*pair) for pair in (("GET", None), ("HEAD", None), ("POST", None), ("DELETE", None), ("POST", "search"))] == [
        "read", "read", "write", "write", "search",
    ]  # fmt: skip
    assert Policy(DEFAULTS, 10).quota("unheard-of", "client") == Policy(DEFAULTS, 10).quota("write", "client") == 6000

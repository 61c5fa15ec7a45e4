"""Keycloak signs staff in. Runs by `make keycloak` alone: it is fetched, and takes a minute to start."""

import json
import os
import re
from html import unescape
from pathlib import Path

import aiohttp
import pytest
from joserfc.jwk import ECKey
from yarl import URL

from tests.gateway.house import OPERATOR, House, free_port, opened
from tests.gateway.keycloak import PASSWORD, WANTED, keycloak, realm
from tests.gateway.staff import browser, who

pytestmark = [
    pytest.mark.skipif(WANTED not in os.environ, reason="`make keycloak` runs it"),
    pytest.mark.timeout(400),
]


async def test_a_person_of_keycloak_signs_in(home: House, tmp_path: Path) -> None:
    key, port = ECKey.generate_key("P-256", {"kid": "ours", "alg": "ES256", "use": "sig"}), free_port()
    here = f"http://127.0.0.1:{port}"
    async with keycloak(Path(os.environ[WANTED]), realm(key, f"{here}/sign-in/outside"), tmp_path) as issuer:
        settings = home.settings.model_copy(update={"issuer": here, "outside_provider": _file(tmp_path, key, issuer)})
        async with opened(settings, home.upstream, port) as ours, browser(ours) as at:
            await at.open("/sign-in?next=/oauth/x")
            await at.send("/sign-in/outside")
            sent = re.search(r'content="0; url=([^"]+)"', at.seen.text)
            assert sent is not None
            back = await _at_keycloak(unescape(sent[1]))
            assert back.path == "/sign-in/outside" and str(back).startswith(here)
            await at.open(back.raw_path_qs)
            found = await who(ours, at)
            assert found is not None and (found.roles, found.organization_id, found.trained) == ({"officer"}, OPERATOR, False)
            assert "dilan.k" in (await at.open("/account")).text


async def _at_keycloak(address: str) -> URL:
    """Sign in at Keycloak's own page; return where it sends the browser."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        async with session.get(URL(address, encoded=True)) as answer:
            form = re.search(r'<form[^>]+action="([^"]+)"', await answer.text())
            # By hand: they are for HTTPS only, which browsers let pass on this machine
            cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in answer.cookies.items())
        assert form is not None
        fields = {"username": "dilan.k", "password": PASSWORD}
        target = URL(unescape(form[1]), encoded=True)
        async with session.post(target, data=fields, headers={"Cookie": cookies}, allow_redirects=False) as answer:
            return URL(answer.headers["Location"], encoded=True)


def _file(place: Path, key: ECKey, issuer: str) -> Path:
    (place / "key.json").write_text(json.dumps(key.as_dict(private=True)))
    file = place / "provider.json"
    file.write_text(json.dumps({
        "label": "Ministry", "issuer": issuer, "client_id": "ihala", "key_file": str(place / "key.json"), "roles": {"desk": ["officer"]},
        "organization_id": str(OPERATOR), "organization": "Ministry", "organization_kind": "operator", "operator_id": str(OPERATOR),
    }))  # fmt: skip
    return file

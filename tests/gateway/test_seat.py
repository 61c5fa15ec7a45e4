"""The seat for nginx: who may ask for decisions, what is decided there, what is handed over, and which files are written for it."""

import json
import re
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import pytest
from ihala_gateway import cli
from ihala_gateway.edge.routes import compile_routes
from ihala_gateway.oauth.certificates import thumbprint
from ihala_gateway.seat import files
from ihala_gateway.settings import Settings
from ihala_local.ports import SERVICES
from typer.testing import CliRunner

from tests.gateway.attacks.forge import Forge
from tests.gateway.attacks.seats import CONF, PATH, SECRET, decided, question
from tests.gateway.house import DOCUMENTS, ORGANIZATION, House, opened, operation


@pytest.fixture(scope="module")
async def asked(home: House) -> AsyncIterator[House]:
    """A gateway that answers nginx."""
    settings = Settings.model_validate(home.settings.model_dump() | {"seat_secret": SECRET})
    async with opened(settings, home.upstream, 0) as found:
        yield found


async def test_nginx_is_told_the_internal_token_and_who_calls(asked: House) -> None:
    status, told = await decided(asked, question((await asked.signed_in())["Authorization"]))
    assert status == 200 and told["X-Ihala-Client"] == "centre"
    assert told["X-Ihala-Authorization"].startswith("Bearer ey") and told["X-Ihala-Organization"].startswith("01940000-")


@pytest.mark.parametrize("secret", ["", "wrong" * 8, SECRET + "x", SECRET[:-1]])
async def test_without_the_secret_there_is_no_such_address(asked: House, secret: str) -> None:
    headers = question((await asked.signed_in())["Authorization"]) | {"X-Ihala-Seat": secret}
    assert (await decided(asked, headers))[0] == 404
    assert (await decided(asked, headers, "/decide/problems/502"))[0] == 404


async def test_a_gateway_without_a_secret_decides_for_nobody(home: House) -> None:
    assert (await decided(home, question((await home.signed_in())["Authorization"])))[0] == 404


@pytest.mark.parametrize(
    ("path", "method", "scheme"),
    [
        (PATH, "GET", "DPoP"), (PATH, "HEAD", "Bearer"), (PATH, "DELETE", "Bearer"), ("/referral/v1/unknown", "GET", "Bearer"),
        (PATH + "/..", "GET", "Bearer"),
        ("/directory/v1/needs", "GET", "Bearer"), ("/oauth/jwks", "GET", "Bearer"), (PATH + "/x", "PUT", "Bearer"), ("", "", ""),
    ],
)  # fmt: skip
async def test_what_cannot_be_kept_is_handed_over(asked: House, path: str, method: str, scheme: str) -> None:
    token = (await asked.signed_in())["Authorization"].removeprefix("Bearer")
    status, told = await decided(asked, question(scheme + token, path, method))
    assert status == 403 and "X-Ihala-Authorization" not in told


async def test_a_bound_token_is_decided_on_with_the_certificate_that_nginx_was_shown(asked: House) -> None:
    shown = b"anything that a certificate could be"
    token = "Bearer " + Forge(asked, await asked.token())(cnf={"x5t#S256": thumbprint(shown)})
    escaped, other = (quote(ssl.DER_cert_to_PEM_cert(each), safe="") for each in (shown, b"another certificate"))
    for certificate, status in ((escaped, 200), (other, 403), ("", 403), ("unreadable", 403)):
        assert (await decided(asked, question(token) | {"X-Ihala-Client-Cert": certificate}))[0] == status
    for secret, certificate, status in ((SECRET, escaped, 200), (SECRET, other, 401), (SECRET, "", 401), ("x" * 40, escaped, 401)):
        headers = {"Authorization": token, "X-Ihala-Handed-Over": secret, "X-Ihala-Client-Cert": certificate}
        async with asked.session.get(PATH, headers=headers) as answer:
            assert answer.status == status, "handed over by nginx"
    assert not [name for name, _ in asked.upstream.seen[-1].headers if name.startswith(b"x-ihala")]


async def test_a_secret_that_nginx_could_misread_is_refused(home: House, tmp_path: Path) -> None:
    for wrong in (None, 'x"; return 200; #' * 3):
        settings = Settings.model_validate(home.settings.model_dump() | {"seat_secret": wrong})
        with pytest.raises(files.SeatNotSet):
            files.write(tmp_path, settings, "127.0.0.1:1", "x")


async def test_while_a_service_is_switched_off_its_calls_are_handed_over(asked: House, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = question((await asked.signed_in())["Authorization"])
    monkeypatch.setattr(asked.gateway._admission._switch, "off", {"referral": None})
    assert (await decided(asked, headers))[0] == 403
    monkeypatch.setattr(asked.gateway._admission._switch, "off", {"directory": None})
    assert (await decided(asked, headers))[0] == 200


async def test_the_callers_address_is_believed_of_who_shows_the_secret_alone(asked: House, monkeypatch: pytest.MonkeyPatch) -> None:
    addresses: list[str] = []
    monkeypatch.setattr(asked.gateway._admission, "admit_own", lambda visit: addresses.append(visit.address))
    for secret in (SECRET, "x" * 40):
        headers = {"X-Ihala-Handed-Over": secret, "X-Forwarded-For": "203.0.113.9"}
        assert await asked.status("/oauth/jwks", headers) == 200
    assert addresses == ["203.0.113.9", "127.0.0.1"]


@pytest.mark.parametrize("subject", ["client:centre", f"organization:{ORGANIZATION}"])
async def test_who_has_a_limit_of_its_own_is_counted_by_the_gateway(asked: House, monkeypatch: pytest.MonkeyPatch, subject: str) -> None:
    headers = question((await asked.signed_in())["Authorization"])
    leases = asked.gateway._admission._leases
    for found, status in ((subject, 403), ("client:another", 200)):
        monkeypatch.setattr(leases, "_overrides", {(found, "read"): 5})
        monkeypatch.setattr(leases, "learn", lambda overrides: None)
        assert (await decided(asked, headers))[0] == status


def test_only_callers_who_use_tls_are_told_to_stay_with_it(home: House, tmp_path: Path) -> None:
    for issuer, told in (("https://gateway.example", True), ("http://gateway.example", False)):
        settings = Settings.model_validate(home.settings.model_dump() | {"seat_secret": SECRET, "issuer": issuer})
        files.write(tmp_path, settings, "127.0.0.1:1", "x", compile_routes(DOCUMENTS))
        assert ("Strict-Transport-Security" in (tmp_path / "guarding.conf").read_text()) == told
        assert ("max-age=31536000" in (tmp_path / "answers.conf").read_text()) == told


def test_a_route_with_a_larger_body_or_a_longer_silence_reaches_the_gateway(home: House, tmp_path: Path) -> None:
    own = operation("referral:refer") | {"x-ihala": {"largest_body": 8 * 1024**2, "silence_seconds": 300}}
    paths = DOCUMENTS["referral"]["paths"] | {"/v1/files": {"post": own}}
    settings = Settings.model_validate(home.settings.model_dump() | {"seat_secret": SECRET})
    routes = compile_routes(DOCUMENTS | {"referral": DOCUMENTS["referral"] | {"paths": paths}})
    files.write(tmp_path, settings, "127.0.0.1:1", "x", routes)
    assert f"client_max_body_size {8 * 1024**2};\nproxy_read_timeout 90s;" in (tmp_path / "limits.conf").read_text()
    assert "proxy_read_timeout 305s;" in (tmp_path / "handing_over.conf").read_text()


def test_a_secret_in_a_file_that_was_there_is_its_owners_alone(home: House, tmp_path: Path) -> None:
    (tmp_path / "asking.conf").touch()
    (tmp_path / "asking.conf").chmod(0o644)
    settings = Settings.model_validate(home.settings.model_dump() | {"seat_secret": SECRET})
    files.write(tmp_path, settings, "127.0.0.1:1", "x", compile_routes(DOCUMENTS))
    assert (tmp_path / "asking.conf").stat().st_mode & 0o777 == 0o600


def test_the_command_writes_what_nginx_includes(home: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_SEAT_SECRET", SECRET)
    monkeypatch.setenv("GATEWAY_UPSTREAMS", json.dumps(dict.fromkeys(SERVICES, "http://127.0.0.1:8081")))
    monkeypatch.setenv("GATEWAY_DATABASE_URL", home.settings.database_url)
    monkeypatch.setenv("GATEWAY_MASTER_KEY", home.settings.master_key.get_secret_value())
    first = CliRunner().invoke(cli.app, ["nginx", str(tmp_path)])
    again = CliRunner().invoke(cli.app, ["nginx", str(tmp_path)])
    assert first.exit_code == 0 and "listen.conf" in first.output and "listen.conf" not in again.output, first.output
    included = set(re.findall(r"include (\S+);", CONF.read_text()))
    assert included == {path.name for path in tmp_path.iterdir() if path.is_file()}
    assert (tmp_path / "asking.conf").stat().st_mode & 0o777 == 0o600

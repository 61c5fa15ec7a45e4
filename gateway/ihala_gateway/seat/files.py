"""Writes the files that deploy/nginx/nginx.conf includes, from the gateway's settings and its route table."""

import math
import re
from pathlib import Path
from urllib.parse import urlsplit

from ihala_gateway.documents.contracts import service_documents
from ihala_gateway.edge.front import Front
from ihala_gateway.edge.routes import RouteTable, compile_routes
from ihala_gateway.limits.policy import Policy
from ihala_gateway.seat.answers import answers_conf, guarding_conf
from ihala_gateway.seat.nginx import body_fits_conf, limits_conf, routes_conf, upstreams_conf
from ihala_gateway.settings import Settings

IN_MEMORY = "/dev/shm/ihala-decisions"  # noqa: S108 - nginx makes it, for its own user alone
_SECRET = re.compile(r"[A-Za-z0-9._~-]{32,}")  # nothing that nginx would read as its own


class SeatNotSet(Exception):
    """The settings do not allow this seat; the text says what is missing."""


def write(folder: Path, settings: Settings, listen: str, decisions: str, routes: RouteTable | None = None) -> list[str]:
    """Write the files into `folder`; return their names. `listen` is nginx's host:port, `decisions` the folder where it keeps them.

    listen.conf is left alone where it is there: certificates are set in it by hand. Raises SeatNotSet.
    """
    secret = settings.seat_secret.get_secret_value() if settings.seat_secret else ""
    if not _SECRET.fullmatch(secret):
        raise SeatNotSet("set GATEWAY_SEAT_SECRET, which nginx shows the gateway, to 32 or more random letters and digits")
    table = compile_routes(service_documents(settings.upstreams)) if routes is None else routes
    always = Front((), settings.issuer).on_every_answer
    services = {name: _at(str(base)) for name, base in settings.upstreams.items()}
    files = {
        "routes.conf": routes_conf(route for route in table if route.service in services),
        "limits.conf": limits_conf(Policy(settings.limits, settings.limit_factor)) + _sizes(settings, table),
        "upstreams.conf": upstreams_conf(f"{settings.host}:{settings.port or 8080}", services),
        "decisions.conf": _decisions(decisions),
        "asking.conf": _header("X-Ihala-Seat", secret),
        "handing_over.conf": _header("X-Ihala-Handed-Over", secret) + _patience(settings, table),
        "answers.conf": answers_conf(always),
        "guarding.conf": guarding_conf(always),
        "listen.conf": _listen(listen),
    }
    (folder / "logs").mkdir(parents=True, exist_ok=True)
    written = [name for name in files if name != "listen.conf" or not (folder / name).exists()]
    for name in written:
        path = folder / name
        path.touch(mode=0o600)
        path.chmod(0o600)  # one that was there may be open to more
        path.write_text(files[name])
    return written


def _at(base: str) -> str:
    parts = urlsplit(base)
    if parts.scheme != "http" or parts.path not in ("", "/"):
        raise SeatNotSet(f"{base}: nginx is set up here for services at plain http://host:port")
    return f"{parts.hostname}:{parts.port or 80}"


def _decisions(folder: str) -> str:
    """Return where decisions are kept. They are written there at once: by way of nginx's temporary folder, tokens would reach the disk."""
    return f"proxy_cache_path {folder} levels=1 keys_zone=ihala_decisions:10m max_size=64m inactive=60s use_temp_path=off;\n"


def _header(name: str, secret: str) -> str:
    return f'proxy_set_header {name} "{secret}";\nproxy_set_header X-Ihala-Client-Cert $ssl_client_escaped_cert;\n'


def _sizes(settings: Settings, table: RouteTable) -> str:
    """Return what bounds bodies and silences. The largest body of any route may be handed over; the gateway knows each route's own."""
    largest = max(settings.largest_body, *(route.terms.largest_body or 0 for route in table))
    silence = math.ceil(settings.upstream_silence_seconds)
    return f"{body_fits_conf(settings.largest_body)}client_max_body_size {largest};\nproxy_read_timeout {silence}s;\n"


def _patience(settings: Settings, table: RouteTable) -> str:
    """Return how long nginx waits for the gateway: a little longer than that for any service, so that it is the gateway that says so."""
    longest = max(settings.upstream_silence_seconds, *(route.terms.silence_seconds or 0 for route in table))
    return f"proxy_read_timeout {math.ceil(longest) + 5}s;\n"


def _listen(listen: str) -> str:
    return (
        f"listen {listen} backlog=1024;\nserver_name _;\n"
        "# With TLS: `ssl` after the address above, and\n"
        "# ssl_certificate …; ssl_certificate_key …; ssl_protocols TLSv1.2 TLSv1.3;\n"
        "# ssl_verify_client optional_no_ca;  # certificates of clients; the gateway compares them with the token\n"
    )

"""A hand: one handle of libcurl's, which sends one request at a time and keeps what every request of ours has.

libcurl takes half the time of a client that is written in Python, and asks us for every socket before there is one.
"""

import socket
import ssl
from typing import Any, Final, NamedTuple

import pycurl

from ihala_notify.webhooks.addresses import is_public

READ_BYTES = 4096
_FINAL = 200  # what is below is said before an answer
_KEPT_SECONDS = 30  # a connection that nothing is sent over
_LIVES_SECONDS = 300  # any other: of a busy one the name would never be asked again, and its receiver may have moved
_SETTINGS: Final[dict[int, Any]] = {
    pycurl.POST: True,
    pycurl.FOLLOWLOCATION: False,
    pycurl.PROTOCOLS: pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS,
    pycurl.PROXY: "",  # nor one of the environment
    pycurl.HTTP_VERSION: pycurl.CURL_HTTP_VERSION_1_1,
    pycurl.MAXAGE_CONN: _KEPT_SECONDS,
    pycurl.MAXLIFETIME_CONN: _LIVES_SECONDS,
    pycurl.NOSIGNAL: True,
}
_FAULTS: Final = {
    pycurl.E_OPERATION_TIMEDOUT: "timeout",
    pycurl.E_COULDNT_RESOLVE_HOST: "name_unknown",
    pycurl.E_COULDNT_CONNECT: "unreachable",
    pycurl.E_SSL_CONNECT_ERROR: "tls_failed",  # no certificate was looked at: no TLS there, or one that is too old
    pycurl.E_PEER_FAILED_VERIFICATION: "certificate_refused",
    pycurl.E_GOT_NOTHING: "connection_lost",
    pycurl.E_SEND_ERROR: "connection_lost",
    pycurl.E_RECV_ERROR: "connection_lost",
}


class Came(NamedTuple):
    """What came of one request: no `status` where nothing was answered, and then a `fault`."""

    status: int | None
    fault: str | None  # code
    read: bytes = b""  # the beginning of what was answered
    pause_seconds: float | None = None  # as Retry-After asks for, in seconds or as a date


class Hand:
    """Sends one request at a time; `guarded`: to public addresses alone."""

    def __init__(self) -> None:
        self.guarded = True
        self._read, self._refused = b"", False
        self._curl = pycurl.Curl()
        for option, value in (_SETTINGS | _trusted()).items():
            self._curl.setopt(option, value)
        self._curl.setopt(pycurl.OPENSOCKETFUNCTION, self._open)
        self._curl.setopt(pycurl.WRITEFUNCTION, self._take)

    def lead(self, host: str, port: int, addresses: list[str]) -> None:
        """Tell libcurl, and with it all hands, where a name leads; it looks up none by itself."""
        written = ",".join(f"[{each}]" if ":" in each else each for each in addresses)
        self._curl.setopt(pycurl.RESOLVE, [f"{host}:{port}:{written}"])

    async def post(self, multi: pycurl.AsyncCurlMulti, url: str, headers: list[str], body: bytes, within_seconds: float) -> Came:
        """Post the body; return what came of it."""
        self._read, self._refused, fault = b"", False, None
        request = {
            pycurl.URL: url,
            pycurl.HTTPHEADER: headers,
            pycurl.POSTFIELDS: body,
            pycurl.TIMEOUT_MS: max(1, round(1000 * within_seconds)),
        }
        for option, value in request.items():
            self._curl.setopt(option, value)
        try:
            await multi.perform(self._curl)
        except pycurl.error as error:  # whose text may hold the address, so it goes nowhere
            fault = "address_refused" if self._refused else _FAULTS.get(error.args[0], "answer_malformed")
        status: int = self._curl.getinfo(pycurl.RESPONSE_CODE)
        if status < _FINAL:
            return Came(None, fault)
        return Came(status, None, self._read, self._curl.getinfo(pycurl.RETRY_AFTER) or None)

    def _open(self, purpose: int, address: Any) -> Any:
        """Open a socket to an address, unless it is within."""
        if self.guarded and not is_public(address.addr[0]):
            self._refused = True
            return pycurl.SOCKET_BAD
        return socket.socket(address.family, address.socktype, address.protocol)

    def _take(self, part: bytes) -> int | None:
        """Take a part of the answer; when that is enough, have libcurl read no further (a number that is not the part's length)."""
        self._read += part[: READ_BYTES - len(self._read)]
        return None if len(self._read) < READ_BYTES else -1


def _trusted() -> dict[int, str]:
    """Return whose certificates are good: whom this machine, or SSL_CERT_FILE and SSL_CERT_DIR, trust; libcurl would ask its builder's."""
    paths = ssl.get_default_verify_paths()
    return {option: path for option, path in ((pycurl.CAINFO, paths.cafile), (pycurl.CAPATH, paths.capath)) if path}

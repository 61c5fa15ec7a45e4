"""A demonstration client signs in by private_key_jwt: for `curl`, and for a first look around."""

import json
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

from joserfc import jwt

from ihala_local.demo import Demo, signing_key
from ihala_local.trouble import Trouble

ASSERTION_LIVES_SECONDS = 60
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def assertion(client_id: str, key_file: Path, issuer: str) -> str:
    """Return a client assertion for the token endpoint of `issuer`; each is good once."""
    key, now = signing_key(key_file), int(time.time())
    claims = {"iss": client_id, "sub": client_id, "aud": issuer, "jti": str(uuid4()), "iat": now, "exp": now + ASSERTION_LIVES_SECONDS}
    return jwt.encode({"alg": "ES256", "kid": key.kid, "typ": "JWT"}, claims, key)


def token(demo: Demo, client_id: str) -> str:
    """Return an access token with all scopes of a demonstration client. Raises Trouble when the gateway refuses or is not up."""
    client = demo.client(client_id)
    form = urlencode({
        "grant_type": "client_credentials",
        "client_id": client_id,
        "scope": " ".join(client["scopes"]),
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion(client_id, Path(client["key_file"]), demo.base_url),
    })  # fmt: skip
    request = urllib.request.Request(f"{demo.base_url}/oauth/token", form.encode())  # noqa: S310 our own http address
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return str(json.load(answer)["access_token"])
    except urllib.error.HTTPError as error:
        raise Trouble(f"The gateway gave {client_id} no token: {error.read().decode(errors='replace')}") from error
    except OSError as error:
        raise Trouble(f"No gateway answers at {demo.base_url}: `make up` starts it.") from error

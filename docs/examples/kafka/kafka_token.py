"""A token for Kafka alone, for a client whose key is in a file: what Kafka's own OAuth settings do not know is `resource`.

IHALA_URL, IHALA_CLIENT_ID, IHALA_KEY_FILE (PEM, EC P-256) and, for an authority of your own, IHALA_CA_FILE. Needs joserfc.
"""

import json
import os
import ssl
import time
import urllib.parse
import urllib.request
import uuid
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import ECKey

URL, CLIENT_ID, CA_FILE = os.environ["IHALA_URL"], os.environ["IHALA_CLIENT_ID"], os.environ.get("IHALA_CA_FILE")
KEY = ECKey.import_key(Path(os.environ["IHALA_KEY_FILE"]).read_bytes())


def kafka_token() -> tuple[str, float]:
    """Return a token and when it ends, seconds since 1970. It lasts five minutes; raises OSError when there is none to be had."""
    now = int(time.time())
    claims = {"iss": CLIENT_ID, "sub": CLIENT_ID, "aud": URL, "jti": str(uuid.uuid4()), "iat": now, "exp": now + 60}
    form = {
        "grant_type": "client_credentials",
        "resource": "kafka",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": jwt.encode({"alg": "ES256", "typ": "JWT"}, claims, KEY),
    }
    trusted = ssl.create_default_context(cafile=CA_FILE) if URL.startswith("https:") else None
    asked = urllib.request.Request(f"{URL}/oauth/token", urllib.parse.urlencode(form).encode())
    with urllib.request.urlopen(asked, timeout=10, context=trusted) as answer:
        told = json.load(answer)
    return told["access_token"], now + told["expires_in"]

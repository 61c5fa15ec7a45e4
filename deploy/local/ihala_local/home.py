"""Where a local Ihala keeps its data: one directory, `.local/` of the repository unless IHALA_HOME names another."""

import base64
import json
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ihala_local.ports import APPS
from ihala_local.trouble import Trouble

REPOSITORY = Path(__file__).resolve().parents[3]
DISK_WANTED_BYTES = 1_000_000_000
DATA = ("postgres", "postgres.part", "kafka", "kafka.part", "sink", "keys", "logs", "tls")
DATA_FILES = ("secrets.json", "state.json", "demo.json", "clients.json", "people.json", "kafka-keys.json", "supervisor.lock")


@dataclass(frozen=True)
class Home:
    """The directory of one local Ihala; two of them with different ports run side by side."""

    path: Path

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Home":
        """Return the home IHALA_HOME names, else `.local/` of the repository."""
        return cls(Path(environ.get("IHALA_HOME") or REPOSITORY / ".local").expanduser().resolve())

    @property
    def jars(self) -> Path:
        """Kafka's program files: the same for every home, and kept by `make clean-data`."""
        return REPOSITORY / ".local" / "jars"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def keys(self) -> Path:
        return self.path / "keys"

    @property
    def kafka(self) -> Path:
        return self.path / "kafka"

    @property
    def kafka_keys(self) -> Path:
        """The gateway's public keys, as it keeps them for Kafka."""
        return self.path / "kafka-keys.json"

    @property
    def messages(self) -> Path:
        return self.path / "sink" / "messages.jsonl"

    @property
    def demo(self) -> Path:
        return self.path / "demo.json"

    def make(self) -> None:
        """Create the directory. Raises Trouble when it cannot be written or the disk is nearly full."""
        try:
            for directory in (self.path, self.logs, self.keys):
                directory.mkdir(parents=True, exist_ok=True)
            self.path.chmod(0o711)  # PostgreSQL's user passes through; only what it owns is open to it
            self.keys.chmod(0o700)
        except OSError as error:
            raise Trouble(f"{self.path} cannot be written ({error.strerror}): set IHALA_HOME to a directory of yours.") from error
        free = shutil.disk_usage(self.path).free
        if free < DISK_WANTED_BYTES:
            raise Trouble(f"Only {free // 1_000_000} MB are free on the disk of {self.path}; Ihala needs 1000 MB to run.")

    def secret(self, name: str) -> str:
        """Return a password or key made at the first start, such as `intake-owner`. Raises Trouble before that."""
        try:
            found = json.loads((self.path / "secrets.json").read_text())[name]
        except (FileNotFoundError, KeyError):
            raise Trouble(f"{self.path} has no secret {name!r} yet: `make up` makes them.") from None
        return str(found)

    def make_secrets(self) -> None:
        """Make what is missing of secrets.json (mode 0600); what is there is kept, since the servers know it."""
        file = self.path / "secrets.json"
        kept = json.loads(file.read_text()) if file.exists() else {}
        wanted = {name: secrets.token_urlsafe(24) for name in PASSWORDS} | {name: _master_key() for name in MASTER_KEYS}
        if wanted.keys() - kept.keys():
            write_private(file, json.dumps(wanted | kept, indent=1))

    def key_file(self, name: str) -> Path:
        """Return the PEM file (0600) of an ES256 key pair of that name, made at the first call."""
        file = self.keys / f"{name}.pem"
        if not file.exists():
            write_private(file, _private_key_pem())
        return file

    def clean(self) -> None:
        """Remove the data of this home and nothing else; Kafka's program files stay."""
        for name in DATA:
            if (self.path / name).exists():
                shutil.rmtree(self.path / name)
        for name in DATA_FILES:
            (self.path / name).unlink(missing_ok=True)
        if self.path.exists() and not any(self.path.iterdir()):
            self.path.rmdir()


PASSWORDS = (
    "postgres",
    "kafka-admin",
    "kafka-broker",
    "kafka-access",
    "receipts",
    *(f"{app}{kind}" for app in APPS for kind in ("-owner", "-app", "-kafka")),
)
MASTER_KEYS = tuple(f"{app}-master-key" for app in APPS)


def write_private(file: Path, text: str, durable: bool = True) -> None:
    """Write a file that only its owner can read, whole or not at all; `durable` also through a power cut."""
    part = file.with_name(f".{file.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
        if durable:
            out.flush()
            os.fsync(out.fileno())
    part.replace(file)


def _master_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _private_key_pem() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    pkcs8 = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, pkcs8, serialization.NoEncryption()).decode()

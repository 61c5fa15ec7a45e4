"""Kafka's program files: fetched once by coordinate, each held to the hash in kafka.lock.

use: python -m ihala_local.jars DIRECTORY     (a process of its own: the downloader is large and cannot be cancelled)
"""

import fcntl
import hashlib
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile, rmtree
from tempfile import TemporaryDirectory

from ihala_local.trouble import Trouble

LOCK = Path(__file__).parents[1] / "kafka.lock"
AT_ONCE = 8
TRIES = 3


@dataclass(frozen=True)
class Jar:
    """One line of kafka.lock."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def file(self) -> str:
        return f"{self.artifact}-{self.version}.jar"


def locked(lock: Path = LOCK) -> list[Jar]:
    """Return what a lock file asks for."""
    lines = (line.split() for line in lock.read_text().splitlines() if line and not line.startswith("#"))
    return [Jar(group, artifact, version, digest) for (group, artifact, version), digest in ((c.split(":"), d) for c, d in lines)]


def missing(directory: Path, lock: Path = LOCK) -> list[Jar]:
    """Return the jars that are not there, or not with the bytes that the lock names."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        good = list(pool.map(lambda jar: is_good(directory / jar.file, jar), locked(lock)))
    return [jar for jar, fine in zip(locked(lock), good, strict=True) if not fine]


def is_good(file: Path, jar: Jar) -> bool:
    """Return whether `file` is that jar, byte for byte."""
    return file.exists() and hashlib.sha256(file.read_bytes()).hexdigest() == jar.sha256


def fetch(directory: Path, wanted_by: Path = LOCK) -> Iterator[int]:
    """Fetch what is missing and yield how many are there, again and again. Raises Trouble; what came is kept."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / ".lock").open("w") as lock, ThreadPoolExecutor(AT_ONCE) as pool:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another home may be fetching: what it brings is ours too
        for left in directory.glob(".part-*"):  # of one that was killed
            rmtree(left)
        wanted = missing(directory, wanted_by)
        done = len(locked(wanted_by)) - len(wanted)
        yield done
        try:
            for fetched in as_completed([pool.submit(_fetch_one, jar, directory) for jar in wanted]):
                fetched.result()
                done += 1
                yield done
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _fetch_one(jar: Jar, directory: Path) -> None:
    """Bring one jar into `directory`, whole and checked. Raises Trouble."""
    for attempt in (_from_maven_cache, *[_download] * TRIES):
        with TemporaryDirectory(prefix=".part-", dir=directory) as scratch:
            found = attempt(jar, Path(scratch))
            if found and is_good(found, jar):
                found.replace(directory / jar.file)
                return
    raise Trouble(
        f"The file {jar.file} could not be fetched with the bytes that the lock file names: is there a network? "
        "What came is kept; run the same again."
    )


def _from_maven_cache(jar: Jar, scratch: Path) -> Path | None:
    """Copy it from the user's own Maven cache (M2_REPO or ~/.m2), which is only read: a broken download must not stay there."""
    cache = Path(os.environ.get("M2_REPO") or Path.home() / ".m2" / "repository")
    kept = cache.joinpath(*jar.group.split("."), jar.artifact, jar.version, jar.file)
    return Path(copyfile(kept, scratch / jar.file)) if kept.exists() else None


def _download(jar: Jar, scratch: Path) -> Path | None:
    from jgo.maven import MavenContext  # here, not above: it takes a while, and mostly nothing is missing
    from requests import RequestException

    try:
        component = MavenContext(repo_cache=scratch).project(jar.group, jar.artifact).at_version(jar.version)
        return component.artifact().resolve()
    except (RequestException, OSError, RuntimeError) as error:
        print(f"{jar.file}: {type(error).__name__}", file=sys.stderr, flush=True)
        return None


def main(directory: str) -> None:
    """Print `done of all` for each file; a Trouble is the last line, with exit code 1."""
    try:
        for done in fetch(Path(directory)):
            print(f"{done} of {len(locked())} files", flush=True)
    except Trouble as trouble:
        print(trouble, flush=True)
        os._exit(1)  # without waiting for downloads that hang


if __name__ == "__main__":
    main(*sys.argv[1:])

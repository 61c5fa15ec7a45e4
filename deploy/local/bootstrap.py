"""Makes .venv from requirements.lock, with our own projects in it; does nothing when it is there and whole.

use: python3 deploy/local/bootstrap.py      (standard library only; must say what is wrong even on a Python too old to run Ihala)
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

OLDEST = (3, 11)
DISK_BYTES = 2_000_000_000
REPOSITORY = Path(__file__).resolve().parents[2]
VENV = REPOSITORY / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".ihala-ready"  # two lines: what the libraries were made from, what the projects were made from
LOCK = REPOSITORY / "requirements.lock"
LOG = REPOSITORY / ".local" / "logs" / "install.log"
PIP = [str(PYTHON), "-m", "pip", "install", "--no-input", "--no-color", "--disable-pip-version-check", "--progress-bar", "off"]
SHOW_EVERY_SECONDS = 0.2 if sys.stdout.isatty() else 5.0

NO_NETWORK = ("NewConnectionError", "NameResolutionError", "ConnectTimeout", "ReadTimeout", "ProxyError", "Temporary failure in name",
              "Connection refused", "Network is unreachable", "Connection reset", "Read timed out", "connection timed out")  # fmt: skip
NO_DISK = ("No space left on device", "Disk quota exceeded")
NO_WHEEL = ("No matching distribution found", "from versions:")


class Trouble(Exception):
    """One sentence for whoever typed make."""


def main() -> None:
    """Make what is missing of .venv. Raises Trouble."""
    refuse_old_python()
    LOG.parent.mkdir(parents=True, exist_ok=True)
    with (LOG.parent.parent / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two makes at once: the second finds the work done
        libraries, projects = wanted()
        made = STAMP.read_text().split() if STAMP.exists() and PYTHON.exists() else []
        if made == [libraries, projects]:
            return
        LOG.write_text("")
        if made[:1] != [libraries]:
            make_libraries()
        STAMP.write_text(libraries + "\n")
        install_projects()
        STAMP.write_text(libraries + "\n" + projects + "\n")


def refuse_old_python() -> None:
    """Raise Trouble on a Python that Ihala does not run on."""
    if sys.version_info >= OLDEST:
        return
    newer = next((name for name in ("python3.13", "python3.12", "python3.11", "python3.14") if shutil.which(name)), None)
    how = f"run `make PYTHON={newer}`" if newer else "install a newer one and run `make PYTHON=python3.12`"
    raise Trouble(f"Ihala needs Python 3.11 or newer; {sys.executable} is {sys.version.split()[0]}: {how}.")


def wanted() -> tuple[str, str]:
    """Return what .venv depends on: hashes for the libraries and for our projects."""
    libraries = hashlib.sha256(f"{sys.version} {VENV} ".encode() + LOCK.read_bytes())
    projects = hashlib.sha256(b"".join(str(path).encode() + (path / "pyproject.toml").read_bytes() for path in our_projects()))
    return libraries.hexdigest(), projects.hexdigest()


def our_projects() -> list[Path]:
    """Return the directories of our projects: those with a pyproject.toml of their own."""
    places = [
        REPOSITORY / "contracts",
        REPOSITORY / "contracts" / "clients" / "python",
        *sorted((REPOSITORY / "services").glob("*")),
        REPOSITORY / "gateway",
        REPOSITORY / "deploy" / "local",
    ]
    return [place for place in places if (place / "pyproject.toml").exists()]


def make_libraries() -> None:
    """Make .venv anew with every library of the lock. Raises Trouble."""
    refuse_without_venv()
    free = shutil.disk_usage(str(REPOSITORY)).free
    if free < DISK_BYTES:
        raise Trouble(f"Only {free // 1_000_000} MB are free on the disk of {REPOSITORY}; Ihala needs 2000 MB.")
    if VENV.exists():
        shutil.rmtree(str(VENV))
    run("Making .venv", [sys.executable, "-m", "venv", str(VENV)])
    count = sum(1 for line in LOCK.read_text().splitlines() if "==" in line and not line.startswith((" ", "#")))
    # The lock is whole, so nothing is resolved; Python compiles what is really used at its first use.
    how = ["--require-hashes", "--only-binary", ":all:", "--no-deps", "--no-compile", "--retries", "3"]
    run("Installing libraries", [*PIP, *how, "-r", str(LOCK)], count)


def refuse_without_venv() -> None:
    """Raise Trouble when Python came without its venv, as Debian's does."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        version = "{}.{}".format(*sys.version_info[:2])
        raise Trouble(f"Python's venv is missing: install it (Debian and Ubuntu: apt install python{version}-venv).") from None


def install_projects() -> None:
    """Put our own projects into .venv, editable; needs no network. Raises Trouble."""
    editable = [word for project in our_projects() for word in ("-e", str(project))]
    run("Installing Ihala", [*PIP, "--no-deps", "--no-build-isolation", "--no-index", "--force-reinstall", *editable])


def run(what: str, command: list[str], count: int = 0) -> None:
    """Run a command with its output in the log, showing how far it is. Raises Trouble."""
    began = time.monotonic()
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME", "PIP_REQUIRE_VIRTUALENV")}
    with LOG.open("ab") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, env=environment)
    try:
        while process.poll() is None:
            show(what, began, count)
            wait(process)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
    if process.returncode:
        print(flush=True)
        raise Trouble(explain(what, LOG.read_text(errors="replace")))
    print("\r" * sys.stdout.isatty() + f"{what}: done in {time.monotonic() - began:.0f} s".ljust(60), flush=True)


def wait(process: subprocess.Popen[bytes]) -> None:
    """Wait for a moment or for the end."""
    try:
        process.wait(SHOW_EVERY_SECONDS)
    except subprocess.TimeoutExpired:
        return


def show(what: str, began: float, count: int) -> None:
    """Print where the work stands: one line that changes on a terminal, a line each time elsewhere."""
    far = ""
    if count:
        log = LOG.read_text(errors="replace")
        far = " {} of {}".format(min(log.count("\nCollecting ") + log.startswith("Collecting "), count), count)
        far = ": unpacking" if "\nInstalling collected packages" in log else far
    line = f"{what}{far} … {time.monotonic() - began:.0f} s"
    if sys.stdout.isatty():
        print("\r" + line.ljust(60), end="", flush=True)
    elif time.monotonic() - began > 1:
        print(line, flush=True)


def explain(what: str, log: str) -> str:
    """Return the sentence for a failed installation."""
    for signs, sentence in (
        (NO_DISK, "the disk is full"),
        (NO_NETWORK, "the network or the package index cannot be reached; run it again when it can"),
        (NO_WHEEL, f"the package index has no library of requirements.lock for Python {sys.version.split()[0]} on this machine"),
    ):
        if any(sign in log for sign in signs):
            return f"{what} failed: {sentence}. Details are in {LOG}"
    end = "\n".join("    " + line for line in log.splitlines()[-8:])
    return f"{what} failed; the end of {LOG}:\n{end}"


if __name__ == "__main__":
    try:
        main()
    except Trouble as trouble:
        sys.exit(str(trouble))
    except OSError as error:
        sys.exit(f"Ihala could not be installed: {error}.")
    except KeyboardInterrupt:
        sys.exit(130)

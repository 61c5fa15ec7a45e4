"""Makes models and operations of the Python client from the contracts. They are committed: whoever installs the package needs no tool."""

import subprocess
import venv
from pathlib import Path

from ihala_local.clients import stamp
from ihala_local.home import REPOSITORY
from ihala_local.trouble import Trouble

CONTRACTS = REPOSITORY / "contracts"
FOLDER = CONTRACTS / "clients" / "python"
API = FOLDER / "ihala_client" / "api"
TOOL = REPOSITORY / ".local" / "tools" / "python-models"  # apart from .venv: nobody else needs it


def make() -> Path:
    """Write the modules; return their folder. Raises Trouble."""
    _install()
    python = TOOL / "bin" / "python"
    done = subprocess.run([python, "-m", "generator", CONTRACTS, API], cwd=FOLDER, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Trouble(f"The models of the Python client were not written:\n{done.stdout}{done.stderr}")
    return API


def _install() -> None:
    """Bring the generator, as it stands in its lock file. Raises Trouble."""
    lock, kept = FOLDER / "generator.lock", TOOL / ".made-from"
    now = stamp.of([lock])
    if stamp.holds(kept, now):
        return
    venv.create(TOOL, with_pip=True, clear=True)
    how = ["--quiet", "--no-input", "--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:", "--no-deps"]
    done = subprocess.run([TOOL / "bin" / "pip", "install", *how, "-r", lock], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Trouble(f"What writes the models of the Python client could not be installed; is there a network?\n{done.stderr}")
    kept.write_text(now, "utf-8")

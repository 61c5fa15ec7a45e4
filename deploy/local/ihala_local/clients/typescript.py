"""Makes the TypeScript client: its tools by npm from its lock file, types from the contracts, then JavaScript by a strict tsc."""

import json
import shutil
import subprocess
from pathlib import Path

from ihala_local.clients import events, stamp
from ihala_local.home import REPOSITORY
from ihala_local.trouble import Trouble

CONTRACTS = REPOSITORY / "contracts"
FOLDER = CONTRACTS / "clients" / "typescript"
_HAND_WRITTEN = ("generate.mjs", "package-lock.json", "package.json", "tsconfig.json")


def make() -> Path:
    """Make it, unless nothing changed since; return the file to import. Raises Trouble."""
    index, made = FOLDER / "dist" / "index.js", FOLDER / "generated" / "made-from"  # not in dist, which is what is packed
    written = [*(FOLDER / "src").glob("*.ts"), *(FOLDER / name for name in _HAND_WRITTEN)]
    now = stamp.of([CONTRACTS / "openapi", CONTRACTS / "schemas", Path(events.__file__), *written])
    if not (index.exists() and stamp.holds(made, now)):
        _make()
        made.write_text(now, "utf-8")
    return index


def _make() -> None:
    _install()
    generated = FOLDER / "generated"
    generated.mkdir(exist_ok=True)
    (generated / "events.json").write_text(json.dumps(events.document()), "utf-8")
    shutil.rmtree(FOLDER / "dist", ignore_errors=True)  # what was made of a file that is gone must not stay
    _npm("run", "--silent", "generate")
    _npm("run", "--silent", "build")


def _install() -> None:
    """Bring its tools, as they stand in the lock file. No package runs a script of its own."""
    lock, kept = FOLDER / "package-lock.json", FOLDER / "node_modules" / ".made-from"
    now = stamp.of([lock])
    if not stamp.holds(kept, now):
        _npm("ci", "--ignore-scripts", "--no-audit", "--no-fund")
        kept.write_text(now, "utf-8")


def _npm(*words: str) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise Trouble("The TypeScript client is made with Node.js 20 or newer and npm, which are not here.")
    done = subprocess.run([npm, *words], cwd=FOLDER, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Trouble(f"npm {' '.join(words)} failed:\n{done.stdout}{done.stderr}")

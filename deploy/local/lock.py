"""Writes requirements.lock from requirements.in: with hashes, without addresses, for all platforms and Pythons that Ihala runs on.
Then services/intake/linkage.lock, with what its extra needs besides, and the lock of what writes the Python client's models.

use: python3 deploy/local/lock.py [--upgrade]     (what is locked stays as it is, unless --upgrade or requirements.in says otherwise)
"""

import subprocess
import sys
import venv
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
TOOLS = REPOSITORY / ".local" / "tools"  # the compiler is apart: whoever only runs Ihala does without it
COMPILER = "uv==0.13.9"


def main(*options: str) -> int:
    """Return the exit code of the compiler, of the first that failed."""
    if not (TOOLS / "bin" / "uv").exists():
        venv.create(TOOLS, with_pip=True)
        subprocess.run([TOOLS / "bin" / "pip", "install", "-q", "--disable-pip-version-check", COMPILER], check=True)
    how = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate", "--quiet", *options]
    for files in (
        ["--output-file", "requirements.lock", "requirements.in"],
        ["--constraint", "requirements.lock", "--output-file", "services/intake/linkage.lock", "services/intake/linkage.in"],
        ["--output-file", "contracts/clients/python/generator.lock", "contracts/clients/python/generator.in"],
    ):
        done = subprocess.run([TOOLS / "bin" / "uv", "pip", "compile", *how, *files], cwd=REPOSITORY, check=False)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except subprocess.CalledProcessError as error:
        sys.exit(f"The lock was not written: {error.cmd[0]} failed. Is there a network?")

"""`make contracts`: writes everything below contracts/, and the diagrams in docs/, that is made from the code; tests hold what is
committed to it."""

import os
import subprocess
import sys
from pathlib import Path

from ihala_contracts import generate

from ihala_local.home import REPOSITORY
from ihala_local.layout import SCRIPTS
from ihala_local.ports import APPS
from ihala_local.trouble import Trouble

CONTRACTS = REPOSITORY / "contracts"
NO_KEY = "A" * 43 + "="  # a service reads its settings before it can describe itself; nothing is sealed with this


def main() -> int:
    """Write them all; returns the exit code."""
    count = generate.write(CONTRACTS)
    folder = CONTRACTS / "openapi"
    folder.mkdir(exist_ok=True)
    try:
        for name in APPS:
            (folder / f"{name}.v1.json").write_text(openapi(name), "utf-8")
        draw(REPOSITORY / "docs")
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    print(f"{count + len(APPS)} documents written below {CONTRACTS.relative_to(REPOSITORY)}")
    return 0


def openapi(name: str) -> str:
    """Return a service's OpenAPI 3.1 document as the service itself prints it. Raises Trouble."""
    prefix = name.upper()
    settings = {
        f"{prefix}_DATABASE_URL": "postgresql://nobody@127.0.0.1/none", f"{prefix}_MASTER_KEY": NO_KEY, f"{prefix}_UPSTREAMS": "{}",
    }  # fmt: skip
    done = subprocess.run([SCRIPTS / "ihala", "openapi", name], env={**os.environ, **settings}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Trouble(f"{name} cannot describe itself:\n{done.stderr}")
    return done.stdout


def draw(folder: Path) -> None:
    """Have referral draw its life cycle into a folder. Raises Trouble."""
    done = subprocess.run([sys.executable, "-m", "ihala_referral.diagrams", folder], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Trouble(f"referral cannot draw its life cycle:\n{done.stderr}")


if __name__ == "__main__":
    sys.exit(main())

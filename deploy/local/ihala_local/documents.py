"""`make contracts`: writes everything below contracts/, and the diagrams in docs/, that is made from the code; tests hold what is
committed to it."""

import json
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
            (folder / f"{name}.v1.json").write_text(described("openapi", name), "utf-8")
        (CONTRACTS / "problems.json").write_text(problems(), "utf-8")
        draw(REPOSITORY / "docs")
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    print(f"{count + len(APPS) + 1} documents written below {CONTRACTS.relative_to(REPOSITORY)}")
    return 0


def problems() -> str:
    """Return all refusals of all services by slug; those of the kit, which every service may give, once. Raises Trouble."""
    found = [entry for name in APPS for entry in json.loads(described("problems", name))]
    once = {(entry["slug"], entry["of"], entry["about"]): entry for entry in found}
    return json.dumps([once[key] for key in sorted(once)], indent=2, ensure_ascii=False) + "\n"


def described(what: str, name: str) -> str:
    """Return what a service prints of itself: its OpenAPI 3.1 document (`openapi`), its refusals (`problems`). Raises Trouble."""
    prefix = name.upper()
    settings = {
        f"{prefix}_DATABASE_URL": "postgresql://nobody@127.0.0.1/none", f"{prefix}_MASTER_KEY": NO_KEY, f"{prefix}_UPSTREAMS": "{}",
    }  # fmt: skip
    done = subprocess.run([SCRIPTS / "ihala", what, name], env={**os.environ, **settings}, capture_output=True, text=True, check=False)
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

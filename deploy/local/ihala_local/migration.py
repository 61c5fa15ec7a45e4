"""`make migration SERVICE=referral NAME=add_a_column`: the next numbered file of a service's history, to be filled in."""

import re
import sys
from pathlib import Path

from ihala_local.home import Home
from ihala_local.place import Place
from ihala_local.ports import APPS, Ports
from ihala_local.trouble import Trouble

TEXT = '''"""{title}."""

from alembic import op

revision = "{number:04}"
down_revision = "{before:04}"


def upgrade() -> None:
    """Change the tables; an application role's rights on a new one are granted here, too."""
    op.execute("""
    """)
'''


def make(service: str, name: str, versions: Path) -> Path:
    """Write the next migration below `versions` and return it. Raises Trouble when the name is no name."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{2,60}", name):
        raise Trouble("make migration SERVICE=referral NAME=add_a_column: NAME is words of small letters joined by _.")
    before = max((int(file.name[:4]) for file in versions.glob("[0-9][0-9][0-9][0-9]_*.py")), default=0)
    file = versions / f"{before + 1:04}_{name}.py"
    title = name.replace("_", " ").capitalize()
    file.write_text(TEXT.format(title=f"{title} ({service})", number=before + 1, before=before))
    return file


def main(service: str, name: str) -> int:
    """Make it and say where it is; returns the exit code."""
    try:
        if service not in APPS:
            raise Trouble(f"make migration SERVICE=referral NAME=add_a_column: SERVICE is one of {', '.join(APPS)}.")
        print(make(service, name, Place(Home(Path()), Ports()).migrations(service) / "versions"))
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""Use: python -m ihala_local.clients python|typescript|java."""

import sys

from ihala_local.clients import java, python, typescript
from ihala_local.home import REPOSITORY
from ihala_local.trouble import Trouble

MAKES = {"python": python.make, "java": java.make, "typescript": typescript.make}


def main(names: list[str]) -> int:
    """Make these clients; returns the exit code."""
    try:
        for name in names:
            print(f"{name}: {MAKES[name]().relative_to(REPOSITORY)}")
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

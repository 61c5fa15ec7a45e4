"""`python -m ihala_referral.diagrams FOLDER`: writes the diagrams into a folder."""

import sys
from pathlib import Path

from ihala_referral.diagrams import drawing, page


def documents() -> dict[str, str]:
    """Return each document by its name."""
    return {"lifecycle.md": page.text(), "lifecycle.svg": drawing.svg()}


if __name__ == "__main__":
    for name, content in documents().items():
        (Path(sys.argv[1]) / name).write_text(content, "utf-8")

"""What the person at the keyboard can put right."""

from pathlib import Path

SHOWN_LINES = 12


class Trouble(Exception):
    """One sentence saying what is wrong and what to do; shown without a traceback, exit code 1."""


def last_lines(log: Path) -> str:
    """Return the end of a log file, indented, or '' when there is none: context below a sentence."""
    if not log.exists():
        return ""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-SHOWN_LINES:]
    return "".join(f"\n    {line}" for line in lines)

"""A crash point kills once, only where a test armed it."""

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import sys
from pathlib import Path
from ihala_kit import crash
crash.arm(Path(sys.argv[1]) if sys.argv[1] else None, "referral")
crash.crash_point("relay.after-ack")
print("alive")
"""


def run(folder: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-c", SCRIPT, folder], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.strip()


def test_it_kills_once_where_it_is_armed(tmp_path: Path) -> None:
    (tmp_path / "referral.relay.after-ack").touch()
    assert run(str(tmp_path)) == (137, "")
    assert run(str(tmp_path)) == (0, "alive")


def test_it_does_nothing_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "intake.relay.after-ack").touch()
    assert run(str(tmp_path)) == (0, "alive")
    assert run("") == (0, "alive")

"""Imports point one way, and nothing in the project reads what lies outside of it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_imports_point_one_way() -> None:
    done = subprocess.run([Path(sys.executable).with_name("lint-imports")], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_nothing_reads_outside_the_project() -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    texts = (ROOT / name for name in tracked if name and Path(name).suffix in (".py", ".toml", ".json", ".yaml", ".sh", ""))
    outside = re.compile(r"\.\./shared")
    assert [p.name for p in texts if p.is_file() and p != Path(__file__) and outside.search(p.read_text("utf-8", "replace"))] == []


@pytest.mark.parametrize("name", ["requirements.lock", "services/intake/linkage.lock", "contracts/clients/python/generator.lock"])
def test_lock_names_versions_and_hashes_and_no_address(name: str) -> None:
    lock = (ROOT / name).read_text("utf-8")
    assert "--hash=sha256:" in lock
    addresses = ("https?://", "-".join(("--index", "url")), "@ file")  # the option is not written out: who looks for it finds a real one
    assert not re.search("|".join(addresses), lock)

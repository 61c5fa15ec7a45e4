"""Work of a start that need not be repeated while its cause is the same: noted on the database that it changed."""

from collections.abc import Awaitable, Callable, Iterable
from hashlib import sha256
from pathlib import Path

from ihala_local.provision import databases
from ihala_local.provision.databases import Server


def digest(paths: Iterable[Path]) -> str:
    """Return a hash over the names and bytes of files, and of all files below directories."""
    found = sha256()
    for path in sorted(paths):
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts:
                found.update(f"{file.name}\0{file.stat().st_size}\0".encode() + file.read_bytes())
    return found.hexdigest()


async def only_once(server: Server, database: str, name: str, cause: str, do: Callable[[], Awaitable[None]]) -> None:
    """Run `do` unless it already ran on this database for the same `cause`."""
    if (await databases.marks(server, database)).get(name) == cause:
        return
    await do()
    await databases.mark(server, database, name, cause)

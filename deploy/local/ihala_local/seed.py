"""Loads the demonstration's organisations, services and places, through the service that owns them."""

import os
import sys
from pathlib import Path

from ihala_local.home import REPOSITORY
from ihala_local.parts import Command
from ihala_local.place import Place

PROVIDERS = Path(__file__).parent / "data" / "providers.json"


async def load(place: Place) -> None:
    """Load the project's own copy of the data; what is the same already is left alone. Raises Trouble."""
    words = [sys.executable, "-m", "ihala_directory.seed", str(PROVIDERS)]
    command = Command(words, {**os.environ, **place.environment("directory")}, REPOSITORY)
    await command.run(place.home.logs / "seed.log", "Loading the demonstration providers")

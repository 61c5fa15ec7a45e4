"""Loads the demonstration's organisations, services and places, through the service that owns them."""

import os
import sys
from pathlib import Path

from ihala_local.home import REPOSITORY
from ihala_local.parts import Command
from ihala_local.place import Place

PROVIDERS = Path(__file__).parent / "data" / "providers.json"
ROSTERS = Path(__file__).parent / "data" / "rosters.json"


async def load(place: Place) -> None:
    """Load the project's own copy of the data; what is the same already is left alone. Raises Trouble."""
    words = [sys.executable, "-m", "ihala_directory.seed", str(PROVIDERS)]
    command = Command(words, {**os.environ, **place.environment("directory")}, REPOSITORY)
    await command.run(place.home.logs / "seed.log", "Loading the demonstration providers")


async def fill_rosters(place: Place) -> None:
    """Have somebody on duty for the next 400 days in the demonstration's governorates. Raises Trouble."""
    words = [sys.executable, "-m", "ihala_referral.duty.seed", str(ROSTERS)]
    command = Command(words, {**os.environ, **place.environment("referral")}, REPOSITORY)
    await command.run(place.home.logs / "rosters.log", "Filling the duty rosters")

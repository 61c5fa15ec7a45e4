"""What the Makefile calls: `python -m ihala_local run|up|story|down|status|clean-data|token CLIENT`."""

import argparse
import asyncio
import os
import sys
from dataclasses import replace

from rich.console import Console

from ihala_local import background, foreground, sign_in
from ihala_local.demo import Demo
from ihala_local.place import Place
from ihala_local.progress import Progress
from ihala_local.snapshot import Snapshot, holder
from ihala_local.trouble import Trouble
from ihala_local.welcome import welcome

console = Console(highlight=False)


def run(place: Place) -> int:
    """Start everything, walk the story, stay until Ctrl-C."""
    return asyncio.run(foreground.run(place, console))


def supervise(place: Place) -> int:
    """Be the supervisor that `up` starts."""
    return asyncio.run(foreground.supervise(place))


def up(place: Place) -> int:
    """Start everything in the background."""
    began = background.up(place, Progress(console))
    here = place if began else _running(place)
    console.print(f"Ihala {'is' if began else 'was already'} up at {here.ports.url('gateway')}.")
    console.print("`make story` walks a referral through it, `make down` stops it.")
    return 0


def story(place: Place) -> int:
    """Walk the story on what is up."""
    from ihala_local import story as told  # here: only those who walk it pay for loading it

    return 0 if asyncio.run(told.walk(_running(place), console)) else 1


def down(place: Place) -> int:
    """Stop what is up."""
    stopped = background.down(place.home, Progress(console))
    console.print("Ihala is down." if stopped else "Ihala was not running.")
    return 0


def status(place: Place) -> int:
    """Show how the parts stand: exit code 0 only when all is up."""
    running = Snapshot.read(place.home) if holder(place.home) else None
    if running is None:
        console.print("Ihala is not running.")
        return 1
    with Progress(console) as progress:
        progress.show(running)
    if running.phase == "up":
        welcome(console, _running(place))
    return 0 if running.phase == "up" else 1


def clean_data(place: Place) -> int:
    """Remove the data of this Ihala."""
    if holder(place.home):
        raise Trouble("Ihala is running: `make down` first.")
    place.clean()
    console.print(f"The data in {place.home.path} is removed.")
    return 0


def _running(place: Place) -> Place:
    """Return the place with the ports it was started with. Raises Trouble when it is not up."""
    running = Snapshot.read(place.home) if holder(place.home) else None
    if running is None or running.phase != "up":
        raise Trouble("Ihala is not up: `make up` starts it.")
    return replace(place, ports=running.place_ports())


COMMANDS = {"run": run, "supervise": supervise, "up": up, "story": story, "down": down, "status": status, "clean-data": clean_data}


def main() -> int:
    """Do what the command line says; a Trouble is one sentence on stderr and exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m ihala_local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in COMMANDS:
        commands.add_parser(name)
    commands.add_parser("token", help="print an access token of a demonstration client").add_argument("client")
    asked = parser.parse_args()
    try:
        place = Place.from_environment(os.environ)
        if asked.command == "token":
            print(sign_in.token(Demo.read(place.home), asked.client))
            return 0
        return COMMANDS[asked.command](place)
    except Trouble as trouble:
        sys.stdout.flush()
        print(f"\n{trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return foreground.INTERRUPTED

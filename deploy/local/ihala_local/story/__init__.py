"""One referral from a centre of the Ministry of Interior to an outcome that the person confirmed: `walk` tells it on a running Ihala."""

from rich.console import Console

from ihala_local.place import Place
from ihala_local.story.cast import Cast
from ihala_local.story.screen import Broken, Screen
from ihala_local.story.tale import Tale


async def walk(place: Place, console: Console) -> bool:
    """Walk the story with new people; return whether every step held."""
    screen = Screen(console)
    try:
        async with Cast(place) as cast:
            await Tale(cast, screen).tell()
    except Broken as broken:
        console.print(f"\n[bold red]The story broke:[/bold red] {broken}", soft_wrap=True)
        return False
    screen.done()
    return True
